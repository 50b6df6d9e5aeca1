"""Which script and language a text is in, by code points and a packaged classifier."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final

__all__ = ["CJK", "cjk_share", "detect_language", "has_cjk"]

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
    """The ISO 639-1 code of a text's main language; `en` for short Latin text, `und` without letters.

    CJK is decided by script. Other scripts go to py3langid (Lui and Baldwin 2012, "langid.py"),
    which is unreliable under some forty letters, where English is the better guess.
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
        return "en"
    return str(_classifier().classify(sample)[0])


@cache
def _classifier() -> Any:
    import py3langid

    return py3langid
