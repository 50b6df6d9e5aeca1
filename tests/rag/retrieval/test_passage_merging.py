from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.retrieval import merge_neighbours
from rag.retrieval.passage_merging import to_passages
from rag.schema import Hit
from tests.fakes import add_to_store, document
from tests.searching import examples


def stored(store, embedder, text="abcdefghij" * 10, size=10, source="a.txt"):
    info = add_to_store(store, document(text, source), embedder, size=size)
    return store.document_chunks(info.document_id)


def passages_of(store, chunks, scores):
    hits = [Hit(chunk.chunk_id, score) for chunk, score in zip(chunks, scores, strict=True)]
    return to_passages(store, hits, {chunk.chunk_id: {"dense": 0.5} for chunk in chunks})


def test_chunks_that_touch_become_one_passage_with_the_best_score(store, embedder):
    chunks = stored(store, embedder)
    passages = passages_of(store, [chunks[3], chunks[7], chunks[2]], [0.9, 0.5, 0.4])
    merged = merge_neighbours(passages, store)
    assert [(passage.start, passage.end, passage.score) for passage in merged] == [
        (20, 40, 0.9),
        (70, 80, 0.5),
    ]
    assert merged[0].chunk_ids == (chunks[2].chunk_id, chunks[3].chunk_id)
    assert merged[0].text == store.text(merged[0].document_id, 20, 40)


def test_neighbours_of_different_documents_stay_apart(store, embedder):
    first, second = (stored(store, embedder, source=name)[0] for name in ("a.txt", "b.txt"))
    assert len(merge_neighbours(passages_of(store, [first, second], [0.9, 0.8]), store)) == 2


def test_a_chunk_that_was_deleted_meanwhile_is_left_out(store, embedder):
    chunks = stored(store, embedder)
    store.remove_documents([chunks[0].document_id])
    assert passages_of(store, chunks[:2], [0.9, 0.8]) == ()


@settings(max_examples=examples(30), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=st.lists(st.integers(0, 9), unique=True))
def test_merging_keeps_every_character_once_and_is_done_after_one_pass(store, embedder, places):
    chunks = stored(store, embedder)
    passages = passages_of(store, [chunks[i] for i in places], [1.0 / (i + 1) for i in range(len(places))])
    merged = merge_neighbours(passages, store)
    covered = sorted(i for passage in merged for i in range(passage.start, passage.end))
    assert covered == sorted(i for passage in passages for i in range(passage.start, passage.end))
    assert merge_neighbours(merged, store) == merged
    assert [passage.score for passage in merged] == sorted((p.score for p in merged), reverse=True)
