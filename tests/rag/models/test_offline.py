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
@pytest.mark.parametrize("runtime", ["openvino", "torch"])
def test_the_default_embedder_loads_and_embeds(runtime: str) -> None:
    run(f"build_embedder(Settings(embedder={{'runtime': {runtime!r}}})).embed_passages(['word ' * 200] * 20)")


def test_openvino_reports_nothing_although_its_user_once_agreed_to_it(tmp_path: Path) -> None:
    consent = tmp_path / "intel" / "openvino_telemetry"
    consent.parent.mkdir()
    consent.write_text("1")
    run(
        f"import os; os.environ['HOME'] = {str(tmp_path)!r}\n"
        "build_embedder(Settings(embedder={'device': 'cpu'})).embed_questions(['who ?'])\n"
        "assert 'openvino' in sys.modules and sys.modules['openvino_telemetry'] is None"
    )
    assert [path.name for path in consent.parent.iterdir()] == [consent.name]


@pytest.mark.slow
def test_local_models_load_and_compute(tiny_chat_model: Path, tiny_cross_encoder: Path) -> None:
    run(
        f"build_generator(Settings(generator={{'model': {str(tiny_chat_model)!r}}})).invoke('who ?');"
        f"reranker = build_reranker(Settings(reranker={{'model': {str(tiny_cross_encoder)!r}}}));"
        "reranker.score('who ?', ['a cat'])"
    )
