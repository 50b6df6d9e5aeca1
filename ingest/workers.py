"""A parsing process as the main process sees it: started when needed, stopped when it hangs."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Final

from ingest.handover import (
    CUTTING,
    FAILED,
    ParsedDocument,
    cutting_seconds,
    read_frame,
    unpacked,
    write_frame,
)
from rag.errors import DocumentError
from rag.settings import Settings

__all__ = ["ParsingWorker", "worker_count"]

_FILES_PER_PROCESS: Final = 64
_START_SECONDS: Final = 120.0
_COMMAND: Final = (sys.executable, "-P", "-c", "from ingest.parsing_process import main; main()")
_ONE_THREAD: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def worker_count(settings: Settings, files: int) -> int:
    """How many parsing processes: what the settings say, else one a core; never more than files."""
    return max(1, min(settings.ingest.workers or _cores(), files))


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class ParsingWorker:
    """One parsing process, used by one thread; a new one takes its place when it dies or has aged.

    It is a fresh interpreter and not a fork, so it carries nothing of the main process (threads,
    locks, a GPU), and not one of `multiprocessing`, which would run the main module again.
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

    def parse(self, path: Path, source: str) -> ParsedDocument:
        """Read and cut one file.

        Raises:
            DocumentError: the file cannot be read, takes too long, or kills the process.
        """
        process = self._process or self._started()
        self._files += 1
        limit = self._settings.ingest.file_seconds
        request = json.dumps({"path": os.fsencode(path).hex(), "source": source}).encode()
        reply, expired = _exchanged(process, request, limit)
        if reply is not None and reply[:1] == CUTTING:
            reply, expired = _exchanged(process, None, cutting_seconds(int(reply[1:]), limit))
        if expired:
            self.close()
            raise DocumentError(
                f"{source} took longer than {limit:g} s to read and was stopped: "
                "split it, or raise the setting ingest.file_seconds"
            )
        if reply is None:
            raise DocumentError(self._death(source))
        if self._files >= _FILES_PER_PROCESS:
            self.close()
        if reply[:1] == FAILED:
            raise DocumentError(reply[1:].decode())
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
            env=_environment(),
            start_new_session=True,  # Ctrl-C reaches the main process alone
        )
        self._process, self._files = process, 0
        if self._stopped:
            process.kill()
        reply, _ = _exchanged(process, self._brief, _START_SECONDS)
        if reply is None:
            code = process.poll()
            self.close()
            raise DocumentError(
                f"a parsing process could not be started (exit code {code}): run "
                "`python -c 'import ingest.parsing_process'` to see why"
            )
        return process

    def _death(self, source: str) -> str:
        process = self._process
        code = process.wait() if process is not None else 0
        self.close()
        memory = self._settings.ingest.worker_megabytes
        return (
            f"{source} cannot be read: the process that read it died ({_cause(code)}). The file may be "
            f"broken, or need more than {memory:g} MB of memory (setting ingest.worker_megabytes)"
        )


def _document(reply: bytes, source: str) -> ParsedDocument:
    try:
        return unpacked(reply[1:])
    except (ValueError, KeyError, TypeError, struct.error) as error:
        raise DocumentError(
            f"{source} cannot be read: its parsing process answered nonsense ({error})"
        ) from error


def _exchanged(
    process: subprocess.Popen[bytes], request: bytes | None, seconds: float
) -> tuple[bytes | None, bool]:
    """The next reply, None when the process died; and whether it was stopped because time was up."""
    expired = threading.Event()

    def stop() -> None:
        expired.set()
        process.kill()

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    reply: bytes | None = None
    try:
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(OSError, ValueError):  # it died, or was closed by another thread
            if request is not None:
                write_frame(process.stdin, request)
            reply = read_frame(process.stdout)
    finally:
        timer.cancel()
    return reply, expired.is_set() and reply is None


def _cause(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"


def _environment() -> dict[str, Any]:
    """This interpreter's own paths, and one thread for number crunching: files run side by side."""
    paths = os.pathsep.join(dict.fromkeys(path or os.getcwd() for path in sys.path))
    return {**os.environ, "PYTHONPATH": paths, **dict.fromkeys(_ONE_THREAD, "1")}
