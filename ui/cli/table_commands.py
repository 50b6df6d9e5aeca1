"""`citewell tables` and `citewell sql`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Annotated

import typer

from rag.schema import Citation, QueryResult, QueryTable, source_name
from rag.text import how_many, revealed, without_invisible
from rag.wire import query_json, query_table_json
from ui.cli.command_options import (
    ConfigOption,
    JsonOption,
    LibraryOption,
    SetOption,
    open_library,
    read_settings,
)
from ui.cli.output import print_json, print_line

__all__ = ["sql", "tables"]


def tables(
    document: Annotated[
        str | None, typer.Argument(help="Only of this document (id, source or file name).")
    ] = None,
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the tables and lists of the documents, as `citewell sql` names them."""
    with open_library(read_settings(library, config, assignments)) as opened:
        found = opened.tables(None if document is None else [document])
    if as_json:
        print_json({"tables": [query_table_json(table) for table in found]})
    else:
        _print_tables(found)


def sql(
    statement: Annotated[str, typer.Argument(metavar="SELECT…", help="One SELECT, in DuckDB's SQL.")],
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Query the tables of the documents; each row with the cells that it comes from."""
    with open_library(read_settings(library, config, assignments)) as opened:
        result = opened.sql(statement)
    if as_json:
        print_json(query_json(result))
    else:
        _print_result(result)


def _print_tables(found: Sequence[QueryTable]) -> None:
    for table in found:
        place = table.place.told() if table.place is not None else ""
        totals = f", {how_many(table.totals, 'total')} left out" if table.totals else ""
        told = [source_name(table.source), place, how_many(table.rows, "row") + totals]
        print_line(f"{table.name}  ({', '.join(revealed(part) for part in told if part)})")
        width = max(len(column.name) for column in table.columns)
        for column in table.columns:
            unit = f"  {_shown(column.unit)}" if column.unit else ""
            print_line(f"    {column.name:<{width}}  {column.type}{unit}")
    print_line(how_many(len(found), "table"))


def _print_result(result: QueryResult) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table()
    for column in result.columns:
        table.add_column(Text(_shown(column.name)), justify="left" if column.type == "VARCHAR" else "right")
    table.add_column("from")
    for row in result.rows:
        cells = [*(_shown(value) for value in row.values), _places(row.citations)]
        table.add_row(*map(Text, cells))
    Console().print(table)
    print_line(how_many(len(result.rows), "row"))
    if result.note:
        print_line(result.note)


def _shown(value: object) -> str:
    """A value on one line, without what would change the terminal."""
    return revealed(without_invisible(" ".join(str("" if value is None else value).split())))


def _places(citations: Sequence[Citation]) -> str:
    """Where the cells of a row stand: their place where that is one, else how many of which documents."""
    told = {citation.place.told() if citation.place else "" for citation in citations}
    sources = Counter(source_name(citation.source) for citation in citations)
    if len(sources) == 1 and len(told) <= 3:
        return revealed(", ".join(filter(None, [*sources, *sorted(told)])))
    return revealed("; ".join(f"{how_many(count, 'cell')} of {source}" for source, count in sources.items()))
