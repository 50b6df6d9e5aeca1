"""`citewell serve` as a process: it tells where it is, answers, and ends when it is told to."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.server
@pytest.mark.enable_socket
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_serve_answers_until_it_is_ended(tmp_path: Path, ending: signal.Signals) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "ui", "serve", "--library", str(tmp_path / "library"), "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert process.stderr is not None
        address = re.search(r"http://127\.0\.0\.1:\d+/v1", process.stdout.readline())
        assert address is not None
        with urllib.request.urlopen(f"{address[0]}/documents", timeout=60) as response:
            assert json.load(response) == {"documents": []}
        process.send_signal(ending)
        assert process.wait(timeout=30) == 0
        assert "Traceback" not in process.stderr.read()
    finally:
        process.kill()
        process.communicate()
