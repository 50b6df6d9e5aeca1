"""Tide tables for small harbours."""

import os

DEFAULT_HARBOUR = "SELW"
CACHE_DAYS = 45


class HarbourClosed(Exception):
    """Raised when a harbour has no gauge in service."""


def read_gauge(path, encoding="latin-1", skip=6):
    """Rows of a gauge file: (time, metres). The first `skip` lines are the station's header."""
    with open(path, encoding=encoding) as file:
        for line in list(file)[skip:]:
            time, metres = line.split()
            yield time, float(metres)


def smooth(rows, window=7):
    """Running mean; `window` must be odd."""
    if window % 2 == 0:
        raise ValueError("window must be odd")
    ...


def port():
    return int(os.environ.get("TIDES_PORT", "8417"))
