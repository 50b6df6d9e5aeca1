"""`citewell ui`, `citewell serve` and `citewell mcp`: the web app, the HTTP API, the tools for assistants."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from rag.errors import ConfigurationError, UsageError
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

__all__ = ["serve_api", "serve_mcp", "web_app"]


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


def serve_mcp(
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    http: Annotated[
        bool, typer.Option("--http", help="Listen for HTTP instead of standard input, at /mcp.")
    ] = False,
    host: HostOption = None,
    port: PortOption = None,
    add_from: Annotated[
        Path | None,
        typer.Option(
            "--add-from",
            metavar="FOLDER",
            exists=True,
            file_okay=False,
            help="Let assistants add documents, from this folder only; else they can add none.",
        ),
    ] = None,
) -> None:
    """Serve the library to assistants, by the Model Context Protocol."""
    if not http and (host is not None or port is not None):
        raise UsageError("--host and --port go with --http: else the server listens to standard input")
    if find_spec("mcp") is None:
        raise ConfigurationError("`citewell mcp` needs a package: pip install 'citewell[mcp]'")
    settings = read_settings(library, config, assignments, serve__host=host, serve__port=port)
    with open_library(settings, create=add_from is not None) as opened:
        from ui.mcp.transports import serve_http, serve_stdio

        (serve_http if http else serve_stdio)(opened, add_from)
