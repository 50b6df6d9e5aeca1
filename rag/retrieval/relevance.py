"""One score per passage, 0 to 1: the number that ranks, filters and is shown."""

from __future__ import annotations

import math

__all__ = ["relevance"]

_SLOPE = 2.0
_MIDDLE = 2.0


def relevance(fused: float) -> float:
    """How likely a passage of this fused score is relevant; grows with the score, so ranks the same."""
    return 1.0 / (1.0 + math.exp(-_SLOPE * (fused - _MIDDLE)))
