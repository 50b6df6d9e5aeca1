"""What a question without names is about: its last noun phrase, without the verb that may follow it."""

from __future__ import annotations

import re
from itertools import takewhile
from typing import Final

from rag.answering.followup.english_words import AUXILIARIES, FUNCTION_WORDS, MODALS, PREPOSITIONS

__all__ = ["noun_phrase"]

_ARTICLE: Final = re.compile(r"\b(?:the|a|an|my|your|our|each|every)\s+(?=[a-z])", re.I)
_OWNER: Final = re.compile(
    r"(?<![\w’'])(?P<owner>(?!(?:it|what|who|that|there|here|he|she|how|where)['’])[a-z][\w-]*)['’]s\b"
)
_OF: Final = re.compile(r"\s+(?:of|for)\s+")
_WORDS: Final = re.compile(r"[a-z][\w-]*(?:\s+[a-z][\w-]*){0,4}", re.I)
_NO_NOUNS: Final = (FUNCTION_WORDS | AUXILIARIES | PREPOSITIONS) - {"old", "long"}
_WORD: Final = re.compile(r"[\w'’-]+")
_PARTICIPLE: Final = re.compile(
    r".{2,}(?:ed|en)|built|made|sold|paid|bought|found|held|led|put|set|cut|sent|spent|lost|won|told|kept"
    r"|left|born|known|begun|drawn|shown|done|gone|run|read|taught|caught|brought|thought|worn|torn|grown"
    r"|thrown|blown|flown|sung|hung|dug|struck|lit|fed|shut|hit|laid|said|met|lent|bent|burnt|rebuilt",
    re.I,
)
_TAKES_PARTICIPLE: Final = frozenset(["is", "are", "was", "were", "be", "been", "has", "have", "had"])


def noun_phrase(question: str) -> str:
    """The last noun phrase, with its article: in "the warranty of the pump" the talk is of the pump.

    An owner comes before it ("the pump's warranty"). In "How much did the new boiler cost?" and "When
    was the roof repaired?" the verb behind the phrase is none of it. Empty without one.
    """
    owner = _OWNER.search(question)
    if owner is not None:
        return owner["owner"]
    auxiliary = _auxiliary(question)
    subject = auxiliary.end() if auxiliary is not None else -1
    phrase = ""
    for article in _ARTICLE.finditer(question):
        words = _words_of_phrase(question[article.end() :])
        end = article.end() + len(" ".join(words))
        owner_follows = _OF.match(question, end)
        if auxiliary is not None and not question[subject : article.start()].strip():
            subject = owner_follows.end() if owner_follows else -1
            if not owner_follows:
                words = _without_verb(words, auxiliary.group().casefold())
        phrase = " ".join(words) or phrase
    return f"the {phrase}" if phrase else ""


def _words_of_phrase(text: str) -> list[str]:
    found = _WORDS.match(text)
    words = found.group().split() if found is not None else []
    return list(takewhile(lambda word: word.casefold() not in _NO_NOUNS, words))


def _auxiliary(question: str) -> re.Match[str] | None:
    """The first auxiliary, which parts its verb from it by the subject."""
    return next((m for m in _WORD.finditer(question) if m.group().casefold() in AUXILIARIES), None)


def _without_verb(words: list[str], auxiliary: str) -> list[str]:
    """A subject without the verb that stands behind it: any verb after `did`, a participle after `was`."""
    if len(words) < 2:
        return words
    if auxiliary in MODALS:
        return words[:-1]
    if auxiliary in _TAKES_PARTICIPLE:
        verb = next((i for i, word in enumerate(words[1:], 1) if _PARTICIPLE.fullmatch(word)), None)
        return words if verb is None else words[:verb]
    return words
