"""Parsing processes that go from one ingest of a test process to the next.

A process takes a second or two to start, and tests ingest many hundred times. What is kept is the real
process, which reads many files of one ingest just so; one that is stopped, dies or has aged ends as ever.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

from ingest.handover import ParsedDocument
from ingest.workers import ParsingWorker
from rag.child_process import environment

__all__ = ["KeptWorker"]

_MOST_IDLE: Final = 4


class _Idle(NamedTuple):
    """A process that waits for a file, what it was started with, and how many files it has read."""

    process: subprocess.Popen[bytes]
    start: object
    files: int

    def end(self) -> None:
        self.process.kill()
        self.process.communicate()


class KeptWorker(ParsingWorker):
    """Takes an idle process that was started just as its own would be, and leaves a healthy one idle."""

    _idle: Final[list[_Idle]] = []  # oldest first
    _lock: Final = threading.Lock()
    _busy = False
    _start: object = None

    @classmethod
    def end_all(cls) -> None:
        """End the idle processes."""
        with cls._lock:
            while cls._idle:
                cls._idle.pop().end()

    def parse(self, path: Path, source: str, passwords: Sequence[str] = ()) -> ParsedDocument:
        self._busy = True  # one that is closed meanwhile is late, dead or aged
        try:
            return super().parse(path, source, passwords)
        finally:
            self._busy = False

    def stop(self) -> None:
        if self._busy:
            super().stop()

    def close(self) -> None:
        if self._busy or self._stopped or self._process is None:
            return super().close()
        kept = _Idle(self._process, self._start, self._files)
        self._process, self._files = None, 0
        with self._lock:
            self._idle.append(kept)
            if len(self._idle) > _MOST_IDLE:
                self._idle.pop(0).end()

    def _started(self) -> subprocess.Popen[bytes]:
        own = ("PYTEST_CURRENT_TEST", "CITEWELL_")  # settings come in the brief
        shell = {name: value for name, value in environment().items() if not name.startswith(own)}
        self._start = self._brief, os.getcwd(), shell
        with self._lock:
            kept = next((one for one in self._idle if one.start == self._start), None)
            if kept is not None:
                self._idle.remove(kept)
        if kept is None or kept.process.poll() is not None:
            return super()._started()
        self._process, self._files = kept.process, kept.files
        return kept.process
