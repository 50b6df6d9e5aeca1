"""GGUF files: what they say of themselves, and their weights converted once to safetensors.

Source: ggml's `docs/gguf.md`, versions 2 and 3. A header is read before minutes are spent on
loading: neither llama.cpp nor transformers tells a file that was cut on its way from one that it does not
know. Converted weights load in under a second instead of twenty.
"""

from __future__ import annotations

import contextlib
import io
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from rag.errors import ModelError
from rag.models.devices import quiet_transformers
from rag.models.packaged import cache_folder
from rag.models.weights import files_hash, require_memory
from rag.temporary import TemporaryFolder

__all__ = ["GgufHeader", "converted", "read_header"]

_SCALARS: Final = {
    **{0: "<B", 1: "<b", 2: "<H", 3: "<h", 4: "<I", 5: "<i", 6: "<f", 7: "<?"},
    **{10: "<Q", 11: "<q", 12: "<d"},
}
_TEXT, _ARRAY = 8, 9
_MOST: Final = 1 << 28
"""No text or list of a header is longer; a broken one may say anything."""


@dataclass(frozen=True, slots=True)
class GgufHeader:
    """The kind of model, how many weights it has, and its facts by name (lists are left out)."""

    kind: str
    weights: int
    facts: dict[str, Any]

    def cache_bytes(self, tokens: int) -> int:
        """Bytes of the key-value cache of so many tokens in float16; 0 where the file does not say."""
        layers, width = self._number("block_count"), self._number("embedding_length")
        heads = self._number("attention.head_count")
        key_heads = self._number("attention.head_count_kv") or heads
        if not (layers and width and heads):
            return 0
        size = self._number("attention.key_length") or width // heads
        return tokens * layers * key_heads * size * 2 * 2

    @property
    def context_tokens(self) -> int | None:
        """Tokens that the model was made for; None where the file does not say."""
        return self._number("context_length") or None

    def _number(self, name: str) -> int:
        value = self.facts.get(f"{self.kind}.{name}", 0)
        return value if isinstance(value, int) else 0


def read_header(path: Path) -> GgufHeader:
    """Read the header, and check that the file is as long as it says.

    Raises:
        ModelError: it is no GGUF file, or only a part of one.
    """
    size = path.stat().st_size
    try:
        with path.open("rb") as file:
            return _read(file, path, size)
    except (struct.error, UnicodeDecodeError, _BrokenError):
        raise ModelError(
            f"the GGUF file {path} is broken or cut short ({size:,} bytes): fetch it again"
        ) from None


class _BrokenError(Exception):
    """The header says what cannot be."""


def _read(file: IO[bytes], path: Path, size: int) -> GgufHeader:
    if file.read(4) != b"GGUF":
        raise ModelError(f"{path} is no GGUF file: name one as generator.model")
    version, tensors, facts = struct.unpack("<IQQ", file.read(20))
    if version not in (2, 3) or tensors > size or facts > size:
        raise _BrokenError
    known = {name: value for name, value in (_fact(file) for _ in range(facts)) if value is not None}
    weights, last = 0, 0
    for _ in range(tensors):
        _text(file)
        count = 1
        for _ in range(_number(file, "<I")):
            count *= _number(file, "<Q")
        file.seek(4, 1)  # the kind of the numbers
        weights, last = weights + count, max(last, _number(file, "<Q"))
    if file.tell() + last >= size:
        raise _BrokenError
    return GgufHeader(str(known.get("general.architecture", "")), weights, known)


def _fact(file: IO[bytes]) -> tuple[str, Any]:
    name = _text(file)
    return name, _value(file, _number(file, "<I"))


def _value(file: IO[bytes], kind: int) -> Any:
    """A number or a text; None for a list, which is passed over."""
    if kind == _TEXT:
        return _text(file)
    if kind != _ARRAY:
        return _number(file, _SCALARS.get(kind, ""))
    inner, count = _number(file, "<I"), _number(file, "<Q")
    if count > _MOST:
        raise _BrokenError
    if inner in _SCALARS:
        file.seek(count * struct.calcsize(_SCALARS[inner]), 1)
    elif inner == _TEXT:
        for _ in range(count):
            file.seek(_length(file), 1)
    else:
        raise _BrokenError
    return None


def _text(file: IO[bytes]) -> str:
    return file.read(_length(file)).decode()


def _length(file: IO[bytes]) -> int:
    length = int(_number(file, "<Q"))
    if length > _MOST:
        raise _BrokenError
    return length


def _number(file: IO[bytes], form: str) -> Any:
    if not form:
        raise _BrokenError
    return struct.unpack(form, file.read(struct.calcsize(form)))[0]


_VERSION = 1
"""Raise it when the conversion changes: older results are then left unused."""


def converted(path: Path) -> Path:
    """The folder with the model of a GGUF file in bfloat16 safetensors, made at the first call.

    It is written beside its place and renamed, under a lock, so that no process ever sees half of it.

    Raises:
        ModelError: the file cannot be read as a model, or the cache cannot be written.
    """
    from filelock import FileLock

    models = cache_folder() / "models"
    folder = models / f"{path.stem}-{files_hash(path.parent, [path])}-v{_VERSION}"
    if folder.is_dir():
        return folder
    try:
        models.mkdir(parents=True, exist_ok=True)
        # all weights as float32, and once more in bfloat16 on their way to the disk
        require_memory(path.name, read_header(path).weights * 6, "cpu")
        with FileLock(folder.with_suffix(".lock")):
            if not folder.is_dir():
                _convert(path, folder)
    except OSError as error:
        raise ModelError(
            f"the weights {path.name} cannot be converted into {models}: {error.strerror or error}: make "
            "room there, or set XDG_CACHE_HOME to a folder that can be written (0.3 GB)"
        ) from None
    return folder


def _convert(path: Path, folder: Path) -> None:
    quiet_transformers()
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    temporary = TemporaryFolder(folder.parent)
    beside = temporary.path
    try:
        # The reader draws a progress bar that nothing else turns off.
        with contextlib.redirect_stderr(io.StringIO()):
            model = AutoModelForCausalLM.from_pretrained(
                path.parent, gguf_file=path.name, dtype=torch.float32, local_files_only=True
            )
        AutoTokenizer.from_pretrained(
            path.parent, gguf_file=path.name, local_files_only=True
        ).save_pretrained(beside)
        _save(model, beside)
        beside.rename(folder)
    except OSError:
        raise
    except Exception as error:  # the reader has no errors of its own
        reason = f"{type(error).__name__}: {error}"
        raise ModelError(f"{path} cannot be read as a GGUF model ({reason}): fetch it again") from error
    finally:
        temporary.remove()


def _save(model: Any, folder: Path) -> None:
    """Write config and weights; `save_pretrained` refuses models that came from GGUF."""
    import torch
    from safetensors.torch import save_file

    config = model.config
    if hasattr(config, "quantization_config"):
        del config.quantization_config
    config.dtype = torch.bfloat16
    config.save_pretrained(folder)
    model.generation_config.save_pretrained(folder)
    tied = {"lm_head.weight"} if config.tie_word_embeddings else set()
    tensors = {
        name: tensor.to(torch.bfloat16).contiguous()
        for name, tensor in model.state_dict().items()
        if name not in tied
    }
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
