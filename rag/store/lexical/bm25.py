"""BM25 over segments, exactly, without looking at every posting of common words.

    score(q, d) = sum over words of  qtf · idf · tf / (tf + k1 · (1 - b + b · |d| / average))
    idf = ln(1 + (N - n + 0.5) / (n + 0.5)),  k1 = 1.2,  b = 0.75

(Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework"; Lucene's idf, which is never
negative, and like Lucene without the constant factor k1 + 1: Kamphuis et al. 2020, "Which BM25 do you
mean?".) Words are taken from the rarest to the commonest. Once all words left together cannot lift a
chunk that has none of the others among the best, they are only looked up for the chunks found so far
(MaxScore: Turtle and Flood 1995, "Query evaluation: strategies and optimizations").
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.schema import Hit
from rag.store.lexical.segment import Segment, length_norms
from rag.store.protocol import Ids

__all__ = ["LiveSegment", "QueryTerm", "best_chunks", "inverse_frequency"]

Floats = NDArray[np.float64]

_SLACK: Final = 1e-5
"""Bounds are stored in 32 bits, and sums of them may be rounded: a share that is added to be safe."""
_LOOKUPS: Final = 12
"""What it costs to look one chunk up among a word's postings, in postings gone through."""
_FEW: Final = 6_000
"""Postings of all words that are sorted rather than added into an array of all chunks."""
_LONG: Final = 2_000
"""Postings from which it pays to ask first whether the best so far make going through them needless."""


@dataclass(frozen=True)
class QueryTerm:
    """A word of a question: its id, and its count in the question times its inverse document frequency."""

    term: int
    weight: float


@dataclass(frozen=True)
class LiveSegment:
    """A segment as one version of the library sees it.

    `alive` (n,) says which of its chunks are there, None if all; `norms` (n,) are their length norms,
    `stretch` is how much more than its stored peaks a word can count with today's average length.
    """

    segment: Segment
    alive: NDArray[np.bool_] | None
    norms: Floats
    stretch: float

    @classmethod
    def of(cls, segment: Segment, alive: NDArray[np.bool_] | None, average: float) -> LiveSegment:
        """See a segment with the average length of the whole library's chunks.

        With norms r times as large for r < 1, tf / (tf + r · norm) is at most 1 / r times as large.
        """
        stretch = max(1.0, average / max(float(segment.average[0]), 1.0)) * (1.0 + _SLACK)
        return cls(segment, alive, length_norms(segment.lengths, average), stretch)


def inverse_frequency(holders: int, chunks: int) -> float:
    """The weight of a word that `holders` of `chunks` have: BM25's (Lucene's form), never negative."""
    holders = min(holders, chunks)
    return math.log(1.0 + (chunks - holders + 0.5) / (holders + 0.5))


def best_chunks(
    segments: Sequence[LiveSegment],
    terms: Sequence[QueryTerm],
    top_k: int,
    allowed: Ids | None = None,
) -> list[Hit]:
    """The `top_k` chunks of the highest scores above 0, ties by ascending id, among `allowed` if given."""
    terms = sorted(terms, key=lambda term: (-term.weight, term.term))
    wanted = np.array([term.term for term in terms], np.uint32)
    weights = np.array([term.weight for term in terms], np.float64)
    ids, scores = np.empty(0, np.int64), np.empty(0, np.float64)
    for live in segments:
        threshold = float(scores[-1]) if len(scores) == top_k else 0.0
        search = _SegmentSearch(live, wanted, weights, top_k, threshold)
        positions, found = search.run(allowed)
        if len(positions):
            ids = np.concatenate([ids, live.segment.ids[positions]])
            scores = np.concatenate([scores, found])
            order = np.lexsort((ids, -scores))[:top_k]
            ids, scores = ids[order], scores[order]
    return [Hit(i, score) for i, score in zip(ids.tolist(), scores.tolist(), strict=True)]


class _SegmentSearch:
    """One question in one segment; `threshold` is the score that the best elsewhere make necessary."""

    def __init__(
        self,
        live: LiveSegment,
        wanted: NDArray[np.uint32],
        weights: Floats,
        top_k: int,
        threshold: float,
    ) -> None:
        segment = live.segment
        self._live = live
        self._top_k = top_k
        self._threshold = threshold
        places = segment.find(wanted)
        there = places >= 0
        places = places[there]
        self._weights = weights[there]
        starts, ends = segment.offsets[places], segment.offsets[places + 1]
        self._places = list(zip(starts.tolist(), ends.tolist(), strict=True))
        self._postings = int((ends - starts).sum())
        bounds = self._weights * np.minimum(1.0, segment.peaks[places].astype(np.float64) * live.stretch)
        rest = np.cumsum(np.concatenate([[0.0], bounds[::-1]]))[::-1]
        self._rest = rest * (1.0 + _SLACK)
        """Entry i: the most that words i and later can add."""

    def run(self, allowed: Ids | None) -> tuple[NDArray[np.int64], Floats]:
        """Positions and scores of all chunks that may belong to the best."""
        segment = self._live.segment
        if not self._places or self._rest[0] < self._threshold:
            return np.empty(0, np.int64), np.empty(0, np.float64)
        mask = self._live.alive
        if allowed is not None:
            chosen = _positions(segment.ids, allowed)
            if mask is not None:
                chosen = chosen[mask[chosen]]
            if not len(chosen) or len(chosen) * _LOOKUPS < self._postings:
                return self._look_up(chosen, np.zeros(len(chosen)), 0)
            mask = np.zeros(len(segment), bool)
            mask[chosen] = True
        return self._sort(mask) if self._postings <= _FEW else self._go_through(mask)

    def _sort(self, mask: NDArray[np.bool_] | None) -> tuple[NDArray[np.int64], Floats]:
        """Add up words with so few postings that sorting them is less work than a sum for each chunk.

        The sort is stable, so each chunk's words are added in the order of `_go_through`.
        """
        segment = self._live.segment
        positions = np.concatenate([segment.positions[start:end] for start, end in self._places])
        counts = np.concatenate([segment.frequencies[start:end] for start, end in self._places])
        sizes = [end - start for start, end in self._places]
        parts = _parts(counts, self._live.norms[positions], np.repeat(self._weights, sizes))
        order = np.argsort(positions, kind="stable")
        positions = positions[order]
        first = np.concatenate([[True], positions[1:] != positions[:-1]])
        found = positions[first].astype(np.int64)
        scores = np.asarray(np.bincount(np.cumsum(first) - 1, parts[order]), np.float64)
        if mask is not None:
            found, scores = found[mask[found]], scores[mask[found]]
        return self._kept(found, scores, len(self._places))

    def _go_through(self, mask: NDArray[np.bool_] | None) -> tuple[NDArray[np.int64], Floats]:
        """Add up words from the rarest on, until those left cannot bring in another chunk."""
        totals = np.zeros(len(self._live.segment))
        for number, (start, end) in enumerate(self._places):
            if number and end - start > _LONG:
                found, scores = _found(totals, mask)
                self._raise_threshold(scores)
                if self._rest[number] < self._threshold:
                    return self._look_up(found, scores, number)
            elif self._rest[number] < self._threshold:
                return self._look_up(*_found(totals, mask), number)
            positions = self._live.segment.positions[start:end].astype(np.intp)
            totals[positions] += self._parts(number, slice(start, end), positions)
        return self._kept(*_found(totals, mask), len(self._places))

    def _look_up(
        self, found: NDArray[np.int64], scores: Floats, number: int
    ) -> tuple[NDArray[np.int64], Floats]:
        """Add the words from `number` on to the scores of chunks found (positions, ascending)."""
        segment = self._live.segment
        for later in range(number, len(self._places)):
            found, scores = self._kept(found, scores, later)
            if not len(found):
                break
            start, end = self._places[later]
            postings = segment.positions[start:end]
            places = np.minimum(np.searchsorted(postings, found.astype(np.uint16)), end - start - 1)
            there = np.flatnonzero(postings[places] == found)
            scores = scores.copy()
            scores[there] += self._parts(later, places[there] + start, found[there])
        found, scores = self._kept(found, scores, len(self._places))
        return found[scores > 0.0], scores[scores > 0.0]

    def _kept(
        self, found: NDArray[np.int64], scores: Floats, number: int
    ) -> tuple[NDArray[np.int64], Floats]:
        """Those that can still be among the best when the words from `number` on are to come."""
        self._raise_threshold(scores)
        kept = scores + self._rest[number] >= self._threshold
        return found[kept], scores[kept]

    def _raise_threshold(self, scores: Floats) -> None:
        """As many chunks as are wanted score this much already, so the last of the best will too."""
        if len(scores) >= self._top_k:
            least = float(np.partition(scores, len(scores) - self._top_k)[len(scores) - self._top_k])
            self._threshold = max(self._threshold, least)

    def _parts(self, number: int, postings: slice | NDArray[np.int64], positions: NDArray[np.intp]) -> Floats:
        """What a word adds to the score of each chunk at `positions`, whose postings these are."""
        counts = self._live.segment.frequencies[postings]
        return _parts(counts, self._live.norms[positions], self._weights[number])


def _parts(counts: NDArray[np.uint8], norms: Floats, weight: Floats | np.float64) -> Floats:
    """The formula's summands; `norms` are overwritten."""
    frequencies = counts.astype(np.float64)
    parts: Floats = norms
    parts += frequencies
    np.divide(frequencies, parts, out=parts)
    parts *= weight
    return parts


def _found(totals: Floats, mask: NDArray[np.bool_] | None) -> tuple[NDArray[np.int64], Floats]:
    """Positions that have a score, ascending, and their scores."""
    found = np.flatnonzero(totals if mask is None else totals * mask)
    return found, totals[found]


def _positions(ids: Ids, allowed: Ids) -> NDArray[np.int64]:
    """Where those of the allowed ids stand that are there; both are ascending."""
    inside = allowed[np.searchsorted(allowed, ids[0]) : np.searchsorted(allowed, ids[-1], side="right")]
    places = np.searchsorted(ids, inside)
    return np.asarray(places[ids[np.minimum(places, len(ids) - 1)] == inside], np.int64)
