"""Files that are there wholly or not at all, also after a power cut, and that only their owner reads."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

__all__ = [
    "PRIVATE_FILE",
    "TEMPORARY",
    "flush_directory",
    "make_private",
    "make_private_folder",
    "private_opener",
    "replacing",
]

TEMPORARY = ".tmp"
PRIVATE_FILE = 0o600
_PRIVATE_FOLDER = 0o700


def private_opener(path: str, flags: int) -> int:
    """For `open(…, opener=private_opener)`: a new file is its owner's alone; no symbolic link is followed."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), PRIVATE_FILE)


def make_private_folder(path: Path) -> None:
    """Make a folder, with those above it, that only its owner may look into.

    One that is there stays as it is, but for an empty one.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(_PRIVATE_FOLDER, exist_ok=True)
    if next(path.iterdir(), None) is None:
        with contextlib.suppress(OSError):  # it is somebody else's
            path.chmod(_PRIVATE_FOLDER)


def make_private(folder: Path) -> None:
    """Take from all but the owner what is in a folder; what belongs to somebody else stays as it is."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            with contextlib.suppress(OSError):
                path.chmod(_PRIVATE_FOLDER if path.is_dir() else PRIVATE_FILE)


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A temporary file beside `path` that takes its place at the end of the block, if that ends well."""
    temporary = path.with_name(f"{path.name}.{uuid.uuid4().hex}{TEMPORARY}")
    try:
        with open(temporary, "wb", opener=private_opener) as sink:
            yield sink
            sink.flush()
            os.fsync(sink.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    flush_directory(path.parent)


def flush_directory(folder: Path) -> None:
    """Make renames in a folder last; a no-op where folders cannot be opened (Windows)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
