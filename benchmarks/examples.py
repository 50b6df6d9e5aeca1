"""Measure example selectors on labelled sets, and by the kind of answer on a set of questions.

    python -m benchmarks.examples --data SETS_FOLDER --work FOLDER [--limit N] [--generator-limit N]

TREC (6 kinds of question) and Banking77 (77 intents) come with labels. XQuAD's questions are divided by
article, the first half as the pool, so that no example is of a test question's text; their label is the
shape of the right answer (a year, a number, a name, a phrase, a clause): what an example must show is how
such a question is answered. Stores `benchmarks/results/examples.json`; each set's figures and each choice
of the generator are kept under the work folder, so that a run that was stopped goes on, and one that asks
the generator more builds on one that asked less.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from rag.evaluation import (
    LabelChooser,
    RememberingEmbedder,
    SelectionSettings,
    SelectorResult,
    evaluate_selectors,
)
from rag.evaluation.labelled_questions import load_labelled
from rag.examples import selector_names
from rag.models import build_embedder, build_label_scorer
from rag.schema import Example
from rag.settings import load_settings

ROOT: Final = Path(__file__).resolve().parent.parent
SETS: Final = {"icl_trec": "TREC", "icl_banking77": "Banking77", "xquad_en": "XQuAD"}
MEASURES: Final = ("label_in_top_k", "vote_accuracy", "generator_accuracy")
_CLAUSE_WORDS: Final = 6

Figures = dict[str, dict[str, Any]]


def main() -> None:
    """Measure, store, and say where the default is not the best."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets")
    parser.add_argument("--work", type=Path, required=True, help="folder for figures")
    parser.add_argument("--limit", type=int, default=300, help="test questions a seed; 0: all")
    parser.add_argument("--generator-limit", type=int, default=6, help="of these, asked of the generator")
    parser.add_argument("--sets", nargs="+", default=list(SETS), choices=list(SETS))
    parser.add_argument("--generator-sets", nargs="*", default=list(SETS), choices=list(SETS))
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    amount = SelectionSettings(limit=arguments.limit or None, generator_limit=arguments.generator_limit)
    unasked = replace(amount, generator_limit=0)
    found = {
        name: measured(
            arguments.data / name,
            amount if name in arguments.generator_sets else unasked,
            arguments.work,
        )
        for name in arguments.sets
    }
    store(found, amount)
    for name, figures in found.items():
        print(f"{name}: {verdict(figures)}")


def measured(folder: Path, amount: SelectionSettings, work: Path) -> Figures:
    """Figures of every selector on one set, from the work folder where they were measured before.

    The generator is asked the first questions of each seed's, so that its part can be measured apart.
    """
    found = _kept(folder, replace(amount, generator_limit=0), work)
    if not amount.generator_limit:
        return found
    asked = _kept(folder, replace(amount, limit=amount.generator_limit), work)
    return {name: _with_generator(row, asked[name]) for name, row in found.items()}


def _kept(folder: Path, amount: SelectionSettings, work: Path) -> Figures:
    kept = work / f"{folder.name}-{amount.limit}-{amount.generator_limit}.json"
    if kept.is_file():
        figures: Figures = json.loads(kept.read_text("utf-8"))
        return figures
    settings = load_settings()
    pool, questions = read(folder)
    scorer = build_label_scorer(settings)
    choices = RememberedChoices(scorer.most_likely, work / f"{folder.name}-choices.jsonl")
    results = evaluate_selectors(
        selector_names(),
        pool,
        questions,
        RememberingEmbedder(build_embedder(settings)),
        amount,
        choices if amount.generator_limit else None,
        settings.examples.selector,
        lambda done, total: print(f"{folder.name}: {done} of {total}", flush=True),
    )
    figures = {result.selector: _figures(result) for result in results}
    kept.write_text(json.dumps(figures, indent=1), "utf-8")
    return figures


def _with_generator(row: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in asked["differences"].items() if name == "generator_accuracy"}
    return {
        **row,
        "generator_accuracy": asked["generator_accuracy"],
        "differences": {**row["differences"], **told},
    }


class RememberedChoices:
    """A generator's choices of labels, asked for once and kept in a file."""

    def __init__(self, choose: LabelChooser, path: Path) -> None:
        """Take in the choices that the file holds already."""
        self._choose = choose
        self._path = path
        lines = path.read_text("utf-8").splitlines() if path.is_file() else []
        self._known: dict[str, str] = dict(json.loads(line) for line in lines)

    def __call__(self, prompt: str, labels: Sequence[str]) -> int:
        """The index of the label chosen."""
        key = hashlib.sha256("\0".join([prompt, *labels]).encode()).hexdigest()[:24]
        if key not in self._known:
            self._known[key] = labels[self._choose(prompt, labels)]
            with self._path.open("a", encoding="utf-8") as file:
                file.write(json.dumps([key, self._known[key]]) + "\n")
        return labels.index(self._known[key])


def read(folder: Path) -> tuple[Sequence[Example], Sequence[Example]]:
    """The pool and the test questions of a set."""
    if (folder / "train.jsonl").is_file():
        return load_labelled(folder / "train.jsonl"), load_labelled(folder / "test.jsonl")
    lines = [json.loads(line) for line in (folder / "questions.jsonl").read_text("utf-8").splitlines()]
    articles = list(dict.fromkeys(_article(line) for line in lines))
    early = set(articles[: len(articles) // 2])
    pool = [_by_shape(line) for line in lines if _article(line) in early]
    return pool, [_by_shape(line) for line in lines if _article(line) not in early]


def answer_shape(answer: str) -> str:
    """What an answer looks like: `year`, `number`, `name`, `phrase` or `clause`."""
    words = answer.split()
    if re.fullmatch(r"1\d{3}|20[0-2]\d", answer.strip()):
        return "year"
    if any(character.isdigit() for character in answer) and len(words) <= _CLAUSE_WORDS:
        return "number"
    if len(words) > _CLAUSE_WORDS:
        return "clause"
    return "name" if any(word[:1].isupper() for word in words) else "phrase"


def store(found: dict[str, Figures], amount: SelectionSettings) -> None:
    """Write the table: a row a selector, three measures a set."""
    names = list(next(iter(found.values())))
    heads = [f"{SETS[name]} {what}" for name in found for what in ("top 8", "vote", "model")]
    rows = [_row(selector, [figures[selector] for figures in found.values()]) for selector in names]
    generator = f"{amount.generator_limit} questions a seed" if amount.generator_limit else "not measured"
    result = {
        "columns": ["selector", *heads, "ms"],
        "rows": rows,
        "note": (
            "8 examples; three seeds, each with nine tenths of the pool and "
            f"{amount.limit or 'all'} test questions. `top 8`: an example of the right label is among "
            f"them; `vote`: most of them have it; `model`: the packaged generator finds it likeliest "
            f"({generator}). In brackets the half width of the 95 % bootstrap interval over questions. `ms`: "
            "median to choose from the largest pool, vectors known. TREC: 6 kinds of question, pool 4,907; "
            "Banking77: 77 intents, pool 9,003; XQuAD: five shapes of answer, articles apart."
        ),
        "figures": found,
    }
    path = ROOT / "benchmarks" / "results" / "examples.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")


def verdict(figures: Figures) -> str:
    """The best selector by vote, and whether every selector is above random ones."""
    best = max(figures, key=lambda name: figures[name]["vote_accuracy"]["mean"])
    controls = ("random", "none")
    below = [
        name
        for name, row in figures.items()
        if name not in controls and row["vote_accuracy"]["low"] <= figures["random"]["vote_accuracy"]["high"]
    ]
    return f"best vote: {best}; not clearly above random: {', '.join(below) or 'none'}"


def _figures(result: SelectorResult) -> dict[str, Any]:
    measured = {name: getattr(result, name) for name in MEASURES}
    return {
        **{name: None if value is None else asdict(value) for name, value in measured.items()},
        "milliseconds": result.milliseconds,
        "differences": {name: asdict(value) for name, value in result.differences.items()},
    }


def _row(selector: str, figures: Sequence[dict[str, Any]]) -> list[str]:
    slowest = max(row["milliseconds"] for row in figures)
    return [selector, *(cell for row in figures for cell in _cells(row)), f"{slowest:.1f}"]


def _cells(row: dict[str, Any]) -> list[str]:
    return [_cell(row[name]) for name in MEASURES]


def _cell(interval: dict[str, float] | None) -> str:
    if interval is None:
        return "–"
    half = (interval["high"] - interval["low"]) / 2
    return f"{interval['mean']:.3f} (±{half:.3f})"


def _article(line: dict[str, Any]) -> str:
    return str(line["gold_doc_ids"][0]).rsplit("-", 1)[0]


def _by_shape(line: dict[str, Any]) -> Example:
    shape = answer_shape(line["answers"][0])
    return Example(str(line["id"]), line["question"], line["answers"][0], label=shape)


if __name__ == "__main__":
    main()
