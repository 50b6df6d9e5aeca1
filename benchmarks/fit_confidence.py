"""Fit the confidence of answers on answerable and unanswerable questions, and report how it holds.

    python -m benchmarks.fit_confidence SETS_FOLDER --work FOLDER [--write]

Right is an answer whose chosen units hold gold evidence. Unanswerable are the questions that a set
marks so, and those of the other sets whose gold documents were taken out of the passages. Run
`benchmarks/fit_evidence.py` first: the confidence is that of the shipped evidence weights.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.fit_data import Case
from benchmarks.fit_evidence import fit as fit_evidence
from benchmarks.fit_evidence import load_cases
from rag.answering.calibration import CONFIDENCE_FEATURES, Calibrator, confidence_features
from rag.answering.fitting import fit_isotonic, fit_logistic
from rag.attribution.evidence import select_measured
from rag.attribution.weights import EvidenceWeights, load_evidence_weights
from rag.resources import resource

_RIDGE = 4.0
_LEAST_GROUP = 60
_MOST_SENTENCES = 3
_BINS = 10
_SECOND_EMBEDDER = 0.3
"""What the cases of the embedder that is not the default have to say against those of the default."""
_DEFAULT_DIMENSION = 384
_STEP = 0.02
_REFUSED_BELOW = 0.3
_NOT_FITTED = ("tatqa_dev", "rgb_en_fact", "rgb_zh_fact")
"""Only reported. TAT-QA's questions do not name their company, so that taking the gold document out leaves
others that answer as well; RGB's noise is of the same matter, which no feature here tells from an answer."""
_PROOFS = (
    "score margin cosine window_cosine passage_cosine near_overlap context_overlap passage_overlap"
    " untrusted_overlap untrusted_context untrusted_coverage pairs answer_coverage kind rank"
)
_DOUBTS = "names_missing names_far numbers_missing numbers_far kind_missing asks"
_SIGNS = {**dict.fromkeys(_PROOFS.split(), 1), **dict.fromkeys(_DOUBTS.split(), -1)}


@dataclass(frozen=True)
class Example:
    """One answer's features, whether it was right, and whether its question had an answer at all."""

    group: str
    set_name: str
    half: int
    features: dict[str, float]
    right: bool
    answerable: bool
    weight: float = 1.0


def main() -> None:
    """Fit, report, and write `data/calibration/default.json` when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="folder for libraries and embeddings")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    measured = list(load_cases(arguments.sets, arguments.work, ("retrieved", "gold", "without")))
    report = report_on(measured)
    print(json.dumps(report, indent=1))
    if arguments.write:
        found = examples(measured, load_evidence_weights())
        write(replace(fit(found), precisions=precision_curve(found)), report)


def report_on(measured: Sequence[Case]) -> dict[str, Any]:
    """The held-out report, with evidence weights that have not seen the odd half either."""
    seen = [case for case in measured if case.task.half == 0 and case.kind != "without"]
    return held_out_report(examples(measured, fit_evidence(seen)))


def examples(measured: Sequence[Case], weights: EvidenceWeights) -> list[Example]:
    """The cases as answers that can be right or wrong.

    A set with questions that it marks unanswerable needs none made; a case with gold passages only is
    used where the set has unanswerable ones of the same form.
    """
    found = []
    for case in measured:
        own_negatives = case.task.set_name == "clapnq_dev"
        if (case.kind == "gold" or case.kind == "without") and own_negatives != (case.kind == "gold"):
            continue
        selection = select_measured(case.measured, weights, _MOST_SENTENCES)
        features = confidence_features(selection, case.measured.passages, case.measured.weight)
        places = {(u.document_id, u.start): i for i, u in enumerate(case.measured.units)}
        chosen = [places[e.unit.document_id, e.unit.start] for e in selection.chosen]
        answerable = case.task.answerable and case.kind != "without"
        right = answerable and bool(case.any_label[chosen].any())
        trusted = "trusted" if selection.trust else "words"
        kind = "gold" if case.kind == "gold" else "library"
        group = f"{case.task.set_name} {kind} {trusted} {case.measured.vectors.question.size}"
        weight = 1.0 if case.measured.vectors.question.size <= _DEFAULT_DIMENSION else _SECOND_EMBEDDER
        found.append(Example(group, case.task.set_name, case.task.half, features, right, answerable, weight))
    return found


def fit(every: Sequence[Example]) -> Calibrator:
    """Logistic regression, then the isotonic map from its score to a probability; groups weigh alike."""
    found = [example for example in every if example.set_name not in _NOT_FITTED]
    matrix = np.array([[e.features.get(n, 0.0) for n in CONFIDENCE_FEATURES] for e in found])
    right = np.array([e.right for e in found], np.float64)
    weights = _weights(found)
    model = fit_logistic(
        CONFIDENCE_FEATURES, matrix, right, ridge=_RIDGE, example_weights=weights, signs=_SIGNS
    )
    drawn = np.random.default_rng(0).choice(len(found), 4 * len(found), p=weights / weights.sum())
    x, y = fit_isotonic(model.scores(matrix)[drawn], right[drawn], 4 * _LEAST_GROUP)
    return Calibrator(model, np.array([x, np.clip(y, 0.01, 0.99)]))


def _weights(found: Sequence[Example]) -> NDArray[np.float64]:
    """Weights of mean 1 that give every group, and in it answerable and unanswerable, the same say.

    A group of a few questions (of a language that was detected wrongly) has no more than their share.
    """
    counts = Counter((e.group, e.answerable) for e in found)
    weights = np.array([e.weight / max(counts[e.group, e.answerable], _LEAST_GROUP) for e in found])
    return weights * (len(found) / weights.sum())


def precision_curve(found: Sequence[Example]) -> NDArray[np.float64]:
    """Thresholds and the precision of answers from each on, shape (2, k), rising.

    Measured on each half after a fit on the other, with as many unanswerable as answerable questions.
    """
    usable = [e for e in found if e.set_name not in _NOT_FITTED]
    fits = {half: fit([e for e in usable if e.half != half]) for half in (0, 1)}
    confidence = np.array([fits[e.half].confidence(e.features) for e in usable])
    right, weights = np.array([e.right for e in usable], np.float64), _weights(usable)
    curve = []
    for threshold in np.arange(0.0, 1.0, _STEP):
        given = weights * (confidence >= threshold)
        if np.count_nonzero(given) < _LEAST_GROUP:
            break
        curve.append((threshold, float(given @ right / given.sum())))
    thresholds, precisions = np.array(curve).T
    return np.array([thresholds, np.maximum.accumulate(precisions)])


def held_out_report(found: Sequence[Example]) -> dict[str, Any]:
    """Figures on the odd half after a fit on the even half, and on each set after a fit on the others."""
    odd = [e for e in found if e.half == 1]
    fitted = [e for e in odd if e.set_name not in _NOT_FITTED]
    even = fit([e for e in found if e.half == 0])
    report: dict[str, Any] = {
        "held_out_half": {"fitted sets": _figures(fitted, even)} | _by_group(odd, even),
        "left_out_set": {},
    }
    for name in sorted({e.set_name for e in found}):
        calibrator = fit([e for e in found if e.set_name != name])
        report["left_out_set"].update(_by_group([e for e in found if e.set_name == name], calibrator))
    return report


def write(calibrator: Calibrator, report: dict[str, Any]) -> None:
    """Write the shipped file."""
    tree = {
        "about": "Confidence of answers, fitted by benchmarks/fit_confidence.py on public sets.",
        **calibrator.to_json(),
        "report": report,
    }
    path = resource("data", "calibration", "default.json")
    path.write_text(json.dumps(tree, indent=1) + "\n", "utf-8")


def auroc(scores: NDArray[np.float64], labels: NDArray[np.bool_]) -> float:
    """The probability that a positive scores above a negative, ties half (Mann and Whitney 1947)."""
    if labels.all() or not labels.any():
        return float("nan")
    above = (scores[labels][:, None] > scores[~labels][None]).mean()
    level = (scores[labels][:, None] == scores[~labels][None]).mean()
    return float(above + 0.5 * level)


def expected_calibration_error(confidence: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Mean distance of confidence and rightness over ten bins of equal mass (Naeini et al. 2015)."""
    bins = np.array_split(np.argsort(confidence, kind="stable"), _BINS)
    gaps = [len(b) * abs(confidence[b].mean() - right[b].mean()) for b in bins if len(b)]
    return float(sum(gaps) / len(confidence))


def _by_group(found: Sequence[Example], calibrator: Calibrator) -> dict[str, dict[str, float]]:
    groups = sorted({e.group for e in found})
    return {group: _figures([e for e in found if e.group == group], calibrator) for group in groups}


def _figures(found: Sequence[Example], calibrator: Calibrator) -> dict[str, float]:
    confidence = np.array([calibrator.confidence(e.features) for e in found])
    right = np.array([e.right for e in found])
    answerable = np.array([e.answerable for e in found])
    refused = confidence < _REFUSED_BELOW
    figures = {
        "questions": len(found),
        "auroc_answerable": auroc(confidence, answerable),
        "auroc_right": auroc(confidence, right),
        "ece": expected_calibration_error(confidence, right),
        "brier": float(np.mean((confidence - right) ** 2)),
        "unanswerable_rejected": float(refused[~answerable].mean()) if (~answerable).any() else float("nan"),
        "answerable_refused": float(refused[answerable].mean()) if answerable.any() else float("nan"),
        "right_of_answered": float(right[~refused].mean()) if (~refused).any() else float("nan"),
    }
    return {name: round(value, 3) for name, value in figures.items()}


if __name__ == "__main__":
    main()
