"""`--fail-below METRIC=VALUE`: what a build server holds a measurement to."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from rag.errors import UsageError

__all__ = ["parse_bounds"]


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
