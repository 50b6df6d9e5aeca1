"""A query that also tells from which rows of which tables each of its rows comes.

Every query in it gets a column more: the rows of what it reads, as `table number:row number`; one that groups
collects those of each group (Cui, Widom and Wiener 2000, "Tracing the lineage of view data in a warehousing
environment"). Where that cannot be told (INTERSECT, EXCEPT, UNION without ALL, recursion) there is none.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from typing import Any, Final

from rag.queries.statement import RESERVED, Node, folded

__all__ = ["ROWS", "with_lineage"]

ROWS: Final = f"{RESERVED}rows_{secrets.token_hex(8)}"
"""The name of the column: no statement can tell it, even by the names of fields that functions make."""
_Parse = Callable[[str], Node]
"""The parse tree of an expression of SQL."""


class _UntoldError(Exception):
    """It cannot be told from which rows a query's rows come."""


def with_lineage(
    query: Node, tables: Sequence[str], parse: _Parse, aggregates: frozenset[str]
) -> Node | None:
    """The parse tree of a query with one column more, its last; None where there can be none.

    Args:
        query: a parse tree that was checked.
        tables: the names of the tables, by whose place in it they are told.
        parse: gives the tree of an expression.
        aggregates: the names of the functions that make one value of many rows.
    """
    try:
        return _Lineage({folded(name): i for i, name in enumerate(tables)}, parse, aggregates).query(
            deepcopy(query), frozenset()
        )
    except (_UntoldError, KeyError, TypeError):
        return None


class _Lineage:
    def __init__(self, tables: Mapping[str, int], parse: _Parse, aggregates: frozenset[str]) -> None:
        self._tables = tables
        self._parse = parse
        self._aggregates = aggregates

    def query(self, node: Node, made: frozenset[str]) -> Node:
        """A query changed in place; `made` are the common table expressions that tell their rows."""
        for entry in (node.get("cte_map") or {}).get("map", ()):
            entry["value"]["query_node"] = self.query(entry["value"]["query_node"], made)
            made |= {folded(str(entry["key"]))}
        if node["type"] == "SET_OPERATION_NODE":
            if node["setop_type"] not in ("UNION", "UNION_BY_NAME") or not node["setop_all"]:
                raise _UntoldError
            for side in ("left", "right"):
                if node.get(side):
                    node[side] = self.query(node[side], made)
            node["children"] = [self.query(child, made) for child in node.get("children") or ()]
            return node
        if node["type"] != "SELECT_NODE" or node.get("sample"):
            raise _UntoldError
        return self._select(node, made)

    def _select(self, node: Node, made: frozenset[str]) -> Node:
        rows, hidden = self._relation(node["from_table"], made)
        told = f"list_concat({', '.join(rows)})" if len(rows) > 1 else rows[0] if rows else "[]::VARCHAR[]"
        distinct = [
            m for m in node["modifiers"] if m["type"] == "DISTINCT_MODIFIER" and not m["distinct_on_targets"]
        ]
        grouped = node["group_expressions"] or node["aggregate_handling"] != "STANDARD_HANDLING"
        grouped = grouped or self._aggregated([node["select_list"], node.get("having")])
        if distinct and grouped:
            raise _UntoldError
        if distinct:  # rows that are alike become one group
            node["modifiers"] = [m for m in node["modifiers"] if m not in distinct]
            node["aggregate_handling"] = "FORCE_AGGREGATES"
        for expression in node["select_list"]:
            _without_rows(expression, hidden)
        last = self._parse(f"flatten(list({told}))" if grouped or distinct else told)
        node["select_list"].append({**last, "alias": ROWS})
        return node

    def _relation(self, node: Node, made: frozenset[str]) -> tuple[list[str], list[str]]:
        """Expressions that tell the rows of what is read, and the names of what tells them in a column."""
        kind, alias = node["type"], node.get("alias", "")
        if kind in ("EMPTY", "EXPRESSION_LIST", "TABLE_FUNCTION"):
            return [], []
        if kind == "JOIN":
            left, right = (self._relation(node[side], made) for side in ("left", "right"))
            if node["ref_type"] == "NATURAL" and (left[1] or right[1]):
                raise _UntoldError
            if node["join_type"] in ("SEMI", "ANTI"):
                return left
            return left[0] + right[0], left[1] + right[1]
        if kind == "SUBQUERY" and alias:
            node["subquery"]["node"] = self.query(node["subquery"]["node"], made)
            return [f"{_quoted(alias)}.{ROWS}"], [folded(alias)]
        if kind != "BASE_TABLE" or node.get("sample"):
            raise _UntoldError
        name = str(node["table_name"])
        called = alias or name
        if folded(name) in made:
            return [f"{_quoted(called)}.{ROWS}"], [folded(called)]
        return [f"['{self._tables[folded(name)]}:' || {_quoted(called)}.rowid]"], []

    def _aggregated(self, node: Any) -> bool:
        """Whether an expression makes one value of many rows; not that of a query or a window within it."""
        if isinstance(node, list):
            return any(map(self._aggregated, node))
        if not isinstance(node, dict) or node.get("class") in ("SUBQUERY", "WINDOW"):
            return False
        if node.get("class") == "FUNCTION" and str(node["function_name"]).lower() in self._aggregates:
            return True
        return any(self._aggregated(part) for part in node.values())


def _without_rows(expression: Node, hidden: Sequence[str]) -> None:
    """Let a star leave out the columns that tell rows."""
    if expression.get("class") != "STAR" or not hidden:
        return
    if expression.get("columns") or expression.get("expr"):
        raise _UntoldError
    of = folded(str(expression.get("relation_name", "")))
    if not of or of in hidden:
        expression["exclude_list"] = [*expression["exclude_list"], ROWS]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
