"""`citewell serve`: the HTTP API."""

from __future__ import annotations

from typing import Annotated

import typer

from ui.cli.options import ConfigOption, LibraryOption, SetOption, open_library, read_settings

__all__ = ["serve_api"]


def serve_api(
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    host: Annotated[str | None, typer.Option("--host", help="Address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65_535, help="Port; 0 takes a free one.")
    ] = None,
) -> None:
    """Serve the library as an HTTP API."""
    from ui.api import serve

    settings = read_settings(library, config, assignments, serve__host=host, serve__port=port)
    with open_library(settings, create=True) as opened:
        serve(opened)
