"""The started app and a headless Chromium that looks at it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
START = """
import sys
from pathlib import Path
from ui.app.launch import launch
environment = dict(pair.split("=", 1) for pair in sys.argv[3:])
launch(Path(sys.argv[1]), sys.argv[2], port=0, open_browser=False, environment=environment)
"""


def pytest_collection_modifyitems(items):
    """Tests in this folder need a browser and sockets, and take their time."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.enable_socket)
            item.add_marker(pytest.mark.timeout(900))
            if CHROMIUM is None:
                item.add_marker(
                    pytest.mark.skip(reason="no Chromium on this machine (apt-get install chromium)")
                )


@pytest.fixture(scope="module")
def start_app(tmp_path_factory) -> Iterator[Callable[..., str]]:
    """Starts the app over an empty library, with settings as `KEY=VALUE`; returns its address.

    `folder` is where it is started from: the place of `.streamlit/secrets.toml`.
    """
    running: list[subprocess.Popen[str]] = []
    root = Path(__file__).resolve().parents[2]

    def start(config: str = "default", folder: Path = root, **environment: str) -> str:
        library = tmp_path_factory.mktemp("served") / "library"
        pairs = [f"{key}={value}" for key, value in environment.items()]
        process = subprocess.Popen(
            [sys.executable, "-c", START, str(library), config, *pairs],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": str(root)},
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        assert process.stdout is not None
        for line in process.stdout:
            if found := re.search(r"http://\S+", line):
                return found.group()
        raise AssertionError("the app did not start")

    yield start
    for process in running:
        process.terminate()
    for process in running:
        process.wait(timeout=30)
        if process.stdout is not None:
            process.stdout.close()


@pytest.fixture(scope="module")
def browser():
    """One headless Chromium a module: Playwright's event loop must not be left to other tests."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=20_000)  # machines of CI are slow
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()
