"""A model that cannot be loaded is told in one error that says what to do, whichever library found it out."""

from __future__ import annotations

import json
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from rag.errors import ModelError, ModelNotFoundError
from rag.models import build_embedder, build_generator, weights
from rag.models.gguf import converted, read_header
from rag.settings import Settings


def asked(model: Path | str, **generator: object) -> str:
    settings = Settings.model_validate({"generator": {"model": str(model), "device": "cpu", **generator}})
    built = build_generator(settings)
    assert built is not None
    return built.invoke("who ran ?", max_tokens=2).text


def changed(**values: object) -> Callable[[Path], object]:
    def change(folder: Path) -> None:
        path = folder / "config.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), **values}))

    return change


def cut(name: str, length: int) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:length])


@pytest.mark.parametrize(
    ("breaks", "says"),
    [
        (cut("model.safetensors", 5000), "SafetensorError.*fetch its files again"),
        (cut("model.safetensors", 0), "SafetensorError"),
        (cut("tokenizer.json", 100), "cannot be loaded"),
        (changed(hidden_size="x"), "cannot be loaded"),
        (changed(num_hidden_layers=4), "lacks 18 of its weights"),
        (changed(model_type="nosuch", auto_map={"AutoConfig": "m.C"}), "cannot be loaded"),
    ],
)
def test_a_broken_folder_is_a_model_error(
    tiny_chat_model: Path, tmp_path: Path, breaks: Callable[[Path], object], says: str
) -> None:
    folder = tmp_path / "broken"
    shutil.copytree(tiny_chat_model, folder)
    breaks(folder)
    with pytest.raises(ModelError, match=says) as caught:
        asked(folder)
    assert "\n" not in str(caught.value)


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value)) + value.encode()


def gguf(path: Path, length: int = 4096) -> Path:
    """A file of two layers with one tensor of 8 by 4 weights, whose numbers begin at 1,024."""
    facts = [
        text("general.architecture") + struct.pack("<I", 8) + text("llama"),
        text("llama.block_count") + struct.pack("<II", 4, 2),
        text("llama.embedding_length") + struct.pack("<II", 4, 64),
        text("llama.attention.head_count") + struct.pack("<II", 4, 4),
        text("llama.attention.head_count_kv") + struct.pack("<II", 4, 2),
        text("words") + struct.pack("<IIQ", 9, 8, 2) + text("a") + text("b"),
        text("scores") + struct.pack("<IIQ3f", 9, 6, 3, 1.0, 2.0, 3.0),
    ]
    tensor = text("weight") + struct.pack("<IQQIQ", 2, 8, 4, 0, 1024)
    whole = b"GGUF" + struct.pack("<IQQ", 3, 1, len(facts)) + b"".join(facts) + tensor
    path.write_bytes(whole[:length])
    if length > len(whole):
        with path.open("r+b") as file:
            file.truncate(length)
    return path


def test_a_gguf_header_tells_weights_and_the_cache(tmp_path: Path) -> None:
    header = read_header(gguf(tmp_path / "m.gguf"))
    assert (header.kind, header.weights) == ("llama", 32)
    assert header.cache_bytes(100) == 100 * 2 * 2 * 16 * 2 * 2


@pytest.mark.parametrize("length", [10, 60, 300, 1000])
@pytest.mark.parametrize("provider", ["local", "llama_cpp"])
def test_a_gguf_file_that_was_cut_short_is_told(tmp_path: Path, length: int, provider: str) -> None:
    if provider == "llama_cpp":
        pytest.importorskip("xllamacpp")
    with pytest.raises(ModelError, match=r"broken or cut short .*fetch it again"):
        asked(gguf(tmp_path / "m.gguf", length), provider=provider)


def test_a_gguf_file_that_is_none_or_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "m.gguf").write_bytes(b"PK not weights at all")
    with pytest.raises(ModelError, match="is no GGUF file"):
        asked(tmp_path / "m.gguf")
    with pytest.raises(ModelNotFoundError, match=r"there is no file 'nosuch\.gguf'"):
        asked("nosuch.gguf")


def test_what_does_not_fit_is_told_before_it_is_converted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "free_bytes", lambda device: 100)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    with pytest.raises(ModelError, match=r"needs .* GB of memory on cpu, and .* GB are free"):
        converted(gguf(tmp_path / "m.gguf"))


def test_a_container_may_leave_less_than_the_machine_has(tmp_path: Path) -> None:
    assert weights._free_of_container(tmp_path) is None
    for name, value in (("max", "max"), ("current", "700"), ("stat", "anon 500\ninactive_file 200")):
        (tmp_path / f"memory.{name}").write_text(value + "\n")
    assert weights._free_of_container(tmp_path) is None
    (tmp_path / "memory.max").write_text("1000\n")
    assert weights._free_of_container(tmp_path) == 500
    assert weights._free_ram(tmp_path) == 500


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        ("evil.Dense", "2_Dense"),
        ("sentence_transformersx.models.Dense", "2_Dense"),
        ("Dense", "2_Dense"),
        ("sentence_transformers.models.Dense", "../outside"),
        ("sentence_transformers.models.Dense", "/outside"),
    ],
)
def test_an_embedder_brings_no_code_and_reads_nothing_outside(
    tiny_roberta: Path, tmp_path: Path, kind: str, place: str
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_roberta, folder)
    transformer = {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}
    other = {"idx": 1, "name": "1", "path": place, "type": kind}
    (folder / "modules.json").write_text(json.dumps([transformer, other]))
    with pytest.raises(ModelError, match="only classes of sentence-transformers"):
        build_embedder(Settings.model_validate({"embedder": {"model": str(folder)}}))
