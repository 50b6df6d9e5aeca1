"""ZIP files that may have been made to harm: what is read of them is capped, what goes wrong is told.

`zipfile` believes what a ZIP says about itself: it loads a list of members of any length, and raises
whatever its decompressors and parsers happen to raise.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from rag.errors import DocumentError
from rag.regular_files import open_regular

__all__ = ["ZIP_STARTS", "opened_member", "opened_zip", "pieces", "starts_like_zip"]

ZIP_STARTS: Final = (b"PK\x03\x04", b"PK\x05\x06")
_MOST_AT_ONCE: Final = 8_000_000
"""Bytes of one read: the list of members is one, some 80,000 names."""
_PIECE: Final = 1 << 20
_BOUNDED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Of the others `zipfile` gives all that some bytes unpack to at once: 500 of them may be a gigabyte."""


class _CappedFile(io.BufferedReader):
    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _MOST_AT_ONCE:
            raise zipfile.BadZipFile(f"it lists more members than {_MOST_AT_ONCE / 1e6:.0f} MB can name")
        return super().read(_MOST_AT_ONCE if size is None or size < 0 else size)


def starts_like_zip(path: Path) -> bool:
    """Whether the first bytes of a regular file are those of a ZIP.

    Raises:
        OSError: it cannot be opened.
    """
    with open_regular(path) as file:
        return file.read(4) in ZIP_STARTS


@contextmanager
def opened_zip(path: Path, name: str) -> Iterator[zipfile.ZipFile]:
    """An open ZIP; whatever goes wrong with it inside the block is a `DocumentError`.

    Raises:
        DocumentError: it is damaged, or no ZIP, or its list of members is too long.
    """
    try:
        with _CappedFile(open_regular(path)) as file, zipfile.ZipFile(file) as archive:
            yield archive
    except (DocumentError, MemoryError):
        raise
    except Exception as error:  # zlib.error, LZMAError, struct.error, UnicodeDecodeError, … : by the bytes
        raise DocumentError(f"{name} is a damaged archive ({error}): pack it again") from error


@contextmanager
def opened_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[IO[bytes]]:
    """An open member of an open ZIP, of which `read(n)` takes memory for n bytes and no more.

    Raises:
        DocumentError: it is packed by another method than Deflate.
    """
    if member.compress_type not in _BOUNDED:
        raise DocumentError(
            f"{member.filename} is packed by method {member.compress_type} and not by Deflate: pack it again"
        )
    with archive.open(member) as stream:
        yield stream


def pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """What is left of a stream, a megabyte at a time."""
    while piece := stream.read(_PIECE):
        yield piece
