"""How far the dense leg can be trusted with a question: two signals that need no labels.

An embedder does not say when it does not know a language or a kind of text: it returns vectors all
the same. But its similarities then behave like noise, and noise has a known shape: the best of n
independent normal draws stands about sqrt(2 ln n) standard deviations above their mean (the leading
term of extreme value theory; Leadbetter, Lindgren and Rootzén 1983, section 1.5). Both signals
measure how far a best similarity stands out, in that unit, so 1 is what chance gives:

- `decisiveness`: of the question's best candidate among all candidates. Low when the question is
  in a language the embedder does not know, or asks for combinations that one vector cannot hold.
- `coherence`: of the nearest neighbour of each probe among all candidates, probes being the best
  passages of the lexical leg. Low when the embedder sees the library's own texts as all alike:
  a script that its tokenizer tears apart, lists and tables of one pattern.

Why they should hold on a library never seen: both are ratios of differences, so they change neither
with an embedder's offset (some put every pair above 0.7) nor with its scale; the background is the
question's own candidates, so a library of several languages is judged by the part that is asked;
and the number of candidates is divided out. The lexical leg chooses the probes because it knows no
language better than another.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.retrieval.candidates import Candidates, Floats

__all__ = ["DenseTrust", "Scale", "dense_trust"]

_ENOUGH = 10
"""Fewer candidates say nothing about the shape of noise."""
_UNKNOWN = 0.5
_NO_SPREAD = 1e-9


@dataclass(frozen=True)
class DenseTrust:
    """The two signals, in units of what chance gives, and the trust made from them, 0 to 1."""

    decisiveness: float
    coherence: float
    trust: float


def dense_trust(candidates: Candidates, probes: NDArray[np.int64]) -> DenseTrust:
    """Judge the dense leg by its scores of the candidates and by the probes' neighbours.

    `probes` are positions of candidates. With under ten candidates the trust is one half.
    """
    count = len(candidates)
    if count < _ENOUGH:
        return DenseTrust(1.0, 1.0, _UNKNOWN)
    chance = math.sqrt(2.0 * math.log(count))
    decisiveness = float(Scale.of(candidates.dense).standardized(candidates.dense).max()) / chance
    coherence = _coherence(candidates, probes) / chance if len(probes) else 1.0
    trust = _ramp(decisiveness, 0.5, 0.8) ** (1 / 3) * _ramp(coherence, 0.65, 1.15) ** 0.75
    return DenseTrust(decisiveness, coherence, trust)


@dataclass(frozen=True)
class Scale:
    """Mean and standard deviation of the candidates' scores, as the ruler for any score of that kind."""

    mean: float
    spread: float

    @classmethod
    def of(cls, scores: Floats) -> Scale:
        """The ruler that these scores give."""
        return cls(float(scores.mean()), float(scores.std())) if len(scores) else cls(0.0, 0.0)

    def standardized(self, scores: Floats) -> Floats:
        """Scores in standard deviations from the mean; zeros where there is no spread."""
        return (scores - self.mean) / self.spread if self.spread > _NO_SPREAD else np.zeros_like(scores)


def _coherence(candidates: Candidates, probes: NDArray[np.int64]) -> float:
    """The mean over probes of how far the nearest other candidate stands out, in standard deviations."""
    # einsum, not @: BLAS wakes its threads for so small a product, which takes longer than the product
    similarity = np.einsum("pd,cd->pc", candidates.vectors[probes], candidates.vectors).astype(np.float64)
    rows = np.arange(len(probes))
    own = np.zeros_like(similarity, dtype=bool)
    own[rows, probes] = True
    others = similarity[~own].reshape(len(probes), -1)
    spread = np.maximum(others.std(axis=1), _NO_SPREAD)
    return float(((others.max(axis=1) - others.mean(axis=1)) / spread).mean())


def _ramp(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))
