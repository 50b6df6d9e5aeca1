"""What a small model reads in place of whole passages: the evidence, with the sentences beside it.

Measured on 30 to 40 XQuAD questions, a model of 135 M parameters holds the right answer in .37 to .47 of
its answers when it reads the best sentence, in .25 when it reads four passages; and on a CPU reading is
most of the time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Final

from rag.reading import Selection, quotable_units
from rag.reading.units import Unit
from rag.schema import Passage

__all__ = ["excerpts"]

_BEST: Final = 4
"""Units that are shown beside the quotable ones: the answer may stand in one that is not the best."""


def excerpts(selection: Selection, passages: Sequence[Passage], beside: int = 1) -> tuple[Passage, ...]:
    """The passages cut down to their evidence and `beside` sentences on each side, the best first.

    `passages` are those that the evidence was selected from. A passage with evidence in several places
    is cut into as many; one without evidence is left out.
    """
    best = [evidence.unit for evidence in (*selection.ranked[:_BEST], *selection.chosen)]
    order = list(dict.fromkeys(unit.passage for unit in best))
    units = quotable_units(passages)
    found: list[Passage] = []
    for index in order:
        places = {unit.start for unit in best if unit.passage == index}
        own = [unit for unit in units if unit.passage == index]
        found.extend(_cut(passages[index], run) for run in _runs(own, places, beside))
    return tuple(found)


def _runs(units: Sequence[Unit], places: Iterable[int], beside: int) -> Iterator[list[Unit]]:
    """Units that follow each other, of those that start at `places` and those beside them."""
    wanted = [number for number, unit in enumerate(units) if unit.start in places]
    kept = sorted({near for n in wanted for near in range(n - beside, n + beside + 1)})
    inside = [number for number in kept if 0 <= number < len(units)]
    for _, run in groupby(enumerate(inside), lambda pair: pair[1] - pair[0]):
        yield [units[number] for _, number in run]


def _cut(passage: Passage, run: Sequence[Unit]) -> Passage:
    start, end = run[0].start, run[-1].end
    text = passage.text[start - passage.start : end - passage.start]
    # a row is read with the names of its columns
    context = run[0].lead if run[0].is_row else "" if start > passage.start else passage.context
    rows = tuple(row for row in passage.rows if start <= row.start and row.end <= end)
    outline = tuple(heading for heading in passage.outline if heading.start < end)
    return replace(passage, text=text, start=start, end=end, context=context, rows=rows, outline=outline)
