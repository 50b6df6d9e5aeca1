"""Every registered attack, at the effort of a build.

That of our own patterns reads code, and nothing runs in it: `tests/benchmarks/test_backtracking.py` has it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.attacks import attacks


@pytest.mark.parametrize("name", [name for name in attacks() if name != "patterns.pumped"])
def test_it_holds(name: str, tmp_path: Path) -> None:
    attack = attacks()[name]
    trials = list(attack.run(tmp_path, attack.in_build))

    assert trials
    assert [trial for trial in trials if trial.failure] == []
