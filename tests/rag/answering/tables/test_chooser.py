"""What the chooser computes stays on the calling thread, and other threads come back after it."""

from __future__ import annotations

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from rag.answering.tables import chooser
from rag.answering.tables.chooser import logits_of


def _threads() -> set[int]:
    return {int(one["num_threads"]) for one in threadpool_info() if one["user_api"] == "blas"}


def test_it_computes_on_one_thread_and_leaves_the_others_as_they_were(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[set[int]] = []

    def logits(*_: object) -> np.ndarray:
        seen.append(_threads())
        if len(seen) > 1:
            raise ValueError("broken weights")
        return np.zeros(3)

    monkeypatch.setattr(chooser, "_logits", logits)
    _ = np.ones((2, 2)) @ np.ones((2, 2))
    with threadpool_limits(2, user_api="blas"):
        logits_of(None, [{}], 4)  # type: ignore[arg-type]
        assert _threads() == {2}
        with pytest.raises(ValueError, match="broken"):
            logits_of(None, [{}], 4)  # type: ignore[arg-type]
        assert _threads() == {2}
    assert seen == [{1}, {1}]
