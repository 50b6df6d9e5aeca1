"""What is odd about pages, told once for all pages that share it: `pages 4, 9-12: no text, OCR used`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

__all__ = ["page_ranges", "page_report"]


def page_report(warnings: Mapping[int, str], one: str = "page", many: str = "pages") -> list[str]:
    """A line for each different warning, in the order in which they first occur.

    Args:
        warnings: What is odd, by page number.
        one: What a page of this kind of file is called, as `slide`.
        many: The same for several.
    """
    numbers: defaultdict[str, list[int]] = defaultdict(list)
    for number, warning in sorted(warnings.items()):
        numbers[warning].append(number)
    return [
        f"{one if len(found) == 1 else many} {page_ranges(found)}: {warning}"
        for warning, found in numbers.items()
    ]


def page_ranges(numbers: Sequence[int]) -> str:
    """Ascending numbers as `4` or `4, 9-12`."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"{first}-{last}" if last > first else f"{first}" for first, last in runs)
