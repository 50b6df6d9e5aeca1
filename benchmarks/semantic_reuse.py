"""Whether a near-equal question may be given a kept answer: how often wrongly, and how often with use.

    python -m benchmarks.semantic_reuse --data DATASETS [--gates words signs] [--show N]

All questions of one collection of documents count as kept. Each is asked as if it alone were not (questions
of the same words are one), and as three copies of it that are typed otherwise (lower case, keywords, a slip,
politely: `benchmarks.reader.questions`). It gets the answer of the nearest kept question that passes the
gate and the threshold: wrong where the right answers differ, of use where they are equal. Gates:

    signs   names, numbers, identifiers, negation and kind of answer are the same
    words   and so are all content words, in order: what `rag.answering.similar_questions` does

The embedder is that of the question's language, as for the kinds of questions: MiniLM for English, the
universal sentence encoder for others. Sets under `benchmarks/` are there to choose a threshold, those of
DATASETS to judge it. Labels of Banking77 stand for answers. Silence is not given again: questions without an
answer are asked and not kept. Results: `benchmarks/results/semantic_reuse.json`.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.reader.questions import as_typed
from benchmarks.tables import RESULTS, ROOT
from rag.answering.similar_questions import LEAST_COSINE, content_terms, signs
from rag.models import build_embedder
from rag.models.model_protocol import Embedder
from rag.reading import read_question
from rag.settings import load_settings
from rag.text import detect_language, words

__all__ = ["GATES", "Kept", "Tally", "by_language", "collections", "measure"]

Embed = Callable[[Sequence[str]], np.ndarray]

THRESHOLDS: Final = (0.80, 0.85, 0.90, 0.925, 0.95, 0.97, 0.98, 0.99)
_EMBEDDERS: Final = ("packaged:all-MiniLM-L6-v2", "packaged:universal-sentence-encoder-multilingual")
_CHOSEN_ON: Final = "chosen on"
_LEFT_OUT: Final = "left out"
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


def _signs(text: str) -> Hashable:
    return (read_question(text).names, *signs(text))


def _words(text: str) -> Hashable:
    return (content_terms(text), *signs(text))


GATES: Final[Mapping[str, Callable[[str], Hashable]]] = {"signs": _signs, "words": _words}


def main() -> None:
    """Measure every set, store the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the shared sets")
    parser.add_argument("--result", type=Path, default=RESULTS / "semantic_reuse.json")
    parser.add_argument("--gates", nargs="+", choices=list(GATES), default=["words"])
    parser.add_argument("--show", type=int, default=0, help="print so many wrong reuses of each set")
    arguments = parser.parse_args()
    embed = by_language(*(_embedder(model) for model in _EMBEDDERS))
    tallies: dict[tuple[str, str, float], Tally] = defaultdict(Tally)
    for part, name, group in collections(arguments.data):
        shown: list[str] = []
        for (gate, threshold), tally in measure(group, embed, arguments.gates, shown).items():
            tallies[part, gate, threshold].add(tally)
            tallies[name, gate, threshold].add(tally)
        for line in shown[: arguments.show]:
            print(f"{name} {line}", flush=True)
    arguments.result.write_text(json.dumps(_table(tallies), indent=1, ensure_ascii=False) + "\n", "utf-8")


def collections(data: Path) -> Iterator[tuple[str, str, list[Kept]]]:
    """Each collection of documents: `chosen on` or `left out`, its set, its questions."""
    for path in (ROOT / "benchmarks" / "everyday", *sorted((ROOT / "benchmarks" / "questions").iterdir())):
        if (path / "questions.jsonl").is_file():
            for group in _grouped(path, lambda line: str(line["case"])):
                yield _CHOSEN_ON, path.name, group
    for group in _grouped(data / "field_dev", lambda line: str(line["case"])):
        yield _LEFT_OUT, "field_dev", group
    for name in sorted(_BY_CONTEXT):
        for group in _grouped(data / name, lambda line: str(line["gold_doc_ids"][0])):
            yield _LEFT_OUT, name, group
    for name in _WHOLE:
        for group in _grouped(data / name, lambda line: ""):
            yield _LEFT_OUT, name, group
    lines = _lines(data / "icl_banking77" / "test.jsonl")
    yield _LEFT_OUT, "icl_banking77", [Kept(line["text"], frozenset([line["label"]])) for line in lines]


def by_language(first: Embedder, second: Embedder) -> Embed:
    """Vectors of both embedders side by side, zeros for the one that is not the text's."""

    def embed(texts: Sequence[str]) -> np.ndarray:
        vectors = np.zeros((len(texts), first.dimension + second.dimension), np.float32)
        english = [detect_language(text) == "en" for text in texts]
        for embedder, mine, start in ((first, True, 0), (second, False, first.dimension)):
            rows = [row for row, is_english in enumerate(english) if is_english is mine]
            if rows:
                found = embedder.embed_questions([texts[row] for row in rows])
                vectors[rows, start : start + embedder.dimension] = found
        return vectors

    return embed


def measure(
    group: Sequence[Kept], embed: Embed, gates: Iterable[str], shown: list[str]
) -> dict[tuple[str, float], Tally]:
    """What would happen in one collection, by gate and threshold."""
    kept = list({_plain(one.question): one for one in group}.values())
    rng = random.Random(7)
    copies = [(text, at) for at, one in enumerate(kept) for text in _copies(one.question, rng)]
    asked = [*((one.question, at) for at, one in enumerate(kept)), *copies]
    tallies = {}
    for gate in gates:
        found = _nearest(asked, kept, GATES[gate], embed)
        for threshold in THRESHOLDS:
            tally = tallies[gate, threshold] = Tally(asked=len(kept), copies=len(copies))
            for number, ((text, at), (cosine, other)) in enumerate(zip(asked, found, strict=True)):
                if cosine < threshold:
                    continue
                same = other == at or bool(kept[at].answers & kept[other].answers)
                tally.count(is_copy=number >= len(kept), same=same)
                if not same and threshold == THRESHOLDS[0]:
                    shown.append(f"{gate} {cosine:.3f} {text} <> {kept[other].question}")
    return tallies


def _nearest(
    asked: Sequence[tuple[str, int]], kept: Sequence[Kept], key: Callable[[str], Hashable], embed: Embed
) -> list[tuple[float, int]]:
    """Cosine and number of the nearest kept question of the same key; (-1, 0) where there is none.

    The first of those asked are the kept ones themselves, for which the others count.
    """
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for at, one in enumerate(kept):
        if one.answers:
            groups[key(one.question)].append(at)
    others = [
        [other for other in groups.get(key(text), ()) if other != number]
        for number, (text, _) in enumerate(asked)
    ]
    needed = sorted({number for number, found in enumerate(others) if found}.union(*others))
    vectors = dict(zip(needed, embed([asked[number][0] for number in needed]), strict=True))
    nearest = []
    for number, found in enumerate(others):
        cosines = [(float(vectors[number] @ vectors[other]), other) for other in found]
        nearest.append(max(cosines, default=(-1.0, 0)))
    return nearest


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


def _embedder(model: str) -> Embedder:
    return build_embedder(load_settings(overrides={"embedder": {"model": model}}, environment={}))


def _table(tallies: Mapping[tuple[str, str, float], Tally]) -> dict[str, Any]:
    columns = [
        *("sets", "gate", "cosine", "asked", "wrong reuse", "wrong of reused"),
        *("equal reused", "copies", "copies wrong", "copies reused"),
    ]
    rows = []
    for (part, gate, threshold), t in tallies.items():
        if part not in (_CHOSEN_ON, _LEFT_OUT) and threshold != LEAST_COSINE:
            continue
        reused = t.wrong + t.right + t.copies_wrong + t.copies_right
        rows.append(
            [
                *(part, gate, f"{threshold:g}", str(t.asked)),
                f"{t.wrong / t.asked:.2%}",
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
