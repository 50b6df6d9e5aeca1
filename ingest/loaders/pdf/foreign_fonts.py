"""Fonts that are not in the file: which of their letters a reader has, though this machine may not.

A font without a map to Unicode tells what it draws. One with such a map may tell anything: where this
machine draws no ink for it, nothing says that another would.
"""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pypdf import PdfReader

__all__ = ["font_name", "has_letter", "unmapped_fonts"]

_LATIN: Final = 0x24F
_COMMON: Final = 0x52F
"""The end of Latin, Greek and Cyrillic letters, which the usual fonts of every reader have."""
_LONGEST_NAME: Final = 256


def has_letter(code: int, is_composite: bool | None) -> bool:
    """Whether readers have a letter of a font that is not in the file, where this machine may lack it.

    Args:
        code: Its code point.
        is_composite: Whether the font is one of thousands of signs; None where its word is not taken.
    """
    return is_composite is not None and code > _LATIN and (is_composite or code <= _COMMON)


def font_name(font: Any) -> str:
    """The name that a file gives to a font of pdfium's; empty for one that is too long."""
    import pypdfium2.raw as pdfium

    written = ctypes.create_string_buffer(_LONGEST_NAME)
    length = pdfium.FPDFFont_GetBaseFontName(font, written, len(written))
    return written.value.decode("latin-1") if length <= len(written) else ""


def unmapped_fonts(reader: PdfReader) -> dict[str, bool]:
    """The fonts without a map to Unicode, by name, and whether they are composite.

    None is named that has a namesake with a map.
    """
    numbers = {*reader.xref_objStm, *(number for table in reader.xref.values() for number in table)}
    left: list[Any] = [reader.get_object(number) for number in numbers]
    found: dict[str, bool] = {}
    mapped: set[str] = set()
    while left:
        held = left.pop()
        if isinstance(held, list):
            left += held
        if not isinstance(held, dict):
            continue
        left += held.values()
        below = held.get("/DescendantFonts")
        fonts = [held, *(font.get_object() for font in (below.get_object() if below is not None else ()))]
        names = [str(font["/BaseFont"].get_object())[1:] for font in fonts if "/BaseFont" in font]
        if "/ToUnicode" in held:
            mapped.update(names)
        elif not str(held.get("/Subtype", "")).startswith("/CIDFont"):  # which is known by what is above it
            found.update((name, below is not None and found.get(name, True)) for name in names)
    return {name: is_composite for name, is_composite in found.items() if name not in mapped}
