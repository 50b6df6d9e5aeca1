"""What documents say is shown, never executed: their text, titles and file names are escaped here.

Rows of tab-separated cells stand as a table, and a span of a text is marked.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final

__all__ = ["html_text", "label", "laid_out_html", "marked_html"]

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")
_LINKS: Final = re.compile(r"(?i)(://|www|@)")
_DRAWN: Final = re.compile(r"(?<=[-<>])(?=[->=])|(?<=:)(?=\w)")
"""Within what Streamlit draws as an arrow, a dash or a picture: `->`, `<=`, `--`, `:streamlit:`."""
_JOINER: Final = "\u2060"
_SPACES: Final = re.compile(r"\s+")


def html_text(text: str) -> str:
    """Text for the inside of an HTML element or a quoted attribute.

    Control characters go, and so do those that turn the direction of what follows (a file name
    `exe.fdp` shown backwards as `pdf.exe`).
    """
    return html.escape(_CONTROL.sub("", text), quote=True)


def marked_html(text: str, start: int, end: int) -> str:
    """HTML of a text in which characters `start` to `end` are marked."""
    before, inside, after = text[:start], text[start:end], text[end:]
    return f"{html_text(before)}<mark>{html_text(inside)}</mark>{html_text(after)}"


def label(text: str, longest: int = 120) -> str:
    """One line of plain text for a place that reads Markdown (a label, a tooltip), every sign escaped.

    Addresses become links in what GitHub's Markdown has read already, where no sign is escaped any more
    (GFM, section 6.9), and signs become arrows there: an invisible word joiner keeps them apart.
    """
    line = _SPACES.sub(" ", _CONTROL.sub("", text)).strip()
    if len(line) > longest:
        line = line[: longest - 1].rstrip() + "…"
    return _PUNCTUATION.sub(r"\\\1", _DRAWN.sub(_JOINER, _LINKS.sub(rf"\1{_JOINER}", line)))


Span = tuple[int, int]


def laid_out_html(text: str, marked: Span = (0, 0)) -> str:
    """The text for a place that keeps its line breaks (`white-space: pre-wrap`).

    Args:
        text: As documents are kept: one row per line, its cells separated by tabs.
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
