"""What the tests of sources share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from ingest import ingest_paths
from ingest.pruning import prune_vanished
from rag.settings import Settings, load_settings
from rag.store import Store
from tests.fakes import HashingEmbedder
from tests.sites import Site, serving

Fetch = Callable[..., dict[str, str]]


@pytest.fixture(scope="session")
def _server() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture
def site(_server: Site) -> Site:
    """A site without pages; one server for all tests."""
    _server.pages.clear()
    _server.asked.clear()
    _server.sent.clear()
    return _server


def online(**sources: object) -> Settings:
    """Settings with the network on, no pauses, and this machine's own address allowed."""
    chosen = {"private_hosts": ["127.0.0.1"], "delay_seconds": 0.0, **sources}
    tree = {"offline": False, "ingest": {"workers": 1}, "sources": chosen, "chunking": {"max_tokens": 40}}
    return load_settings("default", tree, {})


@pytest.fixture
def fetch(store: Store, embedder: HashingEmbedder) -> Fetch:
    """Ingest and prune; gives by source the status, or why it failed, and `gone` for what was pruned."""

    def fetch(*paths: object, prune: bool = True, settings: Settings | None = None) -> dict[str, str]:
        chosen, gone = settings or online(), list[str]() if prune else None
        results = list(ingest_paths([*paths], store, embedder, chosen, gone=gone))  # type: ignore[list-item]
        told = {result.source: result.error or result.status for result in results}
        assert len(told) == len(results)
        if gone is not None:
            removed = prune_vanished([*paths], store, gone)  # type: ignore[list-item]
            told |= {info.source: "gone" for info in removed}
        return told

    return fetch
