"""Tables of hostile sizes and values, read whole for a question: nothing costs more than its share."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.attacks import Trial, attack, some, tried_together
from rag.answering.tables.choices import choices_of
from rag.answering.tables.request import request_of
from rag.answering.tables.table_records import Collection, Field, Record
from rag.reading import Unit

_LINEAR: Final = 2.6
"""Times the steps for twice of something; the parts of a table may also be sorted."""
_ASK: Final = """
import re, sys, tempfile
from pathlib import Path
from ingest import ingest_paths
from rag import Library
from rag.child_process import limit_memory
from rag.settings import load_settings
limit_memory(6_000)
settings = load_settings(overrides={"ingest": {"workers": 1}})
with tempfile.TemporaryDirectory() as folder, Library.open(Path(folder) / "library", settings) as library:
    for _ in ingest_paths(sys.argv[1:], library.store, library.embedder, library.settings):
        pass
    for info in library.documents():
        text = library.text(info.document_id)
        for question in ("What is the total of c1?", "Which name has the largest c2?"):
            word = re.search("inf|nan", library.ask(question, [info.document_id]).text)
            assert not word or word[0] in text, (info.source, question)
    print(len(library.documents()))
"""
_VALUES: Final = (
    "1e999", "-1e999", "9**9", "NaN", "inf", "-Infinity", "9" * 5_000, "0." + "9" * 5_000, "1,,,,2",
    "1.2.3.4", "99999-99-99", "0000-00-00", "31/02/9999", "99:99", "9" * 300 + " h", "9" * 30 + " min",
    "٣٤", "²", "½",
    "\u2212\u2212\u22125", "1'000'000'000'000'000'000", "$" * 500 + "1", "=1/0", "0x7fffffff", "1 " * 300,
    "",
)  # fmt: skip


@attack("tables that grow in rows, columns, cells or the question about them")
def growing(folder: Path, effort: int) -> Iterator[Trial]:
    def rows(size: int, value: str) -> tuple[str, Collection]:
        return "Which c1 is largest, or word?", _table(40 * size, 4, value)

    def columns(size: int, value: str) -> tuple[str, Collection]:
        return "Which c1 is largest, or word?", _table(20, 12 * size, value)

    def cells(size: int, value: str) -> tuple[str, Collection]:
        return "Which c1 is largest, or word?", _table(20, 4, (value + " ") * 25 * size)

    def question(size: int, value: str) -> tuple[str, Collection]:
        return f"Which is {value}, {'wording ' * 30 * size}?", _table(20, 4, value)

    kinds: tuple[Callable[[int, str], tuple[str, Collection]], ...] = (rows, columns, cells, question)
    for kind in kinds:
        for value in ("7", "€1,250.50", "3/4/2024", "wordy, a and b", "25 min", " " * 40, "1,", "a1-"):
            small, large = (_steps(*kind(size * effort, value)) for size in (2, 4))
            growth = large / small
            told = f"{growth:.1f} times the steps for twice" if growth > _LINEAR else ""
            yield Trial(f"{kind.__name__} of {value!r}", told)


def _table(rows: int, columns: int, value: str) -> Collection:
    unit = Unit(0, 0, "", 0, 0, "")
    made = (
        tuple(
            Field(f"c{c}", value.replace("7", str(r)) if c % 2 else f"{value}{r}", unit)
            for c in range(columns)
        )
        for r in range(rows)
    )
    return Collection(tuple(Record(f"name {r}", fields, unit) for r, fields in enumerate(made)), "c0")


def _steps(question: str, collection: Collection) -> int:
    """How many lines of Python it takes to read a request that wants much of a table."""
    count = 0

    def step(frame: Any, event: str, _: object) -> Any:
        nonlocal count
        count += event == "line"
        return step

    before = sys.gettrace()
    sys.settrace(step)
    try:
        choices = choices_of(question, collection)
        logits = [
            1.0 if choice.relation is not None and i % 50 == 0 else 0.5 - (i > 0)
            for i, choice in enumerate(choices)
        ]
        request_of(choices, logits, collection)
    finally:
        sys.settrace(before)
    return count


@attack("tables of values that are no numbers, days or times, and of hostile sizes, asked about", in_build=0)
def asked(folder: Path, effort: int) -> Iterator[Trial]:
    factor = max(effort, 1)
    groups = [_VALUES[start : start + 3] for start in range(0, len(_VALUES), 3)]
    tables: dict[str, Sequence[Sequence[str]]] = {
        f"values {number}": [
            ["name", "c1", "c2", "c3"][: 1 + len(group)],
            *([f"n{i}", *group] for i in range(6)),
        ]
        for number, group in enumerate(groups)
    }
    tables["mixed"] = [["name", "c1", "c2"], *([f"n{i}", v, v] for i, v in enumerate(_VALUES))]
    tables["rows"] = [["name", "c1", "c2"], *([f"n{i}", f"{i}", f"{i % 7}"] for i in range(400 * factor))]
    tables["columns"] = [["name", *(f"c{i}" for i in range(1, 150 * factor))]] + [
        [f"n{r}", *(f"{r * i}" for i in range(1, 150 * factor))] for r in range(10)
    ]
    tables["cells"] = [
        ["name", "c1", "c2"],
        *([f"n{i}", "word, " * 1_700, " " * 9_999 + "1"] for i in range(9)),
    ]
    tables["names"] = [["name", "c1" * 5_000, "c2" + " x" * 5_000], *([f"n{i}", "1", "2"] for i in range(9))]
    paths = []
    for name, lines in some(tables.items(), effort, 7):
        text = io.StringIO()
        csv.writer(text).writerows(lines)
        paths.append(folder / f"{name}.csv")
        paths[-1].write_text(text.getvalue(), "utf-8")
    yield from tried_together(_ASK, paths)
