"""The documents of the grid benchmark hold what their cells should hold, and cells are judged by it."""

from pathlib import Path

import pytest

from benchmarks.grid import QUESTIONS, judge, leases, write_leases
from rag.grid import AskedColumn, Cell, ColumnType
from rag.schema import Verdict


def test_leases_are_the_same_again_and_tell_their_cells(tmp_path: Path) -> None:
    made = leases(10)
    assert made == leases(10)
    write_leases(made, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(lease.name for lease in made)
    for lease in made:
        text = " ".join(paragraph for _, paragraphs in lease.sections for paragraph in paragraphs)
        assert lease.cells.keys() == {column["column"] for column in QUESTIONS}
        for name in ("tenant", "landlord", "heating", "caretaker"):
            assert lease.cells[name] is None or lease.cells[name] in text
        assert lease.cells["rent"] is None or f"{int(lease.cells['rent']):,}" in text


@pytest.mark.parametrize(
    ("value", "verdict", "wanted", "judged"),
    [
        (5.0, Verdict.STATED, 5.0, "right"),
        (None, Verdict.NOT_FOUND, None, "right"),
        (None, Verdict.STATED, 5.0, "empty"),
        (6.0, Verdict.STATED, 5.0, "wrong"),
        (6.0, Verdict.STATED, None, "wrong"),
        (6.0, Verdict.NEAR, 5.0, "doubtful"),
    ],
)
def test_a_typed_cell_is_judged_by_its_value(
    value: float | None, verdict: Verdict, wanted: float | None, judged: str
) -> None:
    cell = Cell("", "", verdict, 0.9, value=value)
    assert judge(cell, wanted, AskedColumn("a", "How much?", ColumnType.NUMBER)) == judged


def test_a_text_is_judged_by_whether_it_says_what_is_wanted() -> None:
    column = AskedColumn("a", "Who?")
    assert judge(Cell("The tenant is Ada.", "", Verdict.STATED, 0.9), "Ada", column) == "right"
    assert judge(Cell("The tenant is Eve.", "", Verdict.STATED, 0.9), "Ada", column) == "wrong"
