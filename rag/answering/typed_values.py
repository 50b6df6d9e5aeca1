"""The value that an answer's own quotes bear: a number, a day, yes or no, one of some choices; else none.

What is read is the short answer, the cells of a table that answer, or else the quotes. Where they hold more
than one value, or it can be read in two ways, there is none: a value is never guessed.
"""

from __future__ import annotations

import json
import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from rag.answering.tables.columns import number_of, says_yes
from rag.answering.tables.literals import Literal, literals_of
from rag.answering.tables.moments import Day, days_in
from rag.reading import read_question, text_terms
from rag.reading.facts import is_negated, quantities, value_around
from rag.reading.measures import asked_measure, fitting
from rag.resources import resource
from rag.schema import Answer, Span, Support, Verdict
from rag.text import STOP_WORDS, has_cjk, words

__all__ = ["Piece", "TypedValue", "date_value", "number_value", "one_of_value", "pieces_of", "yes_no_value"]

_YEAR: Final = re.compile(r"(?:1[5-9]|20)\d\d")
_SLASHED: Final = re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/\d{2,4}(?![\d/])")
_GROUPED_BY_POINT: Final = re.compile(r"\d\.\d{3},\d")
_GROUPED_BY_COMMA: Final = re.compile(r"\d,\d{3}\.\d")
_SIGN_BEFORE: Final = re.compile(r"([^\w\s.,;:!?()\"'“”‘’/\\-]|(?<![A-Z])[A-Z]{3}) ?$")
_BEHIND: Final = re.compile(r"[ \u00a0\u202f]?([^\s\d.,;:!?()。，；：！？、（）\"“”]+)")
_POWER: Final = re.compile(r"[eE][-+]?\d|\s?[×·x*]\s?10\b|\^")
_SHORT: Final = 3
"""Letters of a word that may scale a price: k, bn, mln."""
_AFTER_NAME: Final = re.compile(r"[\t:：]")
_MOSTLY: Final = 0.5
_NEGATED_IN: Final = ("en", "zh")
"""The languages in which `rag.reading.facts` knows a denial."""


@dataclass(frozen=True, slots=True)
class TypedValue:
    """A number with its unit as told, an ISO 8601 day as far as it is told, `yes` or `no`, or a choice."""

    value: float | str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an answer that a value may be read from: `text[start:end]`, within all of its quote.

    `is_whole` says that it is a whole quote, of which a part only may answer.
    """

    text: str
    start: int
    end: int
    is_whole: bool = False

    @property
    def said(self) -> str:
        """The part itself."""
        return self.text[self.start : self.end]


def pieces_of(answer: Answer) -> list[Piece]:
    """What values are read from: the short answer, else lit cells, else the quotes of an answer that is sure.

    None of an answer that holds a contradiction, or in which a sentence lacks support.
    """
    if (
        answer.abstained
        or answer.conflicts
        or any(s.support is not Support.SUPPORTED for s in answer.sentences)
    ):
        return []
    quotes = {citation.number: citation for citation in answer.citations}
    short, table = answer.short_answer, answer.table
    if short is not None and short.citation in quotes:
        quote = quotes[short.citation]
        start = short.start - quote.start
        return [Piece(quote.quote, start, start + len(short.text))]
    if table is not None and table.lit:
        return [
            Piece(cell := table.rows[i][j], 0, len(cell)) for i, j in table.lit if table.rows[i][j].strip()
        ]
    if answer.verdict is Verdict.NEAR:
        return []
    return [Piece(c.quote, 0, len(c.quote), is_whole=True) for c in answer.citations]


def number_value(question: str, pieces: Sequence[Piece], text: str, language: str) -> TypedValue | None:
    """The one number of some pieces, with its scale (5.7 million is 5,700,000), and its unit.

    `text` and `language` are the document's: they say whether 1.250 is more than a thousand.
    """
    found = [value for piece in pieces for value in _numbers(question, piece, text, language)]
    return found[0] if len(set(found)) == 1 and found[0] is not None else None


def _numbers(question: str, piece: Piece, text: str, language: str) -> Iterator[TypedValue | None]:
    """Each number of a piece; None for one that cannot be read."""
    span = Span(piece.start, piece.end)
    if not piece.is_whole:
        span = value_around(piece.text, span)
    said, at = piece.text[span.start : span.end], span.start
    measure, units = asked_measure(question), _asked_units(question)
    for literal in literals_of(said):
        start = said.index(literal.text)
        place = Span(at + start, at + start + len(literal.text))
        at, said = place.end, said[start + len(literal.text) :]
        if literal.number is None:  # a day, or a time of day
            continue
        if measure is not None and not fitting(measure, [(literal.text, piece.text[place.end :])]):
            continue
        number = _read(literal, text, language)
        told = piece.text[place.start :]
        plain, scaled = quantities(literal.text), quantities(told)
        if scaled and scaled[0].unit and units and scaled[0].unit not in units:
            continue  # asked for days, and told months
        scale = scaled[0].value / plain[0].value if plain and scaled and plain[0].value else 1.0
        if number is None or _is_cut_short(piece.text, place):
            yield None
        else:
            word = _BEHIND.match(piece.text, place.end) if scale != 1.0 else None  # counted in the number
            counted = Span(place.start, word.end()) if word else place
            yield TypedValue(number * scale, _unit(question, piece.text, counted))


def _is_cut_short(text: str, number: Span) -> bool:
    """Whether more of a number may follow: a power as in 1e5, or a short word as in `$5 bn`."""
    if _POWER.match(text, number.end):
        return True
    behind = _BEHIND.match(text, number.end)
    short = behind is not None and len(behind[1]) <= _SHORT and behind[1].isalpha()
    is_priced = _SIGN_BEFORE.search(text[: number.start]) is not None
    return is_priced and short and behind is not None and behind[1].casefold() not in STOP_WORDS


def _asked_units(question: str) -> set[str]:
    """The units that a question names: {day} of "how many days"."""
    return {q.unit for word in question.split() for q in quantities(f"1 {word}")[:1] if q.unit}


def _read(literal: Literal, text: str, language: str) -> float | None:
    """A number as the document writes numbers; None where it may be another one just as well."""
    by_point = number_of(literal.text)
    if by_point is None or by_point == (by_comma := number_of(literal.text, comma_parts=True)):
        return literal.number
    if language in _decimal_comma():
        return None if _GROUPED_BY_COMMA.search(text) else by_comma
    return None if _GROUPED_BY_POINT.search(text) else by_point


@cache
def _decimal_comma() -> frozenset[str]:
    """The languages that part decimals by a comma, by the Unicode Common Locale Data Repository."""
    return frozenset(json.loads(resource("data", "language", "decimal_comma.json").read_text("utf-8")))


def _unit(question: str, text: str, number: Span) -> str:
    """What stands right at a number: a sign before it, its scale's unit, or the word behind it."""
    if before := _SIGN_BEFORE.search(text[: number.start]):
        return before[1]
    whole = value_around(text, number)
    if whole.end > number.end:
        return text[number.end : whole.end].strip(" -")
    asked = words(question.casefold())
    told: list[str] = []
    at = number.end
    while (behind := _BEHIND.match(text, at)) and behind[1].casefold() not in STOP_WORDS:
        if told and behind[1].casefold() not in asked:
            break
        told.append(behind[1])
        at = behind.end()
    return " ".join(told)


def date_value(pieces: Sequence[Piece], text: str) -> TypedValue | None:
    """The one day, month or year of some pieces, as far as it is told: `2024-03-05`, `2024-03`, `2024`.

    3/4/2024 is read as the document's `text` writes other days; where it does not tell, there is no value.
    """
    found = {day for piece in pieces for day in _days(piece.said, text)}
    if len(found) != 1:
        return None
    (day,) = found
    return None if day is None else TypedValue(day)


def _days(said: str, text: str) -> Iterator[str | None]:
    days = [day for _, _, day in days_in(said)]
    if days != [day for _, _, day in days_in(said, month_first=True)]:
        pairs = _SLASHED.findall(text)
        first, second = (any(int(pair[i]) > 12 for pair in pairs) for i in (0, 1))
        if first == second:
            yield None
            return
        days = [day for _, _, day in days_in(said, month_first=second)]
    yield from (_iso(day) for day in days)
    if not days:
        yield from (literal.text for literal in literals_of(said) if _YEAR.fullmatch(literal.text))


def _iso(day: Day) -> str | None:
    """None of a day without a year, and of one that no month has."""
    if not day.year:
        return None
    if day.month and day.day > monthrange(day.year, day.month)[1]:
        return None
    return "-".join([f"{day.year:04}", *(f"{part:02}" for part in (day.month, day.day) if part)])


def yes_no_value(question: str, pieces: Sequence[Piece], written: str, language: str) -> TypedValue | None:
    """Whether a question is answered with yes or no; `written` is what a model wrote, "" where none did.

    It is by a word or mark for it, or by a quote that says the question's own words and little else: then no
    where one of them denies it and the other does not. "Pets are forbidden" is no answer to "Are pets
    allowed?" by its words, and gives none.
    """
    first = re.split(r"[\s.,;:!–—-]", written.strip(), maxsplit=1)[0]
    if (said := says_yes(first)) is not None:
        return TypedValue(_told(said))
    found = {_says(question, piece, language) for piece in pieces}
    (only,) = found if len(found) == 1 else (None,)
    return None if only is None else TypedValue(_told(only))


def _says(question: str, piece: Piece, language: str) -> bool | None:
    for text in (piece.said, _AFTER_NAME.split(piece.text)[-1]):
        if (said := says_yes(text.strip(" .!。"))) is not None:
            return said
    if language not in _NEGATED_IN and not has_cjk(question):
        return None
    asked, told = set(read_question(question).terms), set(text_terms(piece.text))
    if not asked or not asked <= told or len(asked) < _MOSTLY * len(told):
        return None
    return is_negated(piece.text) == is_negated(question)


def _told(yes: bool) -> str:
    return "yes" if yes else "no"


def one_of_value(choices: Sequence[str], pieces: Sequence[Piece], language: str) -> TypedValue | None:
    """The one choice that the pieces say: by the whole of it, and not where a quote denies it."""
    found = {choice for piece in pieces for choice in _choices_in(choices, piece, language)}
    return TypedValue(found.pop()) if len(found) == 1 else None


def _choices_in(choices: Sequence[str], piece: Piece, language: str) -> list[str]:
    """The choices that a piece says; of those within a longer one the longer."""
    whole = [_AFTER_NAME.split(piece.said)[-1].strip(" .")]
    if piece.is_whole and (named := [c for c in choices if c.casefold() == whole[0].casefold()]):
        return named
    if piece.is_whole and (language not in _NEGATED_IN or is_negated(piece.text)):
        return []
    spaced = _spaced(piece.said)
    in_words = {choice: _spaced(choice) for choice in choices}
    said = [choice for choice in choices if in_words[choice].strip() and in_words[choice] in spaced]
    return [c for c in said if not any(c != d and in_words[c] in in_words[d] for d in said)]


def _spaced(text: str) -> str:
    """The words of a text, each between spaces; of Chinese its characters."""
    return f" {' '.join(words(text.casefold()))} "
