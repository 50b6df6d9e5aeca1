"""`citewell feedback …`: what people think of answers, and what comes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from rag.errors import UsageError
from rag.text import how_many
from rag.wire import example_json
from ui.cli.command_options import (
    ConfigOption,
    JsonOption,
    LibraryOption,
    SetOption,
    WantedOption,
    open_library,
    read_settings,
)
from ui.cli.output import print_json, print_line, write_error

__all__ = ["feedback"]

feedback = typer.Typer(
    help="Approve or reject answers; approved ones become examples and questions.", no_args_is_help=True
)
_RunId = Annotated[str, typer.Argument(metavar="RUN_ID", help="As `citewell runs` lists it.")]


@feedback.command("approve")
def approve(
    run_id: _RunId,
    wanted: WantedOption = "",
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Call an answer right: with its evidence it becomes an example for later questions."""
    with open_library(read_settings(library, config, assignments)) as opened:
        example = opened.rate(run_id, 1, wanted)
        reason = opened.why_no_example(run_id)
    if as_json:
        told = None if example is None else example_json(example)
        print_json({"run_id": run_id, "example": told, "reason": reason})
    elif example is None:
        print_line(f"kept; no new example: {reason}")
    else:
        print_line(f"kept, and an example now: {example.answer}")


@feedback.command("reject")
def reject(
    run_id: _RunId,
    wanted: WantedOption = "",
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Call an answer wrong: it is no example, and none any more."""
    with open_library(read_settings(library, config, assignments)) as opened:
        opened.rate(run_id, -1, wanted)
    if as_json:
        print_json({"run_id": run_id, "example": None})
    else:
        print_line("kept; it is no example")


@feedback.command("export")
def export(
    output: Annotated[
        Path | None, typer.Option("--output", help="Where to write; standard output by default.")
    ] = None,
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write what is known to be right as JSON lines for `evaluate answers` and `calibrate`.

    An answer that was only rejected tells nothing right and is left out.
    """
    with open_library(read_settings(library, config, assignments)) as opened:
        lines = opened.feedback_questions()
        left_out = len(opened.store.feedback()) - len(lines)
    if output is None:
        for line in lines:
            print_json(line, lines=True)
    else:
        _write(output, lines)
        told = {"output": str(output), "questions": len(lines), "left_out": left_out}
        print_json(told) if as_json else print_line(f"{how_many(len(lines), 'question')}: {output}")
    if left_out:
        write_error(
            f"{how_many(left_out, 'rejected answer')} left out: no one said what would have been right"
        )


def _write(path: Path, lines: list[dict[str, object]]) -> None:
    try:
        path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), "utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {str(path)!r}: {error.strerror}") from None
