"""Every registered attack, at the effort of a build."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.attacks import attacks


@pytest.mark.parametrize("name", attacks())
def test_it_holds(name: str, tmp_path: Path) -> None:
    trials = list(attacks()[name].run(tmp_path, 1))

    assert trials
    assert [trial for trial in trials if trial.failure] == []
