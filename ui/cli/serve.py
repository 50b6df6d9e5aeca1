"""`citewell serve`: the HTTP API."""

from __future__ import annotations

from ui.cli.options import (
    ConfigOption,
    HostOption,
    LibraryOption,
    PortOption,
    SetOption,
    open_library,
    read_settings,
)

__all__ = ["serve_api"]


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
