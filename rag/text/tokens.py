"""Words as the lexical leg, the Jaccard selector and the evidence scorer see them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import chain
from typing import Any, Final

from rag.text.language import CJK, has_cjk

__all__ = ["STOP_WORDS", "content_words", "kept_terms", "numbers", "search_terms", "stem", "words"]

_TOKEN: Final = re.compile(
    rf"(?P<cjk>[{CJK}]+)"
    rf"|(?P<number>\d+(?:[.,:/-]\d+)*(?:%|-?(?:(?![{CJK}])[^\W\d_])+)?)"
    rf"|(?P<word>(?:(?![{CJK}])\w)+(?:[-'’._/&+@](?:(?![{CJK}])\w)+)*[+#]*)"
)
_PLAIN_TOKEN: Final = re.compile(r"\d+(?:[.,:/-]\d+)*(?:%|-?[^\W\d_]+)?|\w+(?:[-'’._/&+@]\w+)*[+#]*")
"""`_TOKEN` for text without CJK, where most of its time would go into asking whether a letter is."""
_PARTS: Final = re.compile(r"\w+")
_CAMEL: Final = re.compile(
    r"(?<![A-Za-z])[A-Z]*[a-z]+[A-Z][A-Za-z]+|(?<![A-Za-z])[A-Z]{2,}[a-z]{2,}[A-Za-z]*"
)
_MAY_BE_CAMEL: Final = re.compile(r"[a-z][A-Z]|[A-Z]{2}[a-z]{2}")
_HUMPS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_NUMBER: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)*")
_GROUPED: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")

_FUNCTION_WORDS: Final = """
    a about after all also am an and any are as at be been before being between both but by can
    could did do does doing during each for from had has have having he her here hers him his how i
    if in into is it its itself just me more most my no nor not of off on once only or other our out
    over own s same she should so some such t than that the their them then there these they this
    those through to too under until up very was we were what when where which while who whom whose
    why will with would you your
    的 了 是 在 和 与 及 或 也 都 就 而 吗 呢 什么 哪 谁 怎么 多少 哪些 为什么 如何
"""

STOP_WORDS: Final = frozenset(_FUNCTION_WORDS.split())
"""Function words of English and Chinese: they say nothing about what a question asks for."""


def words(text: str) -> list[str]:
    """Lower-cased NFKC words in order; numbers and identifiers whole, CJK runs as bigrams.

    A CJK run of one character yields that character. `1,234` and `1234` are one word.
    """
    if text.isascii():
        return _plain_words(text.lower())
    text = unicodedata.normalize("NFKC", text).casefold()
    return list(_words(text)) if has_cjk(text) else _plain_words(text)


def search_terms(text: str) -> list[str]:
    """Stemmed words for the lexical index, in order; what is made of parts adds its parts.

    `10-k` adds `10` and `k`, `foo.bar_baz` adds `foo`, `bar_baz`, `bar` and `baz`, `5%` adds `5`; those
    of names like `getValue`, `get` and `value`, come at the end.
    """
    terms = list(chain.from_iterable(map(_terms, words(text))))
    if _MAY_BE_CAMEL.search(text):
        for name in _CAMEL.findall(text):
            terms.extend(stem(part.casefold()) for part in _HUMPS.findall(name))
    return terms


@lru_cache(maxsize=2_048)
def kept_terms(text: str) -> tuple[str, ...]:
    """What `search_terms` gives, remembered: for passages, which are found again and again."""
    return tuple(search_terms(text))


def content_words(text: str) -> set[str]:
    """The set of stemmed words that carry meaning (no stop words)."""
    return {stem(word) for word in words(text) if word not in STOP_WORDS}


def numbers(text: str) -> set[str]:
    """The numbers in a text in one notation: no grouping commas, no per-cent sign, no leading zeros.

    Also those inside words and ranges: `FY2022` holds 2022, `10-20` holds 10 and 20.
    """
    text = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return {_plain_number(digits) for digits in _NUMBER.findall(text)}


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The Snowball English stem of a plain Latin word; any other word as it is."""
    word = word.removesuffix("'s").removesuffix("’s")
    return str(_stemmer().stemWord(word)) if word.isascii() and word.isalpha() else word


@lru_cache(maxsize=65_536)
def _terms(word: str) -> tuple[str, ...]:
    """A word's stem and those of its parts."""
    return (stem(word),) if word.isalnum() else (stem(word), *map(stem, _parts(word)))


def _plain_words(text: str) -> list[str]:
    """What `_words` gives for a text without CJK."""
    tokens: list[str] = _PLAIN_TOKEN.findall(text)
    if "," not in text:
        return tokens
    return [
        token.replace(",", "") if "," in token and _GROUPED.fullmatch(token.rstrip("%")) else token
        for token in tokens
    ]


def _words(text: str) -> Iterator[str]:
    for match in _TOKEN.finditer(text):
        token = match.group()
        if match.lastgroup == "cjk":
            yield from (token[i : i + 2] for i in range(max(len(token) - 1, 1)))
        elif match.lastgroup == "number" and _GROUPED.fullmatch(token.rstrip("%")):
            yield token.replace(",", "")
        else:
            yield token


def _parts(word: str) -> Iterator[str]:
    """The parts of a compound, identifiers in it whole and by their own parts."""
    if word.endswith("%"):
        yield word[:-1]
        return
    if word.replace(".", "").isdigit():
        return
    parts = _PARTS.findall(word.replace("'", "").replace("’", ""))
    for part in parts:
        if len(parts) > 1:
            yield part
        if "_" in part:
            yield from filter(None, part.split("_"))


def _plain_number(digits: str) -> str:
    digits = digits.replace(",", "")
    if digits.count(".") == 1:
        digits = digits.rstrip("0").rstrip(".")
    return digits.lstrip("0") or "0"


@cache
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")
