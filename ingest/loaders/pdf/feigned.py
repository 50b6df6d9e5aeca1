"""Text that a PDF gives out for what is drawn (`ActualText`), where it says something else.

A program may say that a ligature is two letters, or name a formula. The same entry can put any words into
the mouth of a page. What is drawn counts, if its own letters can be read.
"""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from typing import Any, Final

from ingest.loaders.pdf.glyphs import unreadable_share
from ingest.loaders.pdf.native import functions

__all__ = ["drop_feigned"]

_KEY: Final = b"ActualText"
_MOST_ADDED: Final = 0.05
"""The share of letters that ligatures, broken words and capitals may add."""
_ALWAYS_ALLOWED: Final = 3
_UNREADABLE: Final = 0.1


def drop_feigned(page: Any, replacing: list[tuple[int, int]]) -> int:
    """Take the text that stands for objects off an open `pypdfium2.PdfPage`, if it is not what they show.

    Args:
        page: It is changed in memory, so that its text pages read what is drawn from now on.
        replacing: Text objects and the marks that hold the text, by address.

    Returns:
        How many letters were told that are not drawn; 0 where the text may stand, for it says what is drawn,
        or the letters that are drawn cannot be read. The page is to be opened again then.
    """
    told = _text(page)
    remove = functions()["FPDFPageObjMark_RemoveParam"]
    for mark, pointer in {mark: pointer for pointer, mark in replacing}.items():
        remove(pointer, mark, _KEY)
    drawn = _text(page)
    letters = _letters(drawn)
    added = sum((_letters(told) - letters).values())
    allowed = max(_ALWAYS_ALLOWED, _MOST_ADDED * sum(letters.values()))
    is_legible = (
        unreadable_share(drawn) <= _UNREADABLE and _share_of_latin(told) - _share_of_latin(drawn) > -0.5
    )
    return added if added > allowed and letters and is_legible else 0


def _text(page: Any) -> str:
    with closing(page.get_textpage()) as text_page:
        return str(text_page.get_text_range())


def _letters(text: str) -> Counter[str]:
    return Counter(filter(str.isalnum, text.casefold()))


def _share_of_latin(text: str) -> float:
    """Fonts of other scripts often hold their signs at the places of Latin letters."""
    letters = [character for character in text if character.isalpha()]
    return sum(character < "\u0250" for character in letters) / max(len(letters), 1)
