"""Fill a grid: each document is asked each question by the library's usual way, limited to that document."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Final

from threadpoolctl import threadpool_limits

from rag.answering import Finished
from rag.answering.answer_cache import AnswerCache
from rag.errors import CitewellError
from rag.grid.asked_columns import AskedColumn
from rag.grid.filled_cells import Cell, cell_of
from rag.library import Library
from rag.schema import DocumentInfo
from rag.wire import citation_json

if TYPE_CHECKING:
    from pydantic import TypeAdapter

__all__ = ["Grid", "Progress", "Row", "row_json"]

_LOG = logging.getLogger(__name__)
_FORM: Final = 1
"""Of what is kept and how values are read; another number makes every earlier cell miss."""

Progress = Callable[[int, int], None]
"""Gets how many cells are filled, and how many there are; from any thread, one at a time."""


@dataclass(frozen=True)
class Row:
    """A document and its cells by the names of their columns; those that were not asked are missing."""

    document: DocumentInfo
    cells: Mapping[str, Cell] = field(default_factory=dict)

    @property
    def error(self) -> str:
        """What went wrong first; "" where nothing did."""
        return next((cell.error for cell in self.cells.values() if cell.error), "")


class Grid:
    """Documents as rows, questions as columns.

    A cell is kept in the library as soon as it is filled, under the document's content, its question, type
    and the settings: it is asked again only where one of these has changed. Where the library can only be
    read, or answers are not to be given again (`answering.cache`), every cell is asked.

    Example:
        >>> grid = Grid(library, read_columns("Who is the tenant?", "mine"))       # doctest: +SKIP
        >>> [row.cells["Who is the tenant?"].told for row in grid.fill()]         # doctest: +SKIP
    """

    def __init__(
        self, library: Library, columns: Sequence[AskedColumn], documents: Sequence[str] | None = None
    ) -> None:
        """Take the documents by id, source or file name; None stands for all.

        Raises:
            NotFoundError: one of `documents` is not in the library.
        """
        self.columns = tuple(columns)
        self._library = library
        self.documents = library.store.documents(library.document_ids(documents))

    @property
    def size(self) -> int:
        """How many cells there are."""
        return len(self.documents) * len(self.columns)

    def kept(self) -> list[Row]:
        """The rows with the cells that are filled already; nothing is asked."""
        found = self._find()
        return [
            Row(document, {c.name: found[key] for c, key in self._keys(document) if key in found})
            for document in self.documents
        ]

    def fill(
        self, stop: threading.Event | None = None, progress: Progress | None = None, *, again: bool = False
    ) -> Iterator[Row]:
        """Rows in the order of the documents, each as soon as it is filled; what is kept is not asked again.

        A cell that fails says why, and stops no other; it is asked again the next time. After `stop` the
        rows come with the cells that are filled. `again` asks all. Leaving the iterator stops as well.
        """
        known = {} if again or not self._library.settings.answering.cache else self._find()
        stop = stop or threading.Event()
        count = _Count(len(known), self.size, progress)
        if len(known) == self.size:
            yield from self._rows(known, {})
            return
        asking = self._asking()
        with (
            _SINGLE,
            ThreadPoolExecutor(_at_once(asking), "citewell-grid") as threads,
        ):
            coming = {
                key: threads.submit(self._fill, asking, document, column, key, stop, count)
                for document in self.documents
                for column, key in self._keys(document)
                if key not in known
            }
            try:
                yield from self._rows(known, coming)
            finally:
                stop.set()
                threads.shutdown(cancel_futures=True)

    def _rows(
        self, known: Mapping[bytes, Cell], coming: Mapping[bytes, Future[Cell | None]]
    ) -> Iterator[Row]:
        for document in self.documents:
            cells = {
                column.name: known[key] if key in known else coming[key].result()
                for column, key in self._keys(document)
            }
            yield Row(document, {name: cell for name, cell in cells.items() if cell is not None})

    def _fill(
        self,
        asking: Library,
        document: DocumentInfo,
        column: AskedColumn,
        key: bytes,
        stop: threading.Event,
        count: _Count,
    ) -> Cell | None:
        """Ask, and keep the cell; None where the grid is stopped before it is filled."""
        if stop.is_set():
            return None
        try:
            *_, finished = asking.ask_stream(
                column.question, [document.document_id], stop=stop, use_cache=False
            )
            assert isinstance(finished, Finished)
            if stop.is_set():
                return None
            cell = cell_of(column, finished.answer, document, asking.store)
            if not asking.store.read_only and "generator_failed" not in finished.record.why:
                asking.store.cells.keep(key, document.document_id, _form().dump_json(cell).decode())
        except CitewellError as error:
            cell = Cell.failed(str(error))
        except Exception as error:  # one document must not stop the others; told whole in the log
            _LOG.exception("a cell of %s failed", document.source)
            cell = Cell.failed(f"{type(error).__name__}: {error}")
        count.add()
        return cell

    def _asking(self) -> Library:
        """The library without its cache of answers, from which a grid would push those of people."""
        settings = self._library.settings.answering
        asking = self._library.answering(settings.model_copy(update={"cache": False}))
        _ = asking.answerer
        asking.embedder.embed_questions([self.columns[0].question])  # loads what `threadpool_limits` limits
        return asking

    def _find(self) -> dict[bytes, Cell]:
        keys = [key for document in self.documents for _, key in self._keys(document)]
        found = {}
        for key, text in self._library.store.cells.find(keys).items():
            with contextlib.suppress(ValueError):  # written by hand: filled again
                found[key] = _form().validate_json(text)
        return found

    def _keys(self, document: DocumentInfo) -> Iterator[tuple[AskedColumn, bytes]]:
        version = (document.document_id, document.loaded_by, document.chunked_by)
        for column in self.columns:
            made_of = [self._made_with, *version, column.question, column.type, *column.choices]
            text = json.dumps(made_of).encode("utf-8", "surrogatepass")
            yield column, hashlib.sha256(text).digest()

    @cached_property
    def _made_with(self) -> str:
        made_with = [_FORM, *AnswerCache(self._library.store, self._library.settings).made_with]
        return hashlib.sha256(json.dumps(made_with).encode("utf-8", "surrogatepass")).hexdigest()


class _Single:
    """While any grid is filled, each product is computed by one thread: its cells are filled side by side.

    The limit is the process's: the first grid sets it, and the last one lifts it, whichever ends first.
    """

    def __init__(self) -> None:
        self._lock, self._inside = threading.Lock(), 0
        self._limits: threadpool_limits | None = None

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._limits is None:
                self._limits = threadpool_limits(limits=1)

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside and self._limits is not None:
                self._limits.restore_original_limits()
                self._limits = None


_SINGLE: Final = _Single()


class _Count:
    """Counts filled cells for many threads."""

    def __init__(self, done: int, total: int, progress: Progress | None) -> None:
        self._done, self._total, self._progress = done, total, progress
        self._lock = threading.Lock()
        self._tell()

    def add(self) -> None:
        with self._lock:
            self._done += 1
            self._tell()

    def _tell(self) -> None:
        if self._progress is not None:
            self._progress(self._done, self._total)


def row_json(row: Row) -> dict[str, Any]:
    """A row in the form of the command line contract (`grid --json`); with `error` where a cell failed."""
    told = {
        "document_id": row.document.document_id,
        "source": row.document.source,
        "cells": {name: _cell_json(cell) for name, cell in row.cells.items()},
    }
    return {**told, "error": row.error} if row.error else told


def _cell_json(cell: Cell) -> dict[str, Any]:
    told = {
        "answer": cell.answer,
        "short_answer": asdict(cell.short_answer) if cell.short_answer is not None else None,
        "verdict": cell.verdict.value,
        "confidence": round(cell.confidence, 4),
        "citations": [citation_json(citation) for citation in cell.citations],
        "value": cell.value,
        "unit": cell.unit,
        "reason": cell.reason,
        "run_id": cell.run_id,
    }
    return {**told, "error": cell.error} if cell.error else told


def _at_once(library: Library) -> int:
    """As many cells as there are cores; where a model writes, as many as it writes for at a time."""
    generator = library.settings.generator
    return generator.batch_size if generator.writes else os.cpu_count() or 1


@cache
def _form() -> TypeAdapter[Cell]:
    from pydantic import TypeAdapter

    return TypeAdapter(Cell)
