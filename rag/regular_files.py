"""Opening what is a file in truth: a pipe, socket or device in its place is refused and not waited for."""

from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path
from typing import Final

__all__ = ["open_regular", "read_regular"]

_AT_ONCE: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_BINARY: Final = getattr(os, "O_BINARY", 0)


def read_regular(path: Path) -> bytes:
    """All that a regular file holds.

    Raises:
        OSError: it cannot be read, or is no regular file.
    """
    with open_regular(path) as file:
        return file.readall()


def open_regular(path: Path) -> io.FileIO:
    """A regular file, opened to be read and unbuffered.

    A path may have been a file when it was found and be a pipe by now: what is open is asked, not the path.

    Raises:
        OSError: it cannot be opened, or is no regular file.
    """
    descriptor = os.open(path, _AT_ONCE | _BINARY)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        return io.FileIO(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise
