"""The options that every command has, `ingest` by itself too, and the settings that they make."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.resources import presets

if TYPE_CHECKING:
    from rag.settings import Settings

__all__ = ["ConfigOption", "JsonLinesOption", "LibraryOption", "SetOption", "WorkersOption", "read_settings"]

LibraryOption = Annotated[
    Path | None,
    typer.Option(
        "--library", help="Folder of the library (default: ./citewell-library, or CITEWELL_LIBRARY)."
    ),
]
ConfigOption = Annotated[
    str | None,
    typer.Option("--config", help=f"A preset ({', '.join(presets())}) or a TOML file of settings."),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="One setting, such as retrieval.top_k=5. Repeatable."),
]

JsonLinesOption = Annotated[
    bool, typer.Option("--json", help="Standard output holds JSON only: one object per file, one per line.")
]
WorkersOption = Annotated[
    int | None, typer.Option("--workers", min=1, help="Parsing processes (default: one a core).")
]


def read_settings(
    library: Path | None = None,
    config: str | None = None,
    assignments: Sequence[str] | None = None,
    **overrides: Any,
) -> Settings:
    """Settings by the command's own flags, then `--set`, then the environment, then the preset or file.

    `overrides` are named SECTION__NAME; one that is None was not given.
    """
    from rag.settings import load_settings

    tree: dict[str, Any] = {}
    if library is not None:
        tree["library"] = str(library)
    for key, value in overrides.items():
        section, name = key.split("__")
        if value is not None:
            tree.setdefault(section, {})[name] = value
    return load_settings(config, tree, assignments=assignments or ())
