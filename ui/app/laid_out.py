"""A document's text as HTML: rows of tab-separated cells stand as a table, a span of the text is marked."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from ui.app.escaping import html_text, marked_html

__all__ = ["laid_out_html"]

Span = tuple[int, int]


def laid_out_html(text: str, marked: Span = (0, 0)) -> str:
    """The text for a place that keeps its line breaks (`white-space: pre-wrap`).

    Args:
        text: As documents are kept: a row a line, its cells separated by tabs.
        marked: Offsets within `text`; what lies between them is marked in every cell it touches.
    """
    parts = []
    for is_row, lines in groupby(_lines(text), key=lambda line: _is_row(text[line[0] : line[1]])):
        if is_row:
            rows = "".join(f"<tr>{_cells_html(text, line, marked)}</tr>" for line in lines)
            parts.append(f'<table class="cw-grid">{rows}</table>')
        else:
            block = list(lines)
            parts.append(_piece_html(text, (block[0][0], block[-1][1]), marked))
    return "".join(parts)


def _lines(text: str) -> Iterator[Span]:
    start = 0
    for line in text.split("\n"):
        yield start, start + len(line)
        start += len(line) + 1


def _is_row(line: str) -> bool:
    """Tabs between words; those before the first are the indentation of a program."""
    return "\t" in line.strip()


def _cells_html(text: str, line: Span, marked: Span) -> str:
    cells, start = [], line[0]
    for cell in text[line[0] : line[1]].split("\t"):
        cells.append(f"<td>{_piece_html(text, (start, start + len(cell)), marked)}</td>")
        start += len(cell) + 1
    return "".join(cells)


def _piece_html(text: str, piece: Span, marked: Span) -> str:
    start, end = max(piece[0], marked[0]), min(piece[1], marked[1])
    if start >= end:
        return html_text(text[piece[0] : piece[1]])
    return marked_html(text[piece[0] : piece[1]], start - piece[0], end - piece[0])
