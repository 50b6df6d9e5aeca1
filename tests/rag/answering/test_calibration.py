import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answering import CONFIDENCE_FEATURES, Calibrator, load_calibrator
from rag.answering.fitting import fit_isotonic, fit_line, fit_logistic
from rag.errors import ConfigurationError
from rag.reading import LinearModel


def test_the_shipped_calibration_loads_and_rises_with_its_score() -> None:
    calibrator = load_calibrator("default")
    strongest = max(CONFIDENCE_FEATURES, key=lambda n: calibrator.model.weights[CONFIDENCE_FEATURES.index(n)])
    values = [calibrator.confidence({strongest: x}) for x in np.linspace(-3, 3, 20)]
    assert values == sorted(values)
    assert 0.0 <= values[0] < values[-1] <= 1.0


def test_without_evidence_there_is_no_confidence() -> None:
    assert load_calibrator("default").confidence({}) == 0.0


def test_a_calibration_survives_its_file(tmp_path: Path) -> None:
    calibrator = load_calibrator("default")
    path = tmp_path / "own.json"
    path.write_text(json.dumps(calibrator.to_json()), "utf-8")
    again = load_calibrator(str(path))
    features = {"score": 3.0, "cosine": 0.7}
    assert again.confidence(features) == pytest.approx(calibrator.confidence(features), abs=1e-3)


@pytest.mark.parametrize(
    "text",
    [
        "not json",
        "[]",
        '{"version": 99}',
        '{"version": 1}',
        '{"version": 1, "confidence": {"weights": {"no_such_feature": 1}},'
        ' "knots": {"scores": [0], "probabilities": [1]}}',
        '{"version": 1, "confidence": {"weights": {}}, "knots": {"scores": [1, 0], "probabilities": [0, 1]}}',
    ],
)
def test_a_bad_file_is_told(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text, "utf-8")
    with pytest.raises(ConfigurationError, match=r"bad\.json"):
        load_calibrator(str(path))


def test_a_missing_calibration_is_told() -> None:
    with pytest.raises(ConfigurationError, match="no-such"):
        load_calibrator("no-such")


def test_logistic_regression_recovers_the_weights() -> None:
    random = np.random.default_rng(1)
    matrix = random.normal(size=(4_000, 3)) * [1.0, 5.0, 0.2]
    truth = 1 / (1 + np.exp(-(matrix @ [1.5, -0.3, 0.0] + 0.5)))
    labels = (random.random(4_000) < truth).astype(float)
    model = fit_logistic(("a", "b", "c"), matrix, labels, ridge=0.1)
    assert model.weights == pytest.approx([1.5, -0.3, 0.0], abs=0.25)
    assert model.intercept == pytest.approx(0.5, abs=0.15)


def test_a_line_is_found_from_many_examples_and_hardly_moved_by_a_few() -> None:
    random = np.random.default_rng(0)
    log_odds = random.normal(0, 2, 6_000)
    labels = (random.random(6_000) < 1 / (1 + np.exp(-(0.5 * log_odds - 1)))).astype(float)
    assert fit_line(log_odds, labels, 0.5, 1.0) == pytest.approx((0.5, -1.0), abs=0.1)
    slope, shift = fit_line(log_odds[:6], np.zeros(6), 0.5, 1.0)
    assert (0.0 < slope < 2.0, -3.0 < shift < 0.0) == (True, True)
    assert fit_line(np.empty(0), np.empty(0), 0.5, 1.0) == (1.0, 0.0)


def test_a_sign_is_kept() -> None:
    random = np.random.default_rng(2)
    matrix = random.normal(size=(1_000, 2))
    labels = (matrix[:, 0] - matrix[:, 1] > 0).astype(float)
    model = fit_logistic(("a", "b"), matrix, labels, signs={"a": 1, "b": 1})
    assert model.weights[0] > 0
    assert model.weights[1] == 0


@given(st.lists(st.tuples(st.floats(-5, 5), st.booleans()), min_size=1, max_size=60), st.integers(1, 8))
def test_isotonic_regression_is_monotone_and_keeps_the_mean(
    pairs: list[tuple[float, bool]], least: int
) -> None:
    scores = np.array([score for score, _ in pairs])
    labels = np.array([float(label) for _, label in pairs])
    x, y = fit_isotonic(scores, labels, least)
    assert (np.diff(x) >= 0).all()
    assert (np.diff(y) >= 0).all()
    assert labels.min() <= y.min() <= y.max() <= labels.max()


def test_a_wanted_precision_is_turned_into_a_threshold() -> None:
    model = LinearModel(CONFIDENCE_FEATURES, np.zeros(len(CONFIDENCE_FEATURES)))
    knots = np.array([[0.0, 1.0], [0.1, 0.9]])
    measured = Calibrator(model, knots, np.array([[0.0, 0.3, 0.6], [0.5, 0.7, 0.9]]))
    assert [measured.threshold(wanted) for wanted in (0.4, 0.7, 0.8, 0.99)] == [0.0, 0.3, 0.6, 0.6]
    assert Calibrator(model, knots).threshold(0.8) == 0.8
    again = Calibrator.from_json(measured.to_json(), "memory")
    assert again.threshold(0.7) == 0.3
