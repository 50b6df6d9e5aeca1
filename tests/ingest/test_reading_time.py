"""The time of a file by a clock that is set by hand: no test waits."""

from __future__ import annotations

import pytest

from ingest.heartbeat import Beat
from ingest.reading_time import ReadingTime, longest_seconds
from rag.settings import IngestSettings

SETTINGS = IngestSettings(file_seconds=20, page_seconds=10)


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def read_through(size: int, seconds: float, beats: list[Beat], most: int = 1_000_000) -> float:
    """How long a file is read whose parts take so many seconds each, until it is stopped for good."""
    clock = Clock()
    allowed = ReadingTime(SETTINGS, size, clock)
    at = clock.now + SETTINGS.file_seconds
    for number in range(most):
        if clock.now + seconds > at:
            return at - 1_000.0
        clock.now += seconds
        at = clock.now + allowed.allowed(beats[number % len(beats)])
    return clock.now - 1_000.0


@pytest.mark.parametrize("seconds", [0.01, 1.0, 9.99])
@pytest.mark.parametrize("size", [0, 462_000, 5_000_000])
def test_no_number_of_pages_moves_the_end_of_a_file(size: int, seconds: float) -> None:
    assert read_through(size, seconds, [Beat.PAGE]) <= longest_seconds(SETTINGS, size) + 1e-6


def test_a_small_file_has_three_times_its_time_and_a_large_one_more() -> None:
    assert longest_seconds(SETTINGS, 0) == 60
    assert longest_seconds(SETTINGS, 60_000_000) == pytest.approx(260)


def test_a_scan_of_a_thousand_pages_is_read() -> None:
    """Of each page 8 of 10 seconds are those of OCR; the rest is drawing it."""
    clock = Clock()
    allowed = ReadingTime(SETTINGS, 30_000_000, clock)
    for _ in range(1_000):
        assert allowed.allowed(Beat.OCR) >= SETTINGS.page_seconds
        clock.now += 8
        assert allowed.allowed(Beat.PAGE) > 0.05
        clock.now += 0.05


def test_pages_that_claim_to_be_read_by_ocr_and_take_no_time_move_nothing() -> None:
    clock = Clock()
    allowed = ReadingTime(SETTINGS, 0, clock)
    left = []
    for _ in range(20):
        allowed.allowed(Beat.OCR)
        left.append(allowed.allowed(Beat.PAGE))
        clock.now += 9
    assert left[-1] == 0
    assert sum(1 for one in left if one > 0) * 9 <= longest_seconds(SETTINGS, 0) + SETTINGS.page_seconds


def test_a_page_by_ocr_adds_no_more_than_a_page_may_take() -> None:
    clock = Clock()
    allowed = ReadingTime(SETTINGS, 0, clock)
    allowed.allowed(Beat.OCR)
    clock.now += 1_000
    assert allowed.allowed(Beat.PAGE) == 0


def test_a_heartbeat_never_takes_from_the_time_of_the_whole_file() -> None:
    clock = Clock()
    allowed = ReadingTime(SETTINGS, 0, clock)
    assert allowed.allowed(Beat.PAGE) == SETTINGS.file_seconds
    clock.now += 5
    assert allowed.allowed(Beat.PAGE) == SETTINGS.file_seconds - 5
    clock.now += 8
    assert allowed.allowed(Beat.PAGE) == SETTINGS.page_seconds
