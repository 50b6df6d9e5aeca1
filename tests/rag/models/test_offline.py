"""With default settings nothing even tries to reach a network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

# An audit hook sees attempts that a library would swallow.
WATCH = """
import sys
def watch(event, arguments):
    if event == 'socket.getaddrinfo' or event == 'socket.connect' and isinstance(arguments[1], tuple):
        print(event, arguments, file=sys.stderr); sys.stderr.flush()
        import os; os._exit(9)
sys.addaudithook(watch)
from rag.models import build_embedder, build_generator, build_reranker
from rag.settings import Settings
"""


def run(code: str) -> None:
    hub = ("HF_", "TRANSFORMERS_")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(hub)}
    done = subprocess.run(
        [sys.executable, "-c", WATCH + code], capture_output=True, text=True, timeout=250, env=environment
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout + done.stderr == ""


@pytest.mark.slow
def test_the_default_embedder_loads_and_embeds() -> None:
    run("build_embedder(Settings()).embed_passages(['word ' * 200] * 20)")


@pytest.mark.slow
def test_local_models_load_and_compute(tiny_chat_model: Path, tiny_cross_encoder: Path) -> None:
    run(
        f"build_generator(Settings(generator={{'model': {str(tiny_chat_model)!r}}})).invoke('who ?');"
        f"reranker = build_reranker(Settings(reranker={{'model': {str(tiny_cross_encoder)!r}}}));"
        "reranker.score('who ?', ['a cat'])"
    )
