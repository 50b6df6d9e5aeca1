from __future__ import annotations

import pytest

from ingest.loaders.pdf.right_to_left import logical_order


def drawn(line: str) -> str:
    """The line in the order in which it is read, given as it looks from left to right."""
    return "".join(line[i] for i in logical_order(line))


@pytest.mark.parametrize(
    ("seen", "read"),
    [
        (".1952 תנשב", "בשנת 1952."),
        ("םירפס 45,000", "45,000 ספרים"),
        ("40% לש", "של 40%"),
        ("%40 نم", "من 40%"),
        ("ةعطق 3250", "3250 قطعة"),
        ("םולש Visual Studio תנכות", "תוכנת Visual Studio שלום"),
    ],
)
def test_words_from_right_to_left_and_numbers_from_left_to_right(seen: str, read: str) -> None:
    assert drawn(seen) == read
