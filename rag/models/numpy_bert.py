"""A BERT encoder in numpy: vectors of a question or of an answer's sentences without importing torch.

Importing sentence-transformers and loading a model takes 6 seconds and more; a question is a dozen
tokens, which numpy encodes in 10 ms. The vectors equal the full model's in float32 (within 1e-5).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from threading import Lock
from typing import Any

import numpy as np

from rag.models.bert_layers import Array, Layer, Norm
from rag.models.embedder_config import EmbedderConfig
from rag.models.protocol import Vectors
from rag.models.weights import read_json

__all__ = ["NumpyBert"]

_LARGEST_BYTES = 200_000_000
"""Weights above this (BERT-base has 440 MB) are better served by torch."""

_GROUP_TOKENS = 384
"""Tokens that go through the layers together: enough for a product to be fast, few enough for a cache."""

_MOST_THREADS = 8

_EMBEDDINGS = "embeddings."
_TABLE = _EMBEDDINGS + "word_embeddings.weight"


class NumpyBert:
    """The forward pass of Devlin et al. 2019 (section 3) with mean or CLS pooling. Safe for several threads.

    Tokens of several texts lie in one matrix (tokens, width), so that no padding is computed; only
    attention goes text by text. Groups of texts are shared among `threads` (default: one a core).
    """

    def __init__(self, config: EmbedderConfig, threads: int | None = None) -> None:
        """Read the weights of a model for which `fits` is true."""
        shape = read_json(config.folder / "config.json")
        tensors = _read_weights(config)
        epsilon = float(shape["layer_norm_eps"])
        self._threads = threads or min(_MOST_THREADS, _cores())
        self._workers: tuple[int, ThreadPoolExecutor] | None = None
        self._pooling = config.pooling
        self._words = tensors[_TABLE]
        self._places = (
            tensors[_EMBEDDINGS + "position_embeddings.weight"]
            + tensors[_EMBEDDINGS + "token_type_embeddings.weight"][0]
        )
        self._norm = Norm.read(tensors, _EMBEDDINGS + "LayerNorm", epsilon)
        self._layers = [
            Layer.read(tensors, number, int(shape["num_attention_heads"]), epsilon)
            for number in range(int(shape["num_hidden_layers"]))
        ]

    @staticmethod
    def fits(config: EmbedderConfig) -> bool:
        """Whether this is a small float32 BERT whose pooling is known here."""
        shape = read_json(config.folder / "config.json")
        path = config.folder / "model.safetensors"
        return (
            shape.get("model_type") == "bert"
            and shape.get("hidden_act") == "gelu"
            and shape.get("position_embedding_type", "absolute") == "absolute"
            and config.pooling in {"mean", "cls"}
            and set(config.modules) <= {"Transformer", "Pooling", "Normalize"}
            and not read_json(config.folder / "sentence_bert_config.json").get("do_lower_case")
            and path.is_file()
            and path.stat().st_size < _LARGEST_BYTES
            and _holds_float32(config)
        )

    def encode(self, texts: Sequence[Sequence[int]]) -> Vectors:
        """Unit vectors of shape (len(texts), dimension) of texts given as token ids with special tokens."""
        vectors = np.zeros((len(texts), self._words.shape[1]), np.float32)
        groups = _groups([len(ids) for ids in texts], self._threads)

        def fill(rows: list[int]) -> None:
            vectors[rows] = self._encode([texts[row] for row in rows])

        with _one_blas_thread():
            if len(groups) > 1 and self._threads > 1:
                list(self._pool().map(fill, groups))
            else:
                for rows in groups:
                    fill(rows)
        return vectors

    def _pool(self) -> ThreadPoolExecutor:
        """The threads of this process: those of a parent do not live on in its fork."""
        if self._workers is None or self._workers[0] != os.getpid():
            self._workers = os.getpid(), ThreadPoolExecutor(self._threads, "embedding")
        return self._workers[1]

    def _encode(self, texts: Sequence[Sequence[int]]) -> Array:
        bounds = list(pairwise([0, *np.cumsum([len(ids) for ids in texts]).tolist()]))
        states = self._words[np.concatenate([np.asarray(ids) for ids in texts])]
        for a, b in bounds:
            states[a:b] += self._places[: b - a]
        states = self._norm.in_place(states)
        for layer in self._layers:
            states = layer(states, bounds)
        pooled = np.stack(
            [states[a] if self._pooling == "cls" else states[a:b].mean(axis=0) for a, b in bounds]
        )
        pooled /= np.linalg.norm(pooled, axis=1, keepdims=True)
        return pooled


def _groups(lengths: Sequence[int], threads: int) -> list[list[int]]:
    """Rows of texts in groups of about equally many tokens, as many groups for each thread."""
    tokens = sum(lengths)
    count = -(-tokens // _GROUP_TOKENS)
    count = min(len(lengths), -(-count // threads) * threads if count > 1 else count)
    groups: list[list[int]] = [[] for _ in range(count)]
    sizes = [0] * count
    for row in sorted(range(len(lengths)), key=lambda row: -lengths[row]):
        smallest = sizes.index(min(sizes))
        groups[smallest].append(row)
        sizes[smallest] += lengths[row]
    return groups


class _Blas:
    """How many calls want BLAS on one thread just now, and what gives it the others back."""

    lock = Lock()
    calls = 0
    limit: Any = None
    controller: Any = None


@contextmanager
def _one_blas_thread() -> Iterator[None]:
    """Keep BLAS on the calling thread: its own threads spin while they wait.

    On two busy cores they are forty times slower than one thread.
    """
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    with _Blas.lock:
        if not _Blas.calls:
            _Blas.controller = _Blas.controller or ThreadpoolController()
            _Blas.limit = _Blas.controller.limit(limits=1, user_api="blas")
        _Blas.calls += 1
    try:
        yield
    finally:
        with _Blas.lock:
            _Blas.calls -= 1
            if not _Blas.calls:
                _Blas.limit.restore_original_limits()


def _cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _holds_float32(config: EmbedderConfig) -> bool:
    from safetensors import safe_open

    with safe_open(str(config.folder / "model.safetensors"), framework="numpy") as file:
        names = [name for name in file.keys() if name.endswith(_TABLE)]  # noqa: SIM118
        return len(names) == 1 and file.get_slice(names[0]).get_dtype() == "F32"


def _read_weights(config: EmbedderConfig) -> dict[str, Array]:
    """All tensors by their name within BERT (some files put `bert.` in front), mapped, not read.

    A safetensors file is the length of its header in eight bytes, the header (JSON: for each tensor
    its type, shape and place) and the numbers. Of the table of words, half of the file, a question
    reads a dozen rows.
    """
    path = config.folder / "model.safetensors"
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header: dict[str, Any] = json.loads(file.read(size))
    places = {name: entry for name, entry in header.items() if entry.get("dtype") == "F32"}
    prefix = next(name for name in places if name.endswith(_TABLE)).removesuffix(_TABLE)
    mapped = np.memmap(path, np.uint8, "r", offset=8 + size)
    return {
        name.removeprefix(prefix): mapped[slice(*entry["data_offsets"])]
        .view(np.float32)
        .reshape(entry["shape"])
        .view(np.ndarray)
        for name, entry in places.items()
        if name.startswith(prefix)
    }
