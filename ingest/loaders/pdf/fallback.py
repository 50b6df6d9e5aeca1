"""Text by pypdf where pdfium's is no good: right-to-left pages, unmapped glyphs, refused files.

pypdf puts Arabic and Hebrew into logical order and forgives broken files, but tells no boxes. Each word
is looked for among the characters that pdfium places on the page.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ingest.loaders.package import broken
from ingest.loaders.pdf.foreign_fonts import unmapped_fonts
from ingest.loaders.pdf.glyphs import is_unspaced, normalised
from ingest.loaders.pdf.page_writing import Vocabulary, WrittenPage, drops_hyphen
from ingest.loaders.text_decoding import clean_text
from ingest.loaders.unlocking import needs_password
from rag.errors import CitewellError, EncryptedDocumentError
from rag.schema import Block, BlockKind
from rag.text import line_spans

if TYPE_CHECKING:
    from pypdf import PdfReader
import unicodedata

from numpy.typing import NDArray

from ingest.loaders.pdf.characters import Boxes
from ingest.loaders.pdf.lines import PageLines

__all__ = ["FallbackReader", "is_right_to_left", "placed_boxes", "plain_page"]

_RTL: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LETTER: Final = re.compile(r"[^\W\d_]")
_GLYPH_NAMES: Final = re.compile(r"(?:/[A-Za-z]{1,4}[0-9A-Fa-f]{2,6}){3}")
"""What pypdf writes for glyphs without letters: /G45/G46."""
_MOSTLY: Final = 0.3
_BROKEN: Final = (Exception, RecursionError)
_LEAST_INSIDE: Final = 4
"""So many letters may also be found inside of a longer run, where a page has no spaces."""
_WORD: Final = re.compile(r"\d+|[A-Za-z]+|[^\W\d_A-Za-z]+")
"""Extractors part numbers and Latin words from their neighbours differently."""


class FallbackReader:
    """Opens a file with pypdf at the first page that needs it."""

    def __init__(self, path: Path, source: str) -> None:
        self._path, self._source = path, source
        self._reader: PdfReader | None = None
        self._layered: bool | None = None
        self._unmapped: dict[str, bool] | None = None

    def page_count(self) -> int:
        """The number of pages.

        Raises:
            DocumentError: pypdf cannot read the file either.
        """
        with _quiet(), self._explained():
            return len(self._opened().pages)

    def metadata(self) -> dict[str, str]:
        """Title, author and dates under pdfium's names."""
        with _quiet(), self._explained():
            found: Any = self._opened().metadata or {}
            return {str(key).lstrip("/"): clean_text(str(value)) for key, value in found.items()}

    def has_layers(self) -> bool:
        """Whether some layer of the document is off when it is opened, or may be."""
        if self._layered is None:
            data = self._path.read_bytes()
            named = b"/OCProperties" in data
            self._layered = named or (b"/ObjStm" in data and self._names_layers())
        return self._layered

    def _names_layers(self) -> bool:
        try:
            with _quiet():
                return "/OCProperties" in self._opened().root_object
        except _BROKEN:
            return True  # who cannot be asked may have some

    def unmapped_fonts(self) -> dict[str, bool]:
        """As the function says; none where pypdf cannot read the file: then no font is believed."""
        if self._unmapped is None:
            self._unmapped = {}
            with _quiet(), suppress(*_BROKEN):
                self._unmapped = unmapped_fonts(self._opened())
        return self._unmapped

    def page(self, number: int) -> str:
        """The text of a page, empty where pypdf fails too."""
        with _quiet():
            try:
                text = self._opened().pages[number - 1].extract_text()
            except _BROKEN:
                return ""
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), "<u4")
        return normalised(codes)[0]

    @staticmethod
    def names_glyphs(text: str) -> bool:
        """Whether pypdf wrote the names of glyphs where it knows no letters."""
        return _GLYPH_NAMES.search(text) is not None

    def _opened(self) -> PdfReader:
        from pypdf import PasswordType, PdfReader

        if self._reader is None:
            reader = PdfReader(self._path)
            if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
                raise EncryptedDocumentError(needs_password(self._source))
            self._reader = reader
        return self._reader

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except CitewellError:
            raise
        except _BROKEN as error:
            raise broken(self._source, "PDF", error, "Print it to PDF again, or repair it") from error


def is_right_to_left(text: str) -> bool:
    """Whether a third of the letters are Arabic or Hebrew."""
    if _RTL.search(text) is None:
        return False
    letters = len(_LETTER.findall(text))
    return len(_RTL.findall(text)) > _MOSTLY * letters


def plain_page(text: str, known: Vocabulary) -> WrittenPage:
    """A page of text without geometry: wrapped lines joined into paragraphs."""
    parts: list[str] = []
    blocks: list[Block] = []
    length = 0
    for span in line_spans(text):
        block = _unwrapped(text[span.start : span.end], known)
        if block:
            glue = "\n\n" if parts else ""
            parts.append(glue + block)
            blocks.append(Block(length + len(glue), length + len(glue) + len(block), BlockKind.PARAGRAPH))
            length += len(glue) + len(block)
    return WrittenPage("".join(parts), np.full((length, 4), np.nan, np.float32), tuple(blocks))


def _unwrapped(text: str, known: Vocabulary) -> str:
    joined = ""
    for line in text.split("\n"):
        line = " ".join(line.split())
        if joined.endswith("-") and drops_hyphen(joined[:-1], line, known):
            joined = joined[:-1] + line
        else:
            parted = joined and line and not (is_unspaced(joined[-1]) or is_unspaced(line[0]))
            joined += (" " if parted else "") + line
    return joined


@contextmanager
def _quiet() -> Iterator[None]:
    """Silence: pypdf logs each oddity of a broken file; our warnings say what matters."""
    logger = logging.getLogger("pypdf")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)


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
