"""The time left, on runs that were recorded on a busy machine: what happened, and after how many seconds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.time_left import TimeLeft

RUNS = Path(__file__).resolve().parents[1] / "data" / "ingest_runs"


def told(name: str) -> tuple[list[tuple[float, float | None]], float]:
    """Seconds left as told after each event of a run, and when it ended."""
    events = [json.loads(line) for line in (RUNS / f"{name}.jsonl").read_text("utf-8").splitlines()]
    (_, sizes), *events, (_, end) = events
    left = TimeLeft(sizes)
    estimates = []
    for what, now, *rest in events:
        match what:
            case "cut":
                left.cut(*rest)
            case "passed":
                left.passed(*rest)
            case "embedded":
                left.embedded(*rest, now)
        estimates.append((now, left.seconds(now)))
    return estimates, end


@pytest.mark.parametrize("name", ["reports", "mixed"])
def test_the_time_left_of_a_recorded_run_is_near_the_truth(name: str) -> None:
    estimates, end = told(name)
    known = [(now, left) for now, left in estimates if left is not None]
    assert len(known) > len(estimates) / 6
    assert [(now, left) for now, left in known if abs(left - (end - now)) > 3.0 + (end - now) / 2] == []


def test_nothing_is_told_from_less_than_three_seconds() -> None:
    left = TimeLeft({".txt": 1000})
    left.cut(".txt", 1000, 300)
    left.embedded(8, 100.0)
    left.embedded(8, 102.9)
    assert left.seconds(102.9) is None
    left.embedded(8, 103.0)
    assert left.seconds(103.0) == pytest.approx(276 * 3.0 / 16)


def test_nothing_is_told_of_a_large_file_that_is_still_being_read() -> None:
    left = TimeLeft({".txt": 200, ".pdf": 9_000_000})
    left.cut(".txt", 200, 5)
    left.embedded(1, 0.0)
    left.embedded(4, 10.0)
    assert left.seconds(10.0) is None
    left.cut(".pdf", 9_000_000, 40)
    assert left.seconds(10.0) == pytest.approx(100.0)


def test_files_without_work_are_no_work_left() -> None:
    left = TimeLeft({".txt": 1_000_200})
    left.cut(".txt", 200, 8)
    left.passed(".txt", 1_000_000)
    left.embedded(4, 0.0)
    left.embedded(2, 4.0)
    assert left.seconds(4.0) == pytest.approx(4.0)
