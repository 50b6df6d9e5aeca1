"""Whether two questions ask the same, so that the answer of one is that of the other.

They do where they differ in nothing but typing (case, spaces, marks behind words), courtesy and the article
"the". Every other word, sign and number counts, and so does their order: no list of words can tell what
turns a question round. `benchmarks.semantic_reuse` measures how often that spares an answer, or gives a wrong
one.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from rag.answering.understanding.speech import speech_of, tokens
from rag.answering.understanding.standing import standing
from rag.text import has_cjk

__all__ = ["as_asked"]

_MARKS: Final = ".,;:?!…。，、；：？！"
_STRAIGHT: Final = str.maketrans("’‘“”", "''\"\"")
_ARTICLE: Final = "the"
""""a" is a name too ("plan A"), and tells amounts ("a few")."""

_SUBJECTS: Final = frozenset({"i", "we", "you", "ich", "wir", "du", "sie", "je", "vous", "nous"})


def as_asked(question: str) -> tuple[str, ...]:
    """What is asked, word by word, in lower case.

    >>> as_asked("Could you tell me what the fee of plan A is, please?")
    ('what', 'fee', 'of', 'plan', 'a', 'is')
    """
    text = unicodedata.normalize("NFC", _without_courtesy(question)).translate(_STRAIGHT).lower()
    words = (word.rstrip(_MARKS).lstrip("¿¡") for word in text.split())
    return tuple(word for word in words if word and word != _ARTICLE)


def _without_courtesy(question: str) -> str:
    """What asks, where it surely does: "Do I have to tell you when I move?" is no courtesy.

    So nothing goes but thanks, and a beginning that is said to someone ("could you tell me") or greets,
    before a question word.
    """
    text, stood = question.strip(), standing(question)
    start = text.rfind(stood[1:]) - 1
    if has_cjk(text) or start <= 0:
        return stood
    speech, said = speech_of(text), {token.word for token in tokens(text[:start])}
    asks = any(token.word in speech.asking for token in tokens(stood)[:1])
    is_courtesy = asks and "to" not in said and not said.isdisjoint(speech.address - _SUBJECTS)
    return stood if is_courtesy else text[: start + len(stood)]
