"""How long an ingest still takes: the work that is left, at the rate so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

__all__ = ["TimeLeft"]

_LEAST_SECONDS: Final = 3.0
"""No rate is told from less."""
_LEAST_FILES: Final = 3
"""What one file of a kind gave says little of the next: one report is all text, another all pictures."""


class TimeLeft:
    """Counts texts to embed, which is what takes the time; `now` is in seconds of any clock.

    The texts of files that were not cut yet follow from their bytes and from what files of their kind
    gave so far: a megabyte of text is a thousand chunks, one of pictures is none.
    """

    def __init__(self, sizes: Mapping[str, int]) -> None:
        """Take the bytes of all files by their kind, such as `.pdf`."""
        self._uncut = Counter(sizes)
        self._cut: Counter[str] = Counter()
        self._files: Counter[str] = Counter()
        self._texts: Counter[str] = Counter()
        self._waiting = 0
        self._embedded = 0
        self._first: tuple[float, int] | None = None

    def cut(self, kind: str, size: int, texts: int) -> None:
        """A file was cut into chunks, of which so many texts have to be embedded."""
        self._uncut[kind] -= size
        self._cut[kind] += size
        self._files[kind] += 1
        self._texts[kind] += texts
        self._waiting += texts

    def passed(self, kind: str, size: int) -> None:
        """A file needs no cutting: it is unchanged, or cannot be read."""
        self._uncut[kind] -= size

    def embedded(self, texts: int, now: float) -> None:
        """So many texts have their vectors now."""
        self._waiting -= texts
        self._embedded += texts
        if self._first is None:
            self._first = now, self._embedded

    def seconds(self, now: float) -> float | None:
        """None in the first three seconds of embedding, and while most of what is uncut is of unknown kinds.

        A kind is known by three of its files.

        The time before the first vectors is left out: it goes into starting, and not into work.
        """
        if self._first is None or now - self._first[0] < _LEAST_SECONDS:
            return None
        done = self._embedded - self._first[1]
        left = {kind: size for kind, size in self._uncut.items() if size > 0}
        known = {kind: size for kind, size in left.items() if self._files[kind] >= _LEAST_FILES}
        if not done or 2 * sum(known.values()) < sum(left.values()):
            return None
        coming = sum(size * self._texts[kind] / self._cut[kind] for kind, size in known.items())
        coming *= sum(left.values()) / (sum(known.values()) or 1)
        return (self._waiting + coming) * (now - self._first[0]) / done
