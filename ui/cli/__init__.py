"""The command line. Commands are thin: they read settings, call `rag` or `ingest`, and print."""

from __future__ import annotations

import logging
import os
import sys
from typing import Annotated

import typer

from rag import __version__
from rag.errors import CitewellError
from rag.temporary import clear_left_behind
from ui.cli.output import print_line, write_error

__all__ = ["build", "main"]


def _tell_version(asked: bool) -> None:
    if asked:
        print_line(f"citewell {__version__}")
        raise typer.Exit


def build() -> typer.Typer:
    """The command line as a Typer application."""
    from ingest.cli import ingest, watch
    from ui.cli.ask import ask, search
    from ui.cli.calibrate import calibrate
    from ui.cli.document_commands import check, list_documents, remove, show
    from ui.cli.evaluate import evaluate
    from ui.cli.feedback_commands import feedback
    from ui.cli.grid_command import grid
    from ui.cli.model_commands import models
    from ui.cli.reindex import reindex
    from ui.cli.runs import runs
    from ui.cli.servers import serve_api, serve_mcp, web_app
    from ui.cli.settings import show_settings
    from ui.cli.table_commands import sql, tables

    application = typer.Typer(
        name="citewell",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    application.callback()(_whole)
    application.command("ingest")(ingest)
    application.command("watch")(watch)
    application.command("search")(search)
    application.command("ask")(ask)
    application.command("grid")(grid)
    application.command("list")(list_documents)
    application.command("remove")(remove)
    application.command("reindex")(reindex)
    application.command("show")(show)
    application.command("check")(check)
    application.command("tables")(tables)
    application.command("sql")(sql)
    application.add_typer(runs, name="runs")
    application.add_typer(evaluate, name="evaluate")
    application.command("calibrate")(calibrate)
    application.add_typer(feedback, name="feedback")
    application.add_typer(models, name="models")
    application.command("ui")(web_app)
    application.command("serve")(serve_api)
    application.command("mcp")(serve_mcp)
    application.command("settings")(show_settings)
    return application


def _whole(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_tell_version, is_eager=True, help="Tell the version and leave."),
    ] = False,
) -> None:
    """Ask your own documents; get answers whose every sentence can be checked."""


def main(arguments: list[str] | None = None) -> None:
    """Run a command and leave with its exit code: 0 done, 1 something failed, 2 wrong usage."""
    logging.basicConfig(level=os.environ.get("CITEWELL_LOG", "WARNING"), stream=sys.stderr)
    clear_left_behind()
    try:
        build()(arguments)
    except CitewellError as error:
        write_error(f"citewell: {error}")
        sys.exit(error.exit_code)
    except BrokenPipeError:  # the reader of a pipe, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
