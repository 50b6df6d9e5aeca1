"""A short answer is told where it is clear: among all that is cited, or inside what answers best."""

from __future__ import annotations

import pytest

from rag.answering.quoting import _CLEAR, _clear_span
from rag.attribution import quotable_units, read_question, short_span
from rag.schema import Passage

QUESTION = "In which year did the old bridge open?"
BEST = "The old bridge opened in 1887."
OTHERS = (
    "The old bridge was closed in 1921 for a year, and once more in 1934.",
    "In 1950 and 1966 the old bridge was painted.",
    "The old bridge had its last tram in 1972.",
    "The bridge had to open again in 1968.",
    "The year was 1893, and the old bridge was open to trams.",
)


def units(*texts: str):
    text = "\n\n".join(texts)
    return quotable_units([Passage("a", "a.txt", "", 1, 0, len(text), text, 1.0)])


def test_it_need_not_outweigh_every_other_sentence() -> None:
    cited = units(BEST, *OTHERS)
    among_all = short_span(read_question(QUESTION), cited)
    assert among_all is not None
    assert among_all.probability < _CLEAR
    found = _clear_span(read_question(QUESTION), cited)
    assert found is not None
    assert found.text == "1887"


@pytest.mark.parametrize("order", [(OTHERS[0], BEST), (OTHERS[1], OTHERS[2], BEST)])
def test_the_best_sentence_does_not_speak_for_another(order: tuple[str, ...]) -> None:
    cited = units(*order, *OTHERS)
    found = _clear_span(read_question(QUESTION), cited)
    assert found is None or found.probability >= _CLEAR
