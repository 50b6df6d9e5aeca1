"""Raised and lowered text on one line: powers, chemical formulas, fractions, ordinals, footnote marks.

Loaders put what is raised, lowered or a mark of a note between characters that Unicode keeps for
such use (noncharacters); `in_line` writes it so that no digit joins the number before it: `10⁶`, `CO₂`,
`1 1/2`, `1st`, `412 ³`.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

__all__ = [
    "END",
    "LOWERED",
    "MARK",
    "RAISED",
    "in_line",
    "lowered",
    "marked",
    "note_lead",
    "note_numbers",
    "power",
    "raised",
    "subscript",
    "written_raised",
]

RAISED: Final = "\ufdd0"
LOWERED: Final = "\ufdd1"
MARK: Final = "\ufdd2"
END: Final = "\ufdd3"
_ANY: Final = re.compile("[\ufdd0-\ufdd3]")
_INNERMOST: Final = re.compile("([\ufdd0-\ufdd2])([^\ufdd0-\ufdd3]*)\ufdd3")
_FRACTION: Final = re.compile(
    "\ufdd0\\s*(\\d{1,4})\\s*\ufdd3\\s?[/\u2044\u2215]\\s?(?:\ufdd1\\s*(\\d{1,4})\\s*\ufdd3|(\\d{1,4}))"
)
_NEIGHBOURS: Final = re.compile("\ufdd3(\\s*)([\ufdd0\ufdd1])")
_DEEPEST: Final = 6

_SUPERSCRIPTS: Final = str.maketrans("0123456789+-−–=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁻⁼⁽⁾ⁿⁱ")
_SUBSCRIPTS: Final = str.maketrans("0123456789+-−–=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₋₌₍₎")
_POWER: Final = re.compile(r"[+\-−–]?\s?\d{1,4}|\d{0,2}[+\-−–]|n|i")
_MARKS: Final = re.compile(r"\d{1,3}(?:\s?[,;–-]\s?\d{1,3}){0,8}[.)]?")
_LETTER_MARK: Final = re.compile(r"[a-h]\)?|[*†‡§¶#]{1,3}")
_LOWERABLE: Final = re.compile(r"[+\-−–]?\d{1,6}[+\-−–]?")
_ORDINAL: Final = re.compile(r"st|nd|rd|th|er|re|ers|ère|e|es|ème|ème|o|a|os|as|º|ª|°", re.I)
_TRADE: Final = {"TM": "™", "(R)": "®", "R": "®", "®": "®", "SM": "℠"}
_TEN: Final = re.compile(r"(?:(?<![\d.,])10|[×x*·∙⋅]\s?\d+(?:[.,]\d+)?)\Z")
_NUMBER: Final = re.compile(r"\d[\d.,'’\u00a0\u202f]{0,20}\Z")
_SHORT_NUMBER: Final = 2
_WORD: Final = re.compile(r"(?<![^\W\d_])[^\W\d_]+\Z")
_UNIT_LENGTH: Final = 2
_DIMENSIONS: Final = frozenset("23")
_ELEMENT: Final = re.compile(r"[A-Z][a-z]?(?![^\W\d_])")
_CLAUSE: Final = re.compile(r"[.!?;:,()\n]")
_MOST_LEADING: Final = 5
_SIMPLE: Final = re.compile(r"[^\W_]+(?:[.,]\d+)?")


def raised(text: str) -> str:
    """Text that stands higher than its neighbours."""
    return f"{RAISED}{text}{END}"


def lowered(text: str) -> str:
    """Text that stands lower than its neighbours."""
    return f"{LOWERED}{text}{END}"


def marked(text: str) -> str:
    """The mark of a note: what refers to one, or what a note begins with."""
    return f"{MARK}{text}{END}"


def power(text: str) -> str:
    """An exponent behind its base: `⁶`, `⁻⁷`, `^x`, `^(a + b)`."""
    text = " ".join(text.split())
    if _POWER.fullmatch(text):
        return text.replace(" ", "").translate(_SUPERSCRIPTS)
    return f"^{text}" if _SIMPLE.fullmatch(text) else f"^({text})"


def subscript(text: str) -> str:
    """An index behind its letter: `₂`, `_out`, `_(i + 1)`."""
    text = " ".join(text.split())
    if _LOWERABLE.fullmatch(text):
        return text.translate(_SUBSCRIPTS)
    return f"_{text}" if _SIMPLE.fullmatch(text) else f"_({text})"


def in_line(text: str, notes: Collection[str] = ()) -> str:
    """A text with its raised and lowered parts written as characters of its line.

    Args:
        text: May hold parts by `raised`, `lowered` and `marked`, also within each other.
        notes: Numbers that notes of the document begin with: behind a number they are marks.
    """
    if _ANY.search(text) is None:
        return text
    text = _FRACTION.sub(_fraction, text)
    text = _NEIGHBOURS.sub(lambda match: match[0] if match[1] else END + match[2], text)
    for _ in range(_DEEPEST):
        text, changed = _once(text, notes)
        if not changed:
            break
    return _ANY.sub("", text)


def note_numbers(text: str) -> list[str]:
    """The raised numbers that a note begins with: at the start of a block, or after a sentence's end."""
    begins = re.compile("(?:\\A\\s*|[.!?]\\s+)[\ufdd0\ufdd2]\\s*(\\d{1,3})[.)]?\\s*\ufdd3\\s*[^\\W\\d_]")
    return begins.findall(text)


def note_lead(text: str, mark: str) -> str:
    """The words that a note's mark stands behind within its sentence, with a colon: `The warden: `.

    Empty where the mark ends a sentence, and where the words would be many.
    """
    before, found, _ = text.partition(marked(mark))
    words = _ANY.sub("", _CLAUSE.split(before)[-1]).split()
    return f"{' '.join(words)}: " if found and 0 < len(words) <= _MOST_LEADING else ""


def written_raised(inner: str, before: str, after: str, notes: Collection[str] = ()) -> tuple[str, str, str]:
    """How raised text is written: what comes before it, itself, and what comes behind it.

    Args:
        inner: The raised text.
        before: What stands before it on its line.
        after: What follows.
        notes: Numbers that notes begin with.
    """
    if inner in _TRADE:
        return "", _TRADE[inner], ""
    if _is_power(inner, before, after, notes):
        return "", inner.replace(" ", "").translate(_SUPERSCRIPTS), ""
    if _MARKS.fullmatch(inner):
        return _apart(inner, before, after)
    if _LETTER_MARK.fullmatch(inner) and not inner.isalpha():
        return "", inner, ""
    if inner.isalpha() or _ORDINAL.fullmatch(inner):
        return _raised_letters(inner, before, after)
    if before[-1:].isalnum() and not _is_word_mark(inner):
        return "", power(inner), ""
    return "", inner, ""


def _once(text: str, notes: Collection[str]) -> tuple[str, bool]:
    """Write the innermost parts; say whether there were any."""
    pieces: list[str] = []
    end = 0
    for match in _INNERMOST.finditer(text):
        pieces.append(text[end : match.start()])
        end = match.end()
        before = _ANY.sub("", "".join(pieces)[-80:])
        following = _ANY.sub("", text[match.end() : match.end() + 20])
        pieces.append(_written(match[1], match[2], before, following, notes))
    pieces.append(text[end:])
    return "".join(pieces), end > 0


def _written(kind: str, inner: str, before: str, after: str, notes: Collection[str]) -> str:
    lead = inner[: len(inner) - len(inner.lstrip())]
    tail = inner[len(inner.rstrip()) :] if lead != inner else ""
    inner = inner.strip()
    if not inner:
        return lead
    if kind == LOWERED:
        return lead + (subscript(inner) if before[-1:].isalnum() or before[-1:] in ")]" else inner) + tail
    written = _apart(inner, before, after) if kind == MARK else written_raised(inner, before, after, notes)
    return lead + "".join(written) + tail


def _fraction(match: re.Match[str]) -> str:
    before = match.string[match.start() - 1 : match.start()]
    return f"{' ' if before.isdigit() else ''}{match[1]}/{match[2] or match[3]}"


def _is_power(inner: str, before: str, after: str, notes: Collection[str]) -> bool:
    if not _POWER.fullmatch(inner):
        return False
    is_signed = not inner.isalnum()
    if not before or before[-1].isspace():
        return inner.isdigit() and _ELEMENT.match(after) is not None  # an isotope
    if before[-1].isdigit():
        if inner.isalpha():
            return True
        if is_signed or _TEN.search(before):
            return True
        number = _NUMBER.search(before)
        return inner not in notes and number is not None and len(number.group()) <= _SHORT_NUMBER
    word = _WORD.search(before)
    if word is None:
        return is_signed
    if inner.isalpha():
        return len(word.group()) == 1
    return is_signed or len(word.group()) <= _UNIT_LENGTH + (inner in _DIMENSIONS)


def _apart(inner: str, before: str, after: str) -> tuple[str, str, str]:
    """A mark with a space where it would else make one word with its neighbours."""
    mark = inner.rstrip(".)") if inner[:1].isdigit() else inner
    if mark[:1].isdigit():
        mark = mark.translate(_SUPERSCRIPTS)
    is_word = any(character.isalnum() for character in mark)
    lead = " " if is_word and before and not before[-1].isspace() and before[-1] not in "([" else ""
    tail = " " if is_word and after[:1].isalnum() else ""
    return lead, mark, tail


def _raised_letters(inner: str, before: str, after: str) -> tuple[str, str, str]:
    """Ordinals and shortened words are plain, exponents are not, single letters behind words are marks."""
    number = _NUMBER.search(before)
    if number is not None:
        if _ORDINAL.fullmatch(inner) and len(number.group()) <= 2 * _SHORT_NUMBER:
            return "", inner, ""
        if _LETTER_MARK.fullmatch(inner):
            return " ", f"({inner})", " " if after[:1].isalnum() else ""
        return "", power(inner), ""
    word = _WORD.search(before)
    if word is not None and before[: -len(word.group())].endswith("°") and _LETTER_MARK.fullmatch(inner):
        return " ", f"({inner})", " " if after[:1].isalnum() else ""
    if word is not None and len(word.group()) == 1 and word.group() not in "MDS":
        return "", power(inner) if word.group() not in "nN" else inner, ""
    if word is not None and _LETTER_MARK.fullmatch(inner) and len(word.group()) > _UNIT_LENGTH:
        return " ", f"({inner})", " " if after[:1].isalnum() else ""
    return "", inner, ""


def _is_word_mark(inner: str) -> bool:
    return inner[:1] in "[(" and inner[-1:] in "])"
