"""Worked examples of kinds of questions; vectors and weights ship for the packaged embedders."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.errors import ConfigurationError
from rag.models.model_protocol import Embedder
from rag.resources import resource
from rag.temporary import TemporaryFolder

__all__ = ["FittedKinds", "KindExample", "fitted_examples", "read_kind_examples", "shipped_file", "votes"]

_SCALE: Final = 127.0
_WIDTH: Final = 0.5
_RIDGE: Final = 0.1


@dataclass(frozen=True)
class KindExample:
    """A question with its kind and language (ISO 639-1); `about` is the document that it names, if any."""

    question: str
    kind: str
    lang: str
    about: str = ""


@dataclass(frozen=True)
class FittedKinds:
    """Unit vectors (examples, dimension), weights (examples, kinds), and each kind's share (kinds,)."""

    vectors: NDArray[np.float32]
    weights: NDArray[np.float32]
    mean: NDArray[np.float32]


@cache
def read_kind_examples(path: Path | None = None) -> tuple[KindExample, ...]:
    """The examples of a JSON Lines file; by default those that ship.

    Raises:
        ConfigurationError: a line is not an example.
    """
    path = path or resource("data", "examples", "kinds.jsonl")
    examples = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            examples.append(KindExample(**json.loads(line)))
        except (TypeError, ValueError) as error:
            raise ConfigurationError(f"{path.name}, line {number}: {line[:80]!r} is no example") from error
    return tuple(examples)


def fitted_examples(
    embedder: Embedder,
    examples: Sequence[KindExample],
    kinds: Sequence[str],
    kept: Path | None = None,
    pool: str = "kinds",
) -> FittedKinds:
    """Read from what ships, or from the folder `kept`; fitted again where embedder or examples are others.

    `pool` is the name of the file of the examples, without its ending.
    """
    key = _key(embedder, examples, kinds)
    shipped = shipped_file(embedder, pool)
    for place in (shipped, *([kept / shipped.name] if kept is not None else [])):
        found = _read(place, key)
        if found is not None:
            return found
    small = np.round(embedder.embed_questions([e.question for e in examples]) * _SCALE).astype(np.int8)
    weights, mean = _fit(_unit(small), [example.kind for example in examples], kinds)
    if kept is not None:
        _write(kept / shipped.name, vectors=small, weights=weights, mean=mean, key=np.array(key))
    return FittedKinds(_unit(small), weights, mean)


def shipped_file(embedder: Embedder, pool: str = "kinds") -> Path:
    """Where an embedder's vectors of a pool of examples ship, if they do."""
    plain = "".join(c if c.isalnum() or c in "-." else "-" for c in embedder.name)[:80]
    return resource("data", "examples", f"{pool}-{plain}.npz")


def votes(cosines: NDArray[np.float32]) -> NDArray[np.float32]:
    """How much each example has to say, by its cosine with the question."""
    return np.asarray(np.exp((cosines - 1.0) / _WIDTH), np.float32)


def _fit(
    vectors: NDArray[np.float32], own: Sequence[str], kinds: Sequence[str]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Weights that bring out the examples' own kinds, and the kinds' shares."""
    order = [str(kind) for kind in kinds]
    wanted = np.eye(len(order))[[order.index(kind) for kind in own]]
    mean = wanted.mean(axis=0)
    kernel = votes(vectors @ vectors.T).astype(np.float64) + _RIDGE * np.eye(len(vectors))
    return np.linalg.solve(kernel, wanted - mean).astype(np.float32), mean.astype(np.float32)


def _key(embedder: Embedder, examples: Sequence[KindExample], kinds: Sequence[str]) -> str:
    rows = (f"{example.kind} {example.question}" for example in examples)
    text = "\n".join([embedder.fingerprint, f"{_WIDTH} {_RIDGE}", *map(str, kinds), *rows])
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _read(path: Path, key: str) -> FittedKinds | None:
    try:
        with np.load(path, allow_pickle=False) as kept:
            if str(kept["key"]) != key:
                return None
            return FittedKinds(_unit(kept["vectors"]), kept["weights"], kept["mean"])
    except (OSError, ValueError, KeyError):
        return None


def _write(path: Path, **arrays: NDArray[np.generic]) -> None:
    """Publish a file whole; where nothing can be written, the next process fits again."""
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryFolder(path.parent) as folder:
            np.savez(folder / "new.npz", **arrays)  # type: ignore[arg-type]
            (folder / "new.npz").replace(path)


def _unit(small: NDArray[np.int8]) -> NDArray[np.float32]:
    vectors = small.astype(np.float32)
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6))
