"""Temporary folders of what is being read or written: private, and cleared when their process was killed.

Each is locked for as long as its process lives. What no living process has locked was left behind, and the
next start of any command deletes it; beside a file that is being written, the next that is written there.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import Final

__all__ = ["TemporaryFolder", "clear_left_behind"]

_PREFIX: Final = "citewell-temporary-"
"""Nothing that people name: a library called `citewell-library` may lie in the same place."""
_DAY: Final = 86_400.0


class TemporaryFolder:
    """A new folder that only its owner may look into, in `parent` or where the system keeps such.

    Example:
        >>> with TemporaryFolder() as folder:
        ...     size = Path(folder, "upload.txt").write_text("a page")
        >>> folder.exists()
        False
    """

    def __init__(self, parent: Path | None = None) -> None:
        if parent is not None:
            clear_left_behind(parent)
        while True:  # a start that clears may have taken it for left behind before it was locked
            self.path = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=parent))
            lock = _locked(self.path, wait=True)
            if lock is not None:
                self._lock = lock
                return

    def remove(self) -> None:
        """Delete it with all that is in it."""
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def __enter__(self) -> Path:
        return self.path

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.remove()


def clear_left_behind(parent: Path | None = None, prefix: str = _PREFIX) -> None:
    """Delete the temporary folders in `parent`, or where the system keeps such, whose process is gone.

    Those whose names begin with `prefix`; "" only where nothing else is kept.
    """
    place = Path(tempfile.gettempdir()) if parent is None else parent
    try:
        found = [folder for folder in place.iterdir() if folder.name.startswith(prefix)]
    except OSError:  # it is not there, or may not be looked into
        return
    for folder in found:
        if _is_own(folder):
            lock = _locked(folder, wait=False)
            if lock is not None:
                shutil.rmtree(folder, ignore_errors=True)
                if lock >= 0:
                    os.close(lock)


def _is_own(folder: Path) -> bool:
    try:
        status = folder.lstat()
    except OSError:  # its process has just deleted it
        return False
    mine = not hasattr(os, "geteuid") or status.st_uid == os.geteuid()
    return mine and folder.is_dir() and not folder.is_symlink()


if sys.platform == "win32":

    def _locked(folder: Path, wait: bool) -> int | None:
        """Folders cannot be locked here: those of a day ago count as left behind."""
        return -1 if wait or time.time() - folder.stat().st_mtime > _DAY else None

else:

    def _locked(folder: Path, wait: bool) -> int | None:
        """A descriptor that holds the lock of a folder; None if another process has it, or deleted it."""
        import fcntl

        try:
            descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(descriptor), os.lstat(folder)):
                return descriptor
        except OSError:
            pass
        os.close(descriptor)
        return None
