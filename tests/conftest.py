"""Fixtures that all tests share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.store import Store
from tests.fakes import HashingEmbedder
from tests.searching import load_profile

load_profile()


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last lines of a run: what was not tested here, and what to install for it."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", ()) if reporter is not None else ()
    reasons = Counter(report.longrepr[2].removeprefix("Skipped: ") for report in skipped)
    if reasons and not hasattr(config, "workerinput"):
        reporter.write_line(f"not tested here, of {sum(reasons.values())} tests:", yellow=True)
        for reason, count in reasons.most_common():
            reporter.write_line(f"{count:5} {reason}")


@pytest.fixture
def embedder() -> HashingEmbedder:
    return HashingEmbedder()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "library") as opened:
        yield opened
