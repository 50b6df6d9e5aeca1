"""The fit of the confidence on made-up answers."""

import numpy as np
import pytest

from benchmarks.confidence_data import Example
from benchmarks.fit_confidence import fit, fit_model, report_on
from rag.answering import CONFIDENCE_FEATURES
from rag.evaluation.confidence_metrics import expected_calibration_error


def examples(count=1_500, seed=0):
    """Three sets of different base rates, in which `cosine` tells right from wrong and `units` the set."""
    random = np.random.default_rng(seed)
    found = []
    for number in range(count):
        place = number % 3
        cosine = random.normal()
        chance = 1 / (1 + np.exp(-(2 * cosine + 0.75 * (place - 1))))
        features = {"cosine": cosine, "units": place + random.normal()}
        right = bool(random.random() < chance)
        found.append(Example(str(number), f"set {place}", "given", number % 2 == 0, True, right, features))
    return found


def test_a_feature_that_only_tells_the_set_is_not_weighed():
    model = fit_model(examples())
    weights = dict(zip(CONFIDENCE_FEATURES, model.weights, strict=True))
    assert weights["cosine"] > 1.0
    assert abs(weights["units"]) < 0.2


def test_the_confidence_of_new_answers_is_a_probability():
    calibrator = fit(examples(3_000))
    new = examples(3_000, seed=1)
    confidence = [calibrator.confidence(e.features) for e in new]
    assert expected_calibration_error(confidence, [e.right for e in new]) < 0.07
    assert calibrator.threshold(0.8) == pytest.approx(0.6, abs=0.25)


def test_the_report_tells_of_each_set_after_a_fit_on_the_others():
    found = examples()
    report = report_on(found)
    assert report["set 0, given"]["questions"] == sum(e.set_name == "set 0" for e in found)
    assert report["given and searched"]["auroc_right"] > 0.7
