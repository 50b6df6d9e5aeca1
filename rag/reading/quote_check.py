"""Whether a document says a quote word for word; if not, which of its text is nearest, and what differs."""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import islice
from typing import Final, NamedTuple

from rag.schema import Span
from rag.text import has_cjk, sentence_spans
from rag.text.language import CJK

__all__ = ["LONGEST_QUOTE", "Difference", "QuoteCheck", "check_quote"]

LONGEST_QUOTE: Final = 2_000
"""Characters: the search for differences takes a time that grows with their square."""
_MOST_PLACES: Final = 20
_MOST_TRIES: Final = 10_000
_NEAR: Final = 0.4
"""The least share of a quote's words, weighted by rarity, that the nearest text holds."""
_AROUND: Final = 600
"""Characters on each side of the nearest words in which their sentences begin and end."""
_PLAIN: Final = str.maketrans(
    {**dict.fromkeys("‘’‚‛′`", "'"), **dict.fromkeys("“”„‟″«»", '"'), **dict.fromkeys("‐‑‒–—―−", "-")}
)
_MARKS: Final = "'\"“”‘’„«»「」『』 \n\t"
_WORD: Final = re.compile(r"\S+")
_CJK_GAP: Final = re.compile(rf"(?<=[{CJK}])\s++(?=[{CJK}])")
_TOKEN: Final = re.compile(rf"[{CJK}]|(?:(?![{CJK}])\w)+(?:[-.,:/]\d(?:(?![{CJK}])\w)*)*|[^\w\s]")
_PLAIN_TOKEN: Final = re.compile(r"\w+(?:[-.,:/]\d\w*)*|[^\w\s]")
"""A word or number, with what follows in a number or an identifier (`1,200`, `P-17`); or a mark. The second
is for text without CJK, where it finds the same in a quarter of the time."""


class Difference(NamedTuple):
    """Words of a quote, and what the document has in their place; one of them may be empty."""

    quote: str
    document: str


@dataclass(frozen=True, slots=True)
class QuoteCheck:
    """What a text says of a quote.

    `places` are the spans at which it says it, the first twenty; `exact` tells that the characters are the
    same, not only the words: white space, and the forms of quotation marks and dashes, may differ. Without
    a place, `nearest` is the span of the sentences that hold most of the quote's words, None where no text
    is near, with the `differences` in the order of the quote.
    """

    places: tuple[Span, ...] = ()
    exact: bool = False
    nearest: Span | None = None
    differences: tuple[Difference, ...] = ()


def check_quote(quote: str, text: str) -> QuoteCheck:
    """Look for a quote in a text; words and numbers count whole: "£186" is no quote of "£186,400".

    Raises:
        ValueError: the quote holds no letter or digit, or more than `LONGEST_QUOTE` characters.
    """
    if not any(map(str.isalnum, quote)) or len(quote) > LONGEST_QUOTE:
        raise ValueError(f"a quote has words and at most {LONGEST_QUOTE} characters, not {len(quote)}")
    places = _occurrences(text, quote)
    if places:
        return QuoteCheck(places, exact=True)
    folded = _Folded(text)
    for form in dict.fromkeys((quote, quote.strip(_MARKS))):  # marks around a quote are often not its own
        places = tuple(folded.span(*place) for place in _occurrences(folded.text, _Folded(form).text))
        if places:
            return QuoteCheck(places, exact=text[slice(*places[0])] == form)
    return _nearest(quote.strip(_MARKS), text)


class _Folded:
    """A text with plain marks, one space for white space, none between CJK characters; and the way back."""

    def __init__(self, text: str) -> None:
        self._plain = text.translate(_PLAIN)
        self.text = " ".join(_CJK_GAP.sub("", self._plain).split())

    @cached_property
    def _words(self) -> tuple[list[int], list[int]]:
        """Where each word begins: here, and in the text as it was."""
        starts: list[int] = []
        origins: list[int] = []
        length, last = 0, ""
        for match in _WORD.finditer(self._plain):
            word = match.group()
            length += bool(last) and not (has_cjk(last) and has_cjk(word[0]))
            starts.append(length)
            origins.append(match.start())
            length, last = length + len(word), word[-1]
        return starts, origins

    def span(self, start: int, end: int) -> Span:
        """Where a span, which neither begins nor ends with white space, stands in the text as it was."""
        return Span(self._origin(start), self._origin(end - 1) + 1)

    def _origin(self, offset: int) -> int:
        starts, origins = self._words
        word = bisect_right(starts, offset) - 1
        return origins[word] + offset - starts[word]


def _occurrences(text: str, quote: str) -> tuple[Span, ...]:
    found: list[Span] = []
    start = text.find(quote)
    for _ in range(_MOST_TRIES):
        if start < 0 or len(found) == _MOST_PLACES:
            break
        end = start + len(quote)
        if not (_is_cut(text, start) or _is_cut(text, end)):
            found.append(Span(start, end))
        start = text.find(quote, start + 1)
    return tuple(found)


def _is_cut(text: str, place: int) -> bool:
    """Whether a place is inside a word or a number."""
    before, after = text[max(place - 2, 0) : place], text[place : place + 2]
    if not before or not after:
        return False
    if before[-1].isalnum() and after[0].isalnum():
        return not (has_cjk(before[-1]) or has_cjk(after[0]))
    inside = ".,:/-"
    return (before[-1].isdigit() and after[0] in inside and after[1:].isdigit()) or (
        before[-1] in inside and before[:-1].isalnum() and after[0].isdigit()
    )


def _nearest(quote: str, text: str) -> QuoteCheck:
    plain = text.translate(_PLAIN)
    token = _TOKEN if has_cjk(text) else _PLAIN_TOKEN
    words = [word.casefold() for word in _TOKEN.findall(quote.translate(_PLAIN))]
    window = _best_window(words, [word.casefold() for word in token.findall(plain)])
    if window is None:
        return QuoteCheck()
    matches = list(islice(token.finditer(plain), *window))
    blocks = SequenceMatcher(None, words, [match[0].casefold() for match in matches]).get_matching_blocks()
    matches = matches[blocks[0].b : blocks[-2].b + blocks[-2].size] if len(blocks) > 1 else matches
    span = _sentences(text, matches[0].start(), matches[-1].end())
    wanted, told = _tokens(quote, 0), _tokens(text[span.start : span.end], span.start)
    steps = SequenceMatcher(None, [word for word, _ in wanted], [word for word, _ in told]).get_opcodes()
    while steps and steps[0][0] == "insert":  # the sentences begin before the quote, or go on after it
        del steps[0]
    while steps and steps[-1][0] == "insert":
        del steps[-1]
    differences = [
        Difference(_slice(quote, wanted[i:j]), _slice(text, told[k:m]))
        for kind, i, j, k, m in steps
        if kind != "equal"
    ]
    return QuoteCheck(nearest=span, differences=tuple(differences))


def _tokens(text: str, offset: int) -> list[tuple[str, int]]:
    """Words, single CJK characters and marks, each with its place."""
    return [(match.group(), match.start() + offset) for match in _TOKEN.finditer(text.translate(_PLAIN))]


def _slice(text: str, tokens: Sequence[tuple[str, int]]) -> str:
    return text[tokens[0][1] : tokens[-1][1] + len(tokens[-1][0])] if tokens else ""


def _best_window(wanted: list[str], held: list[str]) -> Span | None:
    """Where in `held` the tokens stand that share most with those `wanted`, by rarity, and some around them.

    The rarest shared one lies where it does in what is wanted. None where less than `_NEAR` is shared.
    """
    counts, left = Counter(held), Counter(wanted)
    weights = {word: math.log(1 + len(held) / counts[word]) for word in left if word in counts}
    least = _NEAR * sum(weights.get(word, math.log(1 + len(held))) for word in wanted)
    score, best, at = 0.0, 0.0, -1
    for place, word in enumerate(held):
        if word in left:
            score += weights[word] if left[word] > 0 else 0.0
            left[word] -= 1
        gone = held[place - len(wanted)] if place >= len(wanted) else ""
        if gone in left:
            left[gone] += 1
            score -= weights[gone] if left[gone] > 0 else 0.0
        if score > best + 1e-9:
            best, at = score, place
    if at < 0 or best < least:
        return None
    size = len(wanted)
    inside = [i for i in range(max(at - size + 1, 0), at + 1) if held[i] in left]
    anchor = max(inside, key=lambda i: weights[held[i]])
    start = anchor - wanted.index(held[anchor])
    return Span(max(start - size // 4, 0), start + size + size // 4)


def _sentences(text: str, start: int, end: int) -> Span:
    """The sentences that a span touches."""
    first = max(start - _AROUND, 0)
    around = sentence_spans(text[first : end + _AROUND], first)
    touched = [span for span in around if span.end > start and span.start < end]
    return Span(touched[0].start, touched[-1].end) if touched else Span(start, end)
