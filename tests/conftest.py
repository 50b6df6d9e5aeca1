"""Fixtures that all tests share."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from rag.models import build
from rag.models.packaged import PREFIX
from rag.models.reader import Reader
from rag.models.sentence_transformer import SentenceTransformerEmbedder
from rag.settings import EmbedderSettings, load_settings
from rag.store import Store
from tests.fakes import HashingEmbedder
from tests.parsing import KeptWorker
from tests.searching import load_profile

load_profile()


def pytest_collection_finish() -> None:
    """What was imported stays: the garbage collector need not look through it again and again."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last lines of a run: what was not tested here, and what to install for it."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", ()) if reporter is not None else ()
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    if reasons and not hasattr(config, "workerinput"):
        reporter.write_line(f"not tested here, of {sum(reasons.values())} tests:", yellow=True)
        for reason, count in reasons.most_common():
            reporter.write_line(f"{count:5} {reason}")


@pytest.fixture(scope="session", autouse=True)
def packaged_readers() -> dict[str, Reader]:
    """The readers that ship, by what `rag.models.build` knows them as.

    Held here they are loaded once for all tests of a process, as in a server, and not once a library: that
    takes a second and 80 MB, which live on for as long as Streamlit keeps the library.
    """
    readers = build.load_readers(load_settings(environment={}))
    return {key: model for key, model in build._shared.items() if model in readers}


@pytest.fixture(scope="session", autouse=True)
def packaged_embedders() -> Iterator[None]:
    """Embedders that come as packages are likewise loaded once; nothing changes them."""

    @cache
    def embedder(settings: str, offline: bool) -> SentenceTransformerEmbedder:
        return SentenceTransformerEmbedder(EmbedderSettings.model_validate_json(settings), offline=offline)

    def made(settings: EmbedderSettings, *, offline: bool = True) -> SentenceTransformerEmbedder:
        if settings.model.startswith(PREFIX):
            return embedder(settings.model_dump_json(), offline)
        return SentenceTransformerEmbedder(settings, offline=offline)

    second = build.build_second_embedder(load_settings(environment={}), None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rag.models.sentence_transformer.SentenceTransformerEmbedder", made)
        yield
    del second


@pytest.fixture(scope="session", autouse=True)
def parsing_processes() -> Iterator[None]:
    """One ingest after the other reads with the processes of the one before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ingest.file_pool.ParsingWorker", KeptWorker)
        yield
    KeptWorker.end_all()


@pytest.fixture
def embedder() -> HashingEmbedder:
    return HashingEmbedder()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "library") as opened:
        yield opened
