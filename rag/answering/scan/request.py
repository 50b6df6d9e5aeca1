"""What a question wants of a collection: an operation, the field it is about, and which records count.

Nothing is guessed: every word of the question has to be accounted for, by the operation, by the name of
a field, by a value or a bound that selects records, or by what the records are. Else the question is not
about the collection, or asks for more than is done here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from rag.answering.scan.bounded_columns import bounded
from rag.answering.scan.bounds import bounds_of
from rag.answering.scan.conditions import Condition, named_values, told_denials
from rag.answering.scan.cues import (
    BEYOND,
    MONEY,
    OPENS_BEYOND,
    PARTICLES,
    USUAL,
    Asked,
    Operation,
    asked_for,
    dimension,
    direction,
    fits,
)
from rag.answering.scan.denials import DENIAL, denied
from rag.answering.scan.record_collections import Collection, Field, Record
from rag.answering.scan.values import Column, Holds, order_of, unit_of
from rag.answering.scan.words import Word, are_joined, are_kin, content_words, is_deed
from rag.reading import Question, text_terms
from rag.reading.asking_words import without_asking_words
from rag.reading.notation import spelled_out
from rag.text import has_cjk

__all__ = ["EXTREMES", "Request", "conditions_of", "read_request"]

EXTREMES: Final = frozenset({Operation.LARGEST, Operation.SMALLEST})
_COMPUTED: Final = frozenset({Operation.SUM, Operation.MEAN})
_PLACES: Final = frozenset(text_terms("rank ranking position place number no id 名次 排名 序号 编号"))
"""Of such numbers the largest is not the most, and their sum is nothing."""
_LONGEST: Final = 1_000
"""Characters of a question: what says more asks for more than is done here."""
_DIGIT: Final = re.compile(r"\d")
_OF_ONE: Final = re.compile(r"\b(?:what|who)(?: is|[’']s| was) the (?!names\b)", re.IGNORECASE)


@dataclass(frozen=True)
class Request:
    """An operation on the records that were selected; `field` is the name of the one it looks at, if any."""

    operation: Operation
    records: tuple[Record, ...]
    field: str = ""
    conditions: tuple[Condition, ...] = ()
    """What selected the records."""
    label: str = ""
    """The name of the field that the question calls the records by, where it is not their label."""

    @property
    def by(self) -> tuple[str, ...]:
        """The names of the fields whose values selected the records."""
        return tuple(dict.fromkeys(condition.column.name for condition in self.conditions))


@dataclass(frozen=True)
class _Reading:
    """A question read with a collection: what it asks, its words, and the conditions that it sets."""

    asked: Asked
    said: Sequence[Word]
    conditions: tuple[Condition, ...]
    collection: Collection

    @property
    def columns(self) -> list[Column]:
        """The columns that the conditions are about."""
        return [condition.column for condition in self.conditions]

    def sums(self, fields: Sequence[Column]) -> bool:
        """Whether a total is asked for of a column: "how many seats in total"."""
        return self.asked.may_sum and len(fields) == 1 and fields[0].holds is Holds.NUMBERS


def read_request(question: Question, collection: Collection) -> Request | None:
    """What a question wants of a collection; None where not all of it is clear."""
    reading = _read(question, collection)
    if reading is None or any(condition.is_had for condition in reading.conditions):
        return None
    open_words = _unaccounted(reading)
    fields = _said_fields(open_words, reading)
    named = {term for column in fields for term in column.terms | column.aside}
    open_words = {i: word for i, word in open_words.items() if word.term not in named}
    money = any(word.term in MONEY for word in open_words.values())
    label, field = _parted(reading, fields, money=money)
    if field is not None and field.is_money and not fields[1:]:
        open_words = {i: word for i, word in open_words.items() if word.term not in MONEY}
    own = set(question.terms) & collection.about
    if open_words or not (reading.conditions or fields or own) or _is_asked_of_others(reading, fields):
        return None
    if len(fields) > 1 and not label:
        return None
    records = tuple(r for r in collection.records if all(c.holds(r) for c in reading.conditions))
    if not records and any(c.is_bound and c.column.is_time for c in reading.conditions):
        return None  # a time that the table does not reach tells nothing
    if len(records) > 1 and reading.asked.operation is Operation.LIST and _OF_ONE.search(question.text):
        return None
    return _checked(reading, records, field, label)


def conditions_of(question: Question, collection: Collection) -> tuple[Condition, ...]:
    """What a question for all or how many sets as conditions, of rows that other means found.

    They need not be called as the table calls them ("people" in the table of staff), and one more word may
    stand beside a value, as in "a diesel engine", that is itself of no value.
    """
    reading = _read(question, collection)
    if reading is None or reading.asked.operation not in (Operation.LIST, Operation.COUNT):
        return ()
    open_words = _unaccounted(reading)
    fields = _said_fields(open_words, reading)
    named = {term for column in fields for term in column.terms | column.aside}
    left = {number: word.term for number, word in open_words.items() if word.term not in named}
    used = {number for condition in reading.conditions for number in condition.used}
    denies = any(condition.is_denied for condition in reading.conditions)
    if not left and any(condition.is_had for condition in reading.conditions):
        return ()
    if reading.asked.operation is Operation.LIST and _is_asked_of_others(reading, fields):
        return ()
    head = [number for number in left if _is_first(number, reading)]
    others = [number for number in left if number not in head]
    beside = all({number - 1, number if denies else number + 1} & used for number in others)
    values = {t for told in collection.value_terms.values() for terms in told.values() for t in terms}
    if len(others) > 1 or not beside or (values | question.names) & set(left.values()):
        return ()
    return reading.conditions


def _read(question: Question, collection: Collection) -> _Reading | None:
    if len(question.asked) > _LONGEST:
        return None
    text = spelled_out(question.asked)
    if OPENS_BEYOND.match(text):
        return None
    bounds = bounds_of(text)
    column_terms = frozenset(term for column in collection.columns.values() for term in column.terms)
    for bound in bounds:
        text = _without(text, bound.start, bound.end)
    asked = asked_for(text, column_terms)
    if asked is None:
        return None
    if has_cjk(text):
        asked = _without_function_characters(asked)
    own = told_denials(text, collection)
    denials = [
        match
        for match in DENIAL.finditer(asked.rest)
        if not any(start <= match.start() < end for start, end in own)
    ]
    rest = DENIAL.sub(lambda match: " " * len(match.group()), asked.rest)
    said = content_words(rest)
    valued = named_values(rest, text, said, collection)
    limits = None if valued is None else bounded(text, bounds, said, valued, collection)
    if limits is None or valued is None or _parts(rest, said, valued):
        return None
    conditions: Sequence[Condition] | None = [*valued, *limits]
    if denials:
        conditions = denied(denials, [*valued, *limits], said, collection)
    return None if conditions is None else _Reading(asked, said, tuple(conditions), collection)


def _without_function_characters(asked: Asked) -> Asked:
    """What is asked without characters over which Chinese bigrams mean nothing."""
    before, behind = (
        without_asking_words(part) for part in (asked.rest[: asked.end], asked.rest[asked.end :])
    )
    return replace(asked, rest=before + behind, end=len(before))


def _without(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


def _parts(text: str, said: Sequence[Word], valued: Sequence[Condition]) -> bool:
    """Whether a text asks for what is not done: also where "or" joins more than values of one column."""
    for condition in valued:
        places = sorted(condition.used)
        for a, b in pairwise(places):
            if are_joined(text, said[a], said[b]):
                text = _without(text, said[a].end, said[b].start)
    return BEYOND.search(text) is not None


def _unaccounted(reading: _Reading) -> dict[int, Word]:
    """The words that neither conditions nor what the records are account for, by their numbers."""
    used = {number for condition in reading.conditions for number in condition.used}
    names = {term for column in reading.columns for term in column.terms | column.aside}
    units = {column.unit for column in reading.collection.columns.values() if column.unit}
    about = reading.collection.about
    found = {}
    for number, word in enumerate(reading.said):
        term = word.term
        if number in used or term in about or term in names or term in USUAL:
            continue
        if not _is_first(number, reading) and (
            term in PARTICLES or any(are_kin(term, column.terms) for column in reading.columns)
        ):
            continue
        if unit_of(word.text) in units:
            continue
        found[number] = word
    return found


def _is_first(number: int, reading: _Reading) -> bool:
    """Whether a word follows "how many" or "which": it says what is counted or listed."""
    if reading.asked.cue not in ("how many", "which", "number of"):
        return False
    first = next((i for i, word in enumerate(reading.said) if word.start >= reading.asked.end), -1)
    return number == first


def _said_fields(open_words: dict[int, Word], reading: _Reading) -> list[Column]:
    """The columns whose names the question says in full, none whose words are all in a longer one's."""
    terms = {word.term for word in open_words.values()}
    spelt = {word.text for word in open_words.values()}
    others = [column for column in reading.collection.columns.values() if column not in reading.columns]
    said = [column for column in others if column.terms and column.terms <= terms]
    said = [c for c in said if not is_deed(c.name) or c.name.casefold() in spelt]  # not "did she install"
    return [column for column in said if not any(column.terms < other.terms for other in said)]


def _parted(reading: _Reading, fields: Sequence[Column], *, money: bool) -> tuple[str, Column | None]:
    """The column that the records are called by, if it is not their label, and the one that is looked at."""
    operation = reading.asked.operation
    if operation in (Operation.LIST, Operation.COUNT) and not reading.sums(fields):
        return "", fields[0] if len(fields) == 1 else None
    ordered = [column for column in fields if column.is_time or column.holds is Holds.NUMBERS]
    others = [column for column in fields if column not in ordered]
    before = {word.term for word in reading.said if word.end <= reading.asked.end}
    is_called = len(others) == 1 and operation in EXTREMES and others[0].terms <= before
    label = others[0].name if is_called else ""
    if not ordered and (not others or label):
        return label, _meant(reading, money=money)
    if not others and len(ordered) == 1:
        return "", ordered[0]
    behind = {word.term for word in reading.said if word.start >= reading.asked.end}
    looked_at = [column for column in ordered if column.terms <= behind]
    if operation in EXTREMES and len(looked_at) == 1 == len(fields) - 1:
        return next(column.name for column in fields if column not in looked_at), looked_at[0]
    return "", None


def _meant(reading: _Reading, *, money: bool) -> Column | None:
    """The one column that a word like "longest" or a sum can be of, where none is named."""
    asked = reading.asked
    columns = [column for column in reading.collection.columns.values() if not column.terms & _PLACES]
    numbers = [column for column in columns if column.holds is Holds.NUMBERS]
    if named := dimension(asked.cue):
        meant = [column for column in columns if fits(column, named)]
    elif money:
        meant = [column for column in columns if column.is_money]
    elif asked.operation in _COMPUTED:
        meant = [column for column in numbers if column.is_money] if len(numbers) == 1 else []
    else:
        meant = [] if asked.counts_others else numbers
    return meant[0] if len(meant) == 1 else None


def _is_asked_of_others(reading: _Reading, fields: Sequence[Column]) -> bool:
    """Whether what is counted or listed is not the records but those that several of them are about.

    "How many employees have expenses" is no number of rows; who spent more than 100 may have spent it in two,
    and who has a row that is not of travel may have one that is.
    """
    operation = reading.asked.operation
    first = next((word for word in reading.said if word.start >= reading.asked.end), None)
    label_terms = set(text_terms(reading.collection.label_name))
    called = first is not None and first.term in label_terms and not reading.collection.labels_differ
    if operation is Operation.LIST and fields:
        called = called or _repeats(reading, fields[0].name)
    divides = any(
        c.is_denied or c.has_several or (c.is_bound and c.column.holds is Holds.NUMBERS)
        for c in reading.conditions
    )
    return called and (operation is Operation.COUNT or divides)


def _repeats(reading: _Reading, name: str) -> bool:
    """Whether several records have the same value of a column, or, without one, the same label."""
    records = reading.collection.records
    values = {tuple(record.values(name)) if name else (record.label,) for record in records}
    return len(values) < len(records)


def _checked(
    reading: _Reading, records: tuple[Record, ...], field: Column | None, label: str
) -> Request | None:
    """The request where the operation can be done on these records."""
    operation, conditions = reading.asked.operation, reading.conditions
    name = field.name if field else ""
    if field and reading.sums([field]):
        operation = Operation.SUM
    if operation is Operation.LIST and field:
        if not conditions or not records:
            return None
        return Request(operation, records, name, conditions)
    says_itself = conditions and all(c.column.name == reading.collection.label_name for c in conditions)
    if operation is Operation.LIST and says_itself and reading.collection.labels_differ:
        return None
    if operation in (Operation.LIST, Operation.COUNT):
        return None if field else Request(operation, records, "", conditions)
    if field is None or field.terms & _PLACES or len(records) < 2:
        return None
    if reading.asked.counts_others and _repeats(reading, label):
        return None  # a team's goals are those of all its players
    if not _are_comparable(operation, field, records, reading):
        return None
    if operation in EXTREMES:
        operation = direction(operation, reading.asked.cue, field)
    return Request(operation, records, name, conditions, label)


def _are_comparable(
    operation: Operation, field: Column, records: Sequence[Record], reading: _Reading
) -> bool:
    """Whether each record has one value, and these can be compared, or added up."""
    fields = [_fields(record, field.name) for record in records]
    values = [held[0].value for held in fields if held]
    if len(values) < len(records) or any(order_of(value) is None for value in values):
        return False
    if reading.collection.mixes_currencies and field.holds is Holds.NUMBERS and not field.unit:
        return False
    if operation in _COMPUTED:
        return field.holds is Holds.NUMBERS and all(map(_DIGIT.search, values))
    return True


def _fields(record: Record, name: str) -> list[Field]:
    return [field for field in record.fields if field.name == name]
