"""Calibration and ranking measures against scikit-learn and plain formulas."""

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import brier_score_loss, roc_auc_score

from rag.evaluation.confidence_metrics import (
    area_under_risk_coverage,
    auroc,
    brier_score,
    coverage_at_precision,
    expected_calibration_error,
    reliability,
    risk_coverage,
)

JUDGED = st.lists(st.tuples(st.sampled_from(np.linspace(0, 1, 21).tolist()), st.booleans()), min_size=1)


def plain_ece(confidence, right, bins=10):
    """Sort, cut into ten heaps that differ by one at most, weigh the gaps."""
    pairs = sorted(zip(confidence, right, strict=True), key=lambda pair: pair[0])
    size, extra = divmod(len(pairs), bins)
    total, start = 0.0, 0
    for number in range(bins):
        heap = pairs[start : start + size + (number < extra)]
        start += len(heap)
        if heap:
            total += abs(sum(c for c, _ in heap) - sum(r for _, r in heap))
    return total / len(pairs)


@given(JUDGED)
def test_scores_equal_those_of_known_implementations(judged):
    confidence, right = map(list, zip(*judged, strict=True))
    assert brier_score(confidence, right) == pytest.approx(
        brier_score_loss(right, confidence, pos_label=True)
    )
    assert expected_calibration_error(confidence, right) == pytest.approx(plain_ece(confidence, right))
    if len(set(right)) == 2:
        assert auroc(confidence, right) == pytest.approx(roc_auc_score(right, confidence))
    else:
        assert auroc(confidence, right) is None


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.5, 0.9]), st.booleans()), min_size=1, max_size=5))
def test_equal_confidences_count_by_the_mean_over_their_orders(judged):
    confidence, right = (np.array(values, float) for values in zip(*judged, strict=True))
    risks = []
    for order in map(list, permutations(range(len(right)))):
        ranked = sorted(order, key=lambda i: -confidence[i])  # stable: equals stay as the order has them
        risks.append(np.cumsum(1 - right[ranked]) / np.arange(1, len(right) + 1))
    curve = risk_coverage(confidence, right)
    assert curve.risk == pytest.approx(np.mean(risks, axis=0))
    assert area_under_risk_coverage(confidence, right) == pytest.approx(np.mean(risks))


def test_risk_by_hand():
    curve = risk_coverage([0.9, 0.8, 0.7, 0.6], [True, False, True, False])
    assert curve.coverage.tolist() == [0.25, 0.5, 0.75, 1.0]
    assert curve.risk == pytest.approx([0, 1 / 2, 1 / 3, 1 / 2])


def test_bins_hold_equal_shares():
    bins = reliability(np.linspace(0, 1, 95), np.ones(95))
    assert [part.count for part in bins] == [10] * 5 + [9] * 5
    assert all(a.confidence < b.confidence for a, b in pairwise(bins))


def test_a_threshold_cannot_part_equal_confidences():
    confidence = [0.9, 0.9, 0.5, 0.5, 0.5, 0.1]
    right = [True, True, True, True, False, False]
    at = coverage_at_precision(confidence, right, 0.8)
    assert (at.coverage, at.threshold) == (5 / 6, 0.5)
    at = coverage_at_precision(confidence, right, 0.9)
    assert (at.coverage, at.threshold) == (2 / 6, 0.9)
    assert coverage_at_precision([0.5], [False], 0.5).threshold is None
