from __future__ import annotations

import pytest

from rag.text.tables import CellKind, cell_kind, joined_cells, unit_of


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", CellKind.EMPTY),
        ("6,098", CellKind.NUMBER),
        ("$ (1,234.5)", CellKind.NUMBER),
        ("(0.4)%", CellKind.NUMBER),
        ("1 204,5", CellKind.NUMBER),
        ("12.5 %", CellKind.NUMBER),
        ("2022", CellKind.YEAR),
        ("FY2022", CellKind.YEAR),
        ("2019/20", CellKind.YEAR),
        ("—", CellKind.PLACEHOLDER),
        ("n/a", CellKind.PLACEHOLDER),
        ("December 2, 2022", CellKind.TEXT),
        ("Q1", CellKind.TEXT),
        ("营业收入", CellKind.TEXT),
    ],
)
def test_what_a_cell_holds(text: str, kind: CellKind) -> None:
    assert cell_kind(text) is kind


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("(In millions, except per share data)", "In millions, except per share data"),
        ("(dollars in thousands)", "dollars in thousands"),
        ("单位:万元", "单位:万元"),
        ("Revenue in 2022", ""),
        ("", ""),
    ],
)
def test_units(text: str, unit: str) -> None:
    assert unit_of(text) == unit


def test_signs_go_back_to_their_numbers_and_know_their_cell() -> None:
    cells = ["Net loss", "$", "(12", ")", "", "$", "5", "%", ""]
    assert joined_cells(cells) == [("Net loss", 0), ("$(12)", 2), ("", 4), ("$5%", 6)]
