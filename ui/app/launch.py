"""Start the web app as a process of its own, tell where it is, and open the browser."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rag.errors import UsageError
from rag.settings import load_settings
from ui.listening import address, ended_like_ctrl_c, told_port, warn_of_strangers

__all__ = ["launch", "streamlit_command", "streamlit_environment"]

_START_SECONDS: Final = 60.0
_END_SECONDS: Final = 1.5
"""A library stands any end, and nobody waits for an answer then."""


def launch(
    library: Path,
    config: str | None = None,
    *,
    host: str = "127.0.0.1",
    port: int = 8501,
    open_browser: bool = True,
    environment: Mapping[str, str] | None = None,
) -> int:
    """Serve the web app until it is stopped (Ctrl-C), and return its exit code.

    Args:
        library: Folder of the library; made when there is none.
        config: Preset or settings file.
        host: Address to listen on. Anything but a loopback address opens the library to the network.
        port: Where it is taken, the next free one is used; 0 takes any.
        open_browser: Whether to open a browser once the app answers.
        environment: Further `CITEWELL_…` variables for the app, over those that are set.

    Raises:
        UsageError: no port is free near the one asked for, or the address is not this machine's.
        ConfigurationError: the settings cannot be read; told here, before anything starts.
    """
    variables = streamlit_environment(library, config, environment)
    variables["CITEWELL_UI__HOST"] = host  # the pages know by it whether others may come
    settings = load_settings(config, environment=variables).ui
    taken = told_port(host, port)
    warn_of_strangers(
        host,
        settings.password is not None or settings.oidc,
        "set CITEWELL_UI__PASSWORD to ask for a password, or CITEWELL_UI__OIDC=true to have them sign in",
    )
    with ended_like_ctrl_c():
        return _run(streamlit_command(host, taken), variables, address(host, taken), open_browser)


def _run(command: list[str], variables: dict[str, str], url: str, open_browser: bool) -> int:
    process = subprocess.Popen(command, env=variables)
    try:
        return _serve(process, url, open_browser)
    except KeyboardInterrupt:
        return 0
    finally:
        _end(process)


def streamlit_command(host: str, port: int) -> list[str]:
    """The command that serves the app (`ui.app.app_server`); its environment names library and settings."""
    # -P: a folder named `rag` or `ui` where the user stands must not shadow ours
    return [sys.executable, "-P", "-m", "ui.app.app_server", host, str(port)]


def streamlit_environment(
    library: Path, config: str | None = None, more: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The environment of the app's process: which library, which settings, quiet threads."""
    variables = {**os.environ, **(more or {}), "CITEWELL_LIBRARY": str(library.expanduser().resolve())}
    variables.setdefault("OMP_WAIT_POLICY", "passive")
    if config is not None:
        path = Path(config)
        variables["CITEWELL_CONFIG"] = str(path.resolve()) if path.is_file() else config
    root = Path(__file__).resolve().parents[2]
    if root.name not in {"site-packages", "dist-packages"}:  # a checkout
        variables["PYTHONPATH"] = os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))
    return variables


def _serve(process: subprocess.Popen[bytes], url: str, open_browser: bool) -> int:
    if not _answers(process, url):
        raise UsageError(f"the web app did not start at {url}; what it said stands above")
    print(f"Citewell is open at {url}  (Ctrl-C stops it)", flush=True)
    if open_browser:
        webbrowser.open(url)
    return process.wait()


def _answers(process: subprocess.Popen[bytes], url: str) -> bool:
    """Wait until the server is healthy; false when it ended or does not come up in a minute."""
    deadline = time.monotonic() + _START_SECONDS
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # whatever the environment names
    while process.poll() is None and time.monotonic() < deadline:
        try:
            with direct.open(f"{url}/_stcore/health", timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ctrl-C reaches the child as well; what is still there soon after is ended."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
