"""Questions that want yes or no: the word stands before the sentence that settles them, or not at all."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from rag.answering.quoting import quote
from rag.models import Reading, Window
from rag.reading import CitationBook, EvidenceSelector, PassageSource
from tests.rag.reading.test_evidence import passage

TEXT = "The pool is not heated. It opens at nine."
QUESTION = "Is the pool heated?"


class Saying:
    """A reader that says yes and no with given probabilities."""

    name = fingerprint = "saying"

    def __init__(self, yes: float, no: float) -> None:
        self.yes, self.no = yes, no

    def read(self, question: str, windows: Sequence[Window]) -> list[Reading]:
        readings = []
        for window in windows:
            pieces = [window.text[start:end] for start, end in window.units]
            evidence = tuple(6.0 if "heated" in piece else -6.0 for piece in pieces)
            readings.append(Reading(5.0, evidence, 0.0, (), self.yes, self.no))
        return readings


def told(reader: Saying) -> list[tuple[str, tuple[int, ...], bool]]:
    given = [passage(TEXT)]
    selection = EvidenceSelector(None, reader).select(QUESTION, given)
    events = quote(selection, CitationBook(PassageSource(given), {}))
    while True:
        try:
            next(events)
        except StopIteration as end:
            return [(s.text, s.citations, s.own_words) for s in end.value.sentences]


@pytest.mark.parametrize(("yes", "no", "word"), [(0.97, 0.01, "Yes."), (0.02, 0.95, "No.")])
def test_the_word_is_told_with_the_sentence_that_settles_it(yes: float, no: float, word: str) -> None:
    assert told(Saying(yes, no)) == [(word, (1,), True), ("The pool is not heated.", (1,), False)]


def test_no_word_where_the_reader_is_not_sure() -> None:
    assert told(Saying(0.55, 0.4)) == [("The pool is not heated.", (1,), False)]
