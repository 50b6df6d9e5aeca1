"""Read every record of the lists and tables that were found, and do with them what the question asks."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from rag.answering.tables.choices import Operation
from rag.answering.tables.chooser import Chooser
from rag.answering.tables.request import COMPUTED, EXTREMES, Request, read_request
from rag.answering.tables.table_records import Collection, Record, collections_of, turned
from rag.reading import Question, quotable_units, text_terms
from rag.retrieval.passage_merging import to_passages
from rag.schema import Coverage, Hit, Passage
from rag.store import Store

__all__ = ["Scanned", "Scanner"]

_SURE: Final = 0.64
"""How often requests must be right, by those on tables kept apart, to be followed."""
_SURE_OF_VALUE: Final = 0.7
"""The same of one value: a sentence could be quoted in its place."""
_NEARLY_AS_SURE: Final = 0.9
"""Tables that are as likely meant as this are not chosen from where they tell different things."""
_MOST_DOCUMENTS: Final = 4
_MOST_COLLECTIONS: Final = 4
_FEW_COLLECTIONS: Final = 3
"""All collections of a document that holds no more are read, of another those of which a record was found."""
_MOST_CHUNKS: Final = 400
_LONGEST: Final = 1_000
"""Characters of a question: what says more asks for more than is done here."""
_REMEMBERED: Final = 16
"""Documents, of some megabytes each at most."""

_Held = tuple[tuple[Passage, ...], tuple[Collection, ...]]


@dataclass(frozen=True)
class Scanned:
    """A collection that was read whole, what the question wants of it, and the passages that hold it."""

    request: Request
    collection: Collection
    passages: tuple[Passage, ...]
    coverage: Coverage
    right: float = 1.0
    """How likely all of it is what the question asks."""

    @property
    def told(self) -> tuple[Record, ...]:
        """The records that answer."""
        request = self.request
        if request.operation not in EXTREMES:
            return request.records
        column = self.collection.columns[request.field]
        sign = 1.0 if request.operation is Operation.LARGEST else -1.0
        orders = [sign * (column.order(r.field(request.field).value) or 0.0) for r in request.records]
        most = max(orders, default=0.0)
        return tuple(r for r, order in zip(request.records, orders, strict=True) if order == most)

    @property
    def says(self) -> tuple[object, ...]:
        """What is answered, to be compared with what another collection says."""
        names = (self.request.field, *self.request.shown)
        values = [(record.label, *(record.field(name).value for name in names)) for record in self.told]
        return (self.request.operation, *sorted(values))

    @property
    def shown(self) -> tuple[Record, ...]:
        """The records that are cited: those that answer, or all that were looked at where none does."""
        return self.told or self.collection.records


class Scanner:
    """Finds the collection that a question is about, among those of the documents that were found first.

    What the last documents hold is remembered until the library changes: it takes longer to read than all
    else that is done with it. Safe for several threads.
    """

    def __init__(self, store: Store, chooser: Chooser | None) -> None:
        """Without a chooser nothing is found."""
        self._store = store
        self._chooser = chooser
        self._lock = threading.Lock()
        self._version = -1
        self._known: dict[str, _Held] = {}

    def scan(self, question: Question, passages: Sequence[Passage]) -> Scanned | None:
        """None where nothing is asked of a table, or it is not sure enough what, and of which."""
        chooser = self._chooser
        if chooser is None or len(question.asked) > _LONGEST:
            return None
        found: list[Scanned] = []
        for whole, collection in self.nearest(passages):
            request = read_request(chooser, question.asked, collection)
            request = None if request is None else _doable(request, collection, question)
            if request is not None:
                right = chooser.probability(request.operation, request.sureness)
                if right >= (_SURE_OF_VALUE if request.operation is Operation.VALUE else _SURE):
                    found.append(_scanned(request, collection, whole, right))
        found.sort(key=lambda scanned: -scanned.right)
        best = [scanned for scanned in found if scanned.right > _NEARLY_AS_SURE * found[0].right]
        return best[0] if best and all(other.says == best[0].says for other in best) else None

    def nearest(self, passages: Sequence[Passage]) -> list[tuple[Sequence[Passage], Collection]]:
        """The collections of the first documents, those first of which a record was found."""
        near: list[tuple[Sequence[Passage], Collection]] = []
        others: list[tuple[Sequence[Passage], Collection]] = []
        for document_id in list(dict.fromkeys(p.document_id for p in passages))[:_MOST_DOCUMENTS]:
            whole, collections = self._held(document_id)
            places = [(p.start, p.end) for p in passages if p.document_id == document_id]
            for collection in collections:
                if any(a <= r.unit.start < b for r in collection.records for a, b in places):
                    near.append((whole, collection))
                elif len(collections) <= _FEW_COLLECTIONS:
                    others.append((whole, collection))
        return [*near, *others][:_MOST_COLLECTIONS]

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


def _doable(request: Request, collection: Collection, question: Question) -> Request | None:
    """The request with the records that can be compared or added up; None where that leaves too few.

    Nobody asks for the largest of one: a condition was read that is none. What the question calls by its
    label is not one of many that are compared or added up. A value is looked up in one record.
    A list of one record that the question names is left to what stands around it.
    """
    records = request.records
    if request.operation in EXTREMES or request.operation in COMPUTED:
        column = collection.columns[request.field]
        if (column.unclear_point and request.operation in COMPUTED) or _names_one(question, collection):
            return None
        records = tuple(r for r in records if column.order(r.field(request.field).value) is not None)
        return replace(request, records=records) if len(records) > 1 else None
    if request.operation is Operation.VALUE:
        tells = any(r.field(name).value.strip() for r in records for name in request.shown)
        return request if tells and len(records) == 1 else None
    if request.operation is Operation.LIST:
        by_name = len(records) == 1 and request.by == (collection.label_name,)
        return None if by_name or not records else request
    return request


def _names_one(question: Question, collection: Collection) -> bool:
    """Whether a question holds all words of a label that one record alone has: "excess of the van"."""
    elsewhere = {term for name in (*collection.columns, collection.named) for term in text_terms(name)}
    labels = Counter(tuple(text_terms(record.label)) for record in collection.records)
    return any(
        count == 1 and label and not elsewhere.issuperset(label) and set(question.terms).issuperset(label)
        for label, count in labels.items()
    )


def _scanned(request: Request, collection: Collection, whole: Sequence[Passage], right: float) -> Scanned:
    records = request.records or collection.records
    used = {unit.passage for record in records for unit in record.units}
    count = len(collection.records)
    coverage = Coverage(1, len({passage.page for passage in whole}), 1, count, count)
    return Scanned(request, collection, tuple(whole[i] for i in sorted(used)), coverage, right)


def _read(store: Store, document_id: str) -> _Held:
    """All of a document as passages, and the collections in it; nothing of one that is too large."""
    chunks = store.document_chunks(document_id)
    if not 0 < len(chunks) <= _MOST_CHUNKS:
        return (), ()
    whole = to_passages(store, [Hit(chunk.chunk_id, 1.0) for chunk in chunks], {})
    called = whole[0].title or whole[0].source if whole else ""
    found = map(turned, collections_of(quotable_units(whole)))
    return whole, tuple(replace(c, named=", ".join(filter(None, (c.named, called)))) for c in found)
