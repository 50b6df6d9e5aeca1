"""Lines that are headings by their words, where formats do not mark them: `Article 4`, `§ 9 Sheds`."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["numbered_level", "stands_as_title"]

_NUMBER: Final = r"(?:\d{1,3}[a-z]?(?:\.\d{1,3}){0,4}|[IVXLC]{1,7}|[A-Z])"
_WIDE: Final = re.compile(
    rf"(?:(?:chapter|part|volume|book|kapitel|teil|chapitre|partie|cap[ií]tulo|parte|capitolo|hoofdstuk|deel"
    rf"|глава|часть)\s+{_NUMBER}\b|第\s?[\d一二三四五六七八九十百]+\s?[章编編部])",
    re.I,
)
_NARROW: Final = re.compile(
    rf"(?:(?:section|article|clause|appendix|annex|schedule|exhibit|step|stage|rule|lesson|unit|topic|paragraph"
    rf"|abschnitt|artikel|anhang|anlage|schritt|absatz|étape|annexe|sección|artículo|anexo|paso|sezione|articolo"
    rf"|allegato|passo|bijlage|stap|раздел|статья|приложение)\s+{_NUMBER}\b|§{{1,2}}\s?\d{{1,4}}[a-z]?\b"
    r"|第\s?[\d一二三四五六七八九十百]+\s?[条條节節款])",
    re.I,
)
_DOTTED: Final = re.compile(r"(?P<number>\d{1,2}(?:\.\d{1,2}){0,4})\.?\s+[^\W\d_]")
_LONGEST: Final = 100
_LONGEST_TITLE: Final = 70
_MOST_WORDS: Final = 9
_ENDS: Final = tuple(".,;。，；")
_TITLE: Final = re.compile(r"[^\W\d_a-zß-ÿ][\w '’&/()\-–—:§°,]*[\w)]")


def numbered_level(line: str) -> int:
    """The level of a line that begins as numbered headings do and is no sentence; 0 for others.

    Chapters are of level 1, articles, sections and steps of level 2, other numbers of the depth they show.
    """
    line = line.strip()
    if not line or len(line) > _LONGEST or line.endswith(_ENDS):
        return 0
    wide, narrow = _WIDE.match(line), _NARROW.match(line)
    if wide or narrow:
        rest = line[(wide or narrow).end() :].strip()  # type: ignore[union-attr]
        is_title = not rest or rest[0] in ":.–—-(·" or not rest[0].islower()
        return (1 if wide else 2) if is_title and not _goes_on(rest) else 0
    dotted = _DOTTED.match(line)
    return 1 + dotted["number"].count(".") if dotted else 0


def stands_as_title(line: str) -> bool:
    """Whether a line without a number reads as a title: short, begun with a capital, no sentence."""
    line = line.strip()
    return (
        1 < len(line) <= _LONGEST_TITLE
        and len(line.split()) <= _MOST_WORDS
        and _TITLE.fullmatch(line) is not None
        and "," not in line
    )


def _goes_on(rest: str) -> bool:
    """Whether what follows a number behind a colon is told there: `Step 1: Wash the apples`."""
    return rest.startswith((":", "：")) and rest.count(" ") > _MOST_WORDS
