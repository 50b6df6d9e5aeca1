"""Deadlines that move."""

from __future__ import annotations

import threading
import time

from ingest.workers import Deadline


def test_it_expires_once_when_time_is_up():
    expired = []
    done = threading.Event()

    def expire():
        expired.append(1)
        done.set()

    with Deadline(0.02, expire) as deadline:
        assert done.wait(5)
        time.sleep(0.05)
    assert deadline.passed
    assert expired == [1]


def test_it_leaves_no_thread_and_does_nothing_when_the_block_ends_in_time():
    expired = []
    with Deadline(60, lambda: expired.append(1)) as deadline:
        pass
    assert not deadline.passed
    assert expired == []
    assert "deadline" not in {thread.name for thread in threading.enumerate()}


def test_a_restart_may_lengthen_it_again_and_again():
    with Deadline(0.1, lambda: None) as deadline:
        for _ in range(6):
            deadline.restart(60)
            time.sleep(0.03)
        assert not deadline.passed


def test_a_restart_may_shorten_it():
    done = threading.Event()
    with Deadline(60, done.set) as deadline:
        deadline.restart(0.01)
        assert done.wait(5)
    assert deadline.passed
