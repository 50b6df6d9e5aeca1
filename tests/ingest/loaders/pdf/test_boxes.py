"""The boxes of a quote cover the ink of its words and no other ink, on the page as it is rendered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from rag.geometry import PageGeometry
from rag.schema import Box, Document

SCALE = 4.0
LINES = [
    "The committee reviewed the informa-",
    "tion that was given by the auditors",
    "and found the final offer acceptable.",
]


def writer(shown: Callable[[int, str], bool]) -> Callable[[Any], None]:
    """Draws LINES word by word in black, those that are not shown in white; a hyphen stays shown."""

    def draw(canvas: Any) -> None:
        for row, line in enumerate(LINES):
            x = 90.0
            for word in line.split(" "):
                for part in (word[:-1], "-") if word.endswith("-") else (word,):
                    canvas.setFillGray(0 if part == "-" or shown(row, part) else 1)
                    canvas.setFont("Times-Roman", 12)
                    canvas.drawString(x, 650 - 15 * row, part)
                    x += canvas.stringWidth(part, "Times-Roman", 12)
                x += canvas.stringWidth(" ", "Times-Roman", 12)

    return draw


def boxes_of(document: Document, quote: str) -> tuple[Box, ...]:
    start = document.text.index(quote)
    page = next(p for p in document.pages if p.start <= start < p.end)
    assert page.geometry is not None
    geometry = PageGeometry.from_bytes(page.geometry)
    return geometry.span_boxes(page.number, start - page.start, start - page.start + len(quote))


def covered(shape: tuple[int, ...], boxes: tuple[Box, ...]) -> NDArray[np.bool_]:
    mask = np.zeros(shape, bool)
    for box in boxes:
        top, bottom = int(box.top * SCALE) - 1, int(np.ceil(box.bottom * SCALE)) + 1
        left, right = int(box.left * SCALE) - 1, int(np.ceil(box.right * SCALE)) + 1
        mask[max(top, 0) : bottom, max(left, 0) : right] = True
    return mask


def turn(degrees: int) -> Callable[[Any], None]:
    return lambda page: page.rotate(degrees)


def crop(page: Any) -> None:
    page.cropbox.lower_left = (60, 500)
    page.cropbox.upper_right = (420, 700)


def crop_and_turn(page: Any) -> None:
    crop(page)
    page.rotate(90)


@pytest.mark.parametrize(
    "after",
    [None, turn(90), turn(180), turn(270), crop, crop_and_turn],
    ids=lambda f: getattr(f, "__name__", "plain"),
)
@pytest.mark.parametrize(
    ("quote", "parts", "count"),
    [
        ("information", {(0, "informa"), (1, "tion")}, 2),
        ("auditors", {(1, "auditors")}, 1),
        ("auditors and found", {(1, "auditors"), (2, "and"), (2, "found")}, 2),
        ("the final offer", {(2, "the"), (2, "final"), (2, "offer")}, 1),
    ],
)
def test_boxes_cover_the_words_and_nothing_else(
    pdf, load_pdf, ink, quote: str, parts: set[tuple[int, str]], count: int, after: Any
) -> None:
    whole = pdf(writer(lambda row, word: True), after=after)
    alone = pdf(writer(lambda row, word: (row, word) in parts), name="alone.pdf", after=after)
    boxes = boxes_of(load_pdf(whole), quote)
    everything, words = ink(whole), ink(alone)
    hyphen = ink(pdf(writer(lambda row, word: False), name="hyphen.pdf", after=after))
    words &= ~hyphen
    mask = covered(everything.shape, boxes)
    assert words.any()
    assert not (words & ~mask).any(), "ink of the quote outside its boxes"
    others = everything & ~words & ~hyphen
    assert (others & mask).sum() <= 0.02 * words.sum(), "ink of other words inside the boxes"
    if after in (None, crop):
        assert len(boxes) == count


def test_ligatures_and_marks_keep_their_boxes(pdf, load_pdf) -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    pdfmetrics.registerFont(TTFont("Vera", "Vera.ttf"))  # comes with reportlab

    def draw(canvas: Any) -> None:
        canvas.setFont("Vera", 12)
        canvas.drawString(72, 700, "the of\ufb01ce and its \ufb02oor")

    document = load_pdf(pdf(draw))
    assert document.text == "the office and its floor"
    (word,) = boxes_of(document, "office")
    (letters,) = boxes_of(document, "fi")
    assert word.left < letters.left < letters.right < word.right
    assert boxes_of(document, "ice")[0].left == letters.left  # i stands in the box of the ligature
