"""What runs in a parsing process: files come in by standard input, documents go out.

A file that hangs, crashes or eats all memory takes this process with it and nothing else.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Final

from ingest.chunkers import StructureChunker
from ingest.handover import (
    BEAT,
    CUTTING,
    DONE,
    FAILED,
    LOCKED,
    ParsedDocument,
    cutting_seconds,
    packed,
    read_frame,
    write_frame,
)
from ingest.heartbeat import Beat, listening
from ingest.loaders import load_document
from ingest.reading_time import ReadingTime, size_of
from rag.child_process import limit_memory
from rag.errors import CitewellError, DocumentError, EncryptedDocumentError
from rag.models.model_protocol import Embedder
from rag.settings import ChunkingSettings, EmbedderSettings, IngestSettings, Settings

__all__ = ["main"]

_ALARM_GRACE: Final = 15.0
_Chunk = Callable[[ParsedDocument], ParsedDocument]


def main() -> None:
    """Serve until standard input ends. The first frame is the brief, each other one a file."""
    requests, replies = _own_streams()
    brief = _brief(requests)
    if brief is None:
        return
    ingest = IngestSettings.model_validate(brief["ingest"])
    limit_memory(ingest.worker_megabytes)
    chunk = _chunker(brief)
    write_frame(replies, b"{}")
    while (request := _brief(requests)) is not None:
        _serve(request, replies, ingest, chunk)
        _give_memory_back()


def _serve(request: dict[str, Any], replies: IO[bytes], settings: IngestSettings, chunk: _Chunk) -> None:
    """Answer with a document, or with why there is none; each step has its own time."""
    seconds = settings.file_seconds
    path = Path(os.fsdecode(bytes.fromhex(request["path"])))
    allowed = ReadingTime(settings, size_of(path))
    try:
        with _alarm(seconds) as alarm, listening(lambda beat: _beat(replies, alarm, allowed, beat)):
            parsed = _parsed(path, request, settings)
        size = len(parsed.document.text)
        write_frame(replies, CUTTING, str(size).encode())
        with _alarm(cutting_seconds(size, seconds)):
            parts = packed(chunk(parsed))
    except DocumentError as error:
        kind = LOCKED if isinstance(error, EncryptedDocumentError) else FAILED
        write_frame(replies, kind, str(error).encode("utf-8", "replace"))
    else:
        write_frame(replies, DONE, *parts)


def _beat(replies: IO[bytes], alarm: _Alarm, allowed: ReadingTime, beat: Beat) -> None:
    alarm.restart(allowed.allowed(beat))
    write_frame(replies, BEAT, beat.value)


def _own_streams() -> tuple[IO[bytes], IO[bytes]]:
    """Standard input and output for frames alone: what libraries print goes to standard error."""
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with open(os.devnull, "rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    return requests, replies


def _brief(stream: IO[bytes]) -> dict[str, Any] | None:
    frame = read_frame(stream)
    if frame is None:
        return None
    value: dict[str, Any] = json.loads(frame)
    return value


def _parsed(path: Path, request: dict[str, Any], settings: IngestSettings) -> ParsedDocument:
    source = request["source"]
    started = time.perf_counter()
    try:
        document = load_document(path, settings, source, request.get("passwords", ()))
    except DocumentError:
        raise
    except MemoryError:
        raise DocumentError(
            f"{source} needs more than {settings.worker_megabytes:g} MB of memory to be read: "
            "split it, or raise the setting ingest.worker_megabytes"
        ) from None
    except Exception as error:  # a loader's fault: this file fails with what is known, the others go on
        raise DocumentError(f"{source} cannot be read: {type(error).__name__}: {error}") from error
    return ParsedDocument(document, None, time.perf_counter() - started)


def _chunker(brief: dict[str, Any]) -> _Chunk:
    """Cuts documents here when this process can build the very embedder that the brief names.

    Only its tokenizer is loaded. Where it cannot (a remote embedder, one that a program made
    itself), the main process cuts.
    """
    embedder = _embedder(brief)
    if embedder is None:
        return lambda parsed: parsed
    chunker = StructureChunker(ChunkingSettings.model_validate(brief["chunking"]))

    def chunk(parsed: ParsedDocument) -> ParsedDocument:
        started = time.perf_counter()
        chunks = tuple(chunker.chunks(parsed.document, embedder))
        return ParsedDocument(parsed.document, chunks, parsed.parse_seconds, time.perf_counter() - started)

    return chunk


def _embedder(brief: dict[str, Any]) -> Embedder | None:
    from rag.models import build_embedder

    settings = Settings.model_construct(
        embedder=EmbedderSettings.model_validate(brief["embedder"]), offline=brief["offline"]
    )
    with contextlib.suppress(CitewellError, ImportError):
        embedder = build_embedder(settings)
        if embedder.fingerprint == brief["fingerprint"]:
            return embedder
    return None


def _give_memory_back() -> None:
    """Return what the last file took to the system; glibc keeps it otherwise."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


class _Alarm:
    """Ends this process by the system's own clock should the one that started it be gone by then."""

    def __init__(self, seconds: float) -> None:
        self.restart(seconds)

    def restart(self, seconds: float) -> None:
        """Let exactly so many seconds pass from now on, and some grace."""
        _set_timer(seconds + _ALARM_GRACE)


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[_Alarm]:
    try:
        yield _Alarm(seconds)
    finally:
        _set_timer(0.0)


def _set_timer(seconds: float) -> None:
    """Have the alarm signal, which ends the process, sent then; 0 is never. Not on Windows."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, seconds)
