"""Whether a question typed otherwise may be given a kept answer: how often wrongly, how often with use.

    python -m benchmarks.semantic_reuse --data DATASETS [--show N]

All questions of one collection of documents count as kept. Each is asked as if it alone were not (questions
of the same words are one), and as three copies of it that are typed otherwise (lower case, keywords, a slip,
politely: `benchmarks.reader.questions`). It gets the answer of the first kept question that is the same for
`rag.answering.similar_questions`: wrong where the right answers differ, of use where they are equal.

Labels of Banking77 stand for answers. Silence is not given again: questions without an answer are asked and
not kept. Results: `benchmarks/results/semantic_reuse.json`.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.reader.questions import as_typed
from benchmarks.tables import RESULTS, ROOT
from rag.answering.similar_questions import as_asked
from rag.text import words

__all__ = ["Kept", "Tally", "collections", "measure"]

_OURS: Final = "our own"
_PUBLIC: Final = "public"
_COPIES: Final = 3
_DRAWS: Final = 60
_NOTE: Final = (
    "Asked: questions, each while all others of its documents are kept. Wrong and equal reuse: of these, "
    "that get the answer of another question which is wrong or right for them. Copies: the same questions "
    "typed otherwise. Wrong of reused: of all answers that are given again."
)
_BY_CONTEXT: Final = frozenset({"tatqa_dev", "wtq_test", "leval_financial_qa", "financebench_dev"})
"""Sets whose questions mean nothing without the document that they are asked of."""
_WHOLE: Final = (
    *("xquad_en", "clapnq_dev", "hotpot_small", "musique_small", "limit_small"),
    *("xquad_zh", "cmrc2018_trial", "drcd_dev"),
)


@dataclass(frozen=True)
class Kept:
    """A question with its right answers, as keys; none where silence is right."""

    question: str
    answers: frozenset[str]


@dataclass
class Tally:
    """Questions asked, those given another's answer, and those given a wrong one; copies apart."""

    asked: int = 0
    wrong: int = 0
    right: int = 0
    copies: int = 0
    copies_wrong: int = 0
    copies_right: int = 0

    def count(self, *, is_copy: bool, same: bool) -> None:
        """An answer was given again."""
        name = ("copies_" if is_copy else "") + ("right" if same else "wrong")
        setattr(self, name, getattr(self, name) + 1)

    def add(self, other: Tally) -> None:
        """Count another collection in."""
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


def main() -> None:
    """Measure every set, store the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the shared sets")
    parser.add_argument("--result", type=Path, default=RESULTS / "semantic_reuse.json")
    parser.add_argument("--show", type=int, default=0, help="print so many wrong reuses of each set")
    arguments = parser.parse_args()
    tallies: dict[str, Tally] = defaultdict(Tally)
    for part, name, group in collections(arguments.data):
        shown: list[str] = []
        tally = measure(group, shown)
        tallies[part].add(tally)
        tallies[name].add(tally)
        for line in shown[: arguments.show]:
            print(f"{name} {line}", flush=True)
    arguments.result.write_text(json.dumps(_table(tallies), indent=1, ensure_ascii=False) + "\n", "utf-8")


def collections(data: Path) -> Iterator[tuple[str, str, list[Kept]]]:
    """Each collection of documents: `our own` or `public`, its set, its questions."""
    for path in (ROOT / "benchmarks" / "everyday", *sorted((ROOT / "benchmarks" / "questions").iterdir())):
        if (path / "questions.jsonl").is_file():
            for group in _grouped(path, lambda line: str(line["case"])):
                yield _OURS, path.name, group
    for group in _grouped(data / "field_dev", lambda line: str(line["case"])):
        yield _PUBLIC, "field_dev", group
    for name in sorted(_BY_CONTEXT):
        for group in _grouped(data / name, lambda line: str(line["gold_doc_ids"][0])):
            yield _PUBLIC, name, group
    for name in _WHOLE:
        for group in _grouped(data / name, lambda line: ""):
            yield _PUBLIC, name, group
    lines = _lines(data / "icl_banking77" / "test.jsonl")
    yield _PUBLIC, "icl_banking77", [Kept(line["text"], frozenset([line["label"]])) for line in lines]


def measure(group: Sequence[Kept], shown: list[str]) -> Tally:
    """What would happen in one collection; `shown` gets the pairs whose answer is wrong."""
    kept = list({_plain(one.question): one for one in group}.values())
    rng = random.Random(7)
    copies = [(text, at) for at, one in enumerate(kept) for text in _copies(one.question, rng)]
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for at, one in enumerate(kept):
        if one.answers:
            places[as_asked(one.question)].append(at)
    tally = Tally(asked=len(kept), copies=len(copies))
    for number, (text, at) in enumerate([*((one.question, at) for at, one in enumerate(kept)), *copies]):
        other = next((place for place in places.get(as_asked(text), ()) if place != number), None)
        if other is None:
            continue
        same = other == at or bool(kept[at].answers & kept[other].answers)
        tally.count(is_copy=number >= len(kept), same=same)
        if not same:
            shown.append(f"{text} <> {kept[other].question}")
    return tally


def _copies(question: str, rng: random.Random) -> list[str]:
    """Some copies of a question as others type it, all of them different."""
    drawn: dict[str, None] = {}
    for _ in range(_DRAWS):
        text = as_typed(question, rng)
        if text != question:
            drawn[text] = None
        if len(drawn) == _COPIES:
            break
    return list(drawn)


def _plain(text: str) -> str:
    return " ".join(words(text))


def _grouped(folder: Path, group: Callable[[Mapping[str, Any]], str]) -> Iterator[list[Kept]]:
    groups: dict[str, list[Kept]] = defaultdict(list)
    for line in _lines(folder / "questions.jsonl"):
        if not line.get("history"):
            told = line["answers"] or (line["gold_doc_ids"] if line.get("answerable") else [])
            answers = frozenset(_plain(str(answer)) or str(answer) for answer in told)
            groups[group(line)].append(Kept(line["question"], answers))
    yield from groups.values()


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _table(tallies: Mapping[str, Tally]) -> dict[str, Any]:
    columns = [
        *("sets", "asked", "wrong reuse", "wrong of reused", "equal reused"),
        *("copies", "copies wrong", "copies reused"),
    ]
    rows = []
    for name, t in tallies.items():
        reused = t.wrong + t.right + t.copies_wrong + t.copies_right
        rows.append(
            [
                *(name, str(t.asked), f"{t.wrong / t.asked:.2%}"),
                f"{(t.wrong + t.copies_wrong) / reused:.2%}" if reused else "–",
                f"{t.right / t.asked:.2%}",
                str(t.copies),
                f"{t.copies_wrong / t.copies:.2%}" if t.copies else "–",
                f"{t.copies_right / t.copies:.1%}" if t.copies else "–",
            ]
        )
    return {"columns": columns, "rows": rows, "note": _NOTE}


if __name__ == "__main__":
    main()
