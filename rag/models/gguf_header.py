"""What a GGUF file says of itself, read before llama.cpp or transformers spend minutes on it.

Source: ggml's `docs/gguf.md`, versions 2 and 3. Neither reader tells a file that was cut on its way from
one that it does not know.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

from rag.errors import ModelError

__all__ = ["GgufHeader", "read_header"]

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
