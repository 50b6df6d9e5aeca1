"""Text by pypdf where pdfium's is no good: right-to-left pages, unmapped glyphs, refused files.

pypdf puts Arabic and Hebrew into logical order and forgives broken files, but tells no boxes.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ingest.loaders.decoding import clean_text
from ingest.loaders.package import broken
from ingest.loaders.pdf.glyphs import is_unspaced, normalised
from ingest.loaders.pdf.hyphens import Vocabulary, drops_hyphen
from ingest.loaders.pdf.writing import WrittenPage
from ingest.loaders.unlocking import needs_password
from rag.errors import CitewellError, EncryptedDocumentError
from rag.schema import Block, BlockKind
from rag.text import line_spans

if TYPE_CHECKING:
    from pypdf import PdfReader

__all__ = ["FallbackReader", "is_right_to_left", "plain_page"]

_RTL: Final = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_LETTER: Final = re.compile(r"[^\W\d_]")
_GLYPH_NAMES: Final = re.compile(r"(?:/[A-Za-z]{1,4}[0-9A-Fa-f]{2,6}){3}")
"""What pypdf writes for glyphs without letters: /G45/G46."""
_MOSTLY: Final = 0.3
_BROKEN: Final = (Exception, RecursionError)


class FallbackReader:
    """Opens a file with pypdf at the first page that needs it."""

    def __init__(self, path: Path, source: str) -> None:
        self._path, self._source = path, source
        self._reader: PdfReader | None = None
        self._layered: bool | None = None

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
