"""The dense leg finds what comparing all vectors finds, sampled: the whole is `benchmarks.dense_recall`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.dense_recall import exact_neighbours, filled, kept_measurement, measure, recall
from rag.models.model_protocol import Vectors


@pytest.fixture(scope="module")
def real() -> Vectors:
    """Unit vectors about some hundred subjects, passages and questions alike."""
    random = np.random.default_rng(5)
    subjects = random.normal(size=(120, 64)).astype(np.float32)
    vectors = subjects[random.integers(0, 120, 1_500)]
    vectors += 0.8 * random.normal(size=vectors.shape).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_vectors_are_of_the_size_asked_of_unit_length_and_the_same_again(real: Vectors) -> None:
    vectors = filled(real, 1_234)
    assert vectors.shape == (1_234, 64)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-5)
    np.testing.assert_array_equal(vectors, filled(real, 1_234))


def test_recall_counts_what_of_the_truth_was_found(real: Vectors) -> None:
    truth = exact_neighbours(filled(real, 500), real[:3])
    scores = real[:3] @ filled(real, 500).T
    assert [set(row) for row in truth.tolist()] == [set(row) for row in np.argsort(-scores)[:, :10].tolist()]
    missed = truth.copy()
    missed[0, :3] = -1
    assert recall(truth, truth) == 1.0
    assert recall(missed, truth) == pytest.approx(0.9)


@pytest.mark.parametrize(("size", "kind"), [(11_000, "flat"), (15_000, "inverted")])
def test_the_ten_nearest_are_found_on_either_side_of_the_change_of_index(
    real: Vectors, size: int, kind: str
) -> None:
    measured = measure(real[:1_300], real[1_300:], size)
    assert measured.kind == kind
    assert measured.recall >= 0.99
    assert 4 * 64 * size / 5e6 < measured.megabytes < 4 * 64 * size / 0.9e6


def test_a_size_that_was_measured_is_not_measured_again(real: Vectors, tmp_path: Path) -> None:
    first = kept_measurement(real[:1_300], real[1_300:1_310], 700, tmp_path)
    assert (tmp_path / "700.json").is_file()
    assert kept_measurement(real[:0], real[:0], 700, tmp_path) == first
    assert first.milliseconds.keys() == {1, 2}
