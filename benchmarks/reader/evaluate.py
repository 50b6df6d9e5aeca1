"""Measure readers on sets that they were not trained on.

    python -m benchmarks.reader.evaluate --readers FOLDER ... --sets EVALUATION [--held-out NAME=FILE ...]

XQuAD, CMRC and DRCD: short answer in the gold passage (SQuAD's exact match and F1; of Chinese, each character
is a word). `xquad_en_zh` asks in English of Chinese passages, `xquad_zh_en` the other way round.
`clapnq_dev`: whether the best sentence is a gold one, and AUROC of answerable against not. RGB: AUROC of
passages with the answer against noise. Each reader is measured on the sets in its languages. Data that was
kept apart from training (questions written by hand, questions that a program made): AUROC, best unit and
exact span by kind.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import string
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.crossing import CROSSINGS, crossed_set
from benchmarks.reader.form import Group, Passage, read_groups
from benchmarks.reader.windows import Example, cut
from rag.models.openvino_reader import OpenVinoReader
from rag.models.reader import Reader, Reading, Window
from rag.text.language import CJK
from rag.text.sentences import sentence_spans

_CJK = re.compile(f"[{CJK}]")
_MARKS = frozenset(string.punctuation + "，。、；：？！“”‘’（）《》「」『』")
_SHORT = {
    **{name: {"en"} for name in ("xquad_en",)},
    **{name: {"zh"} for name in ("xquad_zh", "cmrc2018_trial", "drcd_dev")},
    **{name: {"en", "zh"} for name in CROSSINGS},
}
"""The sets of short answers, with their languages."""
RESULTS = Path(__file__).resolve().parent.parent / "results" / "reader.json"

__all__ = ["auroc", "clapnq", "held_out", "rgb", "squad_f1", "xquad"]


def auroc(right: Sequence[float], wrong: Sequence[float]) -> float:
    """How often a right one scores above a wrong one, ties counted half."""
    a, b = np.asarray(right)[:, None], np.asarray(wrong)[None, :]
    return float(((a > b) + 0.5 * (a == b)).mean()) if a.size and b.size else float("nan")


def squad_f1(given: str, gold: str) -> float:
    """F1 of the words, in lower case, without articles and punctuation (Rajpurkar et al. 2016)."""
    ours, theirs = _normal(given).split(), _normal(gold).split()
    same = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * same / (len(ours) + len(theirs)) if same else float(ours == theirs)


def _normal(text: str) -> str:
    kept = "".join(letter for letter in text.lower() if letter not in _MARKS)
    kept = _CJK.sub(r" \g<0> ", kept)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", kept).split())


def _passage(text: str, title: str = "") -> Passage:
    units = tuple((span.start, span.end) for span in sentence_spans(text))
    return Passage(text, title, False, None, units, None)


def _read(reader: Reader, question: str, passages: Iterable[Passage]) -> list[tuple[Example, Reading]]:
    """All windows of the passages with their readings."""
    examples = [example for passage in passages for example in cut(question, passage)]
    windows = [Window(example.text, example.units) for example in examples]
    return list(zip(examples, reader.read(question, windows), strict=True))


def _rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def xquad(reader: Reader, folder: Path, limit: int) -> dict[str, float]:
    """Exact match and F1 of the best span of all windows of the gold passage."""
    texts = {row["_id"]: row["text"] for row in _rows(folder / "corpus.jsonl")}
    questions = _rows(folder / "questions.jsonl")
    questions = questions[:: max(1, len(questions) // limit)][:limit]
    exact, f1 = [], []
    for row in questions:
        read = _read(reader, row["question"], [_passage(texts[row["gold_doc_ids"][0]])])
        spans = [
            (span.logit - found.null, e.text[span.start : span.end])
            for e, found in read
            for span in found.spans
        ]
        given = max(spans)[1] if spans else ""
        exact.append(max(float(_normal(given) == _normal(gold)) for gold in row["answers"]))
        f1.append(max(squad_f1(given, gold) for gold in row["answers"]))
    return {"exact": float(np.mean(exact)), "f1": float(np.mean(f1)), "questions": len(questions)}


def clapnq(reader: Reader, folder: Path, limit: int) -> dict[str, float]:
    """Best sentence of the gold passage; AUROC of answerable questions against others, by three scores."""
    texts = {row["_id"]: (row["text"], row.get("title", "")) for row in _rows(folder / "corpus.jsonl")}
    questions = _rows(folder / "questions.jsonl")
    questions = questions[:: max(1, len(questions) // limit)][:limit]
    best: list[float] = []
    scores: dict[str, dict[bool, list[float]]] = defaultdict(lambda: {True: [], False: []})
    for row in questions:
        ids = row["gold_doc_ids"] or row["related_doc_ids"]
        read = _read(reader, row["question"], [_passage(*texts[ids[0]])])
        for name, score in _scores(read).items():
            scores[name][bool(row["answerable"])].append(score)
        if row["answerable"] and row["gold_sentences"]:
            gold = {_normal(sentence) for sentences in row["gold_sentences"] for sentence in sentences}
            best.append(float(_is_gold(_normal(_best_unit(read)), gold)))
    found = {f"auroc_{name}": auroc(sides[True], sides[False]) for name, sides in scores.items()}
    return {"best_sentence": float(np.mean(best)), **found, "questions": len(questions)}


def _best_unit(read: list[tuple[Example, Reading]]) -> str:
    units = [
        (logit, example.text[start:end])
        for example, found in read
        for logit, (start, end) in zip(found.evidence, example.units, strict=True)
    ]
    return max(units)[1]


def _is_gold(sentence: str, gold: set[str]) -> bool:
    """Sentences may be split differently: one that lies within the other is the same."""
    return any(
        sentence == other or (len(sentence) > 20 and (sentence in other or other in sentence))
        for other in gold
    )


def _scores(read: list[tuple[Example, Reading]]) -> dict[str, float]:
    """Of all windows, the best by each head; `all` is their sum."""
    answerable = max(found.answerable for _, found in read)
    evidence = max(max(found.evidence, default=-10.0) for _, found in read)
    span = max(max((s.logit for s in found.spans), default=-20.0) - found.null for _, found in read)
    return {
        "answerable": answerable,
        "evidence": evidence,
        "span": span,
        "all": answerable + evidence + span / 2,
    }


def rgb(reader: Reader, folder: Path, limit: int) -> dict[str, float]:
    """AUROC of five passages of which two hold the answer against five of noise, by the best window."""
    texts = {row["_id"]: row["text"] for row in _rows(folder / "corpus.jsonl")}
    right: dict[str, list[float]] = defaultdict(list)
    wrong: dict[str, list[float]] = defaultdict(list)
    for row in _rows(folder / "questions.jsonl")[:limit]:
        gold, noise = row["gold_doc_ids"][:2], row["negative_doc_ids"]
        for ids, into in ((gold + noise[: 5 - len(gold)], right), (noise[:5], wrong)):
            if gold and len(ids) == 5:
                read = _read(reader, row["question"], [_passage(texts[name]) for name in ids])
                for name, score in _scores(read).items():
                    into[name].append(score)
    return {f"auroc_{name}": auroc(right[name], wrong[name]) for name in right}


def held_out(reader: Reader, groups: Sequence[Group]) -> dict[str, dict[str, float]]:
    """By kind: AUROC answerable, best unit is evidence, best span exact, and spans rightly refused."""
    seen: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for group in groups:
        for passage in group.passages:
            for example in cut(group.question, passage):
                (found,) = reader.read(group.question, [Window(example.text, example.units)])
                for kind in (group.kind, "all"):
                    _note(seen[kind], example, found)
    return {
        kind: {
            "auroc": auroc(lists["right"], lists["wrong"]),
            "best_unit": float(np.mean(lists["unit"])) if lists["unit"] else float("nan"),
            "exact_span": float(np.mean(lists["span"])) if lists["span"] else float("nan"),
            "said_none": float(np.mean(lists["none"])) if lists["none"] else float("nan"),
            "windows": len(lists["right"]) + len(lists["wrong"]),
        }
        for kind, lists in sorted(seen.items())
    }


def _note(lists: dict[str, list[float]], example: Example, found: Reading) -> None:
    lists["right" if example.answerable else "wrong"].append(found.answerable)
    top = found.spans[0] if found.spans else None
    if not example.answerable:
        lists["none"].append(float(top is None or top.logit <= found.null))
        return
    if example.evidence and any(example.evidence):
        lists["unit"].append(float(example.evidence[int(np.argmax(found.evidence))]))
    if example.spans:
        gold = {_normal(example.text[a:b]) for a, b in example.spans}
        lists["span"].append(float(top is not None and _normal(example.text[top.start : top.end]) in gold))


def measure(reader: Reader, sets: Path, limit: int) -> dict[str, Any]:
    """What a reader does on the sets in its languages."""
    found: dict[str, Any] = {}
    for name, languages in _SHORT.items():
        if languages <= reader.languages:
            with tempfile.TemporaryDirectory() as work:
                folder = crossed_set(sets, name, Path(work)) if name in CROSSINGS else sets / name
                found[name] = xquad(reader, folder, limit)
    if "en" in reader.languages:
        found["clapnq_dev"] = clapnq(reader, sets / "clapnq_dev", limit)
    for name, language in (("rgb_en_fact", "en"), ("rgb_zh_fact", "zh")):
        if language in reader.languages:
            found[name] = rgb(reader, sets / name, limit)
    return found


def main() -> None:
    """Read the arguments, measure, and print JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--readers", type=Path, nargs="+", required=True, help="folders of exported readers")
    parser.add_argument("--sets", type=Path, required=True, help="folder of the evaluation sets")
    parser.add_argument(
        "--held-out", nargs="*", default=[], metavar="NAME=FILE", help="data that was kept apart"
    )
    parser.add_argument("--limit", type=int, default=400, help="most questions of a set")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--store", action="store_true", help="write benchmarks/results/reader.json")
    arguments = parser.parse_args()
    found: dict[str, Any] = {}
    for reader in (OpenVinoReader(folder, arguments.threads) for folder in arguments.readers):
        own = found[reader.name] = measure(reader, arguments.sets, arguments.limit)
        own["held_out"] = {}
        for name, _, path in (given.partition("=") for given in arguments.held_out):
            groups = list(read_groups(Path(path)))
            some = groups[:: max(1, len(groups) // arguments.limit)]
            if name.split()[0] == "English" or len(reader.languages) > 1:
                own["held_out"][name] = held_out(reader, some)
    print(json.dumps(found, indent=2))
    if arguments.store:
        RESULTS.write_text(json.dumps(table(found), indent=1, ensure_ascii=False) + "\n", "utf-8")


def table(found: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The figures as a table for docs/benchmarks.md."""
    rows = [[reader, *row] for reader, measured in found.items() for row in _rows_of(measured)]
    note = "The packaged readers alone, as they ship; none of it was trained on (docs/reader.md)."
    return {"columns": ["reader", "set", "measure", "figure"], "rows": rows, "note": note}


def _rows_of(measured: Mapping[str, Any]) -> Iterator[list[str]]:
    for name, figures in measured.items():
        if name in _SHORT:
            told = f"{figures['exact']:.2f} / {figures['f1']:.2f}"
            yield [f"{name}, gold passage", "short answer: exact / F1", told]
        elif "best_sentence" in figures:
            yield [f"{name}, gold passage", "best sentence is gold", f"{figures['best_sentence']:.2f}"]
        if "auroc_all" in figures:
            yield [name, "AUROC answerable", f"{figures['auroc_all']:.2f}"]
    for name, kinds in measured["held_out"].items():
        cells = (kinds["all"][figure] for figure in ("auroc", "best_unit", "exact_span"))
        told = " / ".join("–" if math.isnan(cell) else f"{cell:.2f}" for cell in cells)
        yield [f"held out: {name}", "AUROC answerable / best unit / exact span", told]


if __name__ == "__main__":
    main()
