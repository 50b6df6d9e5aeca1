"""A statement taken apart: what it may not do, which tables and columns it names.

It is DuckDB's own parse tree as JSON (`json_serialize_sql`). What is not known to be harmless is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from typing import Any, Final

from rag.errors import QueryError

__all__ = [
    "RESERVED",
    "Node",
    "asks_inside",
    "check_statement",
    "columns_named",
    "folded",
    "names_plainly",
    "tables_named",
]

Node = dict[str, Any]
_QUERIES: Final = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE", "CTE_NODE"})
_RELATIONS: Final = frozenset(
    {"BASE_TABLE", "JOIN", "SUBQUERY", "TABLE_FUNCTION", "EXPRESSION_LIST", "EMPTY", "PIVOT"}
)
_TABLE_FUNCTIONS: Final = frozenset({"unnest", "range", "generate_series"})
_MOST_TABLES: Final = 50
RESERVED: Final = "__"
"""No name in a statement may begin so: the column that tells the rows does."""


def check_statement(node: Node, may_call: Callable[[str], bool]) -> None:
    """See that a query only reads tables by name; `may_call` says of a function whether it may be called.

    Raises:
        QueryError: it does something else, or might.
    """
    for part in _parts(node):
        kind, is_expression = str(part.get("type", "")), "class" in part
        if part.get("class") != "CONSTANT" and any(map(_is_reserved, part.values())):
            raise QueryError(f"no name in a statement may begin with {RESERVED}")
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
    """The tables that a query names, each once, without the common table expressions that it makes itself.

    Raises:
        QueryError: there are too many.
    """
    found = {folded(name): name for name in _tables(node, frozenset())}
    if len(found) > _MOST_TABLES:
        raise QueryError(f"a statement may name {_MOST_TABLES} tables, not {len(found):,}")
    return list(found.values())


def folded(name: str) -> str:
    """A name as DuckDB compares it: it takes capital and small letters for one in ASCII alone."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in name)


def asks_inside(node: Node) -> bool:
    """Whether an expression of a query holds another query."""
    return any(part.get("class") == "SUBQUERY" for part in _parts(node))


def names_plainly(node: Node) -> bool:
    """Whether each column is named by its own name and each row of the result is made of rows alone.

    Not so with `#2`, `t(x, y)`, a window, a POSITIONAL JOIN, or a table named where a column stands.
    """
    parts = list(_parts(node))
    relations = {
        folded(str(name))
        for part in parts
        if "class" not in part
        for name in (part.get("alias"), part.get("table_name"))
        if name
    }
    return not any(
        part.get("class") in ("POSITIONAL_REFERENCE", "WINDOW")
        or part.get("column_name_alias")
        or part.get("aliases")
        or part.get("ref_type") == "POSITIONAL"
        or (part.get("class") == "COLUMN_REF" and _names_one_of(relations, part["column_names"]))
        for part in parts
    )


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
            yield from _tables(entry["value"], made)
            made |= {folded(str(entry["key"]))}
        if node.get("type") == "BASE_TABLE" and folded(str(node["table_name"])) not in made:
            yield str(node["table_name"])
        repeats = node.get("type") == "RECURSIVE_CTE_NODE"
        for key, part in node.items():
            if key != "cte_map":  # what repeats reads itself, what it begins with does not
                own = {folded(str(node["cte_name"]))} if repeats and key == "right" else set()
                yield from _tables(part, made | own)


def _names_one_of(relations: Set[str], names: Sequence[str]) -> bool:
    return len(names) == 1 and folded(str(names[0])) in relations


def _is_reserved(value: Any) -> bool:
    if isinstance(value, list):
        return any(isinstance(part, str) and part.startswith(RESERVED) for part in value)
    return isinstance(value, str) and value.startswith(RESERVED)


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
