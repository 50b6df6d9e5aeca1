"""Attacks on Citewell by kind: what a file, a question or a visitor may bring, and whether it held.

An attack is a generator that makes hostile inputs and tries them on the product itself, one `Trial`
an input. It stands in a module of this package, which is its topic, and registers itself:

    @attack("archives that unpack to far more than they weigh")
    def bombs(folder: Path, effort: int) -> Iterator[Trial]:
        for path in _bombs(folder, effort):
            yield Trial(path.name, failure="" if ... else "wrote 1.9 GB")

`folder` is empty and the attack's own; `effort` is 1 in a whole run by hand (`python -m benchmarks.attacks`)
and more in a longer one (`--effort 10`). A build, where all attacks take less than four minutes, tries the
same, but only some inputs of those that take long: they are registered with `in_build=0`, and make fewer
inputs (`some`), or smaller ones, at effort 0.
An attack that can freeze its process is tried in a process of its own (`held_apart`).
"""

from __future__ import annotations

import importlib
import pkgutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

__all__ = ["Attack", "Trial", "attack", "attacks", "held_apart", "some", "tried_together"]


@dataclass(frozen=True, slots=True)
class Trial:
    """One hostile input: what it is, and what it did that it must not; `failure` is empty where it held."""

    name: str
    failure: str = ""


Inputs = Callable[[Path, int], Iterator[Trial]]
Input = TypeVar("Input")


@dataclass(frozen=True, slots=True)
class Attack:
    """A kind of hostile input, in words, with the function that tries it and its effort in a build."""

    topic: str
    kind: str
    run: Inputs
    in_build: int


_REGISTERED: Final[dict[str, Attack]] = {}


def attack(kind: str, *, in_build: int = 1) -> Callable[[Inputs], Inputs]:
    """Register a function as the attack of a kind; the kind is a row of the table in docs/security.md."""

    def register(run: Inputs) -> Inputs:
        topic = run.__module__.rsplit(".", 1)[-1]
        _REGISTERED[f"{topic}.{run.__name__}"] = Attack(topic, kind, run, in_build)
        return run

    return register


def some(inputs: Iterable[Input], effort: int, one_in: int) -> list[Input]:
    """All inputs, or at effort 0 one in so many of them."""
    return list(inputs)[:: 1 if effort else one_in]


def attacks(topic: str = "") -> dict[str, Attack]:
    """The attacks of a topic, or all, by name, in the order in which they stand in their modules."""
    for module in sorted(module.name for module in pkgutil.iter_modules(__path__)):
        if module != "__main__":
            importlib.import_module(f"{__name__}.{module}")
    return {name: found for name, found in _REGISTERED.items() if topic in ("", found.topic)}


def held_apart(program: str, *arguments: str, seconds: float = 30.0) -> str:
    """Run Python code in a process of its own, stopped when it hangs.

    Args:
        program: The code.
        arguments: What it finds in `sys.argv`.
        seconds: Of processor time, which a busy machine does not use up; three times that may pass in all.

    Returns:
        Why it failed: its last line of standard error, or that it was stopped. Empty when it ended well.
    """
    limited = (
        f"import resource; resource.setrlimit(resource.RLIMIT_CPU, ({seconds:.0f}, {seconds:.0f} + 1))\n"
    )
    try:
        done = subprocess.run(
            [sys.executable, "-c", limited + program, *arguments],
            capture_output=True,
            timeout=3 * seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"not done after {3 * seconds:g} s"
    if done.returncode == -signal.SIGXCPU:
        return f"still busy after {seconds:g} s of work"
    lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
    return "" if done.returncode == 0 else (lines or [f"ended with {done.returncode}"])[-1]


def tried_together(program: str, paths: Sequence[Path]) -> Iterator[Trial]:
    """Run Python code on all paths in one process, and only where that fails on each in its own."""
    failed = held_apart(program, *map(str, paths))
    for path in paths:
        yield Trial(path.name, held_apart(program, str(path)) if failed else "")
