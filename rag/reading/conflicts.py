"""Passages that disagree: statements of one thing with different values, found by aligning their words."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations
from typing import Final

from rag.reading.asking_words import AnswerKind
from rag.reading.facts import dates, is_negated, quantities, value_around
from rag.reading.features import naming
from rag.reading.question import Question, text_terms
from rag.reading.units import Unit
from rag.schema import Passage, Span
from rag.text import STOP_WORDS, has_cjk, numbers, stem
from rag.text.language import CJK

__all__ = ["Disagreement", "changed_names", "disagreements"]

_TOKEN: Final = re.compile(
    rf"[{CJK}]|\d+(?:[.,:]\d+)*%?|(?:(?![{CJK}])[^\W\d_])+(?:[-'’.&](?:(?![{CJK}])\w)+)*"
)
_LEAST_SHARED: Final = 0.6
_LEAST_TOKENS: Final = 4
"""Words of content of a statement; one of `_LEAST_CONTENT` is to be the same but for the value."""
_LEAST_CONTENT: Final = 3
_LEAST_SHARED_OF_DENIAL: Final = 0.8
"""Of a statement and its denial nearly all words are the same."""
_LONGEST_VALUE: Final = 10
_MOST_CHANGES: Final = 2
_CJK_FUNCTION: Final = frozenset("的了是在和与及或也都就而吗呢于为以其之这那被把将")
_CJK_NUMERALS: Final = frozenset("〇零一二两兩三四五六七八九十百千万萬亿億")
_LEAST_SHARED_CJK: Final = 0.7
_OF_NUMBERS: Final = frozenset({AnswerKind.TIME, AnswerKind.QUANTITY})
_OF_NAMES: Final = frozenset({AnswerKind.PERSON, AnswerKind.PLACE})


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two units that say the same of different values; `spans` are the values' places in their documents."""

    units: tuple[Unit, Unit]
    values: tuple[str, str]
    spans: tuple[Span, Span]


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int

    @property
    def key(self) -> str:
        return self.text.casefold()

    @property
    def is_content(self) -> bool:
        return self.key not in STOP_WORDS and self.key not in _CJK_FUNCTION

    @property
    def is_name(self) -> bool:
        return has_cjk(self.text) or self.text[0].isupper()

    @property
    def is_number(self) -> bool:
        return self.text[0].isdigit()


def disagreements(
    question: Question, units: Sequence[Unit], passages: Sequence[Passage], told: Collection[Unit] = ()
) -> list[Disagreement]:
    """What the best units of a question tell in contradiction to each other, each pair of values once.

    Two units disagree where most of their words can be aligned in order, a value (a number, a date, a
    name) that could answer the question stands in one place of both and differs, and neither holds a
    name or number of the question that the other lacks: what was so in 2019 does not deny 2020.
    Disagreements with units of the answer (`told`) come first. Table rows are not compared: rows of
    different tables look alike and tell of different things.
    """
    found: list[Disagreement] = []
    known: set[frozenset[str]] = set()
    pairs = [(a, b) for a, b in combinations(units, 2) if a.passage != b.passage]
    for a, b in sorted(pairs, key=lambda pair: pair[0] not in told and pair[1] not in told):
        if a.is_row or b.is_row or not _of_one_matter(question, a, b, passages):
            continue
        disagreement = _disagreement(question, a, b)
        if disagreement is None or _are_subjects(question, disagreement, passages):
            continue
        values = frozenset(" ".join(value.casefold().split()) for value in disagreement.values)
        if not any(values & other for other in known):
            found.append(disagreement)
        known.add(values)
    return found


def changed_names(claim: str, evidence: str) -> list[tuple[str, str]]:
    """The names of a claim that stand where its evidence, else said alike, has others: (told, held).

    Only for scripts that write names with capitals.
    """
    if has_cjk(claim) or has_cjk(evidence):
        return []
    first, second = _tokens(claim), _tokens(evidence)
    matcher = _matcher(first, second)
    if _shared(matcher, first) < _LEAST_SHARED * sum(token.is_content for token in first):
        return []
    found = []
    for what, i, j, k, m in matcher.get_opcodes():
        if what == "replace" and _are_names(first[i:j]) and _are_names(second[k:m]):
            values = (claim[first[i].start : first[j - 1].end], evidence[second[k].start : second[m - 1].end])
            if values[1].casefold() not in claim.casefold() and _differ(values, ("", "")):
                found.append(values)
    return found


def _are_subjects(question: Question, found: Disagreement, passages: Sequence[Passage]) -> bool:
    """Whether the values are what each passage is about, or dates that no one asked for."""
    if question.kind is not AnswerKind.TIME and any(map(dates, found.values)):
        return True
    for unit, value in zip(found.units, found.values, strict=True):
        terms = set(text_terms(value))
        if terms and terms <= set(text_terms(naming(passages[unit.passage]))):
            return True
    return False


def _are_names(tokens: Sequence[_Token]) -> bool:
    """Whether all content words have capitals, other than the one that begins a text."""
    content = [token for token in tokens if token.is_content]
    return any(token.start > 0 for token in content) and all(
        token.is_name and not token.is_number for token in content
    )


def _matcher(first: Sequence[_Token], second: Sequence[_Token]) -> SequenceMatcher[str]:
    return SequenceMatcher(
        None, [token.key for token in first], [token.key for token in second], autojunk=False
    )


def _shared(matcher: SequenceMatcher[str], first: Sequence[_Token]) -> int:
    """How many content words of the first text are aligned."""
    blocks = matcher.get_matching_blocks()
    return sum(token.is_content for block in blocks for token in first[block.a : block.a + block.size])


def _of_one_matter(question: Question, a: Unit, b: Unit, passages: Sequence[Passage]) -> bool:
    """Whether two units with what they stand under hold the same of the question's names and numbers."""
    contexts = [f"{naming(passages[unit.passage])} {unit.lead} {unit.in_place}" for unit in (a, b)]
    terms = [set(text_terms(context)) for context in contexts]
    if question.names & (terms[0] ^ terms[1]):
        return False
    held = [numbers(context) for context in contexts]
    return not question.numbers & (held[0] ^ held[1])


def _disagreement(question: Question, a: Unit, b: Unit) -> Disagreement | None:
    first, second = _tokens(a.text), _tokens(b.text)
    content = [sum(token.is_content for token in tokens) for tokens in (first, second)]
    if min(content) < _LEAST_CONTENT:
        return None
    matcher = _matcher(first, second)
    shared = _shared(matcher, first)
    loose = question.cjk > 0.5 and question.kind not in _OF_NUMBERS  # any word of Chinese may be a name
    if shared < (_LEAST_SHARED_CJK if loose else _LEAST_SHARED) * min(content):
        return None
    if is_negated(a.text) is not is_negated(b.text):
        denied = shared >= _LEAST_SHARED_OF_DENIAL * max(content)
        return Disagreement((a, b), (a.text, b.text), (_whole(a), _whole(b))) if denied else None
    changes = _changes(question, matcher, (a.text, b.text), first, second)
    if not 1 <= len(changes) <= _MOST_CHANGES:
        return None
    one, other = changes[0]
    if min(content) < _LEAST_TOKENS and not _says_the_rest_alike(matcher, first, second):
        return None
    return Disagreement(
        (a, b),
        (a.text[one.start : one.end], b.text[other.start : other.end]),
        (Span(a.start + one.start, a.start + one.end), Span(b.start + other.start, b.start + other.end)),
    )


def _whole(unit: Unit) -> Span:
    return Span(unit.start, unit.end)


def _says_the_rest_alike(
    matcher: SequenceMatcher[str], first: Sequence[_Token], second: Sequence[_Token]
) -> bool:
    """Whether one run of words stands for another, and all others are the same."""
    changes = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    return len(changes) == 1 and changes[0][0] == "replace" and bool(first) and bool(second)


def _changes(
    question: Question,
    matcher: SequenceMatcher[str],
    texts: tuple[str, str],
    first: Sequence[_Token],
    second: Sequence[_Token],
) -> list[tuple[Span, Span]]:
    """The places where one value stands for another, as spans of the two texts."""
    found: list[tuple[Span, Span]] = []
    for what, i, j, k, m in matcher.get_opcodes():
        if what != "replace" or max(j - i, m - k) > _LONGEST_VALUE:
            continue
        if not (_is_value(question, first[i:j]) and _is_value(question, second[k:m])):
            continue
        changed = (Span(first[i].start, first[j - 1].end), Span(second[k].start, second[m - 1].end))
        one, other = (value_around(text, span) for text, span in zip(texts, changed, strict=True))
        values = (texts[0][one.start : one.end], texts[1][other.start : other.end])
        if _differ(values, texts) and (one, other) not in found:
            found.append((one, other))
    return found


def _is_value(question: Question, tokens: Sequence[_Token]) -> bool:
    """Whether some words could be the answer: of the kind wanted, and not the question's own."""
    content = [token for token in tokens if token.is_content]
    if not all(token.is_name or token.is_number for token in content):
        return False
    new = [t for t in content if stem(t.key) not in question.terms and t.key not in question.text.casefold()]
    if question.kind in _OF_NUMBERS:
        return any(token.is_number or token.text in _CJK_NUMERALS for token in new)
    if question.kind not in _OF_NAMES and any(token.is_number for token in new):
        return True
    return sum(token.is_name and not token.is_number for token in new) >= (2 if question.cjk > 0.5 else 1)


def _differ(values: Sequence[str], texts: tuple[str, str]) -> bool:
    """Whether two values exclude each other: neither text holds the other's value as well."""
    a, b = (value.casefold() for value in values)
    if bool(numbers(a)) != bool(numbers(b)) or bool(dates(a)) != bool(dates(b)):
        return False
    if b in texts[0].casefold() or a in texts[1].casefold():
        return False
    one, other = quantities(values[0]), quantities(values[1])
    if one and other:
        return not all(any(x.agrees(y) or y.agrees(x) for y in other) for x in one)
    words = [{stem(word.casefold()) for word in _TOKEN.findall(value)} for value in values]
    return not (words[0] <= words[1] or words[1] <= words[0])


def _tokens(text: str) -> list[_Token]:
    return [_Token(match.group(), match.start(), match.end()) for match in _TOKEN.finditer(text)]
