"""Fit the confidence of answers to the program's own judgement of them, and report how it holds.

    python -m benchmarks.fit_confidence SETS_FOLDER --work FOLDER [--unseen FIELD_SET ...] [--write]

Answers come from `benchmarks/confidence_data.py`: the answerer asked with given and searched passages, with
and without those that answer, and our own questions (`benchmarks/everyday`, `benchmarks/questions`). Every
figure is of a set left out whole: fitted on all others. `--unseen` names field sets that are never fitted on.
Run `benchmarks/fit_evidence.py` before: the confidence is that of the shipped evidence weights.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.confidence_data import SETS, WITHHELD, Example, examples_of, field_examples
from benchmarks.fit_data import OWN_SETS
from rag.answering.calibration import Calibrator
from rag.answering.confidence import CONFIDENCE_FEATURES
from rag.answering.fitting import fit_isotonic, fit_logistic
from rag.evaluation.confidence_metrics import auroc, brier_score, expected_calibration_error
from rag.reading import LinearModel
from rag.resources import resource
from rag.settings import AnsweringSettings, load_settings

_RIDGE: Final = 20.0
_LEAST_GROUP: Final = 60
_FOLDS: Final = 5
_NEIGHBOURS: Final = 25
_STEP: Final = 0.02
_CONTRAST: Final = 0.4
_USUAL: Final = 0.15
"""The share of answers to questions whose evidence is withheld: much where the features are weighed, by
what tells right from wrong; and as little as shared sets hold by themselves where the weighed score becomes
a probability. A set whose own questions have no answer (half of CLAPNQ's) has those besides."""
_OWN_SILENCE: Final = 2.5
"""The say of a set with questions that its documents do not answer by themselves, which are harder to tell
than those whose evidence was taken away."""
_OWN_SAY: Final = 4.0
"""The say of a set of our own questions, which are what people ask, against a public set of one kind."""
_OWN: Final = frozenset(folder.name for folder in OWN_SETS)
_NOT_FITTED: Final = ("rgb_en_fact", "rgb_zh_fact")
"""Only reported: RGB's noise is of the same matter and often holds a part of the answer."""
_PROOFS: Final = (
    "score margin passage_margin cosine window_cosine passage_cosine near_overlap context_overlap"
    " passage_overlap untrusted_overlap untrusted_context untrusted_coverage pairs answer_coverage kind rank"
    " membership"
    " read_evidence read_answerable read_span read_margin read_best read_anywhere read_alone"
)
_DOUBTS: Final = (
    "names_missing names_far numbers_missing numbers_far kind_missing asks relation_missing relation_far"
    " rarest_missing other_years computed words_missing identifiers_far names_near numbered_otherwise"
)
_SIGNS: Final = {**dict.fromkeys(_PROOFS.split(), 1), **dict.fromkeys(_DOUBTS.split(), -1)}

Floats = NDArray[np.float64]


def main() -> None:
    """Fit, report, and write `data/calibration/default.json` when asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", type=Path)
    parser.add_argument("--work", type=Path, required=True, help="folder for libraries, embeddings, answers")
    parser.add_argument("--only", nargs="+", default=list(SETS), metavar="SET", help="public sets to fit on")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--unseen", nargs="*", type=Path, default=[], help="field sets to report only")
    parser.add_argument("--ask", nargs="+", metavar="SET", help="only ask these, for several runs at a time")
    arguments = parser.parse_args()
    if arguments.ask:
        for name in arguments.ask:
            print(name, sum(1 for _ in examples_of(arguments.sets / name, arguments.work)), flush=True)
        return
    found = [e for name in arguments.only for e in examples_of(arguments.sets / name, arguments.work)]
    frank = load_settings(overrides={"answering": {"abstain_below": 0.0, "cache": False}})

    def asked(folder: Path) -> list[Example]:
        return [
            example
            for combined in (False, True)
            for example in field_examples(folder, arguments.work, frank, combined=combined)
        ]

    for folder in OWN_SETS:  # the same question asked twice is in one fold
        found += sorted(asked(folder), key=lambda e: e.key)
    unseen = [example for folder in arguments.unseen for example in asked(folder)]
    kept = arguments.work / "field-confidence.jsonl"
    kept.write_text("".join(json.dumps(asdict(e)) + "\n" for e in [*found, *unseen]), "utf-8")
    calibrator = fit(found)
    report = report_on(found) | figures_by_way(unseen, calibrator)
    print(json.dumps(report, indent=1))
    if arguments.write:
        write(calibrator, report)


def fit(every: Sequence[Example]) -> Calibrator:
    """One logistic model, and the isotonic map of its score to a probability.

    The map is fitted to scores of answers that their model has not seen. Neighbours, the same question
    asked in several ways, are in one fold.
    """
    found = [e for e in every if e.set_name not in _NOT_FITTED]
    scores = np.empty(len(found))
    folds = np.arange(len(found)) // _NEIGHBOURS % _FOLDS
    for fold in range(_FOLDS):
        others = [e for e, own in zip(found, folds, strict=True) if own != fold]
        scores[folds == fold] = fit_model(others).scores(_matrix(found)[folds == fold])
    weights, right = _weights(found, _USUAL), _right(found)
    drawn = np.random.default_rng(0).choice(len(found), 4 * len(found), p=weights / weights.sum())
    x, y = fit_isotonic(scores[drawn], right[drawn], 4 * _LEAST_GROUP)
    model = fit_model(found)
    calibrator = Calibrator(model, np.array([x, np.clip(y, 0.01, 0.99)]))
    return Calibrator(model, calibrator.knots, _precisions(calibrator, found))


def fit_model(found: Sequence[Example]) -> LinearModel:
    """Logistic regression in which each set has a base rate of its own, of which only the mean is kept.

    So that a feature is not weighed by what it tells of a set instead of an answer.
    """
    sets = sorted({e.set_name for e in found})
    own = np.array([[float(e.set_name == name) for name in sets] for e in found])
    weights = _weights(found, _CONTRAST)
    features = (*CONFIDENCE_FEATURES, *sets)
    model = fit_logistic(
        features,
        np.hstack([_matrix(found), own]),
        _right(found),
        ridge=_RIDGE,
        example_weights=weights,
        signs=_SIGNS,
    )
    count = len(CONFIDENCE_FEATURES)
    base = float((own @ model.weights[count:]) @ weights / weights.sum())
    return LinearModel(CONFIDENCE_FEATURES, model.weights[:count], model.intercept + base)


def _weights(found: Sequence[Example], withheld_share: float) -> Floats:
    """Weights of mean 1 with which every set has the same say, and withheld answers their share of it."""
    counts = Counter((e.set_name, e.way in WITHHELD) for e in found)
    silent = {e.set_name for e in found if not e.answerable and e.way not in WITHHELD}

    def weight(example: Example) -> float:
        name, withheld = example.set_name, example.way in WITHHELD
        share = 1.0
        if counts[name, not withheld]:
            share = withheld_share if withheld else 1.0 - withheld_share
        say = _OWN_SAY if name in _OWN else _OWN_SILENCE if name in silent else 1.0
        return say * share / max(counts[name, withheld], _LEAST_GROUP)

    weights = np.array([weight(example) for example in found])
    return weights * (len(found) / weights.sum())


def _precisions(calibrator: Calibrator, found: Sequence[Example]) -> Floats:
    """Thresholds and the share of right answers from each on, shape (2, k), rising."""
    confidence = _confidence(calibrator, found)
    right, weights = _right(found), _weights(found, _USUAL)
    curve = []
    for threshold in np.arange(0.0, 1.0, _STEP):
        given = weights * (confidence >= threshold)
        if np.count_nonzero(given) < _LEAST_GROUP:
            break
        curve.append((threshold, float(given @ right / given.sum())))
    thresholds, precisions = np.array(curve).T
    return np.array([thresholds, np.maximum.accumulate(precisions)])


def report_on(found: Sequence[Example]) -> dict[str, Any]:
    """Figures on each set after a fit on the others, and of all sets' usual questions together."""
    left_out: dict[str, Any] = {}
    sure: list[float] = []
    answers: list[Example] = []
    for name in sorted({e.set_name for e in found}):
        own = [e for e in found if e.set_name == name]
        calibrator = fit([e for e in found if e.set_name != name])
        left_out |= figures_by_way(own, calibrator)
        natural = [e for e in own if _is_usual(e)]
        sure += _confidence(calibrator, natural).tolist()
        answers += natural
    return {
        "given and searched": {
            "questions": len(answers),
            "ece": round(expected_calibration_error(sure, _right(answers)), 3),
            "auroc_right": round(auroc(sure, _right(answers)) or 0.0, 3),
        }
    } | left_out


def _is_usual(example: Example) -> bool:
    """Whether it was asked as the answers benchmark does, and may be fitted to."""
    return example.way in ("given", "searched", "combined") and example.set_name not in _NOT_FITTED


def write(calibrator: Calibrator, report: dict[str, Any]) -> None:
    """Write the shipped file."""
    tree = {
        "about": "Confidence of answers, fitted by benchmarks/fit_confidence.py on public sets.",
        **calibrator.to_json(),
        "report": report,
    }
    path = resource("data", "calibration", "default.json")
    path.write_text(json.dumps(tree, indent=1) + "\n", "utf-8")


def _matrix(found: Sequence[Example]) -> Floats:
    return np.array([[e.features.get(name, 0.0) for name in CONFIDENCE_FEATURES] for e in found], np.float64)


def _right(found: Sequence[Example]) -> Floats:
    return np.array([e.right for e in found], np.float64)


def _confidence(calibrator: Calibrator, found: Sequence[Example]) -> Floats:
    return np.array([calibrator.confidence(e.features) for e in found])


def figures_by_way(found: Sequence[Example], calibrator: Calibrator) -> dict[str, dict[str, float]]:
    ways = sorted({(e.set_name, e.way) for e in found})
    return {
        f"{name}, {way}": _figures([e for e in found if (e.set_name, e.way) == (name, way)], calibrator)
        for name, way in ways
    }


def _figures(found: Sequence[Example], calibrator: Calibrator) -> dict[str, float]:
    confidence, right = _confidence(calibrator, found), _right(found)
    answerable = np.array([e.answerable for e in found])
    refused = confidence < calibrator.threshold(AnsweringSettings().wanted_precision)
    figures = {
        "questions": len(found),
        "right": right.mean(),
        "confidence": confidence.mean(),
        "ece": expected_calibration_error(confidence, right),
        "brier": brier_score(confidence, right),
        "auroc_right": auroc(confidence, right),
        "auroc_answerable": auroc(confidence, answerable),
        "unanswerable_refused": refused[~answerable].mean() if (~answerable).any() else None,
        "answerable_refused": refused[answerable].mean() if answerable.any() else None,
        "right_of_answered": right[~refused].mean() if (~refused).any() else None,
    }
    return {name: round(float(value), 3) for name, value in figures.items() if value is not None}


if __name__ == "__main__":
    main()
