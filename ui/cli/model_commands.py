"""`citewell models …`: what can write answers on this machine, and weights that can be fetched."""

from __future__ import annotations

import shlex
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import ConfigurationError
from rag.text import revealed, without_invisible
from ui.cli.command_options import ConfigOption, JsonOption, SetOption, read_settings
from ui.cli.output import print_json, print_line, write_error

if TYPE_CHECKING:
    from rag.models.found_models import FoundModel
    from rag.models.offered import OfferedModel

__all__ = ["models"]

models = typer.Typer(help="What can write answers on this machine; fetch weights for it.")
FolderOption = Annotated[
    Path | None, typer.Option("--folder", file_okay=False, help="Folder of GGUF files (generator.folder).")
]


@models.callback(invoke_without_command=True)
def _by_default(
    context: typer.Context,
    config: ConfigOption = None,
    assignments: SetOption = None,
    folder: FolderOption = None,
    as_json: JsonOption = False,
) -> None:
    """What can write answers on this machine; fetch weights for it."""
    if context.invoked_subcommand is None:
        list_models(config, assignments, folder, as_json)


@models.command("list")
def list_models(
    config: ConfigOption = None,
    assignments: SetOption = None,
    folder: FolderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what can write answers here: packaged weights, GGUF files, servers on their usual ports."""
    from rag.models.found_models import found_models
    from rag.models.offered import offered_models

    found = found_models(_settings(config, assignments, folder).generator)
    there = {model.name for model in found}
    offered = [model for model in offered_models().values() if model.file not in there]
    if as_json:
        print_json({"models": [_as_json(model) for model in found], "offered": [asdict(m) for m in offered]})
        return
    for model in found:
        facts = [model.kind, _window(model), *model.abilities]
        print_line(f"{_shown(model.name)}  ({_shown(', '.join(filter(None, facts)))})")
        print_line(f"    {_shown(model.place)}")
        print_line(f'    citewell ask {_shown(shlex.join(model.arguments))} "…"')
    for one in offered:
        print_line(f"{one.name}  (to be fetched, {_gigabytes(one)}, {one.licence}: {one.says})")
        print_line(f"    citewell models get {one.name} --set offline=false")


@models.command("get")
def get_model(
    name: Annotated[str, typer.Argument(metavar="NAME", help="One that `citewell models` shows.")],
    config: ConfigOption = None,
    assignments: SetOption = None,
    folder: FolderOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fetch GGUF weights from the model hub, checked by SHA-256; goes on where it broke off."""
    from rag.models.offered import models_folder, offered_model

    settings = _settings(config, assignments, folder)
    model, place = offered_model(name), models_folder(settings.generator.folder)
    if settings.offline:
        raise ConfigurationError(
            f"setting offline = true lets nothing be fetched: say `--set offline=false` to fetch "
            f"{model.name} ({_gigabytes(model)}) from {model.address}, or bring that file into {place} by "
            f"other means; its SHA-256 is {model.sha256}"
        )
    write_error(f"{model.file}, {_gigabytes(model)}, {model.says}")
    write_error(f"licence: {model.licence}, {model.licence_at}")
    path = _fetched(model, place).resolve()
    arguments = ["--config", "cpu-writer", "--set", f"generator.model={path}"]
    if as_json:
        print_json({"name": model.name, "path": str(path), "sha256": model.sha256, "arguments": arguments})
    else:
        print_line(f"{path} is whole (SHA-256 {model.sha256})")
        print_line(f'citewell ask {shlex.join(arguments)} "…"')


def _fetched(model: OfferedModel, folder: Path) -> Path:
    """The file, with a bar on a terminal."""
    from rag.models.downloads import fetch

    if not sys.stderr.isatty():
        return fetch(model, folder)
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn, TransferSpeedColumn

    columns = (BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(model.name, total=model.bytes)
        return fetch(model, folder, lambda done: bar.update(task, completed=done))


def _settings(config: str | None, assignments: list[str] | None, folder: Path | None) -> Any:
    return read_settings(None, config, assignments, generator__folder=None if folder is None else str(folder))


def _as_json(model: FoundModel) -> dict[str, Any]:
    told = asdict(model)
    del told["preset"], told["assignments"]
    return {**told, "abilities": list(model.abilities), "arguments": list(model.arguments)}


def _window(model: FoundModel) -> str:
    if model.context_tokens is not None:
        return f"reads {model.context_tokens:,} tokens"
    return f"up to {model.trained_tokens:,} tokens" if model.trained_tokens is not None else ""


def _gigabytes(model: OfferedModel) -> str:
    return f"{model.bytes / 1e9:.1f} GB"


def _shown(text: str) -> str:
    """What a server says, on one line and without what would change the terminal."""
    return revealed(without_invisible(" ".join(text.split())))
