"""Room that is kept on the disk for what makes room: removing documents writes before it frees."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from rag.store.durable import private_opener

__all__ = ["RESERVE_BYTES", "Reserve"]

RESERVE_BYTES: Final = 4 << 20
"""Enough to open a library and to journal the removal of a document of some hundred pages."""
_PLENTY: Final = 4


class Reserve:
    """A file of zeros in the library's folder that is given up when the disk is full.

    It is made anew when there is room again: some times its size, so that it never takes the last.
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
        """A block that may have the room if it is needed; kept anew afterwards if there is plenty."""
        self.give_up()
        try:
            yield
        finally:
            self.keep()

    def _free(self) -> int:
        return shutil.disk_usage(self._path.parent).free
