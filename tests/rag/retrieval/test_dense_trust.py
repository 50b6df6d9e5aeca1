"""The trust in the dense leg: high where similarities stand out, none where they are noise."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval.background import Background
from rag.retrieval.candidates import Candidates
from rag.retrieval.dense_trust import Scale, dense_trust


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


def judged(vectors, question, probes):
    return dense_trust(candidates(vectors, question), probes, question)


@pytest.mark.parametrize("seed", range(5))
def test_meaning_is_trusted_and_noise_is_not(seed):
    random = np.random.default_rng(seed)
    probes = np.arange(0, 20, 2)
    known = judged(*topics(random), probes)
    blind = judged(*noise(random), probes)
    assert known.trust > 0.8
    assert blind.trust < 0.5
    assert known.coherence > 1.2 > blind.coherence


@pytest.mark.parametrize("make", [topics, noise])
def test_an_offset_common_to_all_vectors_changes_little(make):
    vectors, question = make(np.random.default_rng(1))
    vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    probes = np.arange(0, 20, 2)
    offset = np.zeros((len(vectors), 1)) + 2.0
    plain = judged(vectors, question, probes)
    shifted = judged(np.hstack([vectors, offset]), unit(np.append(question, 2.0)), probes)
    assert shifted.trust == pytest.approx(plain.trust, abs=0.05)


def test_the_nearest_of_a_large_library_are_judged_against_the_library():
    """The best hundred of thousands are of one subject: against themselves they say little."""
    random = np.random.default_rng(2)
    subjects = np.repeat(2.0 * random.normal(size=(60, 64)), 100, axis=0)
    vectors = subjects + topics(random, count=6_000)[0]
    question = unit(vectors[0] + 0.5 * random.normal(size=64))
    everything = candidates(vectors, question)
    nearest = np.argsort(-everything.dense)[:100]
    found = Candidates(
        everything.ids[nearest], everything.dense[nearest], np.zeros(100), everything.vectors[nearest]
    )
    sample = np.arange(0, 6_000, 12)
    background = Background(everything.ids[sample], everything.vectors[sample], 6_000.0)
    probes = np.arange(3)
    alone = dense_trust(found, probes, question)
    against_all = dense_trust(found, probes, question, background)
    assert against_all.coherence > alone.coherence
    assert against_all.scale.standardized(found.dense).max() > alone.scale.standardized(found.dense).max() + 1


def test_a_probe_is_not_its_own_neighbour_in_the_background():
    found = candidates(np.eye(60), unit(np.ones(60)))
    background = Background(found.ids, found.vectors, 60.0)
    assert dense_trust(found, np.arange(5), unit(np.ones(60)), background).trust == 0.0


@given(count=st.integers(0, 9))
def test_under_ten_candidates_the_trust_is_one_half(count):
    vectors = np.eye(16)[:count].reshape(count, 16) + 1.0
    found = candidates(vectors, unit(np.ones(16))) if count else EMPTY
    assert dense_trust(found, np.arange(count), unit(np.ones(16))).trust == 0.5


def test_vectors_that_are_all_equal_are_not_trusted():
    same = candidates(np.ones((40, 8)), unit(np.ones(8)))
    assert dense_trust(same, np.arange(10), unit(np.ones(8))).trust == 0.0


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=50))
def test_standardized_scores_keep_their_order(values):
    scores = np.array(values)
    z = Scale.of(scores).standardized(scores)
    assert np.isfinite(z).all()
    assert (np.diff(z[np.argsort(scores, kind="stable")]) >= 0).all()


EMPTY = Candidates(np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty((0, 16), np.float32))
