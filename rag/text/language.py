"""Which script and language a text is in, by code points and a packaged classifier."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Any, Final

__all__ = ["CJK", "are_apart", "cjk_share", "detect_language", "has_cjk", "is_foreign", "likeliest_language"]

CJK: Final = (
    "\u3005\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003134f"
)
"""Regular-expression class body of scripts written without spaces (and Hangul)."""

_CJK_CHARACTER: Final = re.compile(f"[{CJK}]")
_KANA: Final = re.compile("[\u3040-\u30ff]")
_HANGUL: Final = re.compile("[\uac00-\ud7af]")
_LETTER: Final = re.compile(r"[^\W\d_]")
_SAMPLE: Final = 4_000
_UNSURE: Final = 40
_TOLD_APART: Final = (
    *("ar", "de", "en", "es", "fr", "it", "ja", "ko"),
    *("nl", "pl", "pt", "ru", "th", "tr", "zh"),
)
"""The languages of the multilingual universal sentence encoder (Yang et al. 2019)."""
_FOREIGN: Final = 0.05
_LIKELY: Final = 0.6


def has_cjk(text: str) -> bool:
    """Whether a Chinese, Japanese or Korean character occurs."""
    return not text.isascii() and _CJK_CHARACTER.search(text) is not None


def cjk_share(text: str) -> float:
    """The share of letters that are Chinese, Japanese or Korean, 0 to 1."""
    if text.isascii():
        return 0.0
    letters = len(_LETTER.findall(text))
    return len(_CJK_CHARACTER.findall(text)) / letters if letters else 0.0


def detect_language(text: str) -> str:
    """The ISO 639-1 code of a text's main language; `und` without letters.

    CJK is decided by script. Other scripts go to py3langid (Lui and Baldwin 2012, "langid.py"), which is
    unreliable under some forty letters: so few in plain Latin script are English unless that is hardly
    likely and one of the languages that are told apart is.
    """
    sample = text[:_SAMPLE]
    letters = len(_LETTER.findall(sample))
    if not letters:
        return "und"
    if cjk_share(sample) > 0.3:
        if len(_KANA.findall(sample)) > 0.1 * letters:
            return "ja"
        return "ko" if len(_HANGUL.findall(sample)) > 0.5 * letters else "zh"
    if letters < _UNSURE and sample.isascii():
        odds = _odds(sample)
        likeliest = max(odds, key=lambda language: odds[language])
        return likeliest if odds[likeliest] >= _LIKELY and odds["en"] < _FOREIGN else "en"
    return str(_classifier().classify(sample)[0])


def is_foreign(text: str, language: str) -> bool:
    """Whether a text, however short, is hardly in a language: under 5 %, as the classifier sees it.

    False where that cannot be told: of a text without letters, and of a language that is none of the 15
    that are told apart. With so few to choose from, questions of three words can be told.

    >>> is_foreign("Wer hat das erfunden?", "en"), is_foreign("pilot date", "en")
    (True, False)
    """
    return language in _TOLD_APART and _odds(text[:_SAMPLE]).get(language, 1.0) < _FOREIGN


def are_apart(text: str, other: str) -> bool:
    """Whether there is no language in which both of two texts may be; false where one tells none."""
    odds, others = _odds(text[:_SAMPLE]), _odds(other[:_SAMPLE])
    return bool(odds and others) and not any(
        odds[language] >= _FOREIGN and others[language] >= _FOREIGN for language in odds
    )


def likeliest_language(text: str) -> str:
    """The likeliest of the 15 languages that are told apart; `und` for a text without letters."""
    odds = _odds(text[:_SAMPLE])
    return max(odds, key=lambda language: odds[language], default="und")


@lru_cache(maxsize=4_096)
def _odds(text: str) -> dict[str, float]:
    """How likely a text is in each of the languages that are told apart; empty without letters.

    CJK is decided by script: a Chinese question may hold a long name in Latin letters.
    """
    if not _LETTER.search(text):
        return {}
    if cjk_share(text) > 0.3:
        told = detect_language(text)
        return {language: float(language == told) for language in _TOLD_APART}
    return {language: float(odds) for language, odds in _close_classifier().rank(text)}


@cache
def _close_classifier() -> Any:
    """The classifier with the few languages to choose from, and probabilities for its scores.

    It shares the model of the other, which takes half a second to read.
    """
    from py3langid.langid import LanguageIdentifier

    whole = _classifier()
    tables = (whole.nb_ptc, whole.nb_pc, whole.nb_classes, whole.tk_nextmove, whole.tk_output)
    classifier = LanguageIdentifier(*tables, norm_probs=True, tk_row=whole.tk_row)
    classifier.set_languages(_TOLD_APART)
    return classifier


@cache
def _classifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE)
