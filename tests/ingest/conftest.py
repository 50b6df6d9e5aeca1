"""What the tests of ingest share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ingest import FileResult, ingest_paths
from rag.settings import Settings, load_settings
from rag.store import Store
from tests.fakes import HashingEmbedder

_FAULTS = """
import os, signal, time
import ingest.loaders as loaders
_load = loaders.load_document
def load_document(path, settings, source=None, *more):
    text = path.read_bytes()[:20]
    if text.startswith(b"HANG"):
        time.sleep(600)
    if text.startswith(b"SPIN"):  # holds the interpreter: only the system can end it
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT, signal.SIGTERM])
        sum(1 for _ in iter(int, 1))
    if text.startswith(b"PAGES"):  # "PAGES 5 0.3": so many pages that take so long each
        from ingest.heartbeat import heartbeat
        _, pages, seconds = text.split()[:3]
        for _ in range(int(pages)):
            heartbeat()
            time.sleep(float(seconds))
    if text.startswith(b"CRASH"):
        os.kill(os.getpid(), signal.SIGSEGV)
    if text.startswith(b"HUNGRY"):
        bytearray(8_000_000_000)
    if text.startswith(b"BUG"):
        raise KeyError("/Root")
    if text.startswith(b"CHATTY"):
        os.write(1, b"noise on standard output" * 100)
    if text.startswith(b"PID"):
        path.with_suffix(".pid").write_text(str(os.getpid()))
    return _load(path, settings, source, *more)
loaders.load_document = load_document
"""


@pytest.fixture
def settings() -> Settings:
    return load_settings("default", {"ingest": {"workers": 1}, "chunking": {"max_tokens": 40}}, {})


@pytest.fixture
def faulty_loaders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Loaders that hang, crash, eat memory or fail on files that say so, in the parsing processes."""
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(_FAULTS)
    monkeypatch.syspath_prepend(str(folder))


@pytest.fixture
def run(store: Store, embedder: HashingEmbedder, settings: Settings) -> Callable[..., dict[str, FileResult]]:
    """Ingest paths and return the results by file name."""

    def run(*paths: Path | str, **arguments: object) -> dict[str, FileResult]:
        chosen = arguments.pop("settings", settings)
        results = list(ingest_paths(paths, store, embedder, chosen, **arguments))  # type: ignore[arg-type]
        found = {result.source.rsplit("/", 1)[-1]: result for result in results}
        assert len(found) == len(results)
        return found

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for documents, beside the library."""
    path = tmp_path / "documents"
    path.mkdir()
    return path
