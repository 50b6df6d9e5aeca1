"""`citewell runs` and `citewell runs show ID`."""

from __future__ import annotations

from typing import Annotated

import typer

from rag.wire import run_json
from ui.cli.options import ConfigOption, JsonOption, LibraryOption, SetOption, open_library, read_settings
from ui.cli.output import print_json, print_run, print_runs

__all__ = ["runs"]

runs = typer.Typer(help="Run records: all that made an answer.", invoke_without_command=True)


@runs.callback()
def list_runs(
    context: typer.Context,
    limit: Annotated[int, typer.Option("--limit", min=1, help="How many, newest first.")] = 50,
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the latest runs."""
    context.obj = (library, config, assignments, as_json)
    if context.invoked_subcommand is not None:
        return
    with open_library(read_settings(library, config, assignments)) as opened:
        records = opened.runs(limit)
    if as_json:
        print_json({"runs": [run_json(record) for record in records]})
    else:
        print_runs(records)


@runs.command("show")
def show_run(
    context: typer.Context,
    run_id: Annotated[str, typer.Argument(metavar="ID")],
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show one run whole: settings, passages, prompt, answer, timings."""
    outer_library, outer_config, outer_assignments, outer_json = context.obj
    settings = read_settings(
        library or outer_library, config or outer_config, [*(outer_assignments or []), *(assignments or [])]
    )
    with open_library(settings) as opened:
        record = opened.run(run_id)
    if as_json or outer_json:
        print_json(run_json(record))
    else:
        print_run(record)
