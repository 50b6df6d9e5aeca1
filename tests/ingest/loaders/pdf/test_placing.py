"""Text that pypdf reads gets the boxes of the characters that pdfium sees."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.loaders.pdf.fallback import placed_boxes
from ingest.loaders.pdf.lines import PageLines
from rag.geometry import PageGeometry
from rag.schema import BlockKind

ALEPH = 0x05D0
SENTENCES = ("העיר יושבת על גבעה", "שער ישן פונה אל הים")


def page_of(text: str) -> PageLines:
    """A page whose i-th character stands `i` points from the left; spaces have no box."""
    boxes = np.array([[i, 0, i + 1, 10] for i in range(len(text))], np.float32).reshape(-1, 4)
    boxes[[character == " " for character in text]] = np.nan
    return PageLines(1, text, boxes, (), 600.0, 800.0)


def lefts(text: str, page: str) -> list[float]:
    return placed_boxes(text, page_of(page))[:, 0].tolist()


def test_words_are_found_in_either_direction() -> None:
    assert lefts("ab cd", "dc ab") == [3.0, 4.0, pytest.approx(np.nan, nan_ok=True), 1.0, 0.0]


def test_a_word_of_several_places_is_the_one_near_its_neighbours_and_none_is_taken_twice() -> None:
    page = "one it two it three"
    assert lefts("two it", page)[4] == page.rindex("it")
    assert lefts("it it", page)[0] != lefts("it it", page)[3]
    assert np.isnan(lefts("it it it", page)).sum() == 4


def test_short_words_are_not_found_inside_of_others() -> None:
    assert np.isnan(lefts("he", "there")).all()
    assert lefts("long", "alongside") == [1.0, 2.0, 3.0, 4.0]


def test_marks_of_vowels_do_not_hide_a_word() -> None:
    assert lefts("חַבר", "רבח")[::2] == [2.0, 1.0]


@given(st.lists(st.text("אבגדהוזחט", min_size=1, max_size=6), min_size=1, max_size=12), st.randoms())
def test_each_word_of_the_page_is_found_wherever_it_went(words: list[str], random: Any) -> None:
    drawn = [word[::-1] if random.random() < 0.5 else word for word in words]
    random.shuffle(drawn)
    page, text = " ".join(drawn), " ".join(words)
    boxes = placed_boxes(text, page_of(page))
    found = boxes[np.isfinite(boxes[:, 0]), 0].astype(int).tolist()
    letters = [character for character in text if character != " "]
    assert len(found) == len(set(found))
    assert [page[place] for place in found] == [c for c, b in zip(text, boxes, strict=True) if b[0] >= 0]
    assert len(found) == len(letters)


def hebrew(page: Any) -> None:
    """Let the font of a page show Hebrew letters for a, b, c …"""
    from pypdf.generic import DecodedStreamObject, NameObject

    cmap = DecodedStreamObject()
    lines = ["begincmap", "1 begincodespacerange", "<00> <ff>", "endcodespacerange", "2 beginbfrange"]
    lines += ["<20> <60> <0020>", f"<61> <7b> <{ALEPH:04x}>", "endbfrange", "endcmap"]
    cmap.set_data("\n".join(lines).encode())
    reference = page.indirect_reference.pdf._add_object(cmap)
    for font in page["/Resources"]["/Font"].values():
        font.get_object()[NameObject("/ToUnicode")] = reference


def drawn(text: str) -> str:
    """The codes that show Hebrew text, in the order in which it is seen from the left."""
    return "".join(chr(ord(c) - ALEPH + ord("a")) if ord(c) >= ALEPH else c for c in reversed(text))


def test_a_quote_on_a_hebrew_page_stands_where_its_line_is(pdf, load_pdf) -> None:
    def page(canvas: Any) -> None:
        canvas.setFont("Helvetica", 12)
        for i, sentence in enumerate(SENTENCES):
            canvas.drawRightString(540, 700 - 100 * i, drawn(sentence))

    path: Path = pdf(page, after=hebrew)
    document = load_pdf(path)
    (only,) = document.pages
    assert only.geometry is not None
    geometry = PageGeometry.from_bytes(only.geometry)
    for i, sentence in enumerate(SENTENCES):
        for word in sentence.split():
            start = document.text.index(word)
            (box,) = geometry.span_boxes(1, start, start + len(word))
            assert 80 + 100 * i < box.top < box.bottom < 100 + 100 * i
            assert box.right <= 541


def test_short_lines_with_gaps_in_one_place_are_rows_on_a_hebrew_page(pdf, load_pdf) -> None:
    words = [["שם", "מחיר"], ["צילום", "50"], ["סריקה", "120"]]

    def page(canvas: Any) -> None:
        canvas.setFont("Helvetica", 12)
        canvas.drawRightString(540, 700, drawn(" ".join(SENTENCES)))
        for i, row in enumerate(words):
            for x, word in zip((540, 500), row, strict=True):
                canvas.drawRightString(x, 650 - 16 * i, drawn(word) if word[0] >= "א" else word)

    document = load_pdf(pdf(page, after=hebrew))
    rows = [block for block in document.blocks if block.kind is BlockKind.TABLE_ROW]
    assert [document.text[row.start : row.end].split("\t") for row in rows] == words
    assert rows[1].header.columns == ("שם", "מחיר")
