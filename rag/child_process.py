"""Processes of our own for work that may hang, crash or eat memory: how they start, what they may take."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Mapping
from typing import Final

__all__ = ["cause", "command", "environment", "limit_memory"]

_ONE_THREAD: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def command(module: str) -> tuple[str, ...]:
    """Runs the function `main` of a module in a fresh interpreter.

    It is no fork, so it carries nothing of this process (threads, locks, a GPU).
    """
    return (sys.executable, "-P", "-c", f"from {module} import main; main()")


def environment() -> Mapping[str, str]:
    """This interpreter's own paths, and one thread for number crunching: files run side by side."""
    paths = os.pathsep.join(dict.fromkeys(path or os.getcwd() for path in sys.path))
    return {**os.environ, "PYTHONPATH": paths, **dict.fromkeys(_ONE_THREAD, "1")}


def limit_memory(megabytes: float) -> None:
    """Let an allocation of this process fail rather than the machine; only where the system can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        limit = int(megabytes * 1_000_000)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def cause(code: int) -> str:
    """An exit code in words, a signal by its name."""
    if code >= 0:
        return f"exit code {code}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-code).name
    return f"signal {-code}"
