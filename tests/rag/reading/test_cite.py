from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import NotFoundError, StoreError
from rag.geometry import PageGeometry
from rag.reading import CitationBook, PassageSource
from rag.schema import Page, Passage, Support
from rag.store import Store
from tests.fakes import HashingEmbedder, add_to_store, document
from tests.searching import examples


def boxes(count: int, line: int = 10) -> bytes:
    """Characters 5 points wide in lines of `line`, 12 points apart."""
    rows = [
        (5 * (i % line), 12 * (i // line), 5 * (i % line) + 5, 12 * (i // line) + 10) for i in range(count)
    ]
    return PageGeometry(np.array(rows, np.float32)).to_bytes()


@pytest.fixture
def store(tmp_path: Path):
    with Store.open(tmp_path / "library") as store:
        yield store


def test_a_span_over_two_pages_has_boxes_on_both(store: Store) -> None:
    text = "abcdefghij klm\fnopq rstuv"
    pages = (
        Page(1, 0, 15, width=200, height=200, geometry=boxes(15)),
        Page(2, 15, 25, width=200, height=200, geometry=boxes(10)),
    )
    paged = document(text, pages=pages)
    add_to_store(store, paged, HashingEmbedder())
    book = CitationBook(store, {})
    book.cite(paged.document_id, 11, 19, text[11:19])
    (citation,) = book.citations
    assert citation.page == 1
    assert {box.page for box in citation.boxes} == {1, 2}
    first = next(box for box in citation.boxes if box.page == 1)
    assert (first.left, first.right) == (5.0, 25.0)


@settings(max_examples=examples(60))
@given(st.text(min_size=1, max_size=80), st.data())
def test_a_quote_is_the_text_at_its_place(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    passage = Passage("d", "d.txt", "", 3, 50, 50 + len(text), text, 1.0)
    book = CitationBook(PassageSource([passage]), {"d": "d.txt"})
    book.cite("d", 50 + start, 50 + end, text[start:end])
    assert book.citations[0].quote == text[start:end]
    assert book.citations[0].page == 3


def test_numbers_follow_first_use_and_a_place_comes_once() -> None:
    passage = Passage("d", "d.txt", "", 1, 0, 20, "One here. Two there.", 1.0)
    book = CitationBook(PassageSource([passage]), {"d": "d.txt"})
    numbers = [
        book.cite("d", 10, 20, "Two there.", Support.PARTIAL),
        book.cite("d", 0, 9, "One here."),
        book.cite("d", 10, 20, "Two there.", Support.SUPPORTED),
    ]
    assert numbers == [1, 2, 1]
    assert [c.support for c in book.citations] == [Support.SUPPORTED, Support.SUPPORTED]


def test_text_that_changed_meanwhile_is_not_cited() -> None:
    passage = Passage("d", "d.txt", "", 1, 0, 9, "One here.", 1.0)
    book = CitationBook(PassageSource([passage]), {})
    with pytest.raises(StoreError, match="ask again"):
        book.cite("d", 0, 9, "One there")


def test_a_place_outside_the_passages_is_not_cited() -> None:
    passage = Passage("d", "d.txt", "", 1, 0, 9, "One here.", 1.0)
    with pytest.raises(NotFoundError):
        CitationBook(PassageSource([passage]), {}).cite("d", 5, 12, "ere. Two")


def test_a_quote_at_the_seam_of_given_passages_is_cited_on_the_later_one() -> None:
    text = "One ends here. Two begins here."
    passages = [
        Passage("d", "d.txt", "", 1, 0, 15, text[:15], 1.0),
        Passage("d", "d.txt", "", 2, 15, 31, text[15:], 1.0),
    ]
    book = CitationBook(PassageSource(passages), {})
    number = book.cite("d", 15, 31, "Two begins here.")
    assert (book.citations[number - 1].page, book.citations[number - 1].quote) == (2, "Two begins here.")
