"""Figures over judged answers."""

from dataclasses import replace

import numpy as np
import pytest

from rag.errors import UsageError
from rag.evaluation import compare_judged, figures, missed_bounds
from rag.evaluation.judgement import Judged


def line(number, *, right=True, confidence=0.9, answerable=True, abstained=False, **fields):
    scores = fields.pop("scores", {"f1": float(bool(right))})
    return Judged(
        question_id=str(number),
        question="?",
        language="en",
        answerable=answerable,
        answer="",
        short_answer="",
        abstained=abstained,
        confidence=confidence,
        right=right,
        scores=scores,
        citations=(),
        conflicts=fields.pop("conflicts", 0),
        quotes=fields.pop("quotes", 2),
        verified=fields.pop("verified", 2),
        seconds=fields.pop("seconds", 0.1),
        features={},
    )


LINES = [
    line(1, confidence=0.9),
    line(2, confidence=0.8, right=False),
    line(3, confidence=0.2, abstained=True, quotes=0, verified=0),
    line(4, confidence=0.1, right=False, answerable=False, abstained=True, quotes=0, verified=0),
    line(5, confidence=0.6, right=False, answerable=False, seconds=0.5),
]


def test_measures_by_hand():
    metrics = figures(LINES, precision=0.6).metrics
    assert metrics["accuracy"] == pytest.approx(2 / 5)
    assert metrics["precision_of_answers"] == pytest.approx(1 / 3)
    assert metrics["abstention_precision"] == metrics["abstention_recall"] == 0.5
    assert metrics["answerable_refused"] == pytest.approx(1 / 3)
    assert metrics["brier"] == pytest.approx((0.01 + 0.64 + 0.64 + 0.01 + 0.36) / 5)
    assert metrics["ece"] == pytest.approx((0.1 + 0.8 + 0.8 + 0.1 + 0.6) / 5)
    assert metrics["auroc"] == pytest.approx(4 / 6)
    assert metrics["auroc_answerable"] == pytest.approx(5 / 6)
    assert metrics["coverage_at_precision"] == pytest.approx(1 / 5)
    assert metrics["quotes_verified"] == 1.0
    assert metrics["latency_p50"] == pytest.approx(0.1)


def test_every_measure_lies_in_its_interval_and_more_questions_narrow_it():
    random = np.random.default_rng(0)

    def sample(count):
        sure = random.random(count)
        right = random.random(count) < sure
        return [
            line(i, confidence=float(c), right=bool(r))
            for i, (c, r) in enumerate(zip(sure, right, strict=True))
        ]

    few, many = figures(sample(40), samples=200), figures(sample(600), samples=200)
    for found in (few, many):
        for name in ("accuracy", "brier", "auroc", "aurc", "f1"):
            low, high = found.intervals[name]
            assert low <= found.metrics[name] <= high
    width = {n: few.intervals[n][1] - few.intervals[n][0] for n in few.intervals}
    assert all(many.intervals[n][1] - many.intervals[n][0] < width[n] for n in ("accuracy", "brier", "auroc"))
    assert many.metrics["ece"] < 0.1


def test_what_no_question_tells_is_left_out():
    metrics = figures([replace(line(1), right=None, scores={})]).metrics
    assert metrics.keys() >= {"quotes_verified", "latency_p95"}
    assert not metrics.keys() & {"f1", "ece", "auroc", "abstention_recall", "citation_precision"}


def test_a_quote_that_does_not_verify_shows():
    assert figures([line(1, quotes=4, verified=3)]).metrics["quotes_verified"] == 0.75


def test_a_comparison_is_by_question():
    better = [replace(item, scores={"f1": 1.0}) for item in LINES]
    differences = compare_judged(better, LINES[::-1])
    assert differences["f1"].mean == pytest.approx(3 / 5)
    assert differences["brier"].mean == differences["accuracy"].mean == 0.0
    with pytest.raises(UsageError, match="no question of the earlier file"):
        compare_judged(LINES, [replace(LINES[0], question_id="x")])


def test_bounds_are_lower_ones_except_for_errors():
    metrics = {"f1": 0.5, "ece": 0.05}
    assert missed_bounds(metrics, {"f1": 0.5, "ece": 0.05}) == []
    assert missed_bounds(metrics, {"f1": 0.6, "ece": 0.04}) == [
        "f1 is 0.5000, below 0.6",
        "ece is 0.0500, above 0.04",
    ]
    assert "could not be measured" in missed_bounds(metrics, {"auroc": 0.5})[0]


def test_no_question_is_refused():
    with pytest.raises(UsageError):
        figures([])
