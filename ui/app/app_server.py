"""The process of the web app: Streamlit's own server over `main.py`, with a guard before it.

python -m ui.app.app_server HOST PORT, with CITEWELL_LIBRARY and CITEWELL_CONFIG in the environment.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, Final

import streamlit
from starlette.middleware import Middleware
from streamlit.runtime import Runtime
from streamlit.runtime.stats import CacheStat
from streamlit.starlette import App
from uvicorn.config import HTTP_PROTOCOLS

from rag.settings import UiSettings, load_settings
from ui.api.deadlines import patient_protocol
from ui.app.door import door
from ui.app.guard import AppGuard, content_policy
from ui.listening import LOOPBACK, log_to_standard_error

__all__ = ["application", "options", "serve"]

_MAIN: Final = Path(__file__).with_name("main.py")
_PAGE: Final = Path(streamlit.__file__).parent / "static" / "index.html"


def serve(host: str, port: int) -> None:
    """Serve the app until the process is told to end."""
    whole = load_settings()
    settings = whole.ui.model_copy(update={"host": host})
    log_to_standard_error()
    HTTP_PROTOCOLS["auto"] = patient_protocol(whole.serve.idle_seconds)  # type: ignore[assignment]
    application(settings, whole.serve.idle_seconds).run(config={**options(settings), "server.port": port})


def application(settings: UiSettings, patience: float = 30.0) -> App:
    """The app as one ASGI application; `settings.host` is the address that it is served at.

    Nobody is waited for longer than `patience` seconds.
    """
    guard = Middleware(
        AppGuard,
        settings=settings,
        door=door(),
        waiting=_waiting,
        policy=content_policy(_PAGE),
        origins=lambda: streamlit.get_option("server.corsAllowedOrigins"),
        patience=patience,
        forget=_forget_strangers,
    )
    return App(_MAIN, middleware=[guard])


def options(settings: UiSettings) -> dict[str, Any]:
    """What guards privacy, given here so that no file of Streamlit's overrides it, also one among documents.

    Other sites may be let in by a variable alone.
    """
    return {
        "server.address": settings.host,
        "server.headless": True,
        "server.maxUploadSize": settings.max_upload_megabytes,
        # of each session, also before it signed in and for two minutes after it went (in megabytes)
        "server.maxWidgetStateSize": 1,
        "server.maxMessageSize": 50,
        "server.fileWatcherType": "none",
        "server.enableXsrfProtection": True,
        "server.enableCORS": True,
        "server.corsAllowedOrigins": os.environ.get("STREAMLIT_SERVER_CORS_ALLOWED_ORIGINS", "").split(),
        "server.trustedUserHeaders": {},  # any visitor can send headers
        "server.enableStaticServing": False,
        "server.enableAgentApi": False,  # a second way into the app, past its pages
        # a page of another site that points its name at this machine is refused (DNS rebinding)
        "server.allowedHosts": sorted(LOOPBACK) if settings.host in LOOPBACK else [],
        "browser.gatherUsageStats": False,
        "client.toolbarMode": "minimal",
        "client.showErrorLinks": False,
        "client.showErrorDetails": "none",
        "client.allowedOrigins": [],  # pages around the app that may steer it
        "logger.hideWelcomeMessage": True,
    }


def _waiting() -> int:
    """Bytes of uploads that Streamlit holds in memory."""
    families = Runtime.instance().uploaded_file_mgr.get_stats()
    return sum(
        stat.byte_length for stats in families.values() for stat in stats if isinstance(stat, CacheStat)
    )


def _forget_strangers() -> None:
    """Let go of the sessions of strangers who went.

    Streamlit keeps 128 sessions that hung up, for two minutes each: they are for those who signed in.
    """
    runtime = Runtime.instance()
    for kept in runtime._session_mgr.list_sessions():
        if not runtime.is_active_session(kept.session.id) and not door().is_inside(kept.session.id):
            runtime.close_session(kept.session.id)


if __name__ == "__main__":
    serve(sys.argv[1], int(sys.argv[2]))
