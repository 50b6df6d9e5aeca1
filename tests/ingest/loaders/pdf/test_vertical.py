"""Vertical lines are read from right to left and each from top to bottom."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from rag.geometry import PageGeometry
from rag.schema import BlockKind

FONTS = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), Path.home() / ".fonts"]
HAS_CJK = any("cjk" in path.name.lower() for folder in FONTS for path in folder.rglob("*"))
pytestmark = pytest.mark.skipif(
    not HAS_CJK, reason="pdfium needs a CJK font to place these letters: apt-get install fonts-noto-cjk"
)

COLUMNS = (
    "春は曙やうやう白くなりゆく山際",
    "少し明かりて紫だちたる雲の細く",
    "たなびきたる夏は夜月の頃は更なり",
    "闇もなほ",
)


@pytest.fixture
def vertical_font() -> str:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    font = UnicodeCIDFont("HeiseiMin-W3", isVertical=True)
    pdfmetrics.registerFont(font)
    return str(font.fontName)


def test_columns_are_lines_of_one_paragraph(pdf, load_pdf, vertical_font: str) -> None:
    def page(canvas: Any) -> None:
        canvas.setFont(vertical_font, 16)
        for i, column in enumerate(COLUMNS):
            canvas.drawString(500 - 24 * i, 700, column)

    document = load_pdf(pdf(page))
    assert document.text == "".join(COLUMNS)
    assert [block.kind for block in document.blocks] == [BlockKind.PARAGRAPH]
    geometry = PageGeometry.from_bytes(document.pages[0].geometry)
    for i, column in enumerate(COLUMNS):
        start = document.text.index(column)
        boxes = geometry.span_boxes(1, start, start + len(column))
        assert all(abs((box.left + box.right) / 2 - (500 - 24 * i)) < 2 for box in boxes)
        assert min(box.top for box in boxes) == pytest.approx(92, abs=2)


def test_a_column_of_single_characters_in_rows_stays_a_table(pdf, load_pdf) -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))

    def page(canvas: Any) -> None:
        canvas.setFont("STSong-Light", 12)
        for i, (name, value) in enumerate(zip("金木水火土", "12345", strict=True)):
            canvas.drawString(72, 700 - 20 * i, name)
            canvas.drawString(300, 700 - 20 * i, value)

    document = load_pdf(pdf(page))
    rows = "\n".join(f"{name}\t{value}" for name, value in zip("金木水火土", "12345", strict=True))
    assert document.text == rows
