"""What a question wants of a collection: an operation, the field it is about, and which records count.

Nothing is guessed: every word of the question has to be accounted for, by the operation, by the name of
a field, by a value that selects records, or by what the records are. Else the question is not about the
collection, or asks for more than is done here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from rag.answering.scan.collections import Collection, Field, Record
from rag.attribution import Question, text_terms

__all__ = ["Operation", "Request", "number_of", "read_request"]


class Operation(StrEnum):
    """What is done with the records that count."""

    LIST = "list"
    COUNT = "count"
    LARGEST = "largest"
    SMALLEST = "smallest"
    SUM = "sum"
    MEAN = "mean"


_CUES: Final = (
    (
        Operation.LARGEST,
        r"\b(?:largest|biggest|highest|greatest|most|maximum|max|longest|tallest|heaviest|oldest"
        r"|most expensive|dearest|strongest|fastest|latest|newest|best)\b"
        r"|最大|最高|最多|最长|最長|最重|最贵|最貴|最快|最新|最晚|最强",
    ),
    (
        Operation.SMALLEST,
        r"\b(?:smallest|lowest|least|fewest|minimum|min|shortest|lightest|youngest|cheapest|weakest|slowest"
        r"|earliest|worst)\b|最小|最低|最少|最短|最轻|最輕|最便宜|最慢|最早|最弱",
    ),
    (Operation.MEAN, r"\b(?:average|mean)\b|平均"),
    (
        Operation.SUM,
        r"\b(?:total|sum|altogether|together|in all|overall)\b|总共|總共|合计|合計|总和|總和|一共|总计",
    ),
    (
        Operation.COUNT,
        r"\bhow many\b|\bnumber of\b|\bcount\b|多少[个個家名人项項种種条條]?|几[个個家名项種种条]",
    ),
    (
        Operation.LIST,
        r"\b(?:list|show|name|give|enumerate|all|which|what are|every|each)\b"
        r"|列出|列举|列舉|哪些|哪几|所有|全部",
    ),
)
_PATTERNS: Final = tuple((operation, re.compile(cue, re.IGNORECASE)) for operation, cue in _CUES)
_USUAL: Final = frozenset(
    text_terms(
        "list listed lists show name names give all which what who every each record records entry entries"
        " row rows table contain contains have has there are document documents file currently please me"
        " 列出 所有 全部 哪些 有 的 多少 几个 一共 总共"
    )
)
_BEYOND: Final = re.compile(
    r"\b(?:not|no|without|except|other than|neither|nor|never|than|over|under|above|below|at least|at most"
    r"|before|after|between|since|until|first|last|next|previous|differen(?:t|ce))\b|n['’]t\b"
    r"|^\W*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would)\b"
    r"|[不没沒无無]|以上|以下|超过|超過|多于|少于|之前|之后|吗|嗎",
    re.IGNORECASE,
)
"""What is not done here: denials, bounds, order, yes or no."""
_PLACES: Final = frozenset(text_terms("rank ranking position place number no id 名次 排名 序号 编号"))
"""Of such numbers the largest is not the most."""
_OF_AGE: Final = re.compile(r"\b(?:oldest|youngest)\b|最老|最年轻|最年輕", re.IGNORECASE)
_YEAR: Final = re.compile(r"(?:1\d|20)\d\d")
_ASIDE: Final = re.compile(r"\([^()]*\)|（[^（）]*）")
_YES: Final = frozenset(
    {"yes", "y", "x", "✓", "✔", "☑", "☒", "true", "ja", "oui", "sí", "si", "是", "有", "√"}
)
_NO: Final = frozenset({"no", "n", "✗", "✘", "☐", "false", "nein", "non", "否", "无", "-", "–", "—", ""})
_NUMBER: Final = re.compile(r"[-−–]?\d{1,3}(?:[,\u00a0\u202f ]\d{3})+(?:\.\d+)?|[-−–]?\d+(?:[.,]\d+)?")
_DIGIT: Final = re.compile(r"\d")


@dataclass(frozen=True)
class Request:
    """An operation on the records that were selected; `field` is the name of the one it looks at, if any."""

    operation: Operation
    records: tuple[Record, ...]
    field: str = ""
    by: tuple[str, ...] = ()
    """The names of the fields whose values selected the records."""
    label: str = ""
    """The name of the field that the question calls the records by, where it is not their label."""


def read_request(question: Question, collection: Collection) -> Request | None:
    """What a question wants of a collection; None where not all of it is clear."""
    if _BEYOND.search(question.text):
        return None
    operation = next((operation for operation, cue in _PATTERNS if cue.search(question.text)), None)
    if operation is None:
        return None
    cue_terms = {t for _, cue in _PATTERNS for found in cue.findall(question.text) for t in text_terms(found)}
    open_terms = set(question.terms) - _USUAL - cue_terms
    records, by, used = _selected(open_terms, collection)
    open_terms -= used
    fields = _said_fields(open_terms, collection, by)
    open_terms -= {term for name in fields for term in text_terms(name)} | collection.about
    if len(by) == 1 and len(used & question.names) > 1:
        # "led by Dana Whitlock": who is named by two words or more is not met by chance
        open_terms = open_terms & (question.names | question.numbers) or set(sorted(open_terms)[1:])
    if open_terms or not records or not (used or fields or set(question.terms) & collection.about):
        return None
    label, field = _parted(operation, fields, records, question.text) if fields else ("", "")
    if len(fields) > 1 and not label:
        return None
    request = _checked(operation, tuple(records), field, tuple(by))
    if request is None:
        return None
    if _OF_AGE.search(question.text) and _are_years(request):
        turned = {Operation.LARGEST: Operation.SMALLEST, Operation.SMALLEST: Operation.LARGEST}
        request = replace(request, operation=turned[request.operation])
    return replace(request, label=label)


def number_of(value: str) -> float | None:
    """The one number of a value; None where there is none or more than one."""
    found = _NUMBER.findall(value)
    if len(found) != 1:
        return None
    text = re.sub(r"[\u00a0\u202f ]", "", found[0]).replace("−", "-").replace("–", "-")
    if re.fullmatch(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?", text):
        text = text.replace(",", "")
    return float(text.replace(",", "."))


def _selected(open_terms: set[str], collection: Collection) -> tuple[list[Record], list[str], set[str]]:
    """The records whose values the question names, the fields of these, and the words that name them."""
    used: set[str] = set()
    by: list[str] = []
    kept = list(collection.records)
    for name in collection.names:
        wanted = _wanted_values(name, open_terms, collection)
        terms = {term for value in wanted for term in text_terms(value)} & open_terms
        if terms & used:
            return [], [], set()  # the same words are values of two fields: which is meant is not said
        if wanted:
            kept = [record for record in kept if any(value in wanted for value in _values(record, name))]
            by.append(name)
            used |= terms | set(text_terms(name)) & open_terms
    return kept, by, used


def _wanted_values(name: str, open_terms: set[str], collection: Collection) -> set[str]:
    values = {value for record in collection.records for value in _values(record, name)}
    if values and all(value.casefold() in _YES | _NO for value in values):
        named = set(text_terms(name))
        return {v for v in values if v.casefold() in _YES} if named and named <= open_terms else set()
    own = {value: set(text_terms(value)) for value in values}
    found = {value for value, terms in own.items() if terms and terms <= open_terms}
    return {value for value in found if not any(own[value] < own[other] for other in found)}


def _values(record: Record, name: str) -> list[str]:
    return [field.value for field in record.fields if field.name == name]


def _said_fields(open_terms: set[str], collection: Collection, by: Sequence[str]) -> list[str]:
    """The fields whose names the question says in full, none whose words are all in a longer one's."""
    named = {name: set(text_terms(_ASIDE.sub("", name))) for name in collection.names if name not in by}
    said = {name: terms for name, terms in named.items() if terms and terms <= open_terms}
    return [name for name in said if not any(said[name] < said[other] for other in said)]


def _parted(
    operation: Operation, fields: Sequence[str], records: Sequence[Record], question: str
) -> tuple[str, str]:
    """Of the fields that are said, the one that the records are called by, and the one that is looked at."""
    if len(fields) == 1 or operation not in (Operation.LARGEST, Operation.SMALLEST):
        return "", fields[0]
    cue = next(cue for own, cue in _PATTERNS if own is operation)
    found = cue.search(question)
    behind = text_terms(question[found.end() :]) if found else ()
    looked_at = [name for name in fields if set(text_terms(_ASIDE.sub("", name))) <= set(behind)]
    others = [name for name in fields if name not in looked_at]
    return (others[0], looked_at[0]) if len(looked_at) == len(others) == 1 else ("", "")


def _checked(
    operation: Operation, records: tuple[Record, ...], field: str, by: tuple[str, ...]
) -> Request | None:
    """The request where the operation can be done on these records."""
    if operation is Operation.LIST and field:
        return Request(operation, records, field, by) if by else None
    if operation in (Operation.LIST, Operation.COUNT):
        return None if field else Request(operation, records, "", by)
    if operation in (Operation.SUM, Operation.MEAN) and not field:
        return None
    field = field or _only_number(records)
    if set(text_terms(field)) & _PLACES:
        return None
    numbers = [number_of(found.value) for found in _fields(records, field)]
    if not field or len(numbers) < len(records) or None in numbers or len(records) < 2:
        return None
    if operation in (Operation.SUM, Operation.MEAN) and not all(
        _DIGIT.search(found.value) for found in _fields(records, field)
    ):
        return None
    return Request(operation, records, field, by)


def _fields(records: Sequence[Record], name: str) -> list[Field]:
    return [field for record in records for field in record.fields if field.name == name][: len(records)]


def _are_years(request: Request) -> bool:
    """Whether the field looked at holds years: the oldest is of the least of them."""
    return all(_YEAR.fullmatch(field.value.strip()) for field in _fields(request.records, request.field))


def _only_number(records: Sequence[Record]) -> str:
    """The name of the one field that holds numbers; "" where there are several or none."""
    names = dict.fromkeys(field.name for record in records for field in record.fields)
    numeric = [name for name in names if all(number_of(f.value) is not None for f in _fields(records, name))]
    return numeric[0] if len(numeric) == 1 else ""
