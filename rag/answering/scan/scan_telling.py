"""Tell what was found in a list or table: a sentence with a citation for each record, and a table."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Generator, Sequence
from typing import Final

from rag.answering.events import AnswerEvent, SentenceReady
from rag.answering.outcome import Outcome
from rag.answering.scan.cues import Operation
from rag.answering.scan.record_collections import Collection, Record
from rag.answering.scan.request import EXTREMES, Request
from rag.answering.scan.scanned import Scanned, field_of
from rag.answering.scan.values import Holds, number_of
from rag.reading import CitationBook, Question
from rag.schema import AnswerSentence, AnswerTable
from rag.text import has_cjk

__all__ = ["tell_scan"]

_MOST_TOLD: Final = 40
_MOST_VALUES: Final = 6
_DECIMALS: Final = re.compile(r"\.(\d+)")
_SAID: Final = {
    Operation.LARGEST: ("the largest of {}", "{}项中最大"),
    Operation.SMALLEST: ("the smallest of {}", "{}项中最小"),
    Operation.SUM: ("sum of {}", "{}项之和"),
    Operation.MEAN: ("mean of {}", "{}项的平均值"),
}
_SAID_OF_TIME: Final = {
    Operation.LARGEST: ("the latest of {}", "{}项中最晚"),
    Operation.SMALLEST: ("the earliest of {}", "{}项中最早"),
}


def tell_scan(
    question: Question, scanned: Scanned, book: CitationBook
) -> Generator[AnswerEvent, None, Outcome]:
    """Tell what was found as a sentence with a citation for each record, and as a table."""
    request, told = scanned.request, scanned.shown[:_MOST_TOLD]
    label_name = scanned.collection.label_name
    looked_at = [*request.by, *([request.field] if request.field else [])]
    names = [name for name in dict.fromkeys(looked_at) if name != label_name]
    cited: dict[tuple[int, str], int] = {}
    for i, record in enumerate(told):
        for name in names or [""]:
            unit = field_of(record, name).unit if name else record.unit
            cited[i, name] = book.cite(unit.document_id, unit.start, unit.end, unit.text)
    numbers = tuple(dict.fromkeys(cited.values()))
    sentence = AnswerSentence(_sentence(question, scanned), numbers, own_words=True)
    yield SentenceReady(sentence, tuple(book.citations[number - 1] for number in sentence.citations))
    table = AnswerTable(
        (label_name, *names),
        tuple((record.label, *(field_of(record, name).value for name in names)) for record in told),
        tuple((i, column + 1) for i in range(len(told)) for column in range(len(names))),
        tuple((cited[i, (names or [""])[0]], *(cited[i, name] for name in names)) for i in range(len(told))),
    )
    return Outcome((sentence,), book.citations, table=table)


def _sentence(question: Question, scanned: Scanned) -> str:
    request, told = scanned.request, scanned.told
    chinese = has_cjk(question.text)
    if request.operation in (Operation.LIST, Operation.COUNT):
        return _listed(scanned, chinese=chinese)
    column = scanned.collection.columns[request.field]
    forms = _SAID_OF_TIME if column.is_time else _SAID
    said = forms[request.operation][chinese].format(len(request.records))
    if request.operation in EXTREMES:
        call = _calling(request, scanned.collection)
        values = [(call(record), field_of(record, request.field).value) for record in told]
        joined = "; ".join(f"{label} – {request.field}: {value}" for label, value in values)
    else:
        joined = f"{request.field}: {_computed(request)}"
    by = _by(request, request.records) if request.operation not in EXTREMES else ""
    said = f"{said}; {by}" if by else said
    return f"{joined}（{said}）。" if chinese else f"{joined} ({said})."


def _listed(scanned: Scanned, *, chinese: bool) -> str:
    """The records by name, and what selected them; how many of how many where that was asked."""
    request, told = scanned.request, scanned.told
    count, total = len(told), len(scanned.collection.records)
    if not told:
        sought = "; ".join(condition.said for condition in request.conditions)
        if request.operation is Operation.LIST:
            return f"{total}项中没有（{sought}）。" if chinese else f"None of {total} ({sought})."
        return f"{total}项中的0项（{sought}）。" if chinese else f"0 of {total} ({sought})."
    call = _calling(request, scanned.collection)
    shown = list(dict.fromkeys(_value(call(record), record, request.field) for record in told[:_MOST_TOLD]))
    listed = ("、" if chinese else ", ").join(shown)
    if more := count - min(count, _MOST_TOLD):
        listed += f"，另有{more}项" if chinese else f" and {more} more"
    by = _by(request, told)
    listed = f"{listed}（{by}）" if by and chinese else f"{listed} ({by})" if by else listed
    if request.operation is Operation.LIST:
        return f"{listed}。" if chinese else f"{listed}."
    number = str(count) if count == total else f"{total}项中的{count}项" if chinese else f"{count} of {total}"
    return f"{number}：{listed}。" if chinese else f"{number}: {listed}."


def _by(request: Request, told: Sequence[Record]) -> str:
    """What selected the records: the values that they have, or, of too many, what was sought."""
    said = {}
    for condition in request.conditions:
        name = condition.column.name
        values = list(dict.fromkeys(value for record in told for value in record.values(name)))
        is_told = any(values) and len(values) <= _MOST_VALUES
        said[name] = f"{name}: {', '.join(values)}" if is_told else condition.said
    return "; ".join(said.values())


def _calling(request: Request, collection: Collection) -> Callable[[Record], str]:
    """How records are called: by the field that the question names, or so that they can be told apart."""
    if request.label:
        return lambda record: field_of(record, request.label).value or record.label
    if collection.labels_differ or request.field:
        return lambda record: record.label
    apart = [name for name in collection.columns if name not in (collection.label_name, *request.by)]
    apart.sort(key=lambda name: collection.columns[name].holds is not Holds.TEXTS)
    for name in apart:
        if len({(r.label, field_of(r, name).value) for r in collection.records}) == len(collection.records):
            return lambda record: f"{record.label} – {field_of(record, name).value}"
    return lambda record: record.label


def _value(label: str, record: Record, name: str) -> str:
    """A record's value, and whose it is; its label alone where no value is asked for."""
    value = field_of(record, name).value if name else ""
    return f"{label}: {value}" if value else label


def _computed(request: Request) -> str:
    """The sum or the mean, with what stands around the number in every value."""
    values = [field_of(record, request.field).value for record in request.records]
    numbers = [number_of(value) or 0.0 for value in values]
    total = math.fsum(numbers)
    result = total / len(numbers) if request.operation is Operation.MEAN else total
    places = max(len(found[1]) if (found := _DECIMALS.search(value)) else 0 for value in values)
    text = f"{result:,.{min(places, 4)}f}"
    if request.operation is Operation.MEAN:
        finer = f"{result:,.{min(places + 1, 4)}f}"
        text = text if finer.endswith("0") else finer  # a digit more, where it tells something
    words = {"".join(c for c in value if not c.isdigit() and c not in ",.-−–").strip() for value in values}
    unit = words.pop() if len(words) == 1 else ""
    return f"{text} {unit}".strip() if not unit or unit[0].isalnum() else f"{unit}{text}"
