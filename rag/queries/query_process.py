"""What runs in a process of its own: DuckDB over tables that it is handed, and one statement.

It talks in lines of JSON: it is given the statement with its limits, says which tables that names, is given
those, and tells what came out, or the error.
"""

from __future__ import annotations

import datetime
import json
import math
import os
import sys
import threading
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

import duckdb

from rag.child_process import limit_memory
from rag.errors import QueryError
from rag.queries.lineage import with_lineage
from rag.queries.statement import (
    Node,
    asks_inside,
    check_statement,
    columns_named,
    names_plainly,
    tables_named,
)

__all__ = ["answered", "main"]

_BEYOND: Final = 2.0
"""Memory of the process over what DuckDB is told, which does not count all that it takes."""
_ASIDE: Final = 700
"""Megabytes that the program itself may take."""
_OUTSIDE: Final = """
    current_setting getvariable current_database current_schema current_schemas current_catalog version
    in_search_path txid_current get_block_size json_serialize_sql
    json_deserialize_sql json_serialize_plan hive_partition_component
"""
"""Functions that change nothing, but tell of the program and not of the tables, or read statements."""
_TABLE_FUNCTIONS: Final = frozenset({"unnest", "count_star"})
_CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",
    "threads": "1",
}


def main() -> None:
    """Answer one statement."""
    replies = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # what a library prints is no answer

    def say(told: Node) -> None:
        replies.write(json.dumps(told, allow_nan=False) + "\n")
        replies.flush()

    def tables(names: Sequence[str]) -> Any:
        say({"tables": names})
        return json.loads(sys.stdin.readline())

    brief = json.loads(sys.stdin.readline())
    limit_memory(_BEYOND * brief["megabytes"] + _ASIDE)
    try:
        say(answered(brief, tables))
    except QueryError as error:
        say({"error": str(error)})


def answered(brief: Node, tables: Callable[[Sequence[str]], Any]) -> Node:
    """What a statement finds; `tables` gives those of some names, each as the arguments of a load.

    Raises:
        QueryError: it is wrong, does something else than read these tables, or takes too long or too much.
    """
    config = {**_CONFIG, "memory_limit": f"{brief['megabytes']}MB"}
    try:
        with duckdb.connect(":memory:", config=config) as connection:
            query = _parsed(connection, brief["statement"])
            functions = _functions(connection)
            check_statement(query, lambda name: name not in functions or functions[name][0])
            names = tables_named(query)
            for table in tables(names):
                _load(connection, **table)
            connection.execute("SET lock_configuration = true")
            timer = threading.Timer(brief["seconds"], connection.interrupt)
            timer.daemon = True
            timer.start()
            try:
                return _run(connection, brief, query, names, functions)
            finally:
                timer.cancel()
    except duckdb.InterruptException:
        told = f"the statement took more than {brief['seconds']:g} seconds: ask for less"
    except (MemoryError, duckdb.OutOfMemoryException):
        told = f"the statement needs more than {brief['megabytes']:g} MB of memory: ask for less"
    except (duckdb.Error, RuntimeError, UnicodeError) as error:
        told = str(error).strip()
    except (ValueError, OverflowError) as error:  # of days that Python does not know
        told = f"a value of the result cannot be told: {error}"
    raise QueryError(told)


def _parsed(connection: duckdb.DuckDBPyConnection, statement: str) -> Node:
    """The parse tree of the one query that a statement is.

    Raises:
        QueryError: it is none, or more than one.
    """
    statements = connection.extract_statements(statement)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise QueryError(
            "a statement may only read: write one SELECT" + " without PIVOT" * ("pivot" in statement.lower())
        )
    return _tree(connection, statement)


def _tree(connection: duckdb.DuckDBPyConnection, statement: str) -> Node:
    (told,) = connection.execute("SELECT json_serialize_sql(?)", [statement]).fetchone() or ("{}",)
    parsed = json.loads(told)
    if parsed.get("error", True) or len(parsed["statements"]) != 1:
        raise QueryError(parsed.get("error_message") or "a statement may only read: write one SELECT")
    node: Node = parsed["statements"][0]["node"]
    return node


def _functions(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[bool, bool]]:
    """Every function: whether it may be called, being of the tables alone, and whether it aggregates."""
    told = connection.execute(
        "SELECT function_name, bool_and(schema_name = 'main' AND coalesce(stability, '') <> 'VOLATILE'"
        " AND NOT coalesce(has_side_effects, false))"
        " FILTER (function_type NOT IN ('table', 'table_macro', 'pragma')),"
        " bool_or(function_type = 'aggregate') FROM duckdb_functions() GROUP BY ALL"
    )
    outside = frozenset(_OUTSIDE.split())
    return {
        name: (
            name in _TABLE_FUNCTIONS or (bool(allowed) and name not in outside and name[:2] != "__"),
            aggregates,
        )
        for name, allowed, aggregates in told.fetchall()
    }


def _load(connection: duckdb.DuckDBPyConnection, name: str, columns: Any, values: Any) -> None:
    """A table whose row numbers are the places in the lists of its columns' values."""
    head = ", ".join(f'"{column}" {kind}' for column, kind in columns)
    taken = ", ".join(f"unnest(CAST(? AS {kind}[]))" for _, kind in columns)
    connection.execute(f'CREATE TABLE "{name}" ({head})')
    connection.execute(f'INSERT INTO "{name}" SELECT {taken}', values)


def _run(
    connection: duckdb.DuckDBPyConnection,
    brief: Node,
    query: Node,
    names: Sequence[str],
    functions: dict[str, tuple[bool, bool]],
) -> Node:
    columns, found = _fetched(connection, brief["statement"], brief["rows"] + 1)
    aggregates = frozenset(name for name, (_, aggregated) in functions.items() if aggregated)
    traced = (
        with_lineage(query, names, lambda text: _expression(connection, text), aggregates)
        if names_plainly(query)
        else None
    )
    sources = None if traced is None else _sources(connection, traced, found)
    named = columns_named(query)
    return {
        "columns": columns,
        "rows": [[_plain(value) for value in row] for row in found[: brief["rows"]]],
        "complete": len(found) <= brief["rows"],
        "sources": None if sources is None else sources[: brief["rows"]],
        "looks_aside": asks_inside(query),
        "named": None if named is None else sorted(named),
    }


def _fetched(
    connection: duckdb.DuckDBPyConnection, statement: str, most: int
) -> tuple[list[tuple[str, str]], list[tuple[Any, ...]]]:
    done = connection.execute(statement)
    columns = [(str(name), str(kind)) for name, kind, *_ in done.description or ()]
    return columns, done.fetchmany(most)


def _expression(connection: duckdb.DuckDBPyConnection, text: str) -> Node:
    found: Node = _tree(connection, f"SELECT {text}")["select_list"][0]
    return found


def _sources(
    connection: duckdb.DuckDBPyConnection, traced: Node, found: Sequence[tuple[Any, ...]]
) -> list[list[str]] | None:
    """The rows that each row of the result comes from; None where the traced query finds others."""
    tree = {"error": False, "statements": [{"node": traced, "named_param_map": []}]}
    try:
        (statement,) = connection.execute(
            "SELECT json_deserialize_sql(?)", [json.dumps(tree)]
        ).fetchone() or ("",)
        _, rows = _fetched(connection, statement, len(found))
    except duckdb.InterruptException:
        raise
    except duckdb.Error:
        return None
    by_values: defaultdict[str, list[list[str]]] = defaultdict(list)
    for *values, told in reversed(rows):
        by_values[repr(values)].append(list(dict.fromkeys(filter(None, told or ()))))
    try:
        return [by_values[repr(list(values))].pop() for values in found]
    except IndexError:
        return None


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    match value:
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case datetime.date() | datetime.time():
            return value.isoformat()
        case list() | tuple():
            return [_plain(item) for item in value]
        case dict():
            return {str(key): _plain(item) for key, item in value.items()}
        case bytes():
            return value.hex()
        case datetime.timedelta() | uuid.UUID() | _:
            return str(value)
