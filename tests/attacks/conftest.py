"""Hostile files, questions and visitors: a regression test for each kind of attack that was ever tried.

The suite is part of every test run and takes two to three minutes on two cores; `make test-attacks` runs it
alone, and `make test-attacks-whole` also what takes longer (marker `slow`, and all inputs of each kind).
Every test in this folder gets the marker `attack` by itself.

How to add one:

1. Write a generator of hostile inputs in `benchmarks/attacks/TOPIC.py`, registered by `@attack(kind)`
   (`benchmarks/attacks/__init__.py` says how). `tests/attacks/test_registered.py` runs it once, at
   the effort of a build, and the kind becomes a row of the table of docs/security.md, which
   `python -m benchmarks.attacks` prints.
2. What needs fixtures of pytest, or is no set of inputs, is a plain test in `tests/attacks/test_TOPIC.py`.

An attack uses the product as a visitor would, with no mock, and fails by what went wrong (a traceback,
memory, a file that cost another), never by a measured time. What may hang runs in its own process.
"""

from __future__ import annotations

from pathlib import Path

import pytest

_HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(_HERE):
            item.add_marker(pytest.mark.attack)
