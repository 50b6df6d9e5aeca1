"""The HTTP API: the library as JSON, for programs; answers also as a stream of events.

`application` puts it together, `endpoints` hold one kind of resource each, `guards` say who may come in.
"""

from __future__ import annotations

from ui.api.serving import build_application, serve

__all__ = ["build_application", "serve"]
