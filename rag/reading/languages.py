"""Which embedder judges a question's sentences: the library's own, or a second that knows the languages."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from rag.models.model_protocol import Embedder
from rag.reading.language_trust import LanguageTrust, language_trust
from rag.reading.sentence_memory import SentenceVectors
from rag.schema import Passage
from rag.text import cjk_share, detect_language

__all__ = ["Judge", "LanguageJudges", "SecondEmbedder", "languages_of"]

Judge = tuple[SentenceVectors, LanguageTrust]
"""Sentence vectors, and what their cosines mean in the question's language."""

SecondEmbedder = Callable[[], Embedder | None]
"""Makes the second embedder when a language first needs it; None where there is none."""

_LEAST_TRUST: Final = 0.2
_GOOD_TRUST: Final = 0.5
_LEAST_SHARE: Final = 0.25
_ENGLISH: Final = frozenset({"the", "of", "and", "is", "to", "in", "for", "by"})
_ENGLISH_SHARE: Final = 0.05
_LEAST_LETTERS: Final = 120
_SCALE: Final = "en"


class LanguageJudges:
    """The library's embedder, and a second one for languages in which the first cannot tell sentences apart.

    The second is made, and its weights are loaded, when a question or its passages first need it. Safe
    for several threads.
    """

    def __init__(self, first: SentenceVectors | None, second: SecondEmbedder | None = None) -> None:
        self._first = first
        self._make_second = second
        self._second: SentenceVectors | None = None
        self._trust: dict[tuple[str, str], LanguageTrust] = {}
        self._lock = threading.Lock()
        self._probing = threading.Lock()

    def judge(self, question_language: str, others: frozenset[str]) -> Judge | None:
        """The embedder for a question and passages in `others`, and what its cosines mean; None without one.

        The first judges where it is trusted in every one of the languages; else the one that is trusted
        more in the least known of them, if it is trusted in the question's.
        """
        spoken = others | {question_language}
        first = self._least(self._first, spoken)
        sentences, least = self._first, first
        second = self._second_vectors() if first < _GOOD_TRUST else None
        if second is not None and self._least(second, spoken) > first:
            sentences, least = second, self._least(second, spoken)
        if sentences is None:
            return None
        trust = self._trust_in(sentences, question_language)
        return (sentences, trust) if max(trust.trust, least) >= _LEAST_TRUST else None

    def judge_across(self, question_language: str, others: frozenset[str]) -> Judge | None:
        """The embedder for a question and passages in other languages; None where none knows them.

        The second where it is trusted, since the first may know other languages by their names alone. Its
        cosines are told on one scale whatever the languages: between two, they are of no one's own scale,
        and over several pairs the plain ones tell right from wrong better than scaled by the question's.
        """
        spoken = others | {question_language}
        for sentences, wanted in ((self._second_vectors(), _LEAST_TRUST), (self._first, _GOOD_TRUST)):
            if sentences is not None and self._least(sentences, spoken) >= wanted:
                return sentences, self._trust_in(sentences, _SCALE)
        return None

    def _least(self, sentences: SentenceVectors | None, languages: frozenset[str]) -> float:
        if sentences is None:
            return 0.0
        return min(self._trust_in(sentences, language).trust for language in languages)

    def _trust_in(self, sentences: SentenceVectors, language: str) -> LanguageTrust:
        key = sentences.embedder.fingerprint, language
        with self._probing:
            if key not in self._trust:
                self._trust[key] = language_trust(sentences.embedder, language)
            return self._trust[key]

    def _second_vectors(self) -> SentenceVectors | None:
        with self._lock:
            if self._make_second is not None:
                made, self._make_second = self._make_second(), None
                self._second = SentenceVectors(made) if made is not None else None
            return self._second


def languages_of(passages: Sequence[Passage]) -> frozenset[str]:
    """The languages of at least a quarter of the letters of some passages, as far as they can be told.

    Tables do not tell theirs: names and figures look the same in many.
    """
    letters: Counter[str] = Counter()
    for passage in passages:
        told = _language(passage.text)
        if told:
            letters[told] += len(passage.text)
    return frozenset(name for name, count in letters.items() if count >= _LEAST_SHARE * letters.total())


@lru_cache(maxsize=1_024)
def _language(text: str) -> str:
    """The language of a text; "" where its prose is too short to tell. English goes by its own words."""
    if cjk_share(text) > 0.3:
        return detect_language(text)
    prose = " ".join(line for line in text.splitlines() if "\t" not in line and "|" not in line)
    if sum(map(str.isalpha, prose)) < _LEAST_LETTERS:
        return ""
    words = prose.lower().split()
    if sum(word in _ENGLISH for word in words) >= _ENGLISH_SHARE * len(words):
        return "en"
    return detect_language(prose)
