"""The packaged language model, converted from GGUF once and kept in pytest's cache."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rag.errors import ModelError, ModelNotFoundError
from rag.models import build_generator
from rag.models.gguf import converted
from rag.models.packaged import cache_folder, packaged_path
from rag.settings import Settings

try:
    WEIGHTS = packaged_path("SmolLM2-135M-Instruct")
except ModelNotFoundError as missing:
    pytest.skip(str(missing), allow_module_level=True)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def cache(pytestconfig: pytest.Config) -> Path:
    assert pytestconfig.cache is not None
    folder = pytestconfig.cache.mkdir("citewell-models")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        converted(WEIGHTS)
    return folder


@pytest.fixture
def settings(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    return Settings.model_validate({"generator": {"device": "cpu"}})


def test_it_is_converted_once_and_leaves_nothing_half_done(cache: Path, settings: Settings) -> None:
    first = converted(WEIGHTS)
    assert first.is_relative_to(cache)
    before = (first / "model.safetensors").stat().st_mtime_ns
    assert converted(WEIGHTS) == first
    assert (first / "model.safetensors").stat().st_mtime_ns == before
    assert [path.name for path in first.parent.iterdir() if path.is_dir()] == [first.name]


def test_it_answers_and_prompt_lookup_changes_no_word(settings: Settings) -> None:
    model = build_generator(settings)
    assert model is not None
    assert model.invoke("What is the capital of France?").text == "The capital of France is Paris."
    question = (
        "Text: The museum opens at nine in the morning and closes at six in the evening.\n"
        "When does the museum open? Answer in one sentence."
    )
    answers = {model.invoke(question, prompt_lookup=lookup).text for lookup in (True, False)}
    assert len(answers) == 1


def test_a_file_that_is_not_gguf_is_refused(tmp_path: Path, settings: Settings) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"no model")
    with pytest.raises(ModelError, match=r"broken\.gguf is no GGUF file"):
        converted(broken)
    assert not list(cache_folder().glob("models/.converting-*"))


def test_a_cache_that_cannot_be_written_says_what_to_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "citewell").write_text("a file in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(ModelError, match="XDG_CACHE_HOME"):
        converted(WEIGHTS)


def test_loading_shows_nothing_on_the_terminal(settings: Settings, cache: Path) -> None:
    code = (
        "from rag.models import build_generator; from rag.settings import Settings;"
        "build_generator(Settings(generator={'device': 'cpu'})).invoke('Hello', max_new_tokens=2)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "XDG_CACHE_HOME": str(cache)},
        capture_output=True,
        text=True,
        timeout=200,
        check=True,
    )
    assert done.stdout + done.stderr == ""
