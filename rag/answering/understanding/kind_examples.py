"""Worked examples of kinds of questions, with the vectors that ship for the packaged embedders."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.errors import ConfigurationError
from rag.models.protocol import Embedder
from rag.resources import resource

__all__ = ["KindExample", "example_vectors", "read_kind_examples", "write_vectors"]

_SCALE: Final = 127.0
_FOLDER: Final = ("data", "examples")


@dataclass(frozen=True)
class KindExample:
    """A question with its kind and its language (ISO 639-1); `about` is the document that it names, if any."""

    question: str
    kind: str
    lang: str
    about: str = ""


@cache
def read_kind_examples(path: Path | None = None) -> tuple[KindExample, ...]:
    """The examples of a JSON Lines file; by default those that ship.

    Raises:
        ConfigurationError: a line is not an example.
    """
    path = path or resource(*_FOLDER, "kinds.jsonl")
    examples = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            examples.append(KindExample(**json.loads(line)))
        except (TypeError, ValueError) as error:
            raise ConfigurationError(f"{path.name}, line {number}: {line[:80]!r} is no example") from error
    return tuple(examples)


def example_vectors(
    embedder: Embedder, examples: Sequence[KindExample], kept: Path | None = None
) -> NDArray[np.float32]:
    """Unit vectors of the examples' questions, shape (examples, dimension).

    Read from what ships, or from the folder `kept`; where the embedder or the examples are others, made
    anew and kept there.
    """
    key = _key(embedder, examples)
    name = f"kinds-{_plain(embedder.name)}.npz"
    places = [resource(*_FOLDER, name), *([kept / name] if kept is not None else [])]
    for place in places:
        found = _read(place, key)
        if found is not None:
            return found
    if kept is None:
        return _unit(_small(_embedded(embedder, examples)))
    return write_vectors(kept / name, embedder, examples)


def write_vectors(path: Path, embedder: Embedder, examples: Sequence[KindExample]) -> NDArray[np.float32]:
    """Embed the examples and keep their vectors as whole numbers of eight bits; where it can be written."""
    small = _small(_embedded(embedder, examples))
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        with draft.open("wb") as file:
            np.savez(file, vectors=small, key=np.array(_key(embedder, examples)))
        draft.replace(path)
    return _unit(small)


def _embedded(embedder: Embedder, examples: Sequence[KindExample]) -> NDArray[np.float32]:
    return embedder.embed_questions([example.question for example in examples])


def _key(embedder: Embedder, examples: Sequence[KindExample]) -> str:
    text = "\n".join([embedder.fingerprint, *(example.question for example in examples)])
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _plain(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-." else "-" for c in name)[:80]


def _read(path: Path, key: str) -> NDArray[np.float32] | None:
    try:
        with np.load(path, allow_pickle=False) as kept:
            return _unit(kept["vectors"]) if str(kept["key"]) == key else None
    except (OSError, ValueError, KeyError):
        return None


def _small(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    return np.round(vectors * _SCALE).astype(np.int8)


def _unit(small: NDArray[np.int8]) -> NDArray[np.float32]:
    vectors = small.astype(np.float32)
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6))
