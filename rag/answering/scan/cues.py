"""What a question asks to be done with records, and the words by which it does so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rag.answering.scan.values import Column, Holds
from rag.reading import text_terms

__all__ = [
    "BEYOND",
    "MONEY",
    "PARTICLES",
    "USUAL",
    "Asked",
    "Operation",
    "asked_for",
    "dimension",
    "direction",
    "fits",
]


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
        r"\b(?:most (?:expensive|recently|recent|costly)|largest|biggest|highest|greatest|most|maximum|max"
        r"|longest|tallest|heaviest|oldest|dearest|costliest|strongest|fastest|widest|deepest|latest|newest)\b"
        r"|最大|最高|最多|最长|最長|最重|最贵|最貴|最快|最新|最晚|最强",
    ),
    (
        Operation.SMALLEST,
        r"\b(?:least expensive|smallest|lowest|least|fewest|minimum|min|shortest|lightest|youngest|cheapest"
        r"|weakest|slowest|narrowest|shallowest|earliest)\b"
        r"|最小|最低|最少|最短|最轻|最輕|最便宜|最慢|最早|最弱",
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
        r"\b(?:list|show|name|give|enumerate|all|which|what are|what were|every|each)\b"
        r"|列出|列举|列舉|哪些|哪几|所有|全部",
    ),
)
_PATTERNS: Final = tuple((operation, re.compile(cue, re.IGNORECASE)) for operation, cue in _CUES)
_COMPUTES: Final = frozenset({Operation.LARGEST, Operation.SMALLEST, Operation.MEAN, Operation.SUM})
USUAL: Final = frozenset(
    text_terms("record records entry entries row rows item items 列出 所有 全部 哪些 有 的")
)
"""Words for records of any kind."""
PARTICLES: Final = frozenset(
    text_terms(
        "list listed lists show name names give all which what who every each table contain contains have has"
        " there are document documents file currently please me still already now yet belong belongs assigned"
        " many much number done 多少 几个 一共 总共"
    )
)
"""Words that restrict nothing; they don't say what is counted either."""
BEYOND: Final = re.compile(
    r"\b(?:not|no|without|except|other than|neither|nor|never|than|over|under|above|below|at least|at most"
    r"|before|after|between|since|until|first|last|next|previous|differen(?:t|ce)|per|both|or|only|same"
    r"|on average|only|too|again|once|more|against|during|through|up|down|off|out|will|would|should"
    r"|could|might|must)\b|n['’]t\b"
    r"|(?:\band|[,;])\s+(?:which|what|who|whose|whom|how|when|where|why)\b"
    r"|[不没沒无無]|以上|以下|超过|超過|多于|少于|之前|之后|吗|嗎",
    re.IGNORECASE,
)
"""What is not done here where it is not read as a bound or a denial: order, yes or no, a second question."""
OPENS_BEYOND: Final = re.compile(
    r"\A\W*+(?:(?:when|where|why|how (?!many\b|much\b)\w+|is|are|was|were|do|does|did|has|have|had|can|could"
    r"|will|would|should)\b|how much\b(?!.*\b(?:total|altogether|in all)\b))",
    re.IGNORECASE,
)
"""Questions for yes or no, or for something else of one record."""
_EACH: Final = re.compile(r"\b(?:each|every|respective|respectively)\b|各|每", re.IGNORECASE)
_MONEY_WORDS: Final = "cost costs costing price priced amount paid pay spend spent spending worth money"
MONEY: Final = frozenset(text_terms(_MONEY_WORDS))
"""Words that speak of a sum of money, whatever its column is called."""
_DIMENSIONS: Final = {
    "length": (r"long(?:er|est)|short(?:er|est)", "length distance duration time long range"),
    "height": (r"tall(?:er|est)", "height elevation tall"),
    "weight": (r"heav(?:ier|iest)|light(?:er|est)", "weight mass"),
    "width": (r"wid(?:er|est)|narrow(?:er|est)", "width breadth"),
    "depth": (r"deep(?:er|est)|shallow(?:er|est)", "depth"),
    "speed": (r"fast(?:er|est)|slow(?:er|est)", "speed time pace velocity"),
    "strength": (r"strong(?:er|est)|weak(?:er|est)", "strength power"),
    "price": (r"(?:more|less|most|least) (?:expensive|costly)|(?:cheap|dear|costli)(?:er|est)", ""),
    "age": (
        r"old(?:er|est)|young(?:er|est)|new(?:er|est)|lat(?:er|est)|earl(?:ier|iest)|most recent"
        r"|最新|最晚|最早",
        "",
    ),
}
_ADJECTIVES: Final = {name: re.compile(rf"\b(?:{said})\b|{said}") for name, (said, _) in _DIMENSIONS.items()}
_NOUNS: Final = {name: frozenset(text_terms(nouns)) for name, (_, nouns) in _DIMENSIONS.items()}
_UNITS: Final = {
    "length": {"km", "m", "cm", "mm", "mi", "h", "min", "s", "d"},
    "weight": {"kg", "g", "t"},
}
_AGE: Final = frozenset(text_terms("age 年龄 年齡"))
_OLD: Final = re.compile(r"old|earl|最早", re.IGNORECASE)
_COUNTS_OTHERS: Final = re.compile(r"^(?:most|least|fewest|最多|最少)$", re.IGNORECASE)


@dataclass(frozen=True)
class Asked:
    """An operation, the word that asks for it, and the text without such words, as long as it was."""

    operation: Operation
    cue: str
    end: int
    rest: str
    may_sum: bool = False
    """Whether a number of records is asked for as a total, which may be that of a column."""

    @property
    def counts_others(self) -> bool:
        """Whether "the most" may be meant of things that are counted: "who has the most boats"."""
        return _COUNTS_OTHERS.match(self.cue) is not None


def asked_for(text: str, column_terms: frozenset[str]) -> Asked | None:
    """What a text asks for; None where it asks for nothing, for two things, or for each of several.

    A word like `total` that is in the name of a column names that column where another word asks.
    """
    found = [(op, match) for op, cue in _PATTERNS for match in cue.finditer(text)]
    if not found:
        return None
    computing = [(op, match) for op, match in found if op in _COMPUTES]
    counts = [match for op, match in found if op is Operation.COUNT]
    may_sum = False
    if len(computing) > 1 or (computing and counts):
        computing = [(op, m) for op, m in computing if not set(text_terms(m.group())) <= column_terms]
        if computing and counts and computing[0][0] is Operation.SUM:
            may_sum, computing = True, []  # "how many in total", "the total number of"
        elif computing and counts:
            return None
    if len(computing) > 1 or len(counts) > 1:
        return None
    operation, match = (computing or [(op, m) for op, m in found if m in counts] or found)[0]
    if operation is not Operation.LIST and _EACH.search(text):
        return None
    kept = {id(m) for op, m in found if op in _COMPUTES and m is not match} if not counts else set()
    rest = list(text)
    for _, other in found:
        if id(other) not in kept:
            rest[other.start() : other.end()] = " " * len(other.group())
    return Asked(operation, match.group().casefold(), match.end(), "".join(rest), may_sum)


def dimension(cue: str) -> str:
    """What an adjective compares by: `length` for "longest"; "" for "largest", which is of anything."""
    return next((name for name, form in _ADJECTIVES.items() if form.search(cue)), "")


def fits(column: Column, named: str) -> bool:
    """Whether a column tells a dimension."""
    if named == "price":
        return column.is_money
    if named == "age":
        return column.is_time or (column.holds is Holds.NUMBERS and bool(column.terms & _AGE))
    if not named or column.holds is not Holds.NUMBERS:
        return False
    return bool(column.terms & _NOUNS[named]) or (
        not column.terms & _AGE and column.unit in _UNITS.get(named, ())
    )


def direction(operation: Operation, cue: str, column: Column) -> Operation:
    """The end of a column's values that a word means: the oldest is the least year, but the largest age."""
    if dimension(cue) == "speed" and column.is_duration:
        return Operation.SMALLEST if operation is Operation.LARGEST else Operation.LARGEST
    if dimension(cue) != "age":
        return operation
    return Operation.LARGEST if _is_old(cue) != column.is_time else Operation.SMALLEST


def _is_old(cue: str) -> bool:
    return _OLD.match(cue) is not None
