"""`citewell ui` and `citewell serve`: the web app and the HTTP API."""

from __future__ import annotations

from typing import Annotated

import typer

from ui.cli.command_options import (
    ConfigOption,
    HostOption,
    LibraryOption,
    PortOption,
    SetOption,
    as_environment,
    open_library,
    read_settings,
)

__all__ = ["serve_api", "web_app"]


def web_app(
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    host: HostOption = None,
    port: PortOption = None,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")] = True,
) -> None:
    """Open the web app."""
    from ui.app.launch import launch

    settings = read_settings(library, config, assignments, ui__host=host, ui__port=port)
    launch(
        settings.library,
        config,
        host=settings.ui.host,
        port=settings.ui.port,
        open_browser=browser and settings.ui.open_browser,
        environment=as_environment(assignments),
    )


def serve_api(
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    host: HostOption = None,
    port: PortOption = None,
) -> None:
    """Serve the library as an HTTP API."""
    from ui.api import serve

    settings = read_settings(library, config, assignments, serve__host=host, serve__port=port)
    with open_library(settings, create=True) as opened:
        serve(opened)
