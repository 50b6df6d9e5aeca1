"""Cuts a document by its structure, in the embedder's own tokens."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from typing import Final

from ingest.chunkers.joining import Run, join_small
from ingest.chunkers.outline import Section, outline
from ingest.chunkers.pieces import Piece, pieces
from ingest.chunkers.ruler import TokenRuler
from rag.models.model_protocol import Embedder
from rag.schema import BlockKind, Chunk, Document, RowHeader
from rag.settings import ChunkingSettings
from rag.text import STOP_WORDS, context_line, search_terms, stem
from rag.text.tables import row_context

__all__ = ["StructureChunker", "cohesion", "pack"]

_WINDOW: Final = 3
_STOP_TERMS: Final = frozenset(stem(word) for word in STOP_WORDS)


def cohesion(texts: Sequence[str]) -> list[float]:
    """For each text, from 0 to 1, how alike the words of the few before and of those from it on are.

    The cosine of the words on both sides, weighted by how rare they are among the texts (Hearst 1997,
    "TextTiling: Segmenting Text into Multi-paragraph Subtopic Passages", section 4.1). The first is 0.
    """
    bags = [Counter(term for term in search_terms(text) if term not in _STOP_TERMS) for text in texts]
    spread = Counter(term for bag in bags for term in bag)
    rarity = {term: math.log1p(len(bags) / count) for term, count in spread.items()}
    weighted = [{term: count * rarity[term] for term, count in bag.items()} for bag in bags]
    found = [0.0] if weighted else []
    for i in range(1, len(weighted)):
        before = _sum(weighted[max(i - _WINDOW, 0) : i])
        after = _sum(weighted[i : i + _WINDOW])
        found.append(_cosine(before, after))
    return found


def _sum(bags: Sequence[Mapping[str, float]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for bag in bags:
        for term, weight in bag.items():
            total[term] = total.get(term, 0.0) + weight
    return total


def _cosine(first: Mapping[str, float], second: Mapping[str, float]) -> float:
    shared = sum(weight * second[term] for term, weight in first.items() if term in second)
    if not shared:
        return 0.0
    lengths = (math.sqrt(sum(weight * weight for weight in bag.values())) for bag in (first, second))
    return shared / math.prod(lengths)


_RUN: Final = 1.0
_FINEST: Final = 16


def pack(
    tokens: Sequence[int], border_costs: Sequence[float], limit: int, leads: Sequence[int] | None = None
) -> list[int]:
    """The index of the first piece of each run, at the least cost of the whole row.

    A run of n tokens costs `1 + (1 - n / limit)²` and the cost of the border before it: few runs,
    of even size, that end where `border_costs` are low. Found by dynamic programming over all
    rows of cuts, as Knuth and Plass (1981, "Breaking Paragraphs into Lines") break lines.
    `border_costs[i]` is the cost of cutting before piece i; the first is not used. `leads[i]` are tokens
    that a run needs besides its own where it begins with piece i. No run is over `limit` with them,
    unless it is a single piece.
    """
    if not tokens:
        return []
    firsts = _glued(tokens, limit // _FINEST)
    before = [0]
    for first, following in zip(firsts, [*firsts[1:], len(tokens)], strict=True):
        before.append(before[-1] + sum(tokens[first:following]))
    cost = [0.0] * len(before)
    came_from = [0] * len(before)
    earliest = 0
    for end in range(1, len(before)):
        while earliest < end - 1 and before[end] - before[earliest] > limit:
            earliest += 1
        best = float("inf")
        for start in range(earliest, end):
            size = before[end] - before[start] + (leads[firsts[start]] if leads else 0)
            if size > limit and start < end - 1:
                continue
            slack = 1.0 - min(size, limit) / limit
            border = border_costs[firsts[start]] if start else 0.0
            total = cost[start] + border + _RUN + slack * slack
            if total < best:
                best, came_from[end] = total, start
        cost[end] = best
    runs = []
    end = len(before) - 1
    while end > 0:
        end = came_from[end]
        runs.append(firsts[end])
    return runs[::-1]


def _glued(tokens: Sequence[int], finest: int) -> list[int]:
    """First pieces of groups of up to `finest` tokens: bounds the work on rows of tiny pieces."""
    firsts = [0]
    size = tokens[0]
    for i in range(1, len(tokens)):
        if size + tokens[i] > finest:
            firsts.append(i)
            size = 0
        size += tokens[i]
    return firsts


_SAME_TOPIC: Final = 4.0
"""The cost of cutting where all that is spoken of goes on, against 1 for one more chunk (see `pack`)."""

RESERVED_TOKENS = 6
"""Left free in the embedder's input: special tokens, a passage prefix such as `passage: `."""


@dataclass(frozen=True, slots=True)
class StructureChunker:
    """Chunks that keep to headings, paragraphs, rows and sentences, sized for one embedder.

    Headings start chunks and stay with what follows them; block borders are cut before sentence
    borders, and those before any other; rows of a table are cut only where one is over the limit, and a
    chunk that begins among them carries what stands above it in the table.

    Example:
        >>> chunks = StructureChunker(ChunkingSettings()).chunks(document, embedder)
        >>> "".join(document.text[chunk.start : chunk.end] for chunk in chunks) == document.text
        True
    """

    settings: ChunkingSettings

    def chunks(self, document: Document, embedder: Embedder) -> list[Chunk]:
        """Chunks that tile the document's text; none when it is only white space."""
        ruler = TokenRuler(document.text, embedder)
        budget = _Budget(self.settings, embedder, document.title)
        runs: list[Run] = []
        for section in outline(document):
            runs.extend(_runs(section, document.text, ruler, budget))
        runs = join_small(runs, self.settings.min_tokens, budget.limit)
        return list(_as_chunks(runs, document))


class _Budget:
    """How many tokens a chunk's own text may have under a heading path, and which path fits."""

    def __init__(self, settings: ChunkingSettings, embedder: Embedder, title: str) -> None:
        self._settings = settings
        self._embedder = embedder
        self._title = title
        self._context_tokens: dict[tuple[str, ...], int] = {}
        self._table_contexts: dict[RowHeader, tuple[str, int]] = {}

    def fitting(self, headings: tuple[str, ...]) -> tuple[str, ...]:
        """The path without as many outer headings as it takes to leave most of the input to text."""
        if not self._settings.context:
            return headings
        while headings and self._context(headings) > self._embedder.max_tokens // 3:
            headings = headings[1:]
        return headings

    def limit(self, headings: tuple[str, ...]) -> int:
        """Most tokens of a chunk's own text."""
        context = self._context(headings) if self._settings.context else 0
        left = self._embedder.max_tokens - RESERVED_TOKENS - context
        return max(min(self._settings.max_tokens, left), 1)

    def table_context(self, header: RowHeader | None) -> tuple[str, int]:
        """What a chunk needs that begins with a table's row, and how many tokens that is."""
        if header is None or header.is_header or not self._settings.context:
            return "", 0
        if header not in self._table_contexts:
            text = row_context(header)
            while text and len(self._embedder.token_spans(text)) > self._embedder.max_tokens // 3:
                text = text.partition("\n")[2]
            self._table_contexts[header] = text, len(self._embedder.token_spans(text))
        return self._table_contexts[header]

    def _context(self, headings: tuple[str, ...]) -> int:
        if headings not in self._context_tokens:
            line = context_line(self._title, headings)
            self._context_tokens[headings] = len(self._embedder.token_spans(line))
        return self._context_tokens[headings]


def _runs(section: Section, text: str, ruler: TokenRuler, budget: _Budget) -> Iterator[Run]:
    headings = budget.fitting(section.headings)
    limit = budget.limit(headings)
    parts = pieces(section, text, ruler, limit)
    tokens = ruler.sizes([parts[0].start, *(part.end for part in parts)])
    contexts = [budget.table_context(part.header) for part in parts]
    leads = [size if size + own <= limit else 0 for (_, size), own in zip(contexts, tokens, strict=True)]
    costs = _border_costs(parts, text) if sum(tokens) > limit else [0.0] * len(parts)
    firsts = pack(tokens, costs, limit, leads)
    before = [0, *accumulate(tokens)]
    for first, following in zip(firsts, [*firsts[1:], len(parts)], strict=True):
        run: Sequence[Piece] = parts[first:following]
        size = before[following] - before[first]
        only_headings = all(part.kind is BlockKind.HEADING for part in run)
        context = contexts[first][0] if leads[first] else ""
        span = run[0].start, run[-1].end, run[-1].body_end
        yield Run(*span, size, headings, only_headings, context, leads[first])


def _border_costs(parts: Sequence[Piece], text: str) -> list[float]:
    """The cost of cutting before each piece: by its border, and by how much the topic goes on over it.

    Rows of a table speak in names and numbers that tell nothing of a topic.
    """
    rows = [part.kind is BlockKind.TABLE_ROW for part in parts]
    texts = ["" if row else text[part.start : part.end] for part, row in zip(parts, rows, strict=True)]
    goes_on = cohesion(texts)
    return [part.cost + _SAME_TOPIC * share for part, share in zip(parts, goes_on, strict=True)]


def _as_chunks(runs: Sequence[Run], document: Document) -> Iterator[Chunk]:
    page_starts = [page.start for page in document.pages]
    page_of = partial(_page_number, page_starts, document)
    text = document.text
    for ordinal, run in enumerate(runs):
        ink_start = run.start
        while ink_start < run.body_end - 1 and text[ink_start].isspace():
            ink_start += 1
        first, last = page_of(ink_start), page_of(max(run.body_end - 1, ink_start))
        yield Chunk(ordinal, run.start, run.end, first, last, run.headings, run.context)


def _page_number(starts: Sequence[int], document: Document, offset: int) -> int:
    if not starts:
        return 1
    return document.pages[max(bisect_right(starts, offset) - 1, 0)].number
