"""`citewell settings`: what is set, where it can be changed, what it means."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from ui.cli.command_options import ConfigOption, JsonOption, LibraryOption, SetOption, read_settings
from ui.cli.output import print_json, print_line

__all__ = ["show_settings"]


def show_settings(
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show every setting with its value and its meaning."""
    settings = read_settings(library, config, assignments)
    if as_json:
        print_json(settings.model_dump(mode="json"))
        return
    for key, value, description in _leaves(settings):
        print_line(f"{key} = {value if isinstance(value, Path) else repr(value)}")
        if description:
            print_line(f"    {description}")


def _leaves(section: BaseModel, path: str = "") -> Iterator[tuple[str, Any, str]]:
    for key, field in type(section).model_fields.items():
        value = getattr(section, key)
        if isinstance(value, BaseModel):
            yield from _leaves(value, f"{path}{key}.")
        else:
            yield f"{path}{key}", value, field.description or ""
