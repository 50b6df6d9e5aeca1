"""What documents say is shown, never executed: their text, titles and file names are escaped here."""

from __future__ import annotations

import html
import re
from typing import Final

__all__ = ["html_text", "label", "marked_html"]

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_PUNCTUATION: Final = re.compile(r"([!-/:-@\[-`{-~])")
_LINKS: Final = re.compile(r"(?i)(://|www|@)")
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
    (GFM, section 6.9): an invisible word joiner keeps them apart.
    """
    line = _SPACES.sub(" ", _CONTROL.sub("", text)).strip()
    if len(line) > longest:
        line = line[: longest - 1].rstrip() + "…"
    return _PUNCTUATION.sub(r"\\\1", _LINKS.sub(rf"\1{_JOINER}", line))
