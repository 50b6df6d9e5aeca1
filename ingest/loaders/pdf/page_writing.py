"""Writes the blocks of a page as text, and keeps for each character the box where it stands.

Words broken at the end of a line are joined, or left as the compounds that they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from ingest.loaders.pdf.characters import Boxes
from ingest.loaders.pdf.elements import PageBlock
from ingest.loaders.pdf.glyphs import HYPHEN, is_unspaced
from ingest.loaders.pdf.lines import PageLines
from rag.schema import Block, BlockKind

__all__ = ["Vocabulary", "WrittenPage", "block_text", "drops_hyphen", "vocabulary", "written_page"]

Vocabulary = frozenset[str]
"""The words of a document that are not broken, lower-cased; compounds with their hyphens."""

# a word before a hyphen at the end of a line may be the half of one
_UNBROKEN: Final = re.compile(rf"[^\W\d_](?:[\w{HYPHEN}]|[-’'](?=\w)){{0,99}}+(?!-\s*\n)")
_LAST_PART: Final = re.compile(r"[^\W_]{1,60}(?:[-’'][^\W_]{1,60}){0,4}\Z")
_FIRST_PART: Final = re.compile(r"[^\W_]+")
_SHORTEST_PART: Final = 3
_SPACES: Final = re.compile(r"\s+")
_RUN: Final = re.compile(r"\S+")
_UNEVEN: Final = re.compile(r"\s\s|[^\S ]")
_NO_BOX: Final = -1


def vocabulary(texts: Iterable[str]) -> Vocabulary:
    """The unbroken words of texts in which `HYPHEN` marks the broken ones."""
    return frozenset(
        word.lower() for text in texts for word in set(_UNBROKEN.findall(text)) if HYPHEN not in word
    )


def drops_hyphen(before: str, after: str, known: Vocabulary) -> bool:
    """Whether the hyphen between two lines was set only to break a word.

    `before` ends where the hyphen stands, `after` is the next line. The document's own words decide:
    if it has the joined word, yes; if it has the compound, or both parts as words, no. A word that
    it has nowhere else is joined, for compounds are rarer than broken words.
    """
    left, right = _LAST_PART.search(before), _FIRST_PART.match(after)
    if not left or not right:
        return False
    first, second = left.group(), right.group()
    if not first[-1].isalpha() or not second[0].isalpha():
        return False
    if second[0].isupper() and not (first.isupper() and second.isupper()):
        return False
    first, second = first.lower(), second.lower()
    if first + second in known:
        return True
    if f"{first}-{second}" in known:
        return False
    parts_are_words = first in known and second in known and min(len(first), len(second)) >= _SHORTEST_PART
    return not parts_are_words


@dataclass(frozen=True, slots=True, eq=False)
class WrittenPage:
    """The text of a page with a box (or NaN) for each character; block offsets count from its start."""

    text: str = field(repr=False)
    boxes: Boxes = field(repr=False)
    blocks: tuple[Block, ...]


class _Writer:
    """Text in the making: characters, and for each the index of its box."""

    def __init__(self, page: PageLines, known: Vocabulary) -> None:
        self._page = page
        self._known = known
        self.characters: list[str] = []
        self.sources: list[int] = []

    def write(self, text: str) -> None:
        """Add characters that do not stand on the page."""
        self.characters.extend(text)
        self.sources.extend([_NO_BOX] * len(text))

    def piece(self, glue: str, start: int, end: int, block_start: int) -> None:
        """Add a run of the page's characters, joined to the text before as its end and glue ask for."""
        page = self._page.text
        if glue == " " and len(self.characters) > block_start:
            self._join(page[start:end], block_start)
        else:
            self.write(glue)
        if _UNEVEN.search(page, start, end) is None:
            self.characters.extend(page[start:end])
            self.sources.extend(range(start, end))
            return
        for i, word in enumerate(_RUN.finditer(page, start, end)):
            if i:
                self.write(" ")
            self.characters.extend(word.group())
            self.sources.extend(range(word.start(), word.end()))

    def _join(self, following: str, block_start: int) -> None:
        """Join two lines: without a hyphen that only broke a word, without a space in Chinese."""
        last = self.characters[-1]
        if last in ("-", HYPHEN):
            before = "".join(self.characters[max(block_start, len(self.characters) - 60) : -1])
            if drops_hyphen(before, following, self._known):
                self.characters.pop()
                self.sources.pop()
            elif last == HYPHEN or (before[-1:].isalnum() and following[:1].isalnum()):
                self.characters[-1] = "-"
            else:
                self.write(" ")
        elif not (is_unspaced(last) or is_unspaced(following[:1])):
            self.write(" ")

    def end_block(self, block_start: int) -> None:
        """A hyphen whose word goes on in another block, or did not go on, is written as one."""
        if HYPHEN in self.characters[block_start:]:
            self.characters[block_start:] = "".join(self.characters[block_start:]).replace(HYPHEN, "-")


def written_page(
    page: PageLines, blocks: Sequence[PageBlock], levels: Sequence[int], known: Vocabulary
) -> WrittenPage:
    """Write blocks in their order; a block whose level is not 0 is a heading."""
    writer = _Writer(page, known)
    written: list[Block] = []
    for block, level in zip(blocks, levels, strict=True):
        if written:
            rows = written[-1].kind is BlockKind.TABLE_ROW and block.is_row and not level
            writer.write("\n" if rows else "\n\n")
        start = len(writer.characters)
        for piece in block.pieces:
            writer.piece(*piece, start)
        writer.end_block(start)
        kind = BlockKind.HEADING if level else block.kind
        if len(writer.characters) > start:
            written.append(Block(start, len(writer.characters), kind, level, None if level else block.header))
    boxes = np.concatenate([page.boxes, np.full((1, 4), np.nan, np.float32)])
    sources = np.array(writer.sources, np.intp)
    return WrittenPage("".join(writer.characters), boxes[sources], tuple(written))


def block_text(page: PageLines, block: PageBlock) -> str:
    """A block's text before its hyphens are decided, for measuring."""
    text = "".join(piece.glue + page.text[piece.start : piece.end] for piece in block.pieces)
    return _SPACES.sub(" ", text.replace(HYPHEN + " ", "").replace(HYPHEN, "-")).strip()
