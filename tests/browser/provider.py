"""A real OpenID provider on this machine: discovery, authorization code flow, tokens signed with RS256."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ui.listening import free_port

__all__ = ["openid_provider", "write_secrets"]


@contextmanager
def openid_provider(people: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Serve a provider that knows these people by their claims (`sub` among them); yields its address."""
    port = free_port("127.0.0.1", 0)
    claims = [part for person in people for part in ("--user-claims", json.dumps(person))]
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port), *claims]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(f"{address}/.well-known/openid-configuration")
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


def write_secrets(folder: Path, provider: str) -> Path:
    """What the README tells to write for a provider, under `folder`; returns `folder`."""
    secrets = folder / ".streamlit" / "secrets.toml"
    secrets.parent.mkdir(parents=True)
    secrets.write_text(
        "[auth]\n"
        'redirect_uri = "http://127.0.0.1:{port}/oauth2callback"\n'
        'cookie_secret = "a secret of this test that nobody else knows"\n'
        'client_id = "citewell"\n'
        'client_secret = "known to the provider"\n'
        f'server_metadata_url = "{provider}/.well-known/openid-configuration"\n'
    )
    return folder


def _wait(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(address, timeout=2)
            return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the provider did not start at {address}")
