"""A statement taken apart: what it may not do, which tables and columns it names.

It is DuckDB's own parse tree as JSON (`json_serialize_sql`). What is not known to be harmless is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from rag.errors import QueryError

__all__ = ["Node", "asks_inside", "check_statement", "columns_named", "tables_named"]

Node = dict[str, Any]
_QUERIES: Final = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
_RELATIONS: Final = frozenset(
    {"BASE_TABLE", "JOIN", "SUBQUERY", "TABLE_FUNCTION", "EXPRESSION_LIST", "EMPTY", "PIVOT"}
)
_TABLE_FUNCTIONS: Final = frozenset({"unnest", "range", "generate_series"})


def check_statement(node: Node, may_call: Callable[[str], bool]) -> None:
    """See that a query only reads tables by name; `may_call` says of a function whether it may be called.

    Raises:
        QueryError: it does something else, or might.
    """
    for part in _parts(node):
        kind, is_expression = str(part.get("type", "")), "class" in part
        if kind.endswith("_NODE") and kind not in _QUERIES:
            raise QueryError("a statement may only read: write one SELECT")
        if not is_expression and "sample" in part and "alias" in part and kind not in _RELATIONS:
            raise QueryError(
                "only tables of documents can be read: `citewell tables` shows them and their columns"
            )
        if kind == "TABLE_FUNCTION" and not is_expression:
            name = str(part["function"].get("function_name", "")).lower()
            if name not in _TABLE_FUNCTIONS:
                raise QueryError(
                    f"{name} reads something else than the tables of documents: it cannot be called"
                )
        if kind == "BASE_TABLE" and (part.get("schema_name") or part.get("catalog_name")):
            raise QueryError("tables have no schema: name them as `citewell tables` does")
        if is_expression and "function_name" in part:
            name = str(part["function_name"]).lower()
            if part.get("schema") or part.get("catalog") or not may_call(name):
                raise QueryError(
                    f"the function {name} cannot be called here: it looks or acts outside of the tables"
                )


def tables_named(node: Node) -> list[str]:
    """The tables that a query names, without the common table expressions that it makes itself."""
    return list(dict.fromkeys(_tables(node, frozenset())))


def asks_inside(node: Node) -> bool:
    """Whether an expression of a query holds another query."""
    return any(part.get("class") == "SUBQUERY" for part in _parts(node))


def columns_named(node: Node) -> set[str] | None:
    """The names of columns anywhere in a query; None where it takes all by a star."""
    found: set[str] = set()
    for part in _parts(node):
        if part.get("class") == "STAR":
            return None
        if part.get("class") == "COLUMN_REF":
            found.update(str(name).lower() for name in part["column_names"])
        found.update(str(name).lower() for name in part.get("using_columns", ()))
    return found


def _tables(node: Any, made: frozenset[str]) -> Iterator[str]:
    if isinstance(node, list):
        for part in node:
            yield from _tables(part, made)
    elif isinstance(node, dict):
        for entry in (node.get("cte_map") or {}).get("map", ()):
            name, query = str(entry["key"]).lower(), entry["value"]
            inside = made | {name} if _is_recursive(query) else made
            yield from _tables(query, inside)
            made |= {name}
        if node.get("type") == "BASE_TABLE" and str(node["table_name"]).lower() not in made:
            yield str(node["table_name"])
        for key, part in node.items():
            if key != "cte_map":
                yield from _tables(part, made)


def _is_recursive(query: Node) -> bool:
    return any(part.get("type") == "RECURSIVE_CTE_NODE" for part in _parts(query.get("query_node")))


def _parts(node: Any) -> Iterator[Node]:
    """A node and all below it."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting.extend(part.values())
        elif isinstance(part, list):
            waiting.extend(part)
