"""What a question sets side by side: two things joined by "and", "or", "with" or their like.

Two things that are compared stand on both sides of one small word, in one form, and what they do not share
tells them apart: "the *2022* and the *2023* report", "section 3 of the *Halden* contract differs from section
3 of the *Morland* contract". No list of things or of questions is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final

from rag.answering.comparing.comparing_words import Comparing, comparing_of, marks_of
from rag.answering.understanding.speech import Token
from rag.text import has_cjk, stem

__all__ = ["YEAR", "Pair", "of_two", "pairs_of"]

_SENTENCES: Final = re.compile(r"(?<=[?!.？！。])\s+")
_ENDS: Final = "?!.？！。 \t\r\n"
NUMBER: Final = re.compile(r"\d+(?:\.\d+)*")
YEAR: Final = re.compile(r"(?:19|20)\d\d")
_FARTHEST: Final = 8
"""Words of content that a side has at most."""


@dataclass(frozen=True)
class Pair:
    """Two sides: their names as written, what tells them apart, and the question asked of each alone.

    `rest` asks without naming either, "" where nothing else is asked. `likeness` is how alike their forms
    are: the more, the surer they are two of a kind.
    """

    names: tuple[str, str]
    marks: tuple[frozenset[str], frozenset[str]]
    questions: tuple[str, str]
    rest: str
    likeness: int = 0


def pairs_of(question: str) -> list[Pair]:
    """The readings of a question as a comparison of two things, likeliest first; none where it joins none."""
    comparing = comparing_of(question)
    found = comparing.tokens(question)
    read = (_pair(question, found, first, behind, comparing) for first, behind in _joints(found, comparing))
    return sorted((pair for pair in read if pair is not None), key=lambda pair: -pair.likeness)


def of_two(question: str) -> tuple[str, str] | None:
    """The noun of "the two contracts", and the question without the number; None where there is no such."""
    comparing = comparing_of(question)
    found = comparing.tokens(question)
    for i, token in enumerate(found):
        noun = next((t for t in found[i + 1 :] if not comparing.is_small(t)), None)
        if token.word in comparing.pairs and noun is not None and not comparing.ends_side(noun):
            return noun.written, _alone(question[: token.start] + question[token.end :].lstrip(), comparing)
    return None


def _joints(found: Sequence[Token], comparing: Comparing) -> Iterator[tuple[int, int]]:
    """Where sides may be joined: the index behind the first side, and that of the second's first word."""
    for i, token in enumerate(found[1:-1], 1):
        if token.word in comparing.joins and not token.written.isupper():
            yield i, i + 1
    for i, token in enumerate(found[1:-1], 1):
        if token.word in comparing.ties and any(t.word in comparing.asks for t in found[:i]):
            yield (i - 1 if found[i - 1].word in comparing.asks else i), i + 1


def _pair(
    question: str, found: Sequence[Token], first: int, behind: int, comparing: Comparing
) -> Pair | None:
    left = _side(found, range(first - 1, -1, -1), comparing)[::-1]
    right = _side(found, range(behind, len(found)), comparing)
    if not left or not right:
        return None
    one, other, last, likeness = _contrast(found, left, right)
    places = [(found[side[0]].start, found[side[-1]].end) for side in (one, other)]
    texts = [question[start:end] for start, end in places]
    marks = [marks_of(text) for text in texts]
    apart = marks[0] - marks[1], marks[1] - marks[0]
    if not all(apart) or _form(texts[0]) != _form(texts[1]):
        return None
    likeness += int(found[one[-1]].is_name == found[other[-1]].is_name)
    opener = next((t for t in found[max(0, one[0] - 3) : one[0]] if t.word in comparing.opens), None)
    before = question[: places[0][0]]
    if opener is not None:
        before = before[: opener.start] + before[opener.end :].lstrip()
    after = question[places[0][1] : found[first - 1].end] + question[found[last].end :]
    asks = any(token.word in comparing.asks for token in found)
    names = _names(question, found, one, other, last, comparing)
    shared = _without_name(before.removesuffix(names[0].removesuffix(texts[0])), after, comparing)
    alone = [_alone(f"{before}{text}{after}", comparing, asks=asks) for text in texts]
    named = marks_of(f"{names[0]} {names[1]}")
    says = any(
        not (comparing.is_small(t) or comparing.ends_side(t) or marks_of(t.written) <= named)
        for t in comparing.tokens(shared)
    )
    rest = _alone(shared, comparing, asks=asks) if says else ""
    return Pair(names, apart, (alone[0], alone[1]), rest, likeness)


def _without_name(before: str, after: str, comparing: Comparing) -> str:
    """What stands around a name, without the small words that led up to it: "the noise [of the Uno]"."""
    following = comparing.tokens(after)
    if not following or comparing.is_small(following[0]) or comparing.ends_side(following[0]):
        while (last := comparing.tokens(before)[-1:]) and (
            last[0].is_mark or (comparing.is_small(last[0]) and last[0].word not in comparing.speech.asking)
        ):
            before = before[: last[0].start]
    return f"{before.rstrip()} {after.lstrip(' :,')}" if following else before


def _side(found: Sequence[Token], places: range, comparing: Comparing) -> list[int]:
    """The indices of a side's words of content, from the joint outwards, past small words next to it."""
    side: list[int] = []
    for i in places:
        token = found[i]
        if comparing.ends_side(token):
            if side or (token.is_mark and token.word != ","):
                break
        elif not comparing.is_small(token):
            side.append(i)
        if len(side) == _FARTHEST:
            break
    return side


def _contrast(
    found: Sequence[Token], left: Sequence[int], right: Sequence[int]
) -> tuple[Sequence[int], Sequence[int], int, int]:
    """The words that differ on each side, the last that belongs to the second, and how many are shared."""
    first, second = ([stem(found[i].word) for i in side] for side in (left, right))
    codes = SequenceMatcher(None, first, second, autojunk=False).get_opcodes()
    changes = [i for i, code in enumerate(codes) if code[0] == "replace"]
    likeness = sum(b - a for what, a, b, _, _ in codes if what == "equal")
    if likeness and len(changes) == 1:
        _, a, b, c, d = codes[changes[0]]
        size = min(b - a, d - c)
        if changes[0] + 1 < len(codes):  # what they share stands behind: what differs is next to it
            return left[b - size : b], right[d - size : d], right[codes[changes[0] + 1][4] - 1], likeness
        return left[b - size : b], right[c : c + size], right[c + size - 1], likeness
    one, other = _nearest(left[::-1])[::-1], _nearest(right)
    if any(_form(found[other[0]].written)):
        one = one[-1:]  # a number or letter alone: "plans A and B"
    other = other[: len(one)]
    return one, other, other[-1], 0


def _nearest(side: Sequence[int]) -> list[int]:
    """The words of a side that follow each other without another between, next to the joint."""
    run = list(side[:1])
    for i in side[1:]:
        if abs(i - run[-1]) != 1:
            break
        run.append(i)
    return run


def _form(text: str) -> tuple[bool, bool]:
    """What two names have to have in common: to be numbers, or single letters."""
    return NUMBER.fullmatch(text) is not None, len(text) == 1 and text.isalpha() and not has_cjk(text)


def _names(
    question: str,
    found: Sequence[Token],
    one: Sequence[int],
    other: Sequence[int],
    last: int,
    comparing: Comparing,
) -> tuple[str, str]:
    """What each side is called: what tells it apart with the name before it and the noun that both share.

    A number or letter of the second that stands alone is of the same thing as the first: "plans A and B".
    """
    size = last - other[-1]  # words behind that both have: "the Halden contract and the Morland contract"
    texts = [question[found[side[0]].start : found[side[-1] + size].end] for side in (one, other)]
    is_numbered = any(_form(texts[1])) and not YEAR.fullmatch(texts[1])
    before = []
    for side in (one, other):
        first = side[0]
        while first and not (comparing.is_small(found[first - 1]) or comparing.ends_side(found[first - 1])):
            if not (found[first - 1].is_name or (is_numbered and first == side[0])):
                break
            first -= 1
        is_word = found[first].word.isalpha()
        before.append(question[found[first].start : found[side[0]].start] if is_word else "")
    return before[0] + texts[0], (before[1] or (before[0] if is_numbered else "")) + texts[1]


def _alone(text: str, comparing: Comparing, *, asks: bool = True) -> str:
    """A question about one thing, without the words that ask to compare it."""
    if not asks:
        return text
    sentences = [sentence for sentence in _SENTENCES.split(text.strip()) if sentence]
    plain = [s for s in sentences if not any(t.word in comparing.asks for t in comparing.tokens(s))]
    if plain and len(sentences) > 1:
        return " ".join(plain)
    found = comparing.tokens(text.rstrip(_ENDS))
    first, last = 0, len(found)
    while first < last and _leads(found[first], comparing):
        first += 1
    while last > first and _leads(found[last - 1], comparing):
        last -= 1
    verb = next((i for i in range(first, last) if found[i].word in comparing.asks), None)
    if verb is None and _asks_itself(found, comparing):
        return text
    if verb is None:
        return comparing.says("what", rest=_joined(text, found[first:last]))
    aspect = next((i for i in range(verb + 1, last) if not comparing.is_small(found[i])), last)
    parts = [_joined(text, found[aspect:last]), _joined(text, found[first:verb])]
    return comparing.says("what", rest=", ".join(filter(None, parts)))


def _asks_itself(found: Sequence[Token], comparing: Comparing) -> bool:
    """Whether a question asks for something else than how things compare: "how many members"."""
    asking = comparing.speech.asking
    own = len(found) > 1 and found[0].word in asking and found[1].word not in comparing.speech.auxiliaries
    return own and not any(token.word in comparing.asks for token in found)


def _leads(token: Token, comparing: Comparing) -> bool:
    """Whether a word at the edge of a question only leads up to what is compared."""
    if token.word in comparing.asks | comparing.opens:
        return True
    is_name = len(token.written) == 1 and not has_cjk(token.written)
    return comparing.is_small(token) and not is_name


def _joined(text: str, kept: Sequence[Token]) -> str:
    """Words as they stand in a text, with the white space before each that has some there."""
    told = ""
    for token in kept:
        is_apart = bool(told) and text[token.start - 1].isspace()
        elided = bool(told) and text[token.start - 1] in "'’"
        told += f"{' ' if is_apart else text[token.start - 1] if elided else ''}{token.written}"
    return told
