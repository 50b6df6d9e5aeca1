"""How property tests look for counterexamples: the same cases in every run, or more and other ones.

`HYPOTHESIS_PROFILE=search` (`make search-tests`) draws at random, ten times as many.
"""

from __future__ import annotations

import os
from typing import Final

from hypothesis import HealthCheck, settings

__all__ = ["examples", "load_profile"]

_PROFILE: Final = os.environ.get("HYPOTHESIS_PROFILE", "fixed")
_FACTOR: Final = {"fixed": 1, "search": 10}


def examples(number: int) -> int:
    """How many examples a test tries that tries `number` by default."""
    return number * _FACTOR[_PROFILE]


def load_profile() -> None:
    """A build fails for what was changed, never by the luck of the draw or on a busy machine."""
    busy = [HealthCheck.too_slow]
    settings.register_profile(
        "fixed", derandomize=True, deadline=None, print_blob=True, suppress_health_check=busy
    )
    settings.register_profile(
        "search",
        max_examples=examples(settings.default.max_examples),
        deadline=None,
        print_blob=True,
        suppress_health_check=busy,
    )
    settings.load_profile(_PROFILE)
