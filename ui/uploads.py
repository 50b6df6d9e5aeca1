"""Uploaded files on their way to disk: a harmless name, a limit, and never outside the uploads folder."""

from __future__ import annotations

import os
import re
import tempfile
import unicodedata
from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO, Final

from python_multipart.multipart import parse_options_header

from rag.errors import DocumentTooLargeError, EmptyDocumentError

__all__ = ["distinct", "names_are_text", "safe_name", "save_upload"]

_CHUNK_BYTES: Final = 1 << 20
_LONGEST_BYTES: Final = 200
_FORBIDDEN: Final = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|\u202a-\u202e\u2066-\u2069]')
_RESERVED: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


_CHARSETS: Final = (b"utf-8", b"utf8", b"us-ascii")


def names_are_text(content_type: str) -> bool:
    """Whether the names in a form are in UTF-8, as browsers send them.

    Others decode nothing (`undefined`), what is no text (`base64`), or to halves of characters (`utf-7`).
    """
    return parse_options_header(content_type)[1].get(b"charset", b"utf-8").lower() in _CHARSETS


def safe_name(name: str) -> str:
    """A file name without folders that every file system takes: `../../etc/pass:wd` becomes `pass_wd`."""
    name = name.encode("utf-8", "replace").decode()  # halves of characters are in no name of a file
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    clean = _FORBIDDEN.sub("_", last).strip(" .")
    if not clean or _RESERVED.match(clean):
        clean = f"upload_{clean}".rstrip("_")
    stem, dot, suffix = clean.rpartition(".")
    if not dot or len(suffix.encode()) > 20:
        stem, suffix = clean, ""
    ending = f".{suffix}" if suffix else ""
    room = _LONGEST_BYTES - len(ending.encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip(" .") + ending


def distinct(name: str, taken: Collection[str]) -> str:
    """The name, numbered where it is taken: two files of one name that come together stay two."""
    stem, dot, suffix = name.rpartition(".")
    number, candidate = 2, name
    while candidate in taken:
        candidate = f"{stem} ({number}){dot}{suffix}" if dot else f"{name} ({number})"
        number += 1
    return candidate


def save_upload(stream: BinaryIO, name: str, folder: Path, limit_bytes: int) -> Path:
    """Write an upload to `folder` piece by piece and return its path; a file of that name is replaced whole.

    Raises:
        DocumentTooLargeError: more than `limit_bytes`; nothing is left behind.
        EmptyDocumentError: no bytes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / safe_name(name)
    handle, temporary = tempfile.mkstemp(prefix=".upload-", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            written = _copy(stream, file, limit_bytes, target.name)
        if not written:
            raise EmptyDocumentError(f"{target.name} is empty (0 bytes): nothing to index")
        os.replace(temporary, target)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    return target


def _copy(source: BinaryIO, target: BinaryIO, limit_bytes: int, name: str) -> int:
    written = 0
    while piece := source.read(_CHUNK_BYTES):
        written += len(piece)
        if written > limit_bytes:
            raise DocumentTooLargeError(
                f"{name} is larger than {limit_bytes / 1e6:.0f} MB: raise ui.max_upload_megabytes, "
                "or use `citewell ingest` where the file lies"
            )
        target.write(piece)
    return written
