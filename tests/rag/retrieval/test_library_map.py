import numpy as np
import pytest

from rag.retrieval.library_map import library_map, projected
from rag.store import Store
from tests.fakes import HashingEmbedder, add_to_store, document


def _groups(count, seed=0):
    """Vectors around three far corners, and the corner of each."""
    random = np.random.default_rng(seed)
    corners = np.eye(16, dtype=np.float32)[:3]
    groups = np.arange(count) % 3
    vectors = corners[groups] + 0.05 * random.standard_normal((count, 16)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), groups


def test_what_is_near_in_meaning_is_near_on_the_map():
    vectors, groups = _groups(90)
    points = projected(vectors)
    apart = np.linalg.norm(points[:, None] - points[None], axis=2) + np.where(np.eye(90), np.inf, 0)
    assert (groups[apart.argmin(axis=1)] == groups).all()
    assert np.array_equal(points, projected(vectors))


@pytest.mark.parametrize("count", [4, 5, 40])
def test_few_chunks_have_a_map_too(count):
    points = projected(_groups(count)[0])
    assert points.shape == (count, 2)
    assert np.isfinite(points).all()


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "library") as opened:
        yield opened


def _fill(store, names):
    for name in names:
        add_to_store(store, document(f"The {name} was built by {name} and sons.", f"{name}.txt"), EMBEDDER)


EMBEDDER = HashingEmbedder()


def test_a_question_stands_at_the_chunk_that_says_the_same(store):
    _fill(store, ["harbour", "windmill", "cannery", "chapel", "quarry", "tannery"])
    found = library_map(store, EMBEDDER.fingerprint)
    assert found is not None
    assert found.chunks == len(found.chunk_ids) == len(found.points)
    own = found.place(found.vectors)
    nearest = np.linalg.norm(own[:, None] - found.points[None], axis=2).argmin(axis=1)
    assert (nearest == np.arange(len(own))).mean() >= 0.5
    assert found.place(EMBEDDER.embed_questions(["Who built the windmill?"])).shape == (1, 2)


def test_a_library_with_next_to_nothing_has_none(store):
    _fill(store, ["harbour"])
    assert library_map(store, EMBEDDER.fingerprint) is None


def test_a_sample_is_spread_over_all_documents(store):
    _fill(store, [f"place{number}" for number in range(12)])
    spread = store.spread_chunks(5)
    assert len(spread) == 5
    assert [chunk for chunk, _ in spread] == sorted(chunk for chunk, _ in spread)
    everything = store.spread_chunks(1000)
    assert len(everything) == store.chunk_count()
    assert everything[0] == spread[0]
    assert everything[-1] == spread[-1]
