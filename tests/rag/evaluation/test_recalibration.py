"""A confidence fitted to one's own questions."""

import json

import numpy as np
import pytest

from rag.answering import CONFIDENCE_FEATURES, Calibrator, load_calibrator
from rag.errors import UsageError
from rag.evaluation import recalibrate
from rag.evaluation.judgement import Judged
from rag.reading import LinearModel


def shipped():
    weights = np.zeros(len(CONFIDENCE_FEATURES))
    weights[0] = 1.0
    knots = np.linspace(-6, 6, 25)
    return Calibrator(LinearModel(CONFIDENCE_FEATURES, weights), np.array([knots, 1 / (1 + np.exp(-knots))]))


def answers(count, chance, seed=0, second=0.0):
    """Answers whose first feature is a score, right with a probability that `chance` takes from it."""
    random = np.random.default_rng(seed)
    lines = []
    for number in range(count):
        score, other = random.normal(0, 2), random.normal(0, 2)
        features = {CONFIDENCE_FEATURES[0]: score, CONFIDENCE_FEATURES[1]: other}
        right = bool(random.random() < chance(score + second * other))
        lines.append(
            Judged(str(number), "?", "en", True, "", "", False, 0.5, right, {}, (), 0, 0, 0, 0.1, features)
        )
    return lines


def test_an_overconfident_calibration_is_pulled_back():
    found = recalibrate(answers(400, lambda score: 0.5 / (1 + np.exp(-score))), shipped())
    assert found.method != "kept"
    assert found.after["ece"] < 0.08 < found.before["ece"]
    assert found.after["brier"] < found.before["brier"]
    assert found.questions == 400


def test_a_good_calibration_is_hardly_changed():
    calibrator = shipped()
    found = recalibrate(answers(400, lambda score: 1 / (1 + np.exp(-score))), calibrator)
    for score in (-3.0, 0.0, 3.0):
        features = {CONFIDENCE_FEATURES[0]: score}
        assert found.calibrator.confidence(features) == pytest.approx(
            calibrator.confidence(features), abs=0.1
        )


def test_what_the_shipped_model_leaves_out_is_learned_from_many_questions():
    found = recalibrate(answers(600, lambda score: 1 / (1 + np.exp(-2 * score)), second=1.0), shipped())
    assert found.method == "refitted"
    assert found.after["auroc"] > found.before["auroc"] + 0.05


def test_the_threshold_keeps_its_promise_on_new_questions():
    def chance(score):
        return 0.95 / (1 + np.exp(-score))

    reached, coverage, promised = [], [], []
    for seed in range(1, 6):
        found = recalibrate(answers(600, chance, seed), shipped(), precision=0.8)
        new = answers(1_000, chance, seed=100 + seed)
        given = [n.right for n in new if found.calibrator.confidence(n.features) >= found.threshold]
        reached.append(np.mean(given))
        coverage.append(len(given) / len(new))
        promised.append(found.coverage)
    assert np.mean(reached) == pytest.approx(0.8, abs=0.03)
    assert np.mean(coverage) == pytest.approx(np.mean(promised), abs=0.05)


def test_a_precision_that_nothing_reaches_gives_no_threshold():
    found = recalibrate(answers(200, lambda _: 0.3), shipped(), precision=1.0)
    assert found.threshold is None or found.coverage < 0.1


def test_the_fit_is_written_and_read_again(tmp_path):
    found = recalibrate(answers(200, lambda score: 0.5 / (1 + np.exp(-score))), shipped())
    path = tmp_path / "own.json"
    path.write_text(json.dumps(found.calibrator.to_json()))
    read = load_calibrator(str(path))
    features = {CONFIDENCE_FEATURES[0]: 1.0}
    assert read.confidence(features) == pytest.approx(found.calibrator.confidence(features), abs=1e-3)


@pytest.mark.parametrize(("count", "chance"), [(12, 0.5), (200, 1.0), (200, 0.0)])
def test_too_few_questions_are_refused_with_what_is_missing(count, chance):
    with pytest.raises(UsageError, match="at least 16 questions"):
        recalibrate(answers(count, lambda _: chance), shipped())
