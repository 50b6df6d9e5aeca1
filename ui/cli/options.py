"""What every command shares: its options, and how it opens a library."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import ConfigurationError
from rag.settings import Settings, load_settings, parse_value

if TYPE_CHECKING:
    from rag.library import Library

__all__ = ["ConfigOption", "JsonOption", "LibraryOption", "SetOption", "open_library", "read_settings"]

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
    tree: dict[str, Any] = {"library": str(library) if library else None}
    for assignment in assignments or []:
        key, separator, value = assignment.partition("=")
        if not separator:
            raise ConfigurationError(
                f"--set {assignment!r}: write it as KEY=VALUE, such as retrieval.top_k=5"
            )
        _assign(tree, key.strip(), parse_value(value.strip()))
    for key, value in overrides.items():
        if value is not None:
            _assign(tree, key.replace("__", "."), value)
    return load_settings(config, tree)


def open_library(settings: Settings, *, create: bool = False) -> Library:
    """Open the library that the settings name.

    Raises:
        LibraryNotFoundError: there is none and `create` is false.
    """
    from rag.library import Library

    return Library.open(settings=settings, create=create)


def _assign(tree: dict[str, Any], key: str, value: Any) -> None:
    *sections, last = key.split(".")
    for section in sections:
        tree = tree.setdefault(section, {})
    tree[last] = value
