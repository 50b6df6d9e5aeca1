"""Near-duplicates last, and maximal marginal relevance."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rag.retrieval import HybridRetriever
from rag.retrieval.diversity import diversified, parted_repeats
from rag.schema import Passage
from rag.settings import RetrievalSettings
from rag.store import Store
from tests.fakes import HashingEmbedder, add_to_store, document

LATE = "Items that come back late cost fifteen cents a day, and no more than five euros in all."


def passage(text: str, score: float = 1.0) -> Passage:
    return Passage("d", "a.txt", "", 1, 0, len(text), text, score)


def test_a_repetition_comes_after_all_others_and_is_not_lost() -> None:
    first, again, other = passage(LATE), passage(LATE + " Indeed."), passage("The Anchor Room seats ten.")
    assert parted_repeats([first, again, other], 0.9) == ((first, other), (again,))


def test_passages_without_words_repeat_each_other_only_where_they_are_the_same() -> None:
    rule, again, other = passage("* * *"), passage("* * *"), passage("- - -")
    assert parted_repeats([rule, again, other], 0.9) == ((rule, other), (again,))


def test_another_number_is_no_repetition() -> None:
    first, other = passage(f"{LATE} In 2023."), passage(f"{LATE} In 2024.")
    between = passage("The Anchor Room seats ten.")
    assert parted_repeats([first, between, other], 0.9) == ((first, between, other), ())


@given(st.lists(st.text("ab 12 城市", max_size=12), max_size=8), st.floats(0.0, 1.0))
def test_nothing_is_lost_and_the_best_stays_first(texts: list[str], likeness: float) -> None:
    passages = [passage(text, 1.0 / n) for n, text in enumerate(texts, 1)]
    own, repeated = parted_repeats(passages, likeness)
    found = own + repeated
    assert sorted(map(id, found)) == sorted(map(id, passages))
    assert found[:1] == tuple(passages[:1])


def test_novelty_prefers_what_was_not_said() -> None:
    first, alike, other = passage(LATE, 0.9), passage(LATE[:60], 0.85), passage("The room seats ten.", 0.8)
    assert diversified([first, alike, other], 2, 0.5)[:2] == (first, other)
    assert diversified([first, alike, other], 3, 0.0) == (first, alike, other)


def test_a_copied_document_does_not_fill_the_passages(store: Store) -> None:
    embedder = HashingEmbedder(256, 256)
    for name in ("a.txt", "b.txt", "c.txt"):
        add_to_store(store, document(LATE, name), embedder)
    add_to_store(store, document("What late items are: those that nobody brought back.", "d.txt"), embedder)
    found = HybridRetriever(store, embedder, RetrievalSettings(top_k=2)).retrieve("What do late items cost?")
    assert {p.source for p in found.passages} & {"d.txt"}
    assert len(found.passages) == 2
