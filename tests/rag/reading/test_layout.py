"""Windows for the reader hold headings and rows in words, and each copied span has its place."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from rag.reading import quotable_units
from rag.reading.layout import lay_out
from rag.schema import Heading, Passage

_TEXT = (
    "Trails\n\nBlue Ridge\n\n12 km. It is steep.\n\nMill Creek\n\n7 km, level.\n\n"
    "Town\tMayor\tRiver\nBelk\tOtto Kranz\tMure\nCorin\tLia Bach\tSorn"
)


def _passage(text: str, start: int = 0, outline: tuple[Heading, ...] = ()) -> Passage:
    made = Passage("d", "d.md", "Guide", 1, start, start + len(text), text, 1.0)
    return replace(made, outline=outline)


def test_a_window_is_laid_out_as_the_reader_was_taught() -> None:
    outline = (Heading(0, 6, 1, "Trails"), Heading(8, 18, 2, "Blue Ridge"), Heading(40, 50, 2, "Mill Creek"))
    passages = [_passage(_TEXT, outline=outline)]
    units = quotable_units(passages)
    (laid,) = lay_out(units, passages)
    assert laid.window.text == (
        "Guide > Trails > Blue Ridge\n12 km. It is steep.\n## Mill Creek\n7 km, level.\n"
        "Town: Belk; Mayor: Otto Kranz; River: Mure\nTown: Corin; Mayor: Lia Bach; River: Sorn"
    )
    assert [laid.window.text[start:end] for start, end in laid.window.units][1] == "It is steep."


def test_a_span_of_a_window_is_one_of_the_document_and_what_was_written_between_is_none() -> None:
    passages = [_passage(_TEXT, 100)]
    units = quotable_units(passages)
    (laid,) = lay_out(units, passages)
    text = laid.window.text
    start = text.index("Otto Kranz")
    place = laid.origin(start, start + 10)
    assert place is not None
    assert _TEXT[place[0] - 100 : place[1] - 100] == "Otto Kranz"
    start = text.index("Mayor: Otto")
    assert laid.origin(start, start + 11) is None


@given(st.text(max_size=600), st.integers(0, 1_000))
def test_every_unit_has_its_place_in_a_window(text: str, start: int) -> None:
    passages = [_passage(text, start)]
    units = quotable_units(passages)
    for laid in lay_out(units, passages):
        for index, (first, last) in zip(laid.units, laid.window.units, strict=True):
            if units[index].row is None:
                assert laid.origin(first, last) == (units[index].start, units[index].end)


def test_long_passages_are_read_in_several_windows() -> None:
    text = "\n\n".join(f"The mill of village {i} has a wheel of oak and a roof of slate." for i in range(80))
    passages = [_passage(text)]
    units = quotable_units(passages)
    windows = lay_out(units, passages)
    assert len(windows) > 3
    assert [index for laid in windows for index in laid.units] == list(range(len(units)))
    assert all(len(laid.window.text) <= 1_100 for laid in windows)
