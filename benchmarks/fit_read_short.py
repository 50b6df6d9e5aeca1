"""Fit when a short answer of the reader is sure enough to be shown, and report it on sets left out whole.

    python -m benchmarks.fit_read_short --work FOLDER [--unseen FIELD_SET ...] [--write]

Logistic regression over `rag.reading.read_short.READ_SHORT_FEATURES` on our own questions; then the
least probability from which on short answers are right as often as wanted. Run `benchmarks/fit_evidence.py`
before: what is told decides where short answers are looked for.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.field_judge import read_field_set
from benchmarks.field_text import within, words
from benchmarks.fit_data import OWN_SETS, CachedEmbedder, Case, field_cases
from benchmarks.fit_evidence import EMBEDDERS
from rag.answering.fitting import fit_logistic
from rag.models import build_embedder, load_readers
from rag.reading import LinearModel
from rag.reading.evidence import select_measured
from rag.reading.evidence_weights import load_evidence_weights
from rag.reading.read_short import READ_SHORT_FEATURES, read_short_features
from rag.resources import resource
from rag.settings import load_settings

_WANTED: Final = 0.97
_RIDGE: Final = 3.0
_LEAST: Final = 12


@dataclass(frozen=True)
class Found:
    """The likeliest short answer to one question: of which set, what tells of it, whether it is right."""

    set_name: str
    features: list[float]
    right: bool


def main() -> None:
    """Fit, report, and write `data/calibration/read_short.json` when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, required=True, help="folder for libraries and embeddings")
    parser.add_argument("--unseen", nargs="*", type=Path, default=[], help="field sets to report only")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    settings = load_settings()
    first, second = (
        CachedEmbedder(
            build_embedder(load_settings(overrides={"embedder": {"model": model}})), given.work / "embeddings"
        )
        for model in EMBEDDERS
    )
    readers = load_readers(settings)

    def of_field(folder: Path) -> Iterator[Found]:
        accepted = {q.question_id: (q.short or q.answers, q.must_not) for q in read_field_set(folder)}
        for case in field_cases(folder, first, second, readers, given.work):
            yield from _found(case, *accepted[case.task.question_id])

    found = [each for folder in OWN_SETS for each in of_field(folder)]
    first.save()
    model = fit(found)
    sure = threshold(model, found)
    report: dict[str, Any] = {"fitted": figures(found, model, sure)}
    for folder in given.unseen:
        report[folder.name] = figures(list(of_field(folder)), model, sure)
    print(json.dumps(report, indent=1))
    if given.write:
        tree = {
            "about": "Fitted by benchmarks/fit_read_short.py.",
            **model.to_json(),
            "sure": sure,
            "report": report,
        }
        path = resource("data", "calibration", "read_short.json")
        path.write_text(json.dumps(tree, indent=1) + "\n", "utf-8")


def _found(case: Case, accepted: Sequence[str], others: Sequence[str]) -> Iterator[Found]:
    selection = select_measured(case.measured, load_evidence_weights().of(case.measured.votes.has_read), 3)
    best = read_short_features(selection, [evidence.unit for evidence in selection.told])
    if best is None:
        return
    _, span, features = best
    told = words(span.text)
    right = any(within(words(a), told) for a in accepted) and not any(within(words(o), told) for o in others)
    yield Found(case.task.set_name, [features[name] for name in READ_SHORT_FEATURES], right)


def fit(found: Sequence[Found]) -> LinearModel:
    """Logistic regression; what speaks for a span may not speak against it."""
    return fit_logistic(
        READ_SHORT_FEATURES,
        np.array([f.features for f in found]),
        np.array([f.right for f in found], np.float64),
        ridge=_RIDGE,
        signs=dict.fromkeys(READ_SHORT_FEATURES, 1),
    )


def threshold(model: LinearModel, found: Sequence[Found]) -> float:
    """The least probability from which on short answers are right as often as wanted."""
    probability = model.probabilities(np.array([f.features for f in found]))
    right = np.array([f.right for f in found], np.float64)
    for step in np.arange(0.2, 0.99, 0.01):
        shown = probability >= step
        if shown.sum() >= _LEAST and right[shown].mean() >= _WANTED:
            return round(float(step), 2)
    return 0.99


def figures(found: Sequence[Found], model: LinearModel, sure: float) -> dict[str, float]:
    """How many are shown, and how many of those are right."""
    probability = model.probabilities(np.array([f.features for f in found]))
    right = np.array([f.right for f in found], np.float64)
    shown = probability >= sure
    return {
        "questions": len(found),
        "right": round(float(right.mean()), 3),
        "shown": round(float(shown.mean()), 3),
        "right of shown": round(float(right[shown].mean()), 3) if shown.any() else 0.0,
    }


if __name__ == "__main__":
    main()
