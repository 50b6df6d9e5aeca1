"""`citewell models`: what it shows, what it fetches, and that docs/models.md is true."""

from __future__ import annotations

import json
import re
import shlex
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from rag.models import found_models, offered
from rag.settings import load_settings
from tests.http_servers import answering
from tests.rag.models.test_downloads import CONTENT, MODEL, Hub, hub
from tests.rag.models.test_served import OLLAMA
from ui.cli import main

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
__all__ = ["hub"]

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "models.md").read_text("utf-8")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def citewell(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.setattr(found_models, "USUAL_PORTS", {"nobody": 1})
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr(offered, "offered_models", lambda: {"tiny": MODEL})

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as stop:
            main(["models", *arguments])
        told = capfd.readouterr()
        return int(stop.value.code or 0), told.out, told.err

    return run


def test_servers_are_shown_with_what_uses_them(citewell: Run) -> None:
    with answering(
        {**OLLAMA, "/api/tags": {"models": [{"name": "odd --set x"}, {"name": "od\x1b[2Jd"}]}}
    ) as (address, _):
        given = ["--set", f"generator.base_url={address}/v1"]
        code, out, err = citewell(*given)
        assert (code, err) == (0, "")
        assert "\x1b" not in out
        assert f"generator.base_url={address}/v1" in out
        assert "(Ollama, up to 40,960 tokens, completion, thinking)" in out
        code, out, _ = citewell("list", "--json", *given)
    (model,) = [model for model in json.loads(out)["models"] if model["kind"] == "Ollama"]
    assert (model["context_tokens"], model["trained_tokens"]) == (None, 40_960)
    assert model["arguments"][-1] == f"generator.model={model['name']}"
    assert (code, json.loads(out)["offered"][0]["sha256"]) == (0, MODEL.sha256)


def test_what_is_shown_can_be_used(citewell: Run) -> None:
    with answering(OLLAMA) as (address, _):
        _, out, _ = citewell("list", "--set", f"generator.base_url={address}/v1")
    lines = [shlex.split(line) for line in out.splitlines() if line.strip().startswith("citewell ask")]
    assert len(lines) == 4
    for words in lines:
        assert words[-1] == "…"
        config = words[words.index("--config") + 1] if "--config" in words else None
        assignments = [words[i + 1] for i, word in enumerate(words) if word == "--set"]
        assert load_settings(config, assignments=assignments, environment={}).generator.writes


def test_offline_nothing_is_fetched(citewell: Run, hub: Hub) -> None:
    code, out, err = citewell("get", "tiny")
    assert (code, out, hub.asked) == (2, "", [])
    assert "--set offline=false" in err
    assert MODEL.address in err
    assert MODEL.sha256 in err
    code, _, err = citewell("get", "huge", "--set", "offline=false")
    assert (code, hub.asked) == (1, [])
    assert "choose one of tiny" in err


def test_weights_are_fetched_after_their_licence_is_told(citewell: Run, hub: Hub, tmp_path: Path) -> None:
    folder = tmp_path / "my models"
    code, out, err = citewell("get", "tiny", "--set", "offline=false", "--folder", str(folder))
    assert code == 0, err
    assert (folder / MODEL.file).read_bytes() == CONTENT
    assert err.splitlines() == [
        f"{MODEL.file}, 0.0 GB, for tests",
        "licence: Apache-2.0, https://licence.example",
    ]
    words = shlex.split(out.splitlines()[-1])
    assert words[:4] == ["citewell", "ask", "--config", "cpu-writer"]
    assert words[5] == f"generator.model={(folder / MODEL.file).resolve()}"
    code, out, _ = citewell("get", "tiny", "--json", "--set", "offline=false", "--folder", str(folder))
    assert json.loads(out)["path"] == str((folder / MODEL.file).resolve())
    assert (
        load_settings("cpu-writer", assignments=[words[5]], environment={}).generator.provider == "llama_cpp"
    )


def test_a_download_that_fails_says_so_in_its_exit_code(
    citewell: Run, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(MODEL, sha256="0" * 64)
    monkeypatch.setattr(offered, "offered_models", lambda: {"tiny": other})
    code, out, err = citewell("get", "tiny", "--set", "offline=false")
    assert (code, out) == (1, "")
    assert "it was deleted, and is not used" in err


def test_the_page_names_what_is_offered_and_its_settings_are_some() -> None:
    listed = re.findall(r"^\| `([\w.-]+)` \| .* \| ([\d.]+) GB \| (.+) \|$", PAGE, re.MULTILINE)
    assert listed == [(m.name, f"{m.bytes / 1e9:.1f}", m.licence) for m in offered.offered_models().values()]
    blocks = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        load_settings(overrides=tomllib.loads(block), environment={})


def test_the_commands_of_the_page_are_right(citewell: Run, hub: Hub, tmp_path: Path) -> None:
    lines = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL) for line in block.splitlines()]
    ran = []
    for words in (shlex.split(line, comments=True) for line in lines):
        if words[:2] == ["citewell", "models"]:
            words = ["tiny" if word == "qwen3-4b" else word for word in words]
            code, _, err = citewell(*words[2:])
            assert code == 0, err
            ran.append(words[2:3])
        elif words[:2] == ["citewell", "ask"]:
            assignments = [words[i + 1] for i, word in enumerate(words) if word == "--set"]
            config = words[words.index("--config") + 1]
            assert load_settings(config, assignments=assignments, environment={}).generator.writes
            ran.append(["ask"])
    assert ran == [[], ["get"], ["ask"], ["ask"]]
