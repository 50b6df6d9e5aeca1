"""Conditional formats of a sheet that hold by a cell's own value, or for every cell.

Formulas of other cells and functions are not computed: such a rule is taken not to hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from ingest.loaders.number_formats import COMPARED

__all__ = ["Condition", "holding", "read_conditions"]

_LITERAL: Final = re.compile(
    r'"(?:[^"]|"")*"|-?[0-9]{1,15}(?:\.[0-9]{0,15})?|TRUE(?:\(\))?|FALSE(?:\(\))?', re.I
)
_COMPARISON: Final = re.compile(rf"({_LITERAL.pattern}) *(<>|<=|>=|=|<|>) *({_LITERAL.pattern})", re.I)
_OPERATORS: Final = {
    "equal": "=", "notEqual": "<>", "lessThan": "<", "greaterThan": ">", "lessThanOrEqual": "<=",
    "greaterThanOrEqual": ">=",
}  # fmt: skip
_MOST: Final = 1_000
_END: Final = 2**20
"""The last row; no sheet has as many columns."""


class Condition(NamedTuple):
    """A rule: where it is asked (left, top, right, bottom, from 1), what it asks, and the look it gives."""

    ranges: tuple[tuple[int, int, int, int], ...]
    priority: int
    kind: str
    comparison: str
    text: str
    operands: tuple[str, ...]
    stops: bool
    look: Any

    def holds(self, value: Any) -> bool:
        """Whether the rule holds for a cell of a value."""
        match self.kind:
            case "expression":
                return bool(self.operands) and _is_true(self.operands[0])
            case "notContainsBlanks" | "notContainsErrors":
                return True
            case "containsText" | "notContainsText":
                return (self.text.lower() in str(value).lower()) is (self.kind == "containsText")
            case "cellIs":
                return self._compares(value)
            case _:
                return False

    def _compares(self, value: Any) -> bool:
        known = [operand for given in self.operands if (operand := _literal(given)) is not None]
        if not known or len(known) < len(self.operands):
            return False
        if self.comparison in ("between", "notBetween") and len(known) == 2:
            is_between = _compare(value, ">=", known[0]) and _compare(value, "<=", known[1])
            return is_between is (self.comparison == "between")
        return self.comparison in _OPERATORS and _compare(value, _OPERATORS[self.comparison], known[0])


def read_conditions(element: Any, looks: Sequence[Any]) -> Iterator[Condition]:
    """The rules of a `conditionalFormatting` element, also of Excel 2010; `looks` are the workbook's own."""
    from openpyxl.styles.differential import DifferentialStyle
    from openpyxl.utils import range_boundaries

    where = element.get("sqref") or next((node.text for node in element.iter("{*}sqref")), "") or ""
    found = (range_boundaries(part) for part in where.split()[:_MOST])
    ranges = tuple((left or 1, top or 1, right or _END, bottom or _END) for left, top, right, bottom in found)
    for rule in element.iter("{*}cfRule"):
        index, own = rule.get("dxfId") or "", rule.find("{*}dxf")
        look = looks[int(index)] if index.isdecimal() and int(index) < len(looks) else None
        yield Condition(
            ranges,
            int(rule.get("priority") or 0),
            rule.get("type") or "",
            rule.get("operator") or "",
            rule.get("text") or "",
            tuple((node.text or "").strip() for node in rule.iter("{*}formula", "{*}f")),
            rule.get("stopIfTrue") in ("1", "true"),
            look if own is None else DifferentialStyle.from_tree(own),
        )


def holding(conditions: Sequence[Condition], row: int, column: int, value: Any) -> Iterator[Any]:
    """The looks that rules give to a cell, by its row and column from 1, the strongest first."""
    for condition in conditions:
        if any(
            left <= column <= right and top <= row <= bottom for left, top, right, bottom in condition.ranges
        ) and condition.holds(value):
            if condition.look is not None:
                yield condition.look
            if condition.stops:
                return


def _is_true(formula: str) -> bool:
    """Whether a formula that names no cell is true."""
    compared = _COMPARISON.fullmatch(formula)
    if compared:
        return _compare(_literal(compared[1]), compared[2], _literal(compared[3]))
    return bool(_literal(formula))


def _literal(formula: str) -> str | float | bool | None:
    if not _LITERAL.fullmatch(formula):
        return None
    if formula.startswith('"'):
        return formula[1:-1].replace('""', '"')
    name = formula.upper().removesuffix("()")
    return name == "TRUE" if name in ("TRUE", "FALSE") else float(formula)


def _compare(one: Any, sign: str, other: Any) -> bool:
    """Compare as Excel does: numbers come before text, text before truth; capitals are as small letters."""
    return COMPARED[sign](_key(one), _key(other))


def _key(value: Any) -> tuple[int, Any]:
    if isinstance(value, bool):
        return 2, value
    return (0, value) if isinstance(value, int | float) else (1, str(value).lower())
