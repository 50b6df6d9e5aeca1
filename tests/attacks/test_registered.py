"""Every registered attack, at the effort of a build."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.attacks import attacks


@pytest.mark.parametrize("name", attacks())
def test_it_holds(name: str, tmp_path: Path) -> None:
    attack = attacks()[name]
    trials = list(attack.run(tmp_path, attack.in_build))

    assert trials
    assert [trial for trial in trials if trial.failure] == []
