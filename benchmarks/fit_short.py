"""Fit the weights of short answers on half of the questions of several sets, and report the other half.

    python -m benchmarks.fit_short SETS_FOLDER --work FOLDER [--write]

A conditional logit over the candidate spans of the chosen evidence: the loss is minus the logarithm of
the expected token F1 (by character for Chinese). Every set has the same say. Run
`benchmarks/fit_evidence.py` first: the evidence is that of the shipped weights.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from benchmarks.fit_data import Case
from benchmarks.fit_evidence import load_cases
from rag.attribution import LinearModel
from rag.attribution.evidence import select_measured
from rag.attribution.short import SHORT_FEATURES, measure_spans, wants_short_answer
from rag.attribution.weights import load_evidence_weights
from rag.evaluation.text_metrics import exact_match, f1
from rag.resources import resource

_RIDGE = 0.01
_MOST_SENTENCES = 3
_SETS = ("xquad_en", "xquad_zh", "cmrc2018_trial", "drcd_dev", "hotpot_small", "tatqa_dev")


@dataclass(frozen=True)
class Example:
    """The candidates of one question: features (n, k), F1 (n,) and exact match (n,)."""

    set_name: str
    half: int
    matrix: NDArray[np.float64]
    f1: NDArray[np.float64]
    exact: NDArray[np.float64]


def main() -> None:
    """Fit, report, and write `data/calibration/short.json` when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="folder for libraries and embeddings")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    found = examples(list(load_cases(arguments.sets, arguments.work, ("retrieved",))))
    report = held_out_report(found)
    print(json.dumps(report, indent=1))
    if arguments.write:
        write(fit(found), report)


def examples(measured: Sequence[Case]) -> list[Example]:
    """The questions that want a short answer, with the candidates of their chosen evidence."""
    weights = load_evidence_weights()
    found = []
    for case in measured:
        if case.task.set_name not in _SETS or case.kind != "retrieved" or not case.task.answers:
            continue
        selection = select_measured(case.measured, weights, _MOST_SENTENCES)
        if not wants_short_answer(selection.question):
            continue
        best_first = sorted(selection.chosen, key=lambda evidence: -evidence.score)
        spans, matrix = measure_spans(selection.question, [evidence.unit for evidence in best_first])
        if not spans:
            continue
        texts = [candidate.text for _, candidate in spans]
        answers = case.task.answers
        found.append(
            Example(
                case.task.set_name,
                case.task.half,
                matrix,
                np.array([max(f1(text, answer) for answer in answers) for text in texts]),
                np.array([max(exact_match(text, answer) for answer in answers) for text in texts]),
            )
        )
    return found


def fit(found: Sequence[Example]) -> LinearModel:
    """Maximise the logarithm of the expected F1; every set has the same say."""
    usable = [example for example in found if example.f1.max() >= 0.3]
    counts = Counter(example.set_name for example in usable)
    share = np.array([1.0 / (counts[e.set_name] * len(counts)) for e in usable])
    sizes = [len(e.f1) for e in usable]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    owner = np.repeat(np.arange(len(usable)), sizes)
    matrix = np.vstack([e.matrix for e in usable])
    scale = np.where(matrix.std(axis=0) > 1e-9, matrix.std(axis=0), 1.0)
    design = matrix / scale
    gain = np.concatenate([e.f1**2 for e in usable])

    def loss(beta: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = design @ beta
        odds = np.exp(scores - np.maximum.reduceat(scores, starts)[owner])
        total, good = np.add.reduceat(odds, starts), np.add.reduceat(odds * gain, starts)
        slope = share[owner] * (odds / total[owner] - odds * gain / good[owner])
        value = -float(share @ np.log(good / total)) + 0.5 * _RIDGE * float(beta @ beta)
        return value, design.T @ slope + _RIDGE * beta

    best = minimize(loss, np.zeros(len(SHORT_FEATURES)), jac=True, method="L-BFGS-B")
    return LinearModel(SHORT_FEATURES, best.x / scale)


def held_out_report(found: Sequence[Example]) -> dict[str, Any]:
    """Exact match and F1 on the odd half after a fit on the even half, and with each set left out."""
    even = fit([e for e in found if e.half == 0])
    report: dict[str, Any] = {"held_out_half": {}, "left_out_set": {}}
    for name in sorted({e.set_name for e in found}):
        own = [e for e in found if e.set_name == name]
        report["held_out_half"][name] = _figures([e for e in own if e.half == 1], even)
        others = fit([e for e in found if e.set_name != name])
        report["left_out_set"][name] = _figures(own, others)
    return report


def write(model: LinearModel, report: dict[str, Any]) -> None:
    """Write the shipped file."""
    about = "Weights of short answers, fitted by benchmarks/fit_short.py on public sets."
    path = resource("data", "calibration", "short.json")
    tree = {"about": about, **model.to_json(), "report": report}
    path.write_text(json.dumps(tree, indent=1) + "\n", "utf-8")


def _figures(found: Sequence[Example], model: LinearModel) -> dict[str, float]:
    picks = [int(np.argmax(model.scores(e.matrix))) for e in found]
    return {
        "questions": len(found),
        "exact_match": round(float(np.mean([e.exact[i] for e, i in zip(found, picks, strict=True)])), 3),
        "f1": round(float(np.mean([e.f1[i] for e, i in zip(found, picks, strict=True)])), 3),
        "best_possible_f1": round(float(np.mean([e.f1.max() for e in found])), 3),
    }


if __name__ == "__main__":
    main()
