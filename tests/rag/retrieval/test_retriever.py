"""The retriever over a real small store: what is found, in which order, under which filters."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.retrieval import HybridRetriever
from rag.settings import RetrievalSettings
from tests.fakes import HashingEmbedder, add_to_store, document
from tests.searching import examples


def sources(retrieval):
    return [passage.source for passage in retrieval.passages]


@pytest.mark.parametrize(
    ("question", "source"),
    [
        ("When was the lighthouse of Harrow Point built?", "lighthouse.txt"),
        ("Which bus goes to the harbour?", "bus.txt"),
        ("What does the bakery bake?", "bakery.txt"),
        ("灯塔高多少米？", "灯塔.txt"),
        ("图书馆几点关门？", "图书馆.txt"),
    ],
)
def test_the_passage_that_answers_comes_first(retriever, question, source):
    assert sources(retriever.retrieve(question))[0] == source


def test_a_passage_holds_its_place_in_the_document_and_the_legs_scores(retriever, town):
    passage = retriever.retrieve("When was the lighthouse built?").passages[0]
    assert town.text(passage.document_id, passage.start, passage.end) == passage.text
    assert passage.page == 1
    assert passage.leg == "fused"
    assert -1.0 <= passage.scores["dense"] <= 1.0 + 1e-6
    assert passage.scores["lexical"] > 0
    assert len(passage.chunk_ids) == 1


def test_both_legs_are_reported_with_weights_and_timings(retriever):
    found = retriever.retrieve("When was the lighthouse built?", top_k=3)
    assert len(found.passages) == 3
    assert set(found.legs) == {"dense", "lexical"}
    assert sum(found.weights.values()) == pytest.approx(1.0)
    assert {"embed", "dense", "lexical", "fuse"} <= set(found.timings)


@settings(max_examples=examples(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=st.text(max_size=60) | st.sampled_from(["harbour", "9", "the", "灯塔", "\ud800", '" OR *']))
@pytest.mark.parametrize("fusion", ["adaptive", "reciprocal_rank"])
def test_any_question_gets_scores_in_0_to_1_best_first_and_no_candidate_is_lost(
    town, embedder, fusion, question
):
    found = HybridRetriever(town, embedder, RetrievalSettings(fusion=fusion)).retrieve(question)
    scores = [hit.score for hit in found.fused]
    assert scores == sorted(scores, reverse=True)
    assert all(0.0 <= score <= 1.0 for score in scores)
    fused = [hit.chunk_id for hit in found.fused]
    assert len(set(fused)) == len(fused)
    assert {hit.chunk_id for hits in found.legs.values() for hit in hits} <= set(fused)
    assert [passage.score for passage in found.passages] == scores[: len(found.passages)]


def test_the_same_question_gets_the_same_passages(retriever, town, embedder):
    again = HybridRetriever(town, embedder, RetrievalSettings())
    for question in ("harbour dues", "Who built it?", "灯塔"):
        assert retriever.retrieve(question).passages == again.retrieve(question).passages


class OneKindEmbedder(HashingEmbedder):
    """Sees questions and all that tells of bolts as much alike, and nothing else as like them."""

    def _embed(self, texts):
        vectors = super()._embed(texts)
        for vector, text in zip(vectors, texts, strict=True):
            vector[0] = 0.0
            vector /= np.linalg.norm(vector)
            if "bolts" in text or text.endswith("?"):
                vector *= 0.2**0.5
                vector[0] = 0.8**0.5
        return vectors


def test_the_one_passage_with_the_questions_words_is_found_among_many_of_another_kind(store):
    embedder = OneKindEmbedder()
    for i in range(150):
        add_to_store(
            store, document(f"Entry {i} tells that box {i * 7} holds {i % 13} bolts.", f"{i}.txt"), embedder
        )
    beside = "Close the valve, wait a while and press reset. Then open it again."
    add_to_store(store, document(beside, "manual.txt"), embedder)
    about = "Close the valve, wait a while and press reset. The spare key hangs behind the boiler."
    add_to_store(store, document(about, "handbook.txt"), embedder)
    found = HybridRetriever(store, embedder, RetrievalSettings()).retrieve("Where does the spare key hang?")
    # it stands far below what is alike in meaning, and was not even looked at
    assert found.passages[-1].scores["dense"] > found.passages[0].scores["dense"] + 0.2
    assert found.passages[0].source == "handbook.txt"


def test_equal_passages_come_in_order_of_their_ids(store, embedder):
    for i in range(30):
        add_to_store(store, document("The same words in every file.", f"{29 - i}.txt", title=""), embedder)
    found = HybridRetriever(store, embedder, RetrievalSettings()).retrieve("same words")
    ids = [hit.chunk_id for hit in found.fused if hit.score == found.fused[0].score]
    assert len(ids) > 1
    assert ids == sorted(ids)


def test_only_the_documents_asked_for_are_found(retriever, town):
    allowed = {town.resolve(name).document_id for name in ("harbour.txt", "market.txt", "thorne.txt")}
    found = retriever.retrieve("Where was the builder of the lighthouse born?", 20, sorted(allowed))
    assert {passage.document_id for passage in found.passages} == allowed
    every = {chunk.chunk_id for i in allowed for chunk in town.document_chunks(i)}
    assert {hit.chunk_id for hit in found.fused} <= every


def test_no_documents_no_passages(retriever):
    assert retriever.retrieve("lighthouse", documents=[]).passages == ()


def test_an_empty_library_has_no_passages(store, embedder):
    assert HybridRetriever(store, embedder, RetrievalSettings()).retrieve("anything").passages == ()


def test_a_library_of_one_chunk_finds_it(store, embedder):
    add_to_store(store, document("The clock stopped in 1911."), embedder)
    found = HybridRetriever(store, embedder, RetrievalSettings()).retrieve("When did the clock stop?")
    assert sources(found) == ["a.txt"]


@pytest.mark.parametrize("leg", ["dense", "lexical"])
def test_one_leg_alone_finds_as_well(town, embedder, leg):
    alone = HybridRetriever(town, embedder, RetrievalSettings(legs=(leg,)))
    found = alone.retrieve("When was the lighthouse of Harrow Point built?")
    assert set(found.legs) == {leg}
    assert found.passages[0].source == "lighthouse.txt"
    assert all(set(passage.scores) <= {leg} for passage in found.passages)


def test_a_removed_document_is_not_found(retriever, town):
    question = "When was the lighthouse built?"
    first = retriever.retrieve(question).passages[0]
    town.remove_documents([first.document_id])
    assert first.source not in sources(retriever.retrieve(question, 50))


def test_a_second_hop_finds_what_the_first_passage_names(retriever):
    found = sources(retriever.retrieve("Where was the builder of the lighthouse of Harrow Point born?", 3))
    assert "thorne.txt" in found


class Reversing:
    """Scores passages by how late in the alphabet their texts begin."""

    name = "reversing"

    def score(self, question, texts):
        return [float(ord(text[0])) * 10 + len(text) for text in texts]


def test_a_reranker_gives_the_order_and_the_scale_stays(town, embedder):
    plain = HybridRetriever(town, embedder, RetrievalSettings(), rerank_candidates=6)
    reranked = HybridRetriever(town, embedder, RetrievalSettings(), Reversing(), rerank_candidates=6)
    before = plain.retrieve("lighthouse and harbour", 6).passages
    after = reranked.retrieve("lighthouse and harbour", 6).passages
    assert {passage.chunk_ids for passage in after} == {passage.chunk_ids for passage in before}
    assert [passage.score for passage in after] == [passage.score for passage in before]
    judged = [passage.scores["reranked"] for passage in after]
    assert judged == sorted(judged, reverse=True)
    assert {passage.leg for passage in after} == {"reranked"}
    assert {hit.chunk_id for hit in plain.retrieve("lighthouse and harbour").fused} == {
        hit.chunk_id for hit in reranked.retrieve("lighthouse and harbour").fused
    }


def test_what_a_leg_puts_first_is_found_behind_a_long_document_of_the_same_words(store, embedder):
    """Every chunk of a long document lends its neighbours strength; the one short answer stays in sight."""
    parts = "\n\n".join(
        f"Error ERR-{n}. Remedy: check the error table, remedy {n} for this error." for n in range(4100, 4140)
    )
    add_to_store(store, document(parts, "errors.txt"), embedder, size=80)
    add_to_store(store, document("E07: descale the machine.", "coffee.txt"), embedder)
    found = HybridRetriever(store, embedder, RetrievalSettings()).retrieve(
        "What is the remedy for error E07?"
    )
    assert found.legs["lexical"]
    assert "coffee.txt" in sources(found)
    leading = {hit.chunk_id for hits in found.legs.values() for hit in hits[:2]}
    assert leading <= {chunk_id for passage in found.passages for chunk_id in passage.chunk_ids}


ABROAD = {
    "turm.txt": ("de", "Der Leuchtturm steht auf der Klippe und wurde im Jahr 1821 gebaut. Er ist hoch."),
    "markt.txt": ("de", "Der Markt am Freitag verkauft Fisch aus der Region und aus dem Fluss Mure."),
    "fair.txt": ("en", "The fair takes place on the green behind the church in the last week of May."),
}


class TestSecondEmbedder:
    """Questions in a language that the first embedder does not know are searched by the second."""

    @pytest.fixture
    def asked(self, store, embedder):
        second = HashingEmbedder(64, max_tokens=256, name="second")
        for source, (language, text) in ABROAD.items():
            add_to_store(store, document(text, source, language=language), embedder)
        return second, HybridRetriever(store, embedder, RetrievalSettings(), second_embedder=lambda: second)

    def test_its_vectors_are_made_once_and_kept(self, asked, store):
        second, retriever = asked
        found = retriever.retrieve("Wann wurde der Leuchtturm auf der Klippe gebaut?")
        assert found.passages[0].source == "turm.txt"
        german = {chunk.chunk_id for chunk in store.chunks(store.chunks_in(["de"]))}
        assert {hit.chunk_id for hit in found.legs["dense"]} == german
        assert set(store.second_vectors(second.fingerprint, sorted(german))[0]) == german

    def test_english_questions_are_left_to_the_first(self, asked, store, embedder):
        second, retriever = asked
        retriever.retrieve("When does the fair take place on the green?")
        assert store.second_vectors(second.fingerprint, store.chunks_in(["de", "en"]))[0] == []

    def test_a_choice_of_documents_holds(self, asked, store):
        _, retriever = asked
        market = next(d.document_id for d in store.documents() if d.source == "markt.txt")
        found = retriever.retrieve("Wann wurde der Leuchtturm gebaut?", documents=[market])
        assert {passage.source for passage in found.passages} == {"markt.txt"}
