"""Boxes for text that another extractor read, found by its words among the characters of the page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ingest.loaders.pdf.characters import Boxes
from ingest.loaders.pdf.lines import PageLines

__all__ = ["placed_boxes"]

_LEAST_INSIDE: Final = 4
"""So many letters may also be found inside of a longer run, where a page has no spaces."""
_WORD: Final = re.compile(r"\d+|[A-Za-z]+|[^\W\d_A-Za-z]+")
"""Extractors part numbers and Latin words from their neighbours differently."""


def placed_boxes(text: str, page: PageLines) -> Boxes:
    """A box for each letter and digit of a text where its word is found on the page, else NaN.

    Words may run either way on the page: right-to-left scripts are drawn in both. Of several places
    where a word stands the one nearest to the word before is taken, and no place twice. Marks of
    vowels and other combining marks have no boxes of their own.

    Returns:
        Shape (len(text), 4): left, top, right, bottom in points.
    """
    boxes = np.full((len(text), 4), np.nan, np.float32)
    letters, sources = _without_marks(text)
    search = _Search(page)
    for match in _WORD.finditer(letters):
        found = search.find(match.group())
        if found is not None:
            boxes[sources[match.start() : match.end()]] = page.boxes[found]
    return boxes


def _without_marks(text: str) -> tuple[str, NDArray[np.intp]]:
    """A text without combining marks, and for each of its characters the index in the text given."""
    kept = [i for i, character in enumerate(text) if unicodedata.category(character) != "Mn"]
    return "".join(text[i] for i in kept), np.array(kept, np.intp)


class _Search:
    """The letters of a page, and which of them are taken."""

    def __init__(self, page: PageLines) -> None:
        self._letters, self._sources = _without_marks(page.text)
        self._mirrored = _mirrored(self._letters, page.boxes[self._sources])
        self._free = np.isfinite(page.boxes[self._sources, 0])
        self._last = 0

    def find(self, word: str) -> NDArray[np.intp] | None:
        """The places of a word's letters on the page in the word's order; None if it is not there."""
        places = [(start, False) for start in self._starts(self._letters, word)]
        if len(word) > 1:
            for letters in dict.fromkeys((self._letters, self._mirrored)):
                places += [(start, True) for start in self._starts(letters, word[::-1])]
        if not places:
            return None
        start, backwards = min(places, key=lambda place: abs(place[0] - self._last))
        self._last = start + len(word)
        self._free[start : start + len(word)] = False
        found = self._sources[start : start + len(word)]
        return found[::-1] if backwards else found

    def _starts(self, letters: str, word: str) -> Iterator[int]:
        """Where a word stands alone and free; a long one, if nowhere alone, also inside of others."""
        inside = []
        alone = False
        for match in re.finditer(f"(?={re.escape(word)})", letters):
            start, end = match.start(), match.start() + len(word)
            if not self._free[start:end].all():
                continue
            if letters[start - 1 : start].isalnum() or letters[end : end + 1].isalnum():
                inside.append(start)
            else:
                alone = True
                yield start
        if not alone and len(word) >= _LEAST_INSIDE:
            yield from inside


def _mirrored(letters: str, boxes: Boxes) -> str:
    """The letters with those of one ligature, which have one box, in the opposite order.

    So a word with a ligature is found backwards, as pdfium turns round words but not ligatures.
    """
    new = np.ones(len(letters), np.bool_)
    with np.errstate(invalid="ignore"):
        new[1:] = ~(boxes[1:] == boxes[:-1]).all(axis=1)
    starts = np.flatnonzero(new).tolist()
    ends = [*starts[1:], len(letters)]
    return "".join(letters[start:end][::-1] for start, end in zip(starts, ends, strict=True))
