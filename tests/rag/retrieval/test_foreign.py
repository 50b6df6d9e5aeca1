"""Documents in other languages than the question, found by a second embedder."""

import numpy as np
import pytest

from rag.retrieval import ForeignRetriever, HybridRetriever
from rag.settings import RetrievalSettings
from rag.store import Store
from tests.fakes import HashingEmbedder, add_to_store, document

TOLD = {
    "灯塔建于1821年，由工程师设计。": "Wer hat den Leuchtturm gebaut?",
    "The market sells fish on Fridays.": "Was verkauft der Markt am Freitag?",
}


class Translating(HashingEmbedder):
    """To it some sentences mean what some questions in another language mean."""

    def _embed(self, texts):
        return super()._embed(
            [next((asked for told, asked in TOLD.items() if told in text), text) for text in texts]
        )


@pytest.fixture
def second() -> Translating:
    return Translating(256, max_tokens=256, name="second")


@pytest.fixture
def library(store: Store, embedder: HashingEmbedder) -> Store:
    texts = {
        "market.txt": ("en", "The market sells fish on Fridays. Cheese is sold on Saturdays by the farmers."),
        "bus.txt": ("en", "Bus 7 goes from the station to the harbour every twenty minutes."),
        "tower.txt": ("zh", "灯塔建于1821年，由工程师设计。灯塔高三十米。"),
        "markt.txt": ("de", "Der Markt am Freitag verkauft Fisch aus der Region und aus dem Fluss."),
    }
    for source, (language, text) in texts.items():
        add_to_store(store, document(text, source, language=language), embedder)
    return store


@pytest.fixture
def retriever(library: Store, embedder: HashingEmbedder, second: Translating) -> ForeignRetriever:
    own = HybridRetriever(library, embedder, RetrievalSettings())
    return ForeignRetriever(library, own, lambda: second, RetrievalSettings())


@pytest.mark.parametrize(
    ("question", "source"),
    [("Wer hat den Leuchtturm gebaut?", "tower.txt"), ("Was verkauft der Markt am Freitag?", "market.txt")],
)
def test_the_best_passage_is_in_another_language(
    retriever: ForeignRetriever, question: str, source: str
) -> None:
    found = retriever.retrieve(question)
    assert found is not None
    assert found.passages[0].source == source
    assert "markt.txt" not in {passage.source for passage in found.passages}
    scores = [passage.score for passage in found.passages]
    assert scores == sorted(scores, reverse=True)


def test_nothing_is_searched_where_all_is_in_the_language_asked(
    store: Store, embedder: HashingEmbedder
) -> None:
    add_to_store(store, document("Der Markt verkauft Fisch.", "markt.txt", language="de"), embedder)
    made = []
    own = HybridRetriever(store, embedder, RetrievalSettings())
    asked = ForeignRetriever(store, own, lambda: made.append(1), RetrievalSettings())
    assert asked.retrieve("Was verkauft der Markt am Freitag?") is None
    assert made == []


def test_without_an_embedder_that_knows_both_there_is_nothing(
    library: Store, embedder: HashingEmbedder
) -> None:
    own = HybridRetriever(library, embedder, RetrievalSettings())
    alone = ForeignRetriever(library, own, lambda: None, RetrievalSettings())
    assert alone.retrieve("Was verkauft der Markt am Freitag?") is None


def test_only_chosen_documents_are_searched(retriever: ForeignRetriever, library: Store) -> None:
    bus = next(info.document_id for info in library.documents() if info.source == "bus.txt")
    found = retriever.retrieve("Was verkauft der Markt am Freitag?", [bus])
    assert found is not None
    assert {passage.source for passage in found.passages} == {"bus.txt"}


def test_chunks_are_embedded_once_for_good(
    library: Store, embedder: HashingEmbedder, second: Translating
) -> None:
    question = "Was verkauft der Markt am Freitag?"
    for _ in range(2):
        library.close()
        with Store.open(library.path) as opened:
            own = HybridRetriever(opened, embedder, RetrievalSettings())
            ForeignRetriever(opened, own, lambda: second, RetrievalSettings()).retrieve(question)
            chunks = opened.chunks_in(["en", "zh"])
            ids, vectors = opened.second_vectors(second.fingerprint, chunks)
    assert sorted(ids) == sorted(chunks)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0)
    assert second.calls.count(len(chunks)) == 1


def test_vectors_go_with_their_document(
    retriever: ForeignRetriever, library: Store, second: Translating
) -> None:
    retriever.retrieve("Was verkauft der Markt am Freitag?")
    gone = next(info for info in library.documents() if info.source == "market.txt")
    chunks = library.chunks_in(["en", "zh"])
    library.remove_documents([gone.document_id])
    assert len(library.second_vectors(second.fingerprint, chunks)[0]) == len(chunks) - gone.chunks
    assert [check.detail for check in library.check() if not check.ok] == []
