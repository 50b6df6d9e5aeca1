"""What every command shares: its options, and how it opens a library."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.settings import Settings, load_settings, parse_assignments

if TYPE_CHECKING:
    from rag.library import Library

__all__ = [
    "ConfigOption",
    "JsonOption",
    "LibraryOption",
    "SetOption",
    "as_environment",
    "open_library",
    "read_settings",
]

LibraryOption = Annotated[
    Path | None,
    typer.Option(
        "--library", help="Folder of the library (default: ./citewell-library, or CITEWELL_LIBRARY)."
    ),
]
ConfigOption = Annotated[
    str | None,
    typer.Option("--config", help="A preset (default, gpu, server, chinese) or a TOML file of settings."),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="One setting, such as retrieval.top_k=5. Repeatable."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Standard output holds JSON only.")]


def read_settings(
    library: Path | None = None,
    config: str | None = None,
    assignments: list[str] | None = None,
    **overrides: Any,
) -> Settings:
    """Settings from a preset or file, the environment, `--set` and the command's own flags."""
    tree = parse_assignments(assignments or [])
    if library is not None:
        tree["library"] = str(library)
    for key, value in overrides.items():
        section, name = key.split("__")
        tree.setdefault(section, {})[name] = value
    return load_settings(config, tree)


def as_environment(assignments: list[str] | None) -> dict[str, str]:
    """`--set` texts as the variables that a process started by a command reads."""
    pairs = (assignment.partition("=") for assignment in assignments or [])
    return {f"CITEWELL_{key.strip().replace('.', '__').upper()}": value.strip() for key, _, value in pairs}


def open_library(settings: Settings, *, create: bool = False) -> Library:
    """Open the library that the settings name.

    Raises:
        LibraryNotFoundError: there is none and `create` is false.
    """
    from rag.library import Library

    return Library.open(settings=settings, create=create)
