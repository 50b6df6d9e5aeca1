"""A BERT encoder in numpy: vectors of a few texts without importing torch.

Importing sentence-transformers and loading a model takes 6 seconds and more; a question is a dozen
tokens, which numpy encodes in 20 ms. The vectors equal the full model's in float32 (within 1e-5).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from rag.models.embedder_config import EmbedderConfig
from rag.models.protocol import Vectors
from rag.models.weights import read_json

__all__ = ["NumpyBert"]

Array = NDArray[np.float32]

_LARGEST_BYTES = 200_000_000
"""Weights above this (BERT-base has 440 MB) are better served by torch."""

_TABLE = "embeddings.word_embeddings.weight"


class NumpyBert:
    """The forward pass of Devlin et al. 2019 (section 3) with mean or CLS pooling, on one thread.

    Tokens of all texts lie in one matrix (tokens, width), so that no padding is computed; only
    attention goes text by text.
    """

    def __init__(self, config: EmbedderConfig) -> None:
        """Read the weights of a model for which `fits` is true."""
        # OpenBLAS's threads spin while they wait: on two busy cores they are forty times slower than one.
        from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

        self._threadpool = ThreadpoolController()
        self._lock = Lock()
        shape = read_json(config.folder / "config.json")
        self._pooling = config.pooling
        self._heads = int(shape["num_attention_heads"])
        self._layers = int(shape["num_hidden_layers"])
        self._epsilon = np.float32(shape["layer_norm_eps"])
        self._weights = _read_weights(config)

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
        if not texts:
            return np.zeros((0, self._weights[_TABLE].shape[1]), np.float32)
        bounds = list(pairwise([0, *np.cumsum([len(ids) for ids in texts]).tolist()]))
        with self._lock, self._threadpool.limit(limits=1, user_api="blas"):
            states = self._embeddings(texts)
            for layer in range(self._layers):
                states = self._layer(states, bounds, f"encoder.layer.{layer}.")
        pooled = np.stack(
            [states[a] if self._pooling == "cls" else states[a:b].mean(axis=0) for a, b in bounds]
        )
        vectors: Vectors = pooled / np.linalg.norm(pooled, axis=1, keepdims=True)
        return vectors

    def _embeddings(self, texts: Sequence[Sequence[int]]) -> Array:
        words = self._weights[_TABLE][np.concatenate([np.asarray(ids) for ids in texts])]
        places = np.concatenate([np.arange(len(ids)) for ids in texts])
        position = self._weights["embeddings.position_embeddings.weight"][places]
        return self._norm(
            words + position + self._weights["embeddings.token_type_embeddings.weight"][0],
            "embeddings.LayerNorm",
        )

    def _layer(self, states: Array, bounds: list[tuple[int, int]], name: str) -> Array:
        attended = self._linear(self._attention(states, bounds, name), name + "attention.output.dense")
        states = self._norm(states + attended, name + "attention.output.LayerNorm")
        inner = _gelu(self._linear(states, name + "intermediate.dense"))
        return self._norm(states + self._linear(inner, name + "output.dense"), name + "output.LayerNorm")

    def _attention(self, states: Array, bounds: list[tuple[int, int]], name: str) -> Array:
        tokens, width = states.shape
        by_head = (tokens, self._heads, width // self._heads)
        query, key, value = (
            self._linear(states, f"{name}attention.self.{part}").reshape(by_head).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        query = query / np.float32(math.sqrt(by_head[2]))
        mixed = np.empty(by_head, np.float32)
        for a, b in bounds:
            scores = query[:, a:b] @ key[:, a:b].transpose(0, 2, 1)
            scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
            context = scores @ value[:, a:b] / scores.sum(axis=-1, keepdims=True)
            mixed[a:b] = context.transpose(1, 0, 2)
        return mixed.reshape(tokens, width)

    def _linear(self, states: Array, name: str) -> Array:
        projected: Array = states @ self._weights[name + ".weight"].T
        projected += self._weights[name + ".bias"]
        return projected

    def _norm(self, states: Array, name: str) -> Array:
        centred = states - states.mean(axis=-1, keepdims=True)
        variance = np.einsum("ij,ij->i", centred, centred)[:, None] / np.float32(states.shape[1])
        centred *= self._weights[name + ".weight"] / np.sqrt(variance + self._epsilon)
        normed: Array = centred + self._weights[name + ".bias"]
        return normed


def _gelu(x: Array) -> Array:
    """The product x Φ(x), by the error function of Abramowitz and Stegun 1964, 7.1.26 (within 1.5e-7)."""
    a = np.abs(x) * np.float32(1 / math.sqrt(2))
    t = 1 / (1 + np.float32(0.3275911) * a)
    series = np.full_like(t, 1.061405429)
    for coefficient in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        series *= t
        series += np.float32(coefficient)
    erf = np.copysign(1 - series * t * np.exp(-a * a), x)
    out: Array = np.float32(0.5) * x * (1 + erf)
    return out


def _holds_float32(config: EmbedderConfig) -> bool:
    from safetensors import safe_open

    with safe_open(str(config.folder / "model.safetensors"), framework="numpy") as file:
        names = [name for name in file.keys() if name.endswith(_TABLE)]  # noqa: SIM118
        return len(names) == 1 and file.get_slice(names[0]).get_dtype() == "F32"


def _read_weights(config: EmbedderConfig) -> dict[str, Array]:
    """All tensors by their name within BERT (some files put `bert.` in front)."""
    from safetensors.numpy import load_file

    tensors: dict[str, Array] = load_file(config.folder / "model.safetensors")
    prefix = next(name for name in tensors if name.endswith(_TABLE)).removesuffix(_TABLE)
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
