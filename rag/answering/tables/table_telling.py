"""Tell what was found in a list or table: a sentence with a citation for each record, and a table."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from functools import cache
from typing import Final

from rag.answering.events import AnswerEvent, SentenceReady
from rag.answering.outcome import Outcome
from rag.answering.reasons import reply_language
from rag.answering.tables.choices import Operation
from rag.answering.tables.columns import Column, Holds, spoken
from rag.answering.tables.request import COMPUTED, EXTREMES, Request
from rag.answering.tables.scanner import Scanned
from rag.answering.tables.table_records import Collection, Record
from rag.reading import CitationBook, Question
from rag.resources import resource
from rag.schema import AnswerSentence, AnswerTable
from rag.text import has_cjk, words

__all__ = ["table_texts", "tell_scan"]

_MOST_TOLD: Final = 40
_MOST_VALUES: Final = 6
_MOST_FIELDS: Final = 8
_SEVERAL: Final = 2
_DESCRIBES: Final = 3
"""Words of a value, in the mean, from which on a column describes what its rows are about."""
_WORD: Final = re.compile(r"[^\W\d_]{3}|[\u2e80-\u9fff\uac00-\ud7af]")
_DECIMALS: Final = re.compile(r"[.,](\d{1,2})(?!\d)")
_WIDE: Final = frozenset(("ja", "zh"))


def tell_scan(
    question: Question, scanned: Scanned, book: CitationBook
) -> Generator[AnswerEvent, None, Outcome]:
    """Tell what was found as a sentence with a citation for each record, and as a table."""
    scanned = _described(scanned)
    request, told = scanned.request, scanned.shown[:_MOST_TOLD]
    label_name = scanned.collection.label_name
    looked_at = [*request.by, *([request.field] if request.field else []), *request.shown]
    names = [name for name in dict.fromkeys(looked_at) if name != label_name]
    cited: dict[tuple[int, str], int] = {}
    for i, record in enumerate(told):
        for name in names or [""]:
            unit = record.field(name).unit if name else record.unit
            cited[i, name] = book.cite(unit.document_id, unit.start, unit.end, unit.text)
    numbers = tuple(dict.fromkeys(cited.values()))
    sentences = [AnswerSentence(_sentence(question, scanned), numbers, own_words=True)]
    if request.operation not in {*COMPUTED, Operation.VALUE} and len(scanned.told) == 1:
        sentences += _rest(scanned.told[0], [label_name, *names], book)
    for sentence in sentences:
        yield SentenceReady(sentence, tuple(book.citations[number - 1] for number in sentence.citations))
    table = AnswerTable(
        (label_name, *names),
        tuple((record.label, *(record.field(name).value for name in names)) for record in told),
        tuple((i, column + 1) for i in range(len(told)) for column in range(len(names))),
        tuple((cited[i, (names or [""])[0]], *(cited[i, name] for name in names)) for i in range(len(told))),
    )
    return Outcome(tuple(sentences), book.citations, table=table)


def _described(scanned: Scanned) -> Scanned:
    """A list of several records shows the column that describes them in words too: the task beside a name."""
    request, collection = scanned.request, scanned.collection
    if request.operation is not Operation.LIST or request.shown or len(scanned.told) < _SEVERAL:
        return scanned
    used = {collection.label_name, *request.by}
    lengths = {
        name: sum(len(words(record.field(name).value)) for record in collection.records)
        for name, column in collection.columns.items()
        if name not in used and column.holds is Holds.TEXTS
    }
    name = max(lengths, key=lengths.__getitem__, default="")
    if lengths.get(name, 0) < _DESCRIBES * len(collection.records):
        return scanned
    return replace(scanned, request=replace(request, shown=(name,)))


@cache
def table_texts() -> dict[str, dict[str, str]]:
    """What is said of tables, by language."""
    read: dict[str, dict[str, str]] = json.loads(
        resource("data", "language", "tables.json").read_text("utf-8")
    )
    return read


def _sentence(question: Question, scanned: Scanned) -> str:
    language = reply_language(question.text)
    texts = table_texts().get(language, table_texts()["en"])
    request = scanned.request
    if request.operation in (Operation.LIST, Operation.COUNT):
        return _listed(scanned, texts, wide=language in _WIDE)
    if request.operation is Operation.VALUE:
        record = scanned.told[0]
        return _ended(", ".join([record.label, *_told(record, request.shown)]), "", wide=language in _WIDE)
    column = scanned.collection.columns[request.field]
    aside = [texts[_word(request.operation, column)].format(n=len(request.records))]
    if request.operation in EXTREMES:
        call = _calling(request, scanned.collection)
        parts = [
            ", ".join([call(r), *_told(r, dict.fromkeys((request.field, *request.shown)))])
            for r in scanned.told
        ]
        joined = "; ".join(dict.fromkeys(parts))
    else:
        joined = f"{spoken(request.field)}: {_computed(request, column)}"
        aside += _by(request, request.records)
    return _ended(joined, "; ".join(aside), wide=language in _WIDE)


def _word(operation: Operation, column: Column) -> str:
    """What is said of an operation; of days and times that they are early or late."""
    if column.is_time and operation in EXTREMES:
        return "latest" if operation is Operation.LARGEST else "earliest"
    return operation.value


def _listed(scanned: Scanned, texts: dict[str, str], *, wide: bool) -> str:
    """The records by name, and what selected them; how many of how many where that was asked."""
    request, told = scanned.request, scanned.told
    count, total = len(told), len(scanned.collection.records)
    some = str(count) if count == total else texts["some"].format(k=count, n=total)
    if not told:
        sought = "; ".join(condition.text for condition in request.conditions)
        return _ended(some, sought, wide=wide)
    call = _calling(request, scanned.collection)
    called = [": ".join([call(r), *_values(r, request.shown)]) for r in told[:_MOST_TOLD]]
    listed = ("、" if wide else ", ").join(dict.fromkeys(called))
    if more := count - min(count, _MOST_TOLD):
        listed = f"{listed}, {texts['more'].format(n=more)}"
    if request.operation is Operation.COUNT:
        listed = f"{some}: {listed}"
    return _ended(listed, "; ".join(_by(request, told)), wide=wide)


def _ended(text: str, aside: str, *, wide: bool) -> str:
    if wide:
        return f"{text}（{aside}）。" if aside else f"{text}。"
    return f"{text} ({aside})." if aside else f"{text}."


def _told(record: Record, names: Sequence[str] | dict[str, None]) -> list[str]:
    return [_named(name, value) for name in names if (value := record.field(name).value)]


def _values(record: Record, names: Sequence[str]) -> list[str]:
    """The values that are asked for, in one piece; nothing where there are none."""
    values = [value for name in names if (value := record.field(name).value) and value != record.label]
    return [", ".join(values)] if values else []


def _by(request: Request, told: Sequence[Record]) -> list[str]:
    """What selected the records: the values that they have, or, of too many, what was sought."""
    said: dict[str, str] = {}
    for condition in request.conditions:
        name = condition.column
        values = list(dict.fromkeys(value for record in told for value in record.values(name)))
        is_told = any(values) and len(values) <= _MOST_VALUES
        said[name] = f"{spoken(name)}: {', '.join(values)}" if is_told else condition.text
    return list(said.values())


def _rest(record: Record, told: Sequence[str], book: CitationBook) -> list[AnswerSentence]:
    """What else is said of the one record that answers, as a sentence."""
    fields = [field for field in record.fields if field.name not in told and field.value.strip()][
        :_MOST_FIELDS
    ]
    if not fields:
        return []
    units = dict.fromkeys(field.unit for field in fields)
    numbers = [book.cite(unit.document_id, unit.start, unit.end, unit.text) for unit in units]
    text = "; ".join(_named(field.name, field.value) for field in fields)
    return [AnswerSentence(text if has_cjk(text[-1]) else f"{text}.", tuple(numbers), own_words=True)]


def _named(name: str, value: str) -> str:
    return f"{spoken(name)}: {value}" if any(map(str.isalnum, name)) else value


def _calling(request: Request, collection: Collection) -> Callable[[Record], str]:
    """How records are called: by their label, and where that is a code or not alone, by another value."""
    columns = [n for n in collection.columns if n not in (collection.label_name, *request.by, *request.shown)]
    if all(_is_code(record.label) for record in collection.records):
        columns = [name for name in columns if _are_names(name, collection)]
    elif collection.labels_differ or request.field or request.shown:
        return lambda record: record.label
    columns.sort(key=lambda name: collection.columns[name].holds is not Holds.TEXTS)
    for name in columns:
        if len({(r.label, r.field(name).value) for r in collection.records}) == len(collection.records):
            return lambda record: " – ".join(filter(None, (record.label, record.field(name).value)))
    return lambda record: record.label


def _is_code(label: str) -> bool:
    """Whether a label is no word: T05, NG 114, 17."""
    return _WORD.search(label) is None


def _are_names(name: str, collection: Collection) -> bool:
    values = [record.field(name).value for record in collection.records]
    return collection.columns[name].holds is Holds.TEXTS and all(_WORD.search(value) for value in values)


def _computed(request: Request, column: Column) -> str:
    """The sum or the mean, with what stands around the number in every value."""
    assert request.operation in COMPUTED
    values = [record.field(request.field).value for record in request.records]
    numbers = [column.order(value) or 0.0 for value in values]
    total = math.fsum(numbers)
    result = total / len(numbers) if request.operation is Operation.MEAN else total
    places = max((len(found[1]) if (found := _DECIMALS.search(value)) else 0 for value in values), default=0)
    text = f"{result:,.{places}f}"
    if request.operation is Operation.MEAN:
        finer = f"{result:,.{min(places + 1, 4)}f}"
        text = text if finer.endswith("0") else finer  # a digit more, where it tells something
    if column.comma_parts:
        text = text.translate(str.maketrans(",.", ".,"))
    words = {re.sub(r"[\d.,'’\s\u00a0\u202f−–-]", "", value) for value in values}
    unit = words.pop() if len(words) == 1 else ""
    return f"{text} {unit}".strip() if not unit or unit[0].isalnum() else f"{unit}{text}"
