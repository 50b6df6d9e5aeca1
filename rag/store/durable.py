"""Files that are there wholly or not at all, also after a power cut, and that only their owner reads.

And the room on the disk that is kept for what makes room.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from rag.temporary import TemporaryFolder, clear_left_behind

__all__ = [
    "PRIVATE_FILE",
    "RESERVE_BYTES",
    "TEMPORARY",
    "Reserve",
    "clear_half_written",
    "flush_directory",
    "make_private",
    "make_private_folder",
    "private_opener",
    "replacing",
]

TEMPORARY = ".tmp"
_BY_EARLIER_VERSIONS: Final = f"*.{'[0-9a-f]' * 32}{TEMPORARY}"
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
    """A file in a temporary folder beside `path` that takes its place when the block ends well.

    What a process left that was killed meanwhile is cleared as other temporary folders are.
    """
    with TemporaryFolder(path.parent) as folder:
        temporary = folder / "new"
        with open(temporary, "wb", opener=private_opener) as sink:
            yield sink
            sink.flush()
            os.fsync(sink.fileno())
        os.replace(temporary, path)
    flush_directory(path.parent)


def clear_half_written(folder: Path) -> None:
    """Delete what a killed process left of files that it was writing in a folder."""
    clear_left_behind(folder)
    with contextlib.suppress(OSError):
        for path in folder.glob(_BY_EARLIER_VERSIONS):
            if not path.is_dir():
                path.unlink(missing_ok=True)


def flush_directory(folder: Path) -> None:
    """Make renames in a folder last; a no-op where folders cannot be opened (Windows)."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


RESERVE_BYTES: Final = 4 << 20
"""Enough to open a library and to journal the removal of a document of some hundred pages."""
_PLENTY: Final = 4


class Reserve:
    """A file of zeros in the library's folder that is given up when the disk is full.

    It is rebuilt when there is room again: some times its size, so that it never takes the last.
    """

    def __init__(self, folder: Path, size: int = RESERVE_BYTES) -> None:
        self._path = folder / "reserve"
        self._size = size

    def keep(self) -> None:
        """Make the file if it is not there and the disk has plenty of room; never fails."""
        with contextlib.suppress(OSError):
            if self._path.exists() or self._free() < _PLENTY * self._size:
                return
            with open(self._path, "wb", opener=private_opener) as file:
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(file.fileno(), 0, self._size)
                else:
                    file.write(bytes(self._size))

    def give_up(self) -> bool:
        """Delete the file if the disk has less room than it; says whether that made any."""
        with contextlib.suppress(OSError):
            if self._free() < self._size:
                self._path.unlink()
                return True
        return False

    @contextmanager
    def given_up(self) -> Iterator[None]:
        """A block that may have the room if it is needed; kept again afterwards if there is plenty."""
        self.give_up()
        try:
            yield
        finally:
            self.keep()

    def _free(self) -> int:
        return shutil.disk_usage(self._path.parent).free
