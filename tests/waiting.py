"""Waiting for what another thread or process does: by counting tries, so that no test compares times."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["wait_until"]


def wait_until(happened: Callable[[], object], tries: int = 3_000, pause: float = 0.02) -> None:
    """Ask again and again, for a minute or longer on a busy machine.

    Raises:
        AssertionError: it did not happen.
    """
    for _ in range(tries):
        if happened():
            return
        time.sleep(pause)
    raise AssertionError(f"{happened} did not come true in {tries} tries")
