"""How far the dense leg can be trusted with a question: a signal that needs no labels.

An embedder does not say when it does not know a language or a kind of text: it returns vectors all
the same. But its similarities then behave like noise, and noise has a known shape: the best of n
independent normal draws stands about sqrt(2 ln n) standard deviations above their mean (the leading
term of extreme value theory; Leadbetter, Lindgren and Rootzén 1983, section 1.5). `coherence` is how
far the nearest neighbour of a passage stands out from the library, in that unit, so that 1 is what
chance gives, as the mean over probes: the best passages of the lexical leg. It is low where the
embedder sees the texts that are asked for as all alike: a script that its tokenizer tears apart, lists
and tables of one pattern.

Why it should hold on a library never seen: it is a ratio of differences, so it changes neither with an
embedder's offset (some put every pair above 0.7) nor with its scale; the background is a sample of the
library in the language asked (`rag.retrieval.background`), so it grows neither with the library nor with
the number of candidates; and the lexical leg chooses the probes because it knows no language better
than another. The question's own best similarity is no such signal: over a whole library it stands out
in a foreign script about as far as for a question in plain English.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.models.model_protocol import Vectors
from rag.retrieval.background import Background
from rag.retrieval.candidates import Candidates, Floats

__all__ = ["DenseTrust", "Scale", "dense_trust"]

_ENOUGH = 10
"""Fewer candidates say nothing about the shape of noise."""
_UNKNOWN = 0.5
_NO_SPREAD = 1e-9
_RAMP = (0.75, 1.25)
"""Trust begins below what chance gives, since texts of one library are alike beyond chance, and is full
as far above it."""


@dataclass(frozen=True)
class DenseTrust:
    """`coherence` in units of what chance gives, the trust made from it, 0 to 1, and the cosines' scale."""

    coherence: float
    trust: float
    scale: Scale


def dense_trust(
    candidates: Candidates,
    probes: NDArray[np.int64],
    question: Vectors,
    background: Background | None = None,
    ramp: tuple[float, float] = _RAMP,
) -> DenseTrust:
    """Judge the dense leg by its nearest neighbours of the probes.

    Args:
        candidates: Chunks with their vectors.
        probes: Positions of candidates.
        question: The question's vector, shape (dimension,).
        background: What to judge against; without one the candidates themselves. With under ten of
            these the trust is one half.
        ramp: The coherence up to which there is no trust, and that from which it is full.
    """
    if background is None:
        background = Background(candidates.ids, candidates.vectors, len(candidates))
    scale = Scale.of((background.vectors @ question).astype(np.float64))
    if background.count < _ENOUGH:
        return DenseTrust(1.0, _UNKNOWN, scale)
    chance = math.sqrt(2.0 * math.log(background.count))
    coherence = _coherence(candidates, probes, background) / chance if len(probes) else 1.0
    return DenseTrust(coherence, _ramp(coherence, *ramp), scale)


@dataclass(frozen=True)
class Scale:
    """Mean and standard deviation of the background's scores, as the ruler for any score of that kind."""

    mean: float
    spread: float

    @classmethod
    def of(cls, scores: Floats) -> Scale:
        """The ruler that these scores give."""
        return cls(float(scores.mean()), float(scores.std())) if len(scores) else cls(0.0, 0.0)

    def standardized(self, scores: Floats) -> Floats:
        """Scores in standard deviations from the mean; zeros where there is no spread."""
        return (scores - self.mean) / self.spread if self.spread > _NO_SPREAD else np.zeros_like(scores)


def _coherence(candidates: Candidates, probes: NDArray[np.int64], background: Background) -> float:
    """The mean over probes of how far the nearest other chunk stands out, in standard deviations."""
    near = _similarity(candidates, probes, candidates.ids, candidates.vectors)
    others = _similarity(candidates, probes, background.ids, background.vectors)
    nearest = np.fmax(np.nanmax(near, axis=1), np.nanmax(others, axis=1))
    spread = np.maximum(np.nanstd(others, axis=1), _NO_SPREAD)
    return float(((nearest - np.nanmean(others, axis=1)) / spread).mean())


def _similarity(
    candidates: Candidates, probes: NDArray[np.int64], ids: NDArray[np.int64], vectors: Vectors
) -> Floats:
    """Cosines of probes and chunks, shape (probes, chunks); nan for a probe and itself."""
    # einsum, not @: BLAS wakes its threads for so small a product, which takes longer than the product
    cosines: Floats = np.einsum("pd,cd->pc", candidates.vectors[probes], vectors).astype(np.float64)
    cosines[candidates.ids[probes][:, None] == ids[None, :]] = np.nan
    return cosines


def _ramp(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))
