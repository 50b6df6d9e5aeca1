"""Opening what is a file in truth: a pipe, socket or device in its place is refused and not waited for."""

from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path
from typing import Final

__all__ = ["open_regular"]

_AT_ONCE: Final = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0)
_BINARY: Final = getattr(os, "O_BINARY", 0)


def open_regular(path: Path) -> io.FileIO:
    """A regular file, opened to be read and unbuffered.

    A path may have been a file when it was found and be a pipe by now: what is open is asked, not the path.

    Raises:
        OSError: it cannot be opened, or is no regular file.
    """
    file = io.FileIO(os.open(path, _AT_ONCE | _BINARY), "rb")
    try:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
    except BaseException:
        file.close()
        raise
    return file
