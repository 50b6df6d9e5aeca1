"""ZIP files that may have been made to harm: what is read of them is capped, what goes wrong is told.

`zipfile` believes what a ZIP says about itself: it loads a list of members of any length, and raises
whatever its decompressors and parsers happen to raise.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

from ingest.encryption import AES_METHOD, winzip_member
from rag.errors import DocumentError, EncryptedDocumentError
from rag.regular_files import open_regular

__all__ = [
    "SWELLING",
    "ZIP_STARTS",
    "most_unpacked",
    "opened_member",
    "opened_zip",
    "pieces",
    "starts_like_zip",
]

ZIP_STARTS: Final = (b"PK\x03\x04", b"PK\x05\x06")
SWELLING: Final = 200
"""How many times its own size an archive may unpack to, and a file hold text: a tenth of that is usual."""
_ALWAYS: Final = 10_000_000
"""Bytes or characters that it may hold however small it is."""
_MOST_AT_ONCE: Final = 8_000_000
"""Bytes of one read: the list of members is one, some 80,000 names."""
_PIECE: Final = 1 << 20
_PIECES_CHECKED: Final = 64
_MOST_SEALED: Final = 500_000_000
_BOUNDED: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Of the others `zipfile` gives all that some bytes unpack to at once: 500 of them may be a gigabyte."""


def most_unpacked(size: int) -> int:
    """Bytes that an archive of so many bytes may unpack to, and characters of text that a file may hold."""
    return SWELLING * size + _ALWAYS


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
def opened_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, passwords: Sequence[str] = ()
) -> Iterator[IO[bytes]]:
    """An open member of an open ZIP, of which `read(n)` takes memory for n bytes and no more.

    An encrypted one by AES takes memory for its packed bytes.

    Raises:
        EncryptedDocumentError: it is encrypted, and no password opens it.
        DocumentError: it is packed by another method than Deflate.
    """
    method, packed = member.compress_type, None
    if method == AES_METHOD:
        found = winzip_member(member, _stored(archive, member), passwords)
        if found is None:
            raise EncryptedDocumentError(_locked(member, passwords))
        packed, method = found
    if method not in _BOUNDED:
        raise DocumentError(
            f"{member.filename} is packed by method {method} and not by Deflate: pack it again"
        )
    if packed is not None:
        yield io.BufferedReader(_Unpacked(packed)) if method else io.BytesIO(packed)
        return
    password = _password_of(archive, member, passwords) if member.flag_bits & 1 else None
    with archive.open(member, pwd=password) as stream:
        yield stream


class _Unpacked(io.RawIOBase):
    """Deflated bytes, unpacked as they are read."""

    def __init__(self, packed: bytes) -> None:
        self._packed, self._unpacker = packed, zlib.decompressobj(-zlib.MAX_WBITS)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        piece = self._unpacker.decompress(self._packed, len(buffer))
        self._packed = self._unpacker.unconsumed_tail
        buffer[: len(piece)] = piece
        return len(piece)


def _stored(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """The bytes of a member as they stand in the file, behind its header, name and extra field."""
    file = archive.fp
    if file is None or member.compress_size > _MOST_SEALED:
        raise DocumentError(
            f"{member.filename} is too large to be opened with a password: unpack it yourself"
        )
    file.seek(member.header_offset)
    name, extra = struct.unpack("<26xHH", file.read(30))
    file.seek(name + extra, io.SEEK_CUR)
    found, left = [], member.compress_size
    while left and (piece := file.read(min(left, _PIECE))):
        found.append(piece)
        left -= len(piece)
    return b"".join(found)


def _password_of(archive: zipfile.ZipFile, member: zipfile.ZipInfo, passwords: Sequence[str]) -> bytes:
    """The password that opens a member by the old ZIP encryption; one in 256 wrong ones opens rubbish."""
    for password in passwords:
        with suppress(RuntimeError, zlib.error, zipfile.BadZipFile):
            with archive.open(member, pwd=password.encode()) as stream:
                for _ in islice(pieces(stream), _PIECES_CHECKED):  # as a rule until its checksum
                    pass
            return password.encode()
    raise EncryptedDocumentError(_locked(member, passwords))


def _locked(member: zipfile.ZipInfo, passwords: Sequence[str]) -> str:
    if passwords:
        return f"{member.filename} is encrypted, and no password given opens it: try another"
    return f"{member.filename} is encrypted: give its password with --password, or beside it in the app"


def pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """What is left of a stream, a megabyte at a time."""
    while piece := stream.read(_PIECE):
        yield piece
