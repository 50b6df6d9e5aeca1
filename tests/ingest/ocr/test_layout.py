"""From lines to text: columns, rows, paragraphs and headings, without an engine."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ingest.ocr.ocr_protocol import OcrLine, PixelBox
from ingest.ocr.order import columns
from ingest.ocr.picture_text import written
from ingest.ocr.turning import boxes_before_turning
from rag.text.tables import row_statement

ADVANCE, HEIGHT = 10.0, 20.0


def line(text: str, left: float, top: float, scale: float = 1.0) -> OcrLine:
    edges = left + np.arange(len(text) + 1, dtype=np.float32) * ADVANCE * scale
    bottom = top + HEIGHT * scale
    heights = np.full((len(text), 1), 1.0, np.float32)
    boxes = np.hstack([edges[:-1, None], heights * top, edges[1:, None], heights * bottom]).astype(np.float32)
    boxes[[character == " " for character in text]] = np.nan
    return OcrLine(text, PixelBox(left, top, float(edges[-1]), bottom), 0.99, boxes)


def texts(lines: list[OcrLine]) -> list[str]:
    return [cell.text for column in columns(lines) for row in column for cell in row.cells]


def kinds(lines: list[OcrLine]) -> list[tuple[str, str]]:
    page = written(lines)
    return [(f"{b.kind}{b.level or ''}", page.text[b.start : b.end]) for b in page.blocks]


def prose(name: str, left: float, count: int, top: float = 100.0) -> list[OcrLine]:
    return [
        line(f"{name} words that fill a line {'abcdefghij'[i]}", left, top + 30 * i) for i in range(count)
    ]


def test_columns_of_prose_are_read_one_after_the_other_under_their_title() -> None:
    left, right = prose("left", 50, 5), prose("right", 400, 5)
    title = line("A title that stands over both of the columns here", 60, 20)
    mixed = [title, *(cell for pair in zip(right, left, strict=True) for cell in pair)]
    assert texts(mixed) == [one.text for one in [title, *left, *right]]


def test_tables_are_read_across() -> None:
    rows = [[f"item {i}", f"{i}00", f"{i}50"] for i in range(6)]
    cells = [
        line(text, 50 + 200 * x, 100 + 30 * y) for y, row in enumerate(rows) for x, text in enumerate(row)
    ]
    assert kinds(cells[::-1]) == [("table_row", "\t".join(row)) for row in rows]


def table(*rows: tuple[str, ...], lefts: tuple[int, ...] = (50, 250, 450)) -> list[OcrLine]:
    """Cells at their columns' left edges, which shake by a pixel or two as an engine's do."""
    return [
        line(text, lefts[x] + (x + y) % 3, 100 + 30 * y)
        for y, row in enumerate(rows)
        for x, text in enumerate(row)
        if text
    ]


def row_statements(lines: list[OcrLine]) -> list[str]:
    page = written(lines)
    return [row_statement(page.text[b.start : b.end], b.header) for b in page.blocks if b.header is not None]


def test_rows_stand_under_the_names_of_their_columns() -> None:
    lines = table(("", "2022", "2021"), ("Rent", "500", "480"), ("Wages", "", "910"), ("Heating", "70", "65"))
    assert row_statements(lines)[1:] == [
        "2022 > Rent: 500; 2021 > Rent: 480",
        "2021 > Wages: 910",
        "2022 > Heating: 70; 2021 > Heating: 65",
    ]


def test_rows_whose_columns_are_not_clear_have_no_names() -> None:
    lines = table(("Name", "Year", "Town"), ("Ada", "1815", "London"), ("Emmy", "1882", "Erlangen"))
    crowded = [*lines, line("and", 452, 190), line("more", 490, 190), line("Lise", 50, 190)]
    assert row_statements(crowded) == []
    assert row_statements(lines[:5]) == []


def test_paragraphs_end_where_the_next_word_would_have_fitted() -> None:
    page = [
        line("This first line is as long as lines on this page get,", 50, 100),
        line("and this one ends.", 50, 130),
        line("This begins another paragraph that is about as long as", 50, 160),
        line("it can be.", 50, 190),
    ]
    assert [text for _, text in kinds(page)] == [
        "This first line is as long as lines on this page get, and this one ends.",
        "This begins another paragraph that is about as long as it can be.",
    ]


def test_larger_lines_are_headings_ranked_by_size() -> None:
    page = [line("Report", 50, 20, 2.0), line("Part one", 50, 90, 1.4), *prose("body", 50, 4, 140)]
    assert kinds(page)[:2] == [("heading1", "Report"), ("heading2", "Part one")]
    assert kinds(page)[2][0] == "paragraph"


def test_broken_words_are_joined_with_their_boxes() -> None:
    page = [
        line("The treasurer of the town has con-", 50, 100),
        line("firmed the well known sum in full.", 50, 130),
    ]
    text = written(page)
    assert "confirmed the" in text.text
    assert len(text.boxes) == len(text.text)
    at = text.text.index("firmed")
    assert text.boxes[at, 1] == 130


def test_chinese_lines_join_without_a_space() -> None:
    page = [line("图书馆在二零二五年修好了屋顶并且重新", 50, 100), line("开放。", 50, 130)]
    assert "重新开放" in written(page).text


@given(
    st.lists(
        st.tuples(
            st.text("abc 12", min_size=1).filter(str.strip), st.integers(0, 1_000), st.integers(0, 1_000)
        ),
        max_size=30,
    )
)
def test_every_character_is_written_once_with_its_box(found: list[tuple[str, int, int]]) -> None:
    lines = [line(text.strip(), left, top) for text, left, top in found]
    page = written(lines)
    assert len(page.boxes) == len(page.text)
    inked = sorted(character for character in page.text if not character.isspace())
    assert inked == sorted(character for one in lines for character in one.text if character != " ")
    assert np.isfinite(page.boxes).all(axis=1).sum() == len(inked)


@given(st.sampled_from([0, 90, 180, 270]), st.integers(0, 30), st.integers(0, 30))
def test_boxes_go_back_to_the_picture_before_it_was_turned(angle: int, x: int, y: int) -> None:
    from PIL import Image

    image = Image.new("L", (50, 40), 0)
    image.putpixel((x, y), 255)
    turned = np.asarray(image.rotate(angle, expand=True))
    row, column = np.argwhere(turned == 255)[0].tolist()
    box = np.array([[column, row, column + 1, row + 1]], np.float32)
    assert boxes_before_turning(box, angle, 50, 40).tolist() == [[x, y, x + 1, y + 1]]
