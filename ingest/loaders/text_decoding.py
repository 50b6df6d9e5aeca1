"""From the bytes of a text file to text that can be stored, whatever its encoding."""

from __future__ import annotations

import codecs
import re
from typing import Final, NamedTuple

from ingest.loaders.latin import latin_encoding
from ingest.media_type import looks_like_utf16
from rag.text import how_many, without_invisible

__all__ = ["Decoded", "clean_text", "decode"]

_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DETECTION_SAMPLE: Final = 131_072
_NOT_GUESSED: Final = ["utf_7", "utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le"]
"""Encodings that any few bytes may look like; a mark or their zero bytes tell them surely."""
_NEWLINE: Final = re.compile("\r\n?|\x0b|\x85")
_UNSTORABLE: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class Decoded(NamedTuple):
    """A decoded file, and what had to be guessed or given up."""

    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Decode by byte order mark, UTF-8, the declared encoding, the letters, then charset-normalizer's guess.

    The text is cleaned (`clean_text`). Undecodable bytes become U+FFFD, with a warning.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decoded(data[len(mark) :], encoding)
    if looks_like_utf16(data[:_DETECTION_SAMPLE]):
        return _decoded(data, "utf-16-be" if data[0] == 0 else "utf-16-le")
    for candidate in filter(None, ("utf-8", declared)):
        try:
            return Decoded(clean_text(data.decode(candidate)), candidate)
        except (ValueError, LookupError):  # "undefined" decodes nothing, and a name may hold a NUL
            continue
    damaged = _damaged_utf8(data)
    return damaged if damaged is not None else _decoded(data, _guess(data))


def clean_text(text: str) -> str:
    r"""Text that SQLite stores and people can read: newlines as \n, no controls, no lone surrogates.

    Tabs, newlines and form feeds stay; a lone surrogate becomes U+FFFD; what is invisible goes.
    """
    return without_invisible(_SURROGATE.sub("\ufffd", _UNSTORABLE.sub("", _NEWLINE.sub("\n", text))))


def _decoded(data: bytes, encoding: str) -> Decoded:
    try:
        return Decoded(clean_text(data.decode(encoding)), encoding)
    except UnicodeDecodeError:
        text = data.decode(encoding, "replace")
        lost = text.count("\ufffd")
        warning = f"{how_many(lost, 'character')} could not be decoded as {encoding}"
        return Decoded(clean_text(text), encoding, (warning,))


def _damaged_utf8(data: bytes) -> Decoded | None:
    """UTF-8 with some broken bytes: more characters beyond ASCII are whole than broken."""
    sample = data[:_DETECTION_SAMPLE].decode("utf-8", "replace")
    broken = sample.count("\ufffd")
    whole = sum(not character.isascii() for character in sample) - broken
    return _decoded(data, "utf-8") if whole > broken else None


def _guess(data: bytes) -> str:
    from charset_normalizer import from_bytes

    sample = data[:_DETECTION_SAMPLE]
    if len(data) > len(sample):
        # end at a line, so that no character of several bytes is cut
        sample = sample[: sample.rfind(b"\n") + 1] or sample
    latin = latin_encoding(sample)
    if latin is not None:
        return latin
    best = from_bytes(sample, cp_exclusion=_NOT_GUESSED).best()
    return best.encoding if best is not None else "cp1252"
