"""Stored chunks made into passages, and neighbouring passages into one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import groupby

from rag.schema import Block, Heading, Hit, Leg, Passage, StoredChunk
from rag.store import Store

__all__ = ["merge_neighbours", "to_passages"]


def to_passages(
    store: Store,
    ranked: Sequence[Hit],
    scores: Mapping[int, Mapping[str, float]],
    leg: Leg = "fused",
) -> tuple[Passage, ...]:
    """The passages of ranked chunks in their order; a chunk deleted meanwhile is left out.

    `scores` holds the legs' own scores of each chunk.
    """
    chunks = store.chunks([hit.chunk_id for hit in ranked])
    rows, headings = store.chunk_rows(chunks), store.chunk_headings(chunks)
    found = {
        chunk.chunk_id: (chunk, tuple(its), tuple(above))
        for chunk, its, above in zip(chunks, rows, headings, strict=True)
    }
    return tuple(
        _passage(*found[hit.chunk_id], hit.score, scores.get(hit.chunk_id, {}), leg)
        for hit in ranked
        if hit.chunk_id in found
    )


def merge_neighbours(passages: Iterable[Passage], store: Store) -> list[Passage]:
    """Passages of one document that touch or overlap become one passage with the best score of them.

    The result is ordered by score, ties by document and start. The text of a merged passage is read
    again from the store, so `store.text(document_id, start, end) == text` holds.
    """
    merged: list[Passage] = []
    ordered = sorted(passages, key=lambda passage: (passage.document_id, passage.start, passage.end))
    for _, group in groupby(ordered, key=lambda passage: passage.document_id):
        run: list[Passage] = []
        for passage in group:
            if run and passage.start > max(member.end for member in run):
                merged.append(_joined(run, store))
                run = []
            run.append(passage)
        merged.append(_joined(run, store))
    return sorted(merged, key=lambda passage: (-passage.score, passage.document_id, passage.start))


def _passage(
    chunk: StoredChunk,
    rows: tuple[Block, ...],
    outline: tuple[Heading, ...],
    score: float,
    scores: Mapping[str, float],
    leg: Leg,
) -> Passage:
    return Passage(
        document_id=chunk.document_id,
        source=chunk.source,
        title=chunk.title,
        page=chunk.first_page,
        start=chunk.start,
        end=chunk.end,
        text=chunk.text,
        score=score,
        scores=dict(scores),
        chunk_ids=(chunk.chunk_id,),
        headings=chunk.headings,
        leg=leg,
        context=chunk.context,
        rows=rows,
        outline=outline,
    )


def _joined(run: Sequence[Passage], store: Store) -> Passage:
    if len(run) == 1:
        return run[0]
    best = max(run, key=lambda passage: passage.score)
    end = max(passage.end for passage in run)
    scores: dict[str, float] = {}
    for passage in run:
        for name, score in passage.scores.items():
            scores[name] = max(score, scores.get(name, score))
    return replace(
        run[0],
        end=end,
        text=store.text(run[0].document_id, run[0].start, end),
        score=best.score,
        scores=scores,
        chunk_ids=tuple(dict.fromkeys(i for passage in run for i in passage.chunk_ids)),
        leg=best.leg,
        rows=tuple(dict.fromkeys(row for passage in run for row in passage.rows)),
        outline=tuple(dict.fromkeys(heading for passage in run for heading in passage.outline)),
    )
