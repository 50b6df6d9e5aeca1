"""Run files in TREC's format: `question Q0 passage rank score tag`, one line a passage."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from rag.errors import UsageError
from rag.evaluation.metrics import Run, ranking

__all__ = ["decreasing", "read_run", "write_run"]


def decreasing(ranked: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Scores of passages, best first, that keep this order under every tie rule.

    Where a score does not fall below the one before it, it is set to the next smaller float of 32
    bits, the precision that trec_eval compares in. A passage that comes twice keeps its first place.
    """
    scores: dict[str, float] = {}
    last = np.float32(np.inf)
    for entry, score in ranked:
        if entry not in scores:
            last = min(np.float32(score), np.nextafter(last, np.float32(-np.inf)))
            scores[entry] = float(last)
    return scores


def write_run(path: Path, run: Run, tag: str = "citewell") -> None:
    """Write a run, questions and passages in order; white space in an id becomes `_`."""
    with path.open("w", encoding="utf-8") as file:
        for question, scores in run.items():
            for rank, entry in enumerate(ranking(scores), 1):
                score = np.format_float_positional(np.float32(scores[entry]), unique=True)
                file.write(f"{_word(question)} Q0 {_word(entry)} {rank} {score} {tag}\n")


def read_run(path: Path) -> dict[str, dict[str, float]]:
    """Read a run file; the rank column is not used, as in trec_eval.

    Raises:
        UsageError: the file cannot be read, or a line has other than six columns or no score.
    """
    run: dict[str, dict[str, float]] = {}
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"cannot read run file {str(path)!r}: {reason}") from None
    for number, line in enumerate(lines, 1):
        fields = line.split()
        if not fields:
            continue
        try:
            question, _, entry, _, score, _ = fields
            run.setdefault(question, {})[entry] = float(score)
        except ValueError:
            raise UsageError(
                f"{path}, line {number}: expected `question Q0 passage rank score tag`, got {line[:80]!r}"
            ) from None
    return run


def _word(name: str) -> str:
    return "_".join(name.split()) or "_"
