"""A parsing process as the main process sees it: started when needed, stopped when it hangs.

A file has a deadline, which moves while it is getting on, up to an end (`ReadingTime`).
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from ingest.handover import (
    BEAT,
    CUTTING,
    FAILED,
    LOCKED,
    ParsedDocument,
    cutting_seconds,
    read_frame,
    unpacked,
    write_frame,
)
from ingest.heartbeat import Beat
from ingest.reading_time import ReadingTime, size_of
from rag.child_process import cause, command, environment
from rag.errors import DocumentError, EncryptedDocumentError
from rag.settings import Settings

__all__ = ["Deadline", "ParsingWorker", "worker_count"]


class Deadline:
    """Calls `expire` once, from a thread of its own, when the block has not ended in time."""

    def __init__(self, seconds: float, expire: Callable[[], object]) -> None:
        self._expire = expire
        self._changed = threading.Condition()
        self._at = time.monotonic() + seconds
        self._over = False
        self._passed = False
        self._thread = threading.Thread(target=self._watch, name="deadline", daemon=True)

    @property
    def passed(self) -> bool:
        """Whether time was up before the block ended."""
        return self._passed

    def restart(self, seconds: float) -> None:
        """Let exactly so many seconds pass from now on."""
        with self._changed:
            self._at = time.monotonic() + seconds
            self._changed.notify()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._changed:
            self._over = True
            self._changed.notify()
        self._thread.join()

    def _watch(self) -> None:
        with self._changed:
            while not self._over and (left := self._at - time.monotonic()) > 0:
                self._changed.wait(left)
            if self._over:
                return
            self._passed = True
        self._expire()


_FILES_PER_PROCESS: Final = 64
_START_SECONDS: Final = 120.0
_COMMAND: Final = command("ingest.parsing_process")
_LATE_FILE: Final = (
    "took longer than {0:.3g} s to read and was stopped: split it, or raise the setting ingest.file_seconds"
)
_LATE_PAGE: Final = (
    "took longer than {1:.3g} s to read, and one page of it longer than {0:.3g} s, so it was stopped: "
    "take that page out, or raise the setting ingest.page_seconds"
)


def worker_count(settings: Settings, files: int) -> int:
    """How many parsing processes: what the settings say, else one a core; never more than files."""
    return max(1, min(settings.ingest.workers or _cores(), files))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class ParsingWorker:
    """One parsing process, used by one thread; a new one takes its place when it dies or has aged.

    It is a fresh interpreter, and not one of `multiprocessing`, which would run the main module again.
    """

    def __init__(self, settings: Settings, fingerprint: str) -> None:
        self._settings = settings
        self._brief = json.dumps(
            {
                "ingest": settings.ingest.model_dump(mode="json"),
                "chunking": settings.chunking.model_dump(mode="json"),
                "embedder": settings.embedder.model_dump(mode="json"),
                "offline": settings.offline,
                "fingerprint": fingerprint,
            }
        ).encode()
        self._process: subprocess.Popen[bytes] | None = None
        self._files = 0
        self._stopped = False

    def parse(self, path: Path, source: str, passwords: Sequence[str] = ()) -> ParsedDocument:
        """Read and cut one file; passwords are tried where it is protected.

        Raises:
            EncryptedDocumentError: none of them opens it.
            DocumentError: the file cannot be read, takes too long, or kills the process.
        """
        process = self._process or self._started()
        self._files += 1
        asked = {"path": os.fsencode(path).hex(), "source": source, "passwords": list(passwords)}
        request = json.dumps(asked).encode()
        reply, late = self._reply(process, request, size_of(path))
        if late:
            self.close()
            raise DocumentError(f"{source} {late}")
        if reply is None:
            raise DocumentError(self._death(source))
        if self._files >= _FILES_PER_PROCESS:
            self.close()
        if reply[:1] in (FAILED, LOCKED):
            raise (DocumentError if reply[:1] == FAILED else EncryptedDocumentError)(reply[1:].decode())
        return _document(reply, source)

    def stop(self) -> None:
        """Stop what it is doing for good; the only method that another thread may call."""
        self._stopped = True
        if (process := self._process) is not None:
            process.kill()

    def close(self) -> None:
        """End the process, if there is one, whatever it does."""
        process, self._process, self._files = self._process, None, 0
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()

    def _started(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(),
            start_new_session=True,  # Ctrl-C reaches the main process alone
        )
        self._process, self._files = process, 0
        if self._stopped:
            process.kill()
        with Deadline(_START_SECONDS, process.kill):
            reply = _exchanged(process, self._brief)
        if reply is None:
            code = process.poll()
            self.close()
            raise DocumentError(
                f"a parsing process could not be started (exit code {code}): run "
                "`python -c 'import ingest.parsing_process'` to see why"
            )
        return process

    def _reply(self, process: subprocess.Popen[bytes], request: bytes, size: int) -> tuple[bytes | None, str]:
        """The answer to a request, None when the process died; and what took too long, if anything did."""
        settings = self._settings.ingest
        limit, late = settings.file_seconds, _LATE_FILE
        allowed = ReadingTime(settings, size)
        with Deadline(limit, process.kill) as deadline:
            reply = _exchanged(process, request)
            while reply is not None and reply[:1] in (BEAT, CUTTING):
                if reply[:1] == BEAT:
                    seconds = allowed.allowed(Beat(reply[1:]))
                    is_last = seconds < settings.page_seconds
                    limit, late = (
                        (allowed.longest, _LATE_FILE) if is_last else (settings.page_seconds, _LATE_PAGE)
                    )
                    deadline.restart(seconds)
                else:
                    limit, late = cutting_seconds(int(reply[1:]), settings.file_seconds), _LATE_FILE
                    deadline.restart(limit)
                reply = _exchanged(process, None)
        return reply, late.format(limit, settings.file_seconds) if deadline.passed and reply is None else ""

    def _death(self, source: str) -> str:
        process = self._process
        code = process.wait() if process is not None else 0
        self.close()
        memory = self._settings.ingest.worker_megabytes
        return (
            f"{source} cannot be read: the process that read it died ({cause(code)}). The file may be "
            f"broken, or need more than {memory:g} MB of memory (setting ingest.worker_megabytes)"
        )


def _document(reply: bytes, source: str) -> ParsedDocument:
    try:
        return unpacked(reply[1:])
    except (ValueError, KeyError, TypeError, struct.error) as error:
        raise DocumentError(
            f"{source} cannot be read: its parsing process answered nonsense ({error})"
        ) from error


def _exchanged(process: subprocess.Popen[bytes], request: bytes | None) -> bytes | None:
    """The next frame after a request, if there is one to send; None when the process died."""
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(OSError, ValueError):  # it died, or was closed by another thread
        if request is not None:
            write_frame(process.stdin, request)
        return read_frame(process.stdout)
    return None
