"""Read every record of a list or table, and tell which count, how many, the largest or the sum."""

from __future__ import annotations

import math
import threading
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Final

from rag.answering.events import AnswerEvent, SentenceReady
from rag.answering.outcome import Outcome
from rag.answering.scan.collections import Collection, Field, Record, collections_of
from rag.answering.scan.request import Operation, Request, number_of, read_request
from rag.attribution import CitationBook, Question, Unit, quotable_units
from rag.attribution.features import naming
from rag.retrieval.passages import to_passages
from rag.schema import AnswerSentence, AnswerTable, Coverage, Hit, Passage
from rag.store import Store
from rag.text import has_cjk

__all__ = ["SCAN_RIGHT", "Scanned", "Scanner", "tell_scan"]

SCAN_RIGHT: Final = 0.75
"""How often such answers are right; see `benchmarks/scans.py`."""
_MOST_DOCUMENTS: Final = 4
_MOST_CHUNKS: Final = 400
_MOST_TOLD: Final = 40
_REMEMBERED: Final = 16
"""Documents, of some megabytes each at most."""
_EXTREMES: Final = frozenset({Operation.LARGEST, Operation.SMALLEST})
_SAID: Final = {
    Operation.LARGEST: ("the largest of {}", "{}项中最大"),
    Operation.SMALLEST: ("the smallest of {}", "{}项中最小"),
    Operation.SUM: ("sum of {}", "{}项之和"),
    Operation.MEAN: ("mean of {}", "{}项的平均值"),
}

_Held = tuple[tuple[Passage, ...], tuple[Collection, ...]]


@dataclass(frozen=True)
class Scanned:
    """A collection that was read whole, what the question wants of it, and the passages that hold it."""

    request: Request
    collection: Collection
    passages: tuple[Passage, ...]
    coverage: Coverage

    @property
    def told(self) -> tuple[Record, ...]:
        """The records that answer."""
        records, field = self.request.records, self.request.field
        if self.request.operation not in _EXTREMES:
            return records
        sign = 1.0 if self.request.operation is Operation.LARGEST else -1.0
        numbers = [sign * (number_of(_field(record, field).value) or 0.0) for record in records]
        return tuple(r for r, number in zip(records, numbers, strict=True) if number == max(numbers))


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
        """None where no collection accounts for every word of the question."""
        best: Scanned | None = None
        for document_id in list(dict.fromkeys(passage.document_id for passage in passages))[:_MOST_DOCUMENTS]:
            whole, collections = self._held(document_id)
            for collection in collections:
                request = read_request(question, collection)
                if request is None or (best and len(best.request.by) >= len(request.by)):
                    continue
                used = {unit.passage for record in request.records for unit in _units(record)}
                count = len(collection.records)
                coverage = Coverage(1, len({p.page for p in whole}), 1, count, count)
                best = Scanned(request, collection, tuple(whole[i] for i in sorted(used)), coverage)
        return best

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


def _read(store: Store, document_id: str) -> _Held:
    """All of a document as passages, and the collections in it; nothing of one that is too large."""
    chunks = store.document_chunks(document_id)
    if not 0 < len(chunks) <= _MOST_CHUNKS:
        return (), ()
    whole = to_passages(store, [Hit(chunk.chunk_id, 1.0) for chunk in chunks], {})
    return whole, tuple(collections_of(quotable_units(whole), naming(whole[0]) if whole else ""))


def tell_scan(
    question: Question, scanned: Scanned, book: CitationBook
) -> Generator[AnswerEvent, None, Outcome]:
    """Tell what was found as a sentence with a citation for each record, and as a table."""
    request, told = scanned.request, scanned.told[:_MOST_TOLD]
    names = [*request.by, *([request.field] if request.field else [])]
    cited: dict[tuple[int, str], int] = {}
    for i, record in enumerate(told):
        for name in names or [""]:
            unit = _field(record, name).unit if name else record.unit
            cited[i, name] = book.cite(unit.document_id, unit.start, unit.end, unit.text)
    numbers = tuple(dict.fromkeys(cited.values()))
    sentence = AnswerSentence(_sentence(question, scanned), numbers, own_words=True)
    yield SentenceReady(sentence, tuple(book.citations[number - 1] for number in sentence.citations))
    table = AnswerTable(
        (scanned.collection.label_name, *names),
        tuple((record.label, *(_field(record, name).value for name in names)) for record in told),
        tuple((i, column + 1) for i in range(len(told)) for column in range(len(names))),
        tuple((cited[i, (names or [""])[0]], *(cited[i, name] for name in names)) for i in range(len(told))),
    )
    return Outcome((sentence,), book.citations, table=table)


def _sentence(question: Question, scanned: Scanned) -> str:
    request, told = scanned.request, scanned.told
    chinese = has_cjk(question.text)
    count, total = len(request.records), len(scanned.collection.records)
    if request.operation in (Operation.LIST, Operation.COUNT):
        shown = [_value(record, request.field) for record in told[:_MOST_TOLD]]
        more = len(told) - len(shown)
        listed = ("、" if chinese else ", ").join(shown)
        if more:
            listed += f"，另有{more}项" if chinese else f" and {more} more"
        by = "; ".join(f"{name}: {', '.join(_told_values(told, name))}" for name in request.by)
        listed = f"{listed}（{by}）" if by and chinese else f"{listed} ({by})" if by else listed
        if request.operation is Operation.LIST:
            return f"{listed}。" if chinese else f"{listed}."
        number = (
            str(count) if count == total else f"{total}项中的{count}项" if chinese else f"{count} of {total}"
        )
        return f"{number}：{listed}。" if chinese else f"{number}: {listed}."
    said = _SAID[request.operation][chinese].format(count)
    if request.operation in _EXTREMES:
        values = [(_called(request, record), _field(record, request.field).value) for record in told]
        joined = "; ".join(f"{label} – {request.field}: {value}" for label, value in values)
    else:
        joined = f"{request.field}: {_computed(request)}"
    return f"{joined}（{said}）。" if chinese else f"{joined} ({said})."


def _called(request: Request, record: Record) -> str:
    """What the question calls a record by: its label, or the value of a field."""
    return (_field(record, request.label).value if request.label else "") or record.label


def _value(record: Record, name: str) -> str:
    """A record's value, and whose it is; its label alone where no value is asked for."""
    value = _field(record, name).value if name else ""
    return f"{record.label}: {value}" if value else record.label


def _told_values(records: Sequence[Record], name: str) -> list[str]:
    return list(
        dict.fromkeys(field.value for record in records for field in record.fields if field.name == name)
    )


def _computed(request: Request) -> str:
    """The sum or the mean, with what stands around the number in every value."""
    values = [_field(record, request.field).value for record in request.records]
    numbers = [number_of(value) or 0.0 for value in values]
    total = math.fsum(numbers)
    result = total / len(numbers) if request.operation is Operation.MEAN else total
    places = max(len(value.split(".")[1].split()[0]) if "." in value else 0 for value in values)
    text = f"{result:,.{min(places, 4)}f}"
    if request.operation is Operation.MEAN:
        finer = f"{result:,.{min(places + 1, 4)}f}"
        text = text if finer.endswith("0") else finer  # a digit more, where it tells something
    words = {"".join(c for c in value if not c.isdigit() and c not in ",.-−–").strip() for value in values}
    unit = words.pop() if len(words) == 1 else ""
    return f"{text} {unit}".strip() if not unit or unit[0].isalnum() else f"{unit}{text}"


def _field(record: Record, name: str) -> Field:
    return next((field for field in record.fields if field.name == name), Field(name, "", record.unit))


def _units(record: Record) -> list[Unit]:
    return [record.unit, *(field.unit for field in record.fields)]
