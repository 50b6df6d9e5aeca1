"""How long a file may be read: it moves while the file is getting on, up to an end that does not move."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ingest.heartbeat import Beat
from rag.settings import IngestSettings

__all__ = ["ReadingTime", "longest_seconds", "size_of"]

_TIMES: Final = 3.0
_MORE_PER_MEGABYTE: Final = 1 / 6
"""Of `file_seconds`, so that raising that helps: 20 s at its default, some ten times what a book takes."""


def longest_seconds(settings: IngestSettings, size: int) -> float:
    """How long a file of so many bytes may take, however its pages come; reading by OCR is not counted."""
    return settings.file_seconds * (_TIMES + size / 1e6 * _MORE_PER_MEGABYTE)


def size_of(path: Path) -> int:
    """Bytes of a file; 0 for one that is not there, which its loader tells."""
    with contextlib.suppress(OSError, ValueError):
        return path.stat().st_size
    return 0


class ReadingTime:
    """The time of one file, from when this is made.

    Each page, chapter, sheet or message allows `page_seconds` more, but all of them together no more than
    `longest_seconds`: thousands of chapters fit into little. The time in which a page is read by OCR does not
    count toward that: such pages are counted elsewhere (`ingest.ocr_pages`).

    Args:
        settings: Say how long a file and a page may take.
        size: Bytes of the file.
        clock: Seconds from some moment on.
    """

    def __init__(
        self, settings: IngestSettings, size: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._page_seconds = settings.page_seconds
        self._clock = clock
        self.longest = longest_seconds(settings, size)
        now = clock()
        self._first = now + settings.file_seconds
        self._end = now + self.longest
        self._by_ocr_since: float | None = None

    def allowed(self, beat: Beat) -> float:
        """How many seconds may pass from a heartbeat on.

        `page_seconds`, more while `file_seconds` are not over, less near the end.
        """
        now = self._clock()
        if self._by_ocr_since is not None:
            self._end += min(now - self._by_ocr_since, self._page_seconds)
        self._by_ocr_since = now if beat is Beat.OCR else None
        if beat is Beat.OCR:
            return max(self._page_seconds, self._first - now)
        return max(min(max(self._page_seconds, self._first - now), self._end - now), 0.0)
