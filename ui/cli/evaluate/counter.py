"""Progress of a measurement on standard error, and the bounds that it must hold (`--fail-below`)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

from rag.errors import UsageError

__all__ = ["Counter", "parse_bounds"]


class Counter:
    """A context manager that shows how many are done, the rate and the time left.

    It gives the function to call with the number done and the number in all. Without a terminal it
    shows nothing, so that logs of scripts stay short.
    """

    def __init__(self, what: str) -> None:
        """Take what is counted, such as `questions`."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._bar.add_task(what, rate="", total=None)

    def __enter__(self) -> Callable[[int, int], None]:
        """Show the bar."""
        self._bar.start()
        return self._update

    def __exit__(self, *exception: object) -> None:
        """Leave the bar as it stands."""
        self._bar.stop()

    def _update(self, done: int, total: int) -> None:
        elapsed = self._bar.tasks[self._task].elapsed or 0.0
        rate = f"{done / elapsed:.1f}/s" if elapsed > 0.0 else ""
        self._bar.update(self._task, completed=done, total=total, rate=rate)


def parse_bounds(texts: Sequence[str], measures: Collection[str], example: str) -> dict[str, float]:
    """The bounds by measure.

    Raises:
        UsageError: a text is not METRIC=VALUE, or there is no such measure; `example` shows one that is.
    """
    bounds = {}
    for text in texts:
        name, _, value = text.partition("=")
        try:
            bound = float(value)
        except ValueError:
            bound = -1.0
        if name not in measures or bound < 0:
            raise UsageError(
                f"--fail-below {text!r}: write METRIC=VALUE, such as {example}, and one of "
                + ", ".join(measures)
            )
        bounds[name] = bound
    return bounds
