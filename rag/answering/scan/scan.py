"""Read every record of a list or table, and find which count."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rag.answering.scan.record_collections import Collection, Record, collections_of
from rag.answering.scan.request import Request, conditions_of, read_request
from rag.answering.scan.scanned import Scanned
from rag.reading import Question, Unit, quotable_units
from rag.reading.features import naming
from rag.retrieval.passage_merging import to_passages
from rag.schema import Coverage, Hit, Passage
from rag.store import Store

__all__ = ["SCAN_RIGHT", "Completed", "Scanner"]

SCAN_RIGHT: Final = 0.75
"""How often such answers are right; see `benchmarks/scans.py`."""
_MOST_DOCUMENTS: Final = 4
_MOST_CHUNKS: Final = 400
_MOST_ROWS: Final = 40
_REMEMBERED: Final = 16
"""Documents, of some megabytes each at most."""

_Held = tuple[tuple[Passage, ...], tuple[Collection, ...]]


@dataclass(frozen=True)
class Completed:
    """All rows that have the values which a question names, and how much was read for them."""

    units: tuple[Unit, ...]
    coverage: Coverage


class Scanner:
    """Finds the collection that a question is about, among those of the documents that were found first.

    What the last documents hold is remembered until the library changes: it takes longer to read than all
    else that is done with it. Safe for several threads.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._version = -1
        self._known: dict[str, _Held] = {}

    def scan(self, question: Question, passages: Sequence[Passage]) -> Scanned | None:
        """None where no collection accounts for every word of the question, or two that differ do as well."""
        found: list[Scanned] = []
        for document_id in _first_documents(passages):
            whole, collections = self._held(document_id)
            for collection in collections:
                request = read_request(question, collection)
                if request is not None:
                    found.append(_scanned(request, collection, whole))
        most = max((len(scanned.request.by) for scanned in found), default=0)
        best = [scanned for scanned in found if len(scanned.request.by) == most]
        return best[0] if best and all(other.says == best[0].says for other in best) else None

    def completed(self, question: Question, told: Sequence[Unit]) -> Completed | None:
        """All rows of a kind instead of those that were found; None where the question asks for no kind.

        The best one found is a row with the values that the question names, or, where it denies them, any row
        of the table. What was found elsewhere stays.
        """
        if not told or told[0].row is None:
            return None
        whole, collections = self._held(told[0].document_id)
        for collection in collections:
            rows = {_place(record.unit) for record in collection.records}
            conditions = conditions_of(question, collection) if _place(told[0]) in rows else ()
            units = [r.unit for r in collection.records if all(c.holds(r) for c in conditions)]
            denies = any(condition.is_denied for condition in conditions)
            if not conditions or not units or not (denies or _place(told[0]) in map(_place, units)):
                continue
            others = [unit for unit in told if _place(unit) not in rows]
            coverage = _coverage(whole, collection)
            is_all = {*map(_place, units)} == {_place(unit) for unit in told}
            return Completed(tuple(told) if is_all else (*units[:_MOST_ROWS], *others), coverage)
        return None

    def _held(self, document_id: str) -> _Held:
        version = self._store.version
        with self._lock:
            if version != self._version:
                self._version = version
                self._known.clear()
            known = self._known.get(document_id)
        if known is None:
            known = _read(self._store, document_id)
            with self._lock:
                if version == self._version:
                    self._known[document_id] = known
                while len(self._known) > _REMEMBERED:
                    del self._known[next(iter(self._known))]
        return known


def _first_documents(passages: Sequence[Passage]) -> list[str]:
    return list(dict.fromkeys(passage.document_id for passage in passages))[:_MOST_DOCUMENTS]


def _place(unit: Unit) -> tuple[str, int]:
    return unit.document_id, unit.start


def _scanned(request: Request, collection: Collection, whole: Sequence[Passage]) -> Scanned:
    records = request.records or collection.records
    used = {unit.passage for record in records for unit in _units(record)}
    return Scanned(request, collection, tuple(whole[i] for i in sorted(used)), _coverage(whole, collection))


def _coverage(whole: Sequence[Passage], collection: Collection) -> Coverage:
    count = len(collection.records)
    return Coverage(1, len({passage.page for passage in whole}), 1, count, count)


def _read(store: Store, document_id: str) -> _Held:
    """All of a document as passages, and the collections in it; nothing of one that is too large."""
    chunks = store.document_chunks(document_id)
    if not 0 < len(chunks) <= _MOST_CHUNKS:
        return (), ()
    whole = to_passages(store, [Hit(chunk.chunk_id, 1.0) for chunk in chunks], {})
    return whole, tuple(collections_of(quotable_units(whole), naming(whole[0]) if whole else ""))


def _units(record: Record) -> list[Unit]:
    return [record.unit, *(field.unit for field in record.fields)]
