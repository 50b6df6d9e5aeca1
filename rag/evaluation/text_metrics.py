"""How near an answer's text is to the right ones: exact match, F1, ROUGE-L, containment."""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from rag.text import has_cjk
from rag.text.language import CJK

__all__ = ["answer_tokens", "best_over_answers", "contains", "exact_match", "f1", "normalised", "rouge_l"]

_ARTICLE: Final = re.compile(r"\b(?:a|an|the)\b")
_ASCII_PUNCTUATION: Final = frozenset(string.punctuation)
_PIECE: Final = re.compile(rf"[{CJK}]|(?:(?![{CJK}])\S)+")
_WORD: Final = re.compile(rf"[{CJK}]|(?:(?![{CJK}])[^\W_])+")
_ALPHANUMERIC: Final = re.compile(r"[^\W_]+")


def normalised(text: str) -> str:
    """Lower case without punctuation, articles and superfluous white space.

    SQuAD's `normalize_answer` (Rajpurkar et al. 2016); where CJK characters occur MLQA's, which
    takes away all of Unicode's punctuation too and keeps articles (Lewis et al. 2020).
    """
    lowered = text.lower()
    if has_cjk(lowered):
        return " ".join("".join(c for c in lowered if not _is_punctuation(c)).split())
    kept = "".join(c for c in lowered if c not in _ASCII_PUNCTUATION)
    return " ".join(_ARTICLE.sub(" ", kept).split())


def answer_tokens(text: str) -> list[str]:
    """Tokens of the normalised text: words, and single characters of scripts without spaces."""
    return _PIECE.findall(normalised(text))


def exact_match(predicted: str, gold: str) -> float:
    """1 where both texts are equal when normalised; white space does not count between CJK characters."""
    return float(answer_tokens(predicted) == answer_tokens(gold))


def f1(predicted: str, gold: str) -> float:
    """The harmonic mean of precision and recall of tokens, counted with repetition.

    SQuAD 2.0's `compute_f1` (Rajpurkar et al. 2018): 1 for two empty texts, 0 where one is empty.
    """
    ours, theirs = answer_tokens(predicted), answer_tokens(gold)
    if not ours or not theirs:
        return float(ours == theirs)
    return _harmonic((Counter(ours) & Counter(theirs)).total(), len(ours), len(theirs))


def rouge_l(predicted: str, gold: str) -> float:
    """The F measure of the longest common subsequence of words (Lin 2004, section 3.1), CJK by character.

    No stemming and no stop words; equals the package rouge-score's `rougeL` on English text.
    """
    ours, theirs = _WORD.findall(predicted.lower()), _WORD.findall(gold.lower())
    return _harmonic(_common_subsequence(ours, theirs), len(ours), len(theirs))


def contains(text: str, gold: str) -> float:
    """1 where a text holds the gold answer: whole words, or characters in scripts without spaces.

    Punctuation, case and articles do not count; a hyphen may stand for a space.
    """
    if has_cjk(gold) or has_cjk(text):
        wanted = _letters(gold)
        return float(bool(wanted) and wanted in _letters(text))
    return float(any(_holds_words(prepare(text), prepare(gold)) for prepare in (str, _spaced)))


def best_over_answers(measure: Callable[[str, str], float], predicted: str, answers: Sequence[str]) -> float:
    """The best value over all right answers, as SQuAD takes it; 0 without any."""
    return max((measure(predicted, answer) for answer in answers), default=0.0)


def _holds_words(text: str, gold: str) -> bool:
    wanted = " ".join(answer_tokens(gold))
    return bool(wanted) and f" {wanted} " in f" {' '.join(answer_tokens(text))} "


def _spaced(text: str) -> str:
    """Hyphens and dashes as spaces: `2018-19` holds 2018."""
    return re.sub(r"[-‐-―/]", " ", text)


def _letters(text: str) -> str:
    return "".join(_ALPHANUMERIC.findall(text.lower()))


def _is_punctuation(character: str) -> bool:
    return character in _ASCII_PUNCTUATION or unicodedata.category(character).startswith("P")


def _harmonic(common: int, ours: int, theirs: int) -> float:
    return 2.0 * common / (ours + theirs) if common else 0.0


def _common_subsequence(first: Sequence[str], second: Sequence[str]) -> int:
    """Length of the longest common subsequence, by rows of the usual table."""
    row = [0] * (len(second) + 1)
    for word in first:
        diagonal = 0
        for column, other in enumerate(second, 1):
            above = row[column]
            row[column] = diagonal + 1 if word == other else max(above, row[column - 1])
            diagonal = above
    return row[-1]
