"""The trust in the dense leg: high where similarities stand out, none where they are noise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval.candidates import Candidates
from rag.retrieval.trust import Scale, dense_trust


def candidates(vectors, question):
    vectors = np.asarray(vectors, np.float32)
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return Candidates(
        np.arange(len(vectors)), (vectors @ question).astype(float), np.zeros(len(vectors)), vectors
    )


def unit(vector):
    return (vector / np.linalg.norm(vector)).astype(np.float32)


def topics(random, count=150, dimension=64, per_topic=3):
    """Passages in small groups of one topic each, and a question on the first group."""
    centres = random.normal(size=(count // per_topic, dimension))
    vectors = np.repeat(centres, per_topic, axis=0) + 0.5 * random.normal(size=(count, dimension))
    return vectors, unit(centres[0] + 0.5 * random.normal(size=dimension))


def noise(random, count=150, dimension=64):
    """Passages and a question that are all alike but for noise: an embedder that knows no word of them."""
    common = 3.0 * random.normal(size=dimension)
    return common + random.normal(size=(count, dimension)), unit(common + random.normal(size=dimension))


@pytest.mark.parametrize("seed", range(5))
def test_meaning_is_trusted_and_noise_is_not(seed):
    random = np.random.default_rng(seed)
    probes = np.arange(0, 20, 2)
    known = dense_trust(candidates(*topics(random)), probes)
    blind = dense_trust(candidates(*noise(random)), probes)
    assert known.trust > 0.8
    assert blind.trust < 0.5
    assert known.decisiveness > 1.2 > blind.decisiveness
    assert known.coherence > 1.2 > blind.coherence


@pytest.mark.parametrize("make", [topics, noise])
def test_an_offset_common_to_all_vectors_changes_little(make):
    vectors, question = make(np.random.default_rng(1))
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    probes = np.arange(0, 20, 2)
    offset = np.zeros((len(vectors), 1)) + 2.0
    plain = dense_trust(candidates(vectors, question), probes)
    shifted = dense_trust(candidates(np.hstack([vectors, offset]), unit(np.append(question, 2.0))), probes)
    assert shifted.trust == pytest.approx(plain.trust, abs=0.05)


@given(count=st.integers(0, 9))
def test_under_ten_candidates_the_trust_is_one_half(count):
    vectors = np.eye(16)[:count].reshape(count, 16) + 1.0
    judged = dense_trust(candidates(vectors, unit(np.ones(16))) if count else EMPTY, np.arange(count))
    assert judged.trust == 0.5


def test_vectors_that_are_all_equal_are_not_trusted():
    same = candidates(np.ones((40, 8)), unit(np.ones(8)))
    assert dense_trust(same, np.arange(10)).trust == 0.0


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=50))
def test_standardized_scores_keep_their_order(values):
    scores = np.array(values)
    z = Scale.of(scores).standardized(scores)
    assert np.isfinite(z).all()
    assert (np.diff(z[np.argsort(scores, kind="stable")]) >= 0).all()


EMPTY = Candidates(np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty((0, 16), np.float32))
