"""An evaluation of a real small library, from corpus to figures."""

import pytest

from rag.evaluation import Entry, RetrievalSet, evaluate, evaluate_retrieval, index_corpus
from rag.retrieval import HybridRetriever
from rag.schema import Chunk
from rag.settings import RetrievalSettings

DATASET = RetrievalSet(
    name="town",
    corpus=(
        Entry("light house", "Lighthouse", "It was built in 1821 at Harrow Point."),
        Entry("harbour", "Harbour", "Ships of forty metres can enter. Dues are paid at the quay."),
        Entry("empty", "Only a title", ""),
        *(Entry(f"other {i}", "", f"Filler number {i} about nothing.") for i in range(12)),
    ),
    questions={"1": "When was the lighthouse built?", "2": "Where are harbour dues paid?"},
    qrels={"1": {"light house": 1}, "2": {"harbour": 2, "light house": 0}},
)


def halves(document):
    middle = len(document.text) // 2
    return [Chunk(0, 0, middle, 1, 1), Chunk(1, middle, len(document.text), 1, 1)]


@pytest.mark.parametrize("cut", [None, halves])
def test_every_leg_gets_its_figures_and_its_run(store, embedder, cut):
    index_corpus(store, embedder, DATASET.corpus, **({"cut": cut} if cut else {}))
    assert store.chunk_count() == len(DATASET.corpus) * (2 if cut else 1)
    seen = []
    found = evaluate_retrieval(
        store,
        HybridRetriever(store, embedder, RetrievalSettings()),
        DATASET,
        lambda done, total: seen.append((done, total)),
    )
    assert set(found.metrics) == {"dense", "lexical", "reciprocal_rank", "fused", "final"}
    assert found.metrics["final"]["recall@1"] == 1.0
    assert found.metrics["final"] == found.metrics["fused"]
    assert seen == [(1, 2), (2, 2)]
    for leg, run in found.runs.items():
        assert evaluate(DATASET.qrels, run) == found.questions[leg]
        for scores in run.values():
            assert len(set(scores.values())) == len(scores)
            assert set(scores) <= {entry.entry_id for entry in DATASET.corpus}


def test_the_same_library_gives_the_same_figures(store, embedder):
    index_corpus(store, embedder, DATASET.corpus)
    first, second = (
        evaluate_retrieval(store, HybridRetriever(store, embedder, RetrievalSettings()), DATASET)
        for _ in range(2)
    )
    assert first.runs == second.runs
