"""`citewell runs`, `citewell runs show ID` and `ask --why`: what made an answer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from rag.schema import RunRecord
from rag.text import how_many
from rag.wire import answer_from_json, run_json
from ui.cli.command_options import (
    ConfigOption,
    JsonOption,
    LibraryOption,
    SetOption,
    open_library,
    read_settings,
)
from ui.cli.output import print_json, print_line, print_run, print_runs, write_error

if TYPE_CHECKING:
    from rag.settings import Settings

__all__ = ["print_why", "runs"]

runs = typer.Typer(help="Run records: all that made an answer.", invoke_without_command=True)

_LimitOption = Annotated[int, typer.Option("--limit", min=1, help="How many, newest first.")]
_LATEST: Final = 50


@runs.callback()
def list_or_open(
    context: typer.Context,
    limit: _LimitOption = _LATEST,
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the latest runs, or show one."""
    context.obj = (library, config, assignments, as_json)
    if context.invoked_subcommand is None:
        _list(limit, read_settings(library, config, assignments), as_json=as_json)
        if not as_json:
            write_error("`citewell runs show ID` shows one whole; `citewell runs --help` tells the rest")


@runs.command("list")
def list_runs(
    context: typer.Context,
    limit: _LimitOption = _LATEST,
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the latest runs, newest first."""
    settings, outer_json = _settings(context, library, config, assignments)
    _list(limit, settings, as_json=as_json or outer_json)


def _list(limit: int, settings: Settings, *, as_json: bool) -> None:
    with open_library(settings) as opened:
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
    settings, outer_json = _settings(context, library, config, assignments)
    with open_library(settings) as opened:
        record = opened.run(run_id)
    if as_json or outer_json:
        print_json(run_json(record))
    else:
        print_run(record)


def _settings(
    context: typer.Context, library: Path | None, config: str | None, assignments: list[str] | None
) -> tuple[Settings, bool]:
    """The settings by the options before and after the sub-command's name, and whether JSON was asked for."""
    outer_library, outer_config, outer_assignments, outer_json = context.obj
    given = [*(outer_assignments or []), *(assignments or [])]
    return read_settings(library or outer_library, config or outer_config, given), outer_json


_MOST_EVIDENCE: Final = 8
_MOST_FEATURES: Final = 4


def print_why(run: RunRecord) -> None:
    """What was searched, weighed, cut and doubted on the way to an answer."""
    why = run.why
    rated = answer_from_json(run.answer).is_rated
    question = why.get("question", {})
    print_line(f"why: asks for {question.get('kind', 'other')}; words {', '.join(question.get('terms', []))}")
    _print_searched(why.get("searched", {}))
    print_line(f"  weighed {how_many(why.get('units_considered', 0), 'sentence')} or table rows, the best:")
    for evidence in why.get("evidence", [])[:_MOST_EVIDENCE]:
        mark = "+" if evidence["chosen"] else "-"
        print_line(f"  {mark} {evidence['score']:7.2f}  {' '.join(evidence['text'].split())[:100]}")
        if evidence["reason"]:
            print_line(f"             {evidence['reason']}")
    for cut in why.get("cut", []):
        print_line(f"  cut: {cut}")
    _print_confidence(why.get("confidence", {}) if rated else {})
    for name, told in (("abstained_because", "abstained"), ("left_open", "left open")):
        if why.get(name):
            print_line(f"  {told}: {why[name]}")


def _print_searched(searched: dict[str, Any]) -> None:
    weights, hits = searched.get("weights", {}), searched.get("hits", {})
    legs = ", ".join(f"{leg} {count} (weight {weights.get(leg, 0.0):.2f})" for leg, count in hits.items())
    if legs:
        print_line(f"  searched: {legs}")
    for passage in searched.get("passages", []):
        print_line(f"  {passage['score']:9.3f}  {passage['source']}, page {passage['page']}")


def _print_confidence(confidence: dict[str, Any]) -> None:
    if not confidence:
        return
    print_line(f"  confidence {confidence['value']:.2f}, needed {confidence['abstain_below']:.2f}")
    parts = sorted(confidence.get("contributions", {}).items(), key=lambda part: -abs(part[1]))
    told = ", ".join(f"{name} {value:+.1f}" for name, value in parts[:_MOST_FEATURES])
    if told:
        print_line(f"    mostly by {told}")
