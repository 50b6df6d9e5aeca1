"""`citewell grid`: the same questions asked of many documents, a cell for each."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from rag.errors import UsageError
from rag.text import how_many, without_invisible
from ui.cli.command_options import (
    ConfigOption,
    JsonOption,
    LibraryOption,
    SetOption,
    open_library,
    read_settings,
)
from ui.cli.output import print_json, write_error
from ui.cli.question_files import read_file_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rag.grid import AskedColumn, Cell, Row

__all__ = ["grid"]

_NARROWEST: Final = 16
_LONGEST: Final = 120
"""Characters of a cell that the table shows; files hold all."""


def grid(
    questions: Annotated[
        Path,
        typer.Argument(
            metavar="QUESTIONS",
            help="One question per line; or JSON lines or CSV with question, and where wanted column, type "
            "(text, number, date, yes_no, one_of) and choices (in CSV with | between); - reads standard "
            "input.",
        ),
    ],
    documents: Annotated[
        list[str] | None,
        typer.Option(
            "--documents",
            "--document",
            help="Only this document (id, source or file name). Repeatable; without it all.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", help="Write the grid to this file: .csv, .xlsx (quotes in notes) or .jsonl."
        ),
    ] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Ask again, even what was filled before.")
    ] = False,
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask each document each question: a table with a cited cell for each, filled where it was left off."""
    from ingest.progress import stops_on_interrupt
    from rag.grid import Grid, read_columns, row_json
    from ui.cli.evaluate.counter import Counter

    _check_output(output, questions)
    columns = read_columns(read_file_text(questions), str(questions))
    stop = threading.Event()
    rows: list[Row] = []
    with open_library(read_settings(library, config, assignments)) as opened:
        asked = Grid(opened, columns, documents)
        with Counter("cells") as progress, stops_on_interrupt(stop, write_error):
            for row in asked.fill(stop, progress, again=no_cache):
                rows.append(row)
                if row.error:
                    write_error(f"{row.document.source}: {row.error}")
                if as_json:
                    print_json(row_json(row), lines=True)
    if output is not None:
        _write(output, columns, rows)
    elif not as_json:
        _print_table(columns, rows)
    _tell_end(asked.size, rows, output, stopped=stop.is_set())


def _check_output(output: Path | None, questions: Path) -> None:
    from rag.grid import GRID_FILES

    if output is not None and output.suffix.lower() not in GRID_FILES:
        raise UsageError(f"--output {str(output)!r} ends in none of {', '.join(GRID_FILES)}: name it so")
    if output is not None and output.resolve() == questions.resolve():
        raise UsageError(f"--output {str(output)!r} is the file of the questions: name another")


def _write(output: Path, columns: Sequence[AskedColumn], rows: Sequence[Row]) -> None:
    from rag.grid import GRID_FILES
    from rag.store.durable import replacing

    made = GRID_FILES[output.suffix.lower()](columns, rows)
    try:
        with replacing(output) as file:
            file.write(made.encode("utf-8", "replace") if isinstance(made, str) else made)
    except OSError as error:
        raise UsageError(f"cannot write the grid to {str(output)!r}: {error.strerror}") from None


def _tell_end(size: int, rows: Sequence[Row], output: Path | None, *, stopped: bool) -> None:
    """What was filled, on standard error; exit code 1 where that is not all."""
    cells = [cell for row in rows for cell in row.cells.values()]
    failed = sum(bool(cell.error) for cell in cells)
    filled = sum(bool(cell.answer) for cell in cells)
    place = f" in {str(output)!r}" if output is not None else ""
    write_error(f"{how_many(size, 'cell')}{place}: {filled} filled, {len(cells) - filled - failed} not found")
    if failed:
        write_error(f"{failed} failed; the same command asks them again")
    if stopped and len(cells) < size:
        write_error(f"stopped: {size - len(cells)} not asked yet; the same command goes on there")
    if failed or len(cells) < size:
        raise typer.Exit(1)


def _print_table(columns: Sequence[AskedColumn], rows: Sequence[Row]) -> None:
    """One table; where the terminal is too narrow for its columns, one a document with a line a question."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    names = [_line(column.name) for column in columns]
    if console.width < _NARROWEST * (len(names) + 1):
        for row in rows:
            table = Table(
                "", "", title=Text(_line(row.document.name)), show_header=False, title_justify="left"
            )
            for column, name in zip(columns, names, strict=True):
                table.add_row(Text(name), Text(_shown(row.cells.get(column.name))))
            console.print(table)
        return
    table = Table(show_lines=True)
    for name in ("document", *names):
        table.add_column(Text(name))
    for row in rows:
        cells = (row.cells.get(column.name) for column in columns)
        table.add_row(Text(_line(row.document.name)), *(Text(_shown(cell)) for cell in cells))
    console.print(table)


def _shown(cell: Cell | None) -> str:
    """What stands in a cell of the table: a doubtful one has a question mark."""
    from rag.grid import cell_text
    from rag.schema import Verdict

    if cell is None:
        return "…"
    if cell.error:
        return "failed"
    text = _line(cell_text(cell))
    text = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return f"{text} ?" if text and cell.verdict is Verdict.NEAR else text or "–"


def _line(text: str) -> str:
    """One line for a terminal, without what steers it."""
    return without_invisible(" ".join(text.split()))
