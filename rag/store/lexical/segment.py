"""A segment: the words of up to 65,536 chunks turned round, for each word the chunks that have it.

Segments are never changed. New chunks come as a small segment, small segments are merged into larger
ones, and a chunk that is deleted is passed over until its segment is rebuilt (the design of Lucene;
O'Neil et al. 1996, "The log-structured merge-tree"). Within a segment a chunk is a position of two
bytes, and the scores of all its chunks fit into a processor's cache.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.store.lexical.postings import Postings
from rag.store.protocol import Ids

__all__ = ["CAPACITY", "Segment", "build_segments", "joined", "length_norms"]

CAPACITY: Final = 65_536
_K1: Final = 1.2
_B: Final = 0.75
_TERM_BITS: Final = 24
_POSITION_BITS: Final = 8


def length_norms(lengths: NDArray[np.uint32], average: float) -> NDArray[np.float64]:
    """What a word's count is weighed against: k1 · (1 - b + b · length / average)."""
    return _K1 * (1.0 - _B + _B * lengths.astype(np.float64) / max(average, 1.0))


@dataclass(frozen=True)
class Segment:
    """n chunks, t words, p postings.

    `ids` (n,) ascending; `offsets` (t + 1,): the postings of word i are `[offsets[i], offsets[i + 1])`
    of `positions` (p,), which point into `ids` and ascend, and of `frequencies` (p,); `lengths` (n,);
    `terms` (t,) are ids of words, ascending; `peaks` (t,): the most that `tf / (tf + norm)` is for any
    posting of a word, norms being those of the average length `average[0]`.
    """

    ids: NDArray[np.int64]
    offsets: NDArray[np.int64]
    average: NDArray[np.float64]
    lengths: NDArray[np.uint32]
    terms: NDArray[np.uint32]
    peaks: NDArray[np.float32]
    positions: NDArray[np.uint16]
    frequencies: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.ids)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """All arrays by name, those of wider numbers first."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def find(self, terms: NDArray[np.uint32]) -> NDArray[np.int64]:
        """The place of each word among this segment's, -1 for one that it does not have."""
        if not len(self.terms):
            return np.full(len(terms), -1, np.int64)
        places = np.minimum(np.searchsorted(self.terms, terms), len(self.terms) - 1)
        return np.where(self.terms[places] == terms, places, -1)


def build_segments(documents: Iterable[tuple[int, Postings]]) -> Iterator[Segment]:
    """Segments from documents (each the id of its first chunk, and its postings), filled in turn."""
    waiting: list[tuple[Ids, Postings]] = []
    count = 0
    for first, postings in documents:
        for ids, part in _parts(first, postings):
            if waiting and count + len(ids) > CAPACITY:
                yield _turned_round(waiting)
                waiting, count = [], 0
            waiting.append((ids, part))
            count += len(ids)
    if waiting:
        yield _turned_round(waiting)


def joined(segments: list[tuple[Segment, NDArray[np.bool_]]]) -> Segment:
    """One segment with the chunks of several whose masks are true; they must fit into one."""
    ids = np.concatenate([segment.ids[alive] for segment, alive in segments])
    lengths = np.concatenate([segment.lengths[alive] for segment, alive in segments])
    order = np.argsort(ids)
    place = np.empty(len(ids), np.uint64)
    place[order] = np.arange(len(ids), dtype=np.uint64)
    packed, start = [], 0
    for segment, alive in segments:
        count = int(alive.sum())
        moved = np.zeros(len(segment), np.uint64)
        moved[alive] = place[start : start + count]
        kept = alive[segment.positions]
        terms = np.repeat(segment.terms.astype(np.uint64), np.diff(segment.offsets))
        packed.append(_packed(terms[kept], moved[segment.positions[kept]], segment.frequencies[kept]))
        start += count
    return _made(ids[order], lengths[order], np.concatenate(packed))


def _parts(first: int, postings: Postings) -> Iterator[tuple[Ids, Postings]]:
    """A document's postings, cut where it has more chunks than a segment holds."""
    count = len(postings.lengths)
    ids = np.arange(first, first + count, dtype=np.int64)
    if count <= CAPACITY:
        if count:
            yield ids, postings
        return
    ends = np.concatenate([[0], np.cumsum(postings.sizes, dtype=np.int64)])
    for start in range(0, count, CAPACITY):
        stop = min(start + CAPACITY, count)
        inside = slice(ends[start], ends[stop])
        yield (
            ids[start:stop],
            Postings(
                postings.lengths[start:stop],
                postings.sizes[start:stop],
                postings.terms[inside],
                postings.frequencies[inside],
            ),
        )


def _turned_round(parts: list[tuple[Ids, Postings]]) -> Segment:
    sizes = np.concatenate([postings.sizes for _, postings in parts])
    positions = np.repeat(np.arange(len(sizes), dtype=np.uint64), sizes)
    terms = np.concatenate([postings.terms for _, postings in parts]).astype(np.uint64)
    frequencies = np.concatenate([postings.frequencies for _, postings in parts])
    return _made(
        np.concatenate([ids for ids, _ in parts]),
        np.concatenate([postings.lengths for _, postings in parts]),
        _packed(terms, positions, frequencies),
    )


def _packed(
    terms: NDArray[np.uint64],
    positions: NDArray[np.uint16] | NDArray[np.uint64],
    frequencies: NDArray[np.uint8],
) -> NDArray[np.uint64]:
    packed = terms << np.uint64(_TERM_BITS)
    packed |= positions.astype(np.uint64, copy=False) << np.uint64(_POSITION_BITS)
    packed |= frequencies
    return packed


def _made(ids: Ids, lengths: NDArray[np.uint32], packed: NDArray[np.uint64]) -> Segment:
    """Sort postings by word, then position: one sort of plain numbers."""
    packed.sort()
    terms = (packed >> np.uint64(_TERM_BITS)).astype(np.uint32)
    positions = (packed >> np.uint64(_POSITION_BITS)).astype(np.uint16)
    frequencies = packed.astype(np.uint8)
    starts = np.flatnonzero(np.diff(terms, prepend=terms[:1] ^ np.uint32(1)))
    average = float(lengths.mean()) if len(lengths) else 0.0
    counts = frequencies.astype(np.float32)
    parts = counts / (counts + length_norms(lengths, average).astype(np.float32)[positions])
    return Segment(
        ids=ids,
        offsets=np.append(starts, len(packed)).astype(np.int64),
        average=np.array([average]),
        lengths=lengths.astype(np.uint32, copy=False),
        terms=terms[starts],
        peaks=np.maximum.reduceat(parts, starts) if len(starts) else np.empty(0, np.float32),
        positions=positions,
        frequencies=frequencies,
    )
