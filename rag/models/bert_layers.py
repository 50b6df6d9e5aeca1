"""The arithmetic of a BERT encoder in numpy, laid out so that a processor's caches hold what is worked on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Array", "Bounds", "Layer", "Linear", "Norm", "gelu_in_place"]

Array = NDArray[np.float32]
Bounds = Sequence[tuple[int, int]]
"""The rows of each text among the tokens of all."""

_STRIP_BYTES = 65_536
"""What is worked on at once: with its three intermediates it fits a second-level cache of 256 KB."""
_ERF = (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)
"""Coefficients of Abramowitz and Stegun 1964, 7.1.26."""


@dataclass(frozen=True, slots=True)
class Linear:
    """A product and a sum: `weight` has shape (inputs, outputs), row by row in memory."""

    weight: Array
    bias: Array

    @classmethod
    def read(cls, tensors: Mapping[str, Array], *names: str) -> Linear:
        """Several layers with the same input as one; a file holds each weight as (outputs, inputs)."""
        weights = [tensors[name + ".weight"] for name in names]
        biases = [tensors[name + ".bias"] for name in names]
        return cls(np.ascontiguousarray(np.concatenate(weights).T), np.concatenate(biases))

    def __call__(self, states: Array) -> Array:
        """Shape (n, inputs) to (n, outputs)."""
        projected: Array = states @ self.weight
        projected += self.bias
        return projected


@dataclass(frozen=True, slots=True)
class Norm:
    """Layer normalisation (Ba et al. 2016): `scale` and `shift` have shape (width,)."""

    scale: Array
    shift: Array
    epsilon: np.float32

    @classmethod
    def read(cls, tensors: Mapping[str, Array], name: str, epsilon: float) -> Norm:
        """The layer of this name in a file."""
        return cls(tensors[name + ".weight"].copy(), tensors[name + ".bias"].copy(), np.float32(epsilon))

    def in_place(self, states: Array) -> Array:
        """Normalise each row of (n, width)."""
        states -= states.mean(axis=-1, keepdims=True)
        variance = np.einsum("ij,ij->i", states, states)[:, None] / np.float32(states.shape[1])
        states *= np.float32(1.0) / np.sqrt(variance + self.epsilon)
        states *= self.scale
        states += self.shift
        return states


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of the encoder of Devlin et al. 2019 (Vaswani et al. 2017, section 3)."""

    heads: int
    attended: Linear
    mixed: Linear
    attention_norm: Norm
    inner: Linear
    outer: Linear
    norm: Norm

    @classmethod
    def read(cls, tensors: Mapping[str, Array], number: int, heads: int, epsilon: float) -> Layer:
        """The layer of this number in a file."""
        name = f"encoder.layer.{number}."
        attention = name + "attention.self."
        return cls(
            heads,
            Linear.read(tensors, attention + "query", attention + "key", attention + "value"),
            Linear.read(tensors, name + "attention.output.dense"),
            Norm.read(tensors, name + "attention.output.LayerNorm", epsilon),
            Linear.read(tensors, name + "intermediate.dense"),
            Linear.read(tensors, name + "output.dense"),
            Norm.read(tensors, name + "output.LayerNorm", epsilon),
        )

    def __call__(self, states: Array, bounds: Bounds) -> Array:
        """The next states, shape (tokens, width); `bounds` part the tokens into texts."""
        attended = self.mixed(self._attention(states, bounds))
        attended += states
        states = self.attention_norm.in_place(attended)
        outer = self.outer(gelu_in_place(self.inner(states)))
        outer += states
        return self.norm.in_place(outer)

    def _attention(self, states: Array, bounds: Bounds) -> Array:
        tokens, width = states.shape
        size = width // self.heads
        projected = self.attended(states).reshape(tokens, 3, self.heads, size)
        projected[:, 0] *= np.float32(1.0 / math.sqrt(size))
        query, key, value = projected.transpose(1, 2, 0, 3)
        mixed = np.empty((tokens, self.heads, size), np.float32)
        for a, b in bounds:
            scores = query[:, a:b] @ key[:, a:b].transpose(0, 2, 1)
            scores -= scores.max(axis=-1, keepdims=True)
            np.exp(scores, out=scores)
            context = scores @ value[:, a:b]
            context /= scores.sum(axis=-1, keepdims=True)
            mixed[a:b] = context.transpose(1, 0, 2)
        return mixed.reshape(tokens, width)


def gelu_in_place(x: Array) -> Array:
    """The product x Φ(x), with an error function that is within 1.5e-7.

    Twenty passes over a large array wait for memory most of the time: it is gone through in strips.
    """
    flat = x.reshape(-1)
    size = min(len(flat), _STRIP_BYTES // flat.itemsize)
    a, t, series = (np.empty(size, np.float32) for _ in range(3))
    for start in range(0, len(flat), size or 1):
        strip = flat[start : start + size]
        _gelu_strip(strip, a[: len(strip)], t[: len(strip)], series[: len(strip)])
    return x


def _gelu_strip(x: Array, a: Array, t: Array, series: Array) -> None:
    """In place: x Φ(x) = max(x, 0) - |x|/2 · erfc(|x|/√2), of which erfc is what the series gives."""
    np.abs(x, out=a)
    a *= np.float32(1 / math.sqrt(2))
    np.multiply(a, np.float32(0.3275911), out=t)
    t += np.float32(1.0)
    np.reciprocal(t, out=t)
    np.multiply(t, np.float32(_ERF[0]), out=series)
    for coefficient in _ERF[1:]:
        series += np.float32(coefficient)
        series *= t
    np.multiply(a, a, out=t)
    np.negative(t, out=t)
    np.exp(t, out=t)
    series *= t
    series *= a
    series *= np.float32(1 / math.sqrt(2))
    np.maximum(x, np.float32(0.0), out=x)
    x -= series
