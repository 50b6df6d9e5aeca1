"""Cuts a document by its structure, in the embedder's own tokens."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import accumulate
from typing import Final

from ingest.chunkers.cohesion import cohesion
from ingest.chunkers.joining import Run, join_small
from ingest.chunkers.outline import Section, outline
from ingest.chunkers.packing import pack
from ingest.chunkers.pieces import Piece, pieces
from ingest.chunkers.ruler import TokenRuler
from rag.models.protocol import Embedder
from rag.schema import BlockKind, Chunk, Document, RowHeader
from rag.settings import ChunkingSettings
from rag.text import context_line
from rag.text.tables import row_context

__all__ = ["StructureChunker"]

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
