"""Whether an English question can be understood alone.

Only what grammar tells is used, so that it holds for any subject matter:

- A question without a finite verb is a fragment of the one before ("And in 2024?", "Why?").
- A personal pronoun cannot refer to anything in its own clause, only to a noun in another one; a
  possessive can refer to any noun but the one that it is part of (Chomsky 1981, "Lectures on
  Government and Binding", condition B and i-within-i). Where such a noun stands in the question, it
  needs no other. A fronted question word is no antecedent of the subject ("What year was he born?";
  Wasow 1972, weak crossover).
- `it` before a predicate that takes a clause is no pronoun ("Is it possible to ...").
- This, these, such, former, latter, the second one, and there, then, that at the end point back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from rag.answering.followup.dependence import STANDALONE, Anaphor, Dependence, Referent
from rag.answering.followup.english_words import (
    AUXILIARIES,
    BREAKS,
    CLAUSAL,
    CLAUSE_OPENERS,
    DEGREES,
    DETERMINERS,
    EMPHASIS,
    FUNCTION_WORDS,
    MODALS,
    ORDINALS,
    PEOPLE_NOUNS,
    PLACE_NOUNS,
    PREPOSITIONS,
    QUESTION_WORDS,
    SUBORDINATORS,
    TIME_NOUNS,
)

__all__ = ["Token", "dependence", "item_of", "tokens"]


class Token(NamedTuple):
    """A word or mark with its place; `word` is in lower case, `shouted` of two capitals or more (`IT`)."""

    word: str
    start: int
    end: int
    capital: bool
    shouted: bool


_PRONOUNS: Final = {
    "it": Referent.THING,
    "he": Referent.PERSON,
    "him": Referent.PERSON,
    "she": Referent.PERSON,
    "they": Referent.GROUP,
    "them": Referent.GROUP,
}
_POSSESSIVES: Final = {
    "its": Referent.THING,
    "his": Referent.PERSON,
    "her": Referent.PERSON,
    "their": Referent.GROUP,
}
_OPENER: Final = re.compile(
    r"^(?:(?:and|or|but|also|so|then|ok(?:ay)?|well|now|yes|no|alright|right|thanks|thank you)\b[\s,]*)+",
    re.I,
)
_ABOUT: Final = re.compile(
    r"^(?:what|how)(?:\s+is|\s+was)?\s+about\b\s*|^same\s+(?:question\s+)?for\s+", re.I
)
_AFTER_PAIR: Final = "|".join(sorted(word for word in FUNCTION_WORDS if word.isalpha()))
_ITEM: Final = re.compile(
    rf"\b(?:the\s+)?(?:(?P<which>{'|'.join(ORDINALS)})(?:\s+ones?\b|(?=\s*[?.!]*$))|the\s+(?P<pair>former|latter)(?=\s+(?:{_AFTER_PAIR})\b|\s*\w*\s*[?.!,]|$))",
    re.I,
)
_TOKEN: Final = re.compile(r"\w+(?:[-'’.&/]\w+)*|[^\w\s]")
_LONGEST_FRAGMENT: Final = 7
_SHORT: Final = 4


def dependence(question: str) -> Dependence:
    """What an English question leaves open."""
    rest = _OPENER.sub("", question.strip()) or question.strip()
    opened = len(rest) < len(question.strip())
    about = _ABOUT.sub("", rest)
    if len(about) < len(rest):
        return Dependence(fragment=_bare(about)) if _bare(about) else STANDALONE
    found = tokens(rest)
    words = [token.word for token in found if token.word not in BREAKS]
    asks = _asked_alone(words)
    if asks is not None:
        return asks
    if _is_fragment(words, found, opened=opened, asked=question.rstrip().endswith("?")):
        return Dependence(fragment=_bare(rest))
    offset = question.rindex(rest)
    return Dependence(anaphors=tuple(_moved(anaphor, offset) for anaphor in _anaphors(rest, found)))


def tokens(text: str) -> list[Token]:
    """Words and punctuation marks with their places."""
    return [
        Token(
            m.group().casefold().replace("’", "'"),
            m.start(),
            m.end(),
            m.group()[0].isupper(),
            len(m.group()) > 1 and m.group().isupper(),
        )
        for m in _TOKEN.finditer(text)
    ]


def item_of(text: str) -> Anaphor | None:
    """Where a text points at one of several: "the second one", "the latter"."""
    match = _ITEM.search(text)
    if match is None:
        return None
    place = ORDINALS[(match["which"] or match["pair"]).casefold()]
    return Anaphor(match.start(), match.end(), Referent.ITEM, place=place)


def _bare(text: str) -> str:
    return re.sub(r"[\s,]*(?:\b(?:then|instead|too|as well))?[\s?.!]*$", "", text, flags=re.I).strip()


def _asked_alone(words: Sequence[str]) -> Dependence | None:
    """Question words without a clause: `Why?`, `For how long?`, `How much in 2024?`."""
    kept = [word for word in words if word not in EMPHASIS]
    size = 1 if kept and kept[0] in PREPOSITIONS else 0
    if len(kept) <= size or kept[size] not in QUESTION_WORDS:
        return None
    size += 1
    if kept[size - 1] == "how" and len(kept) > size and kept[size] in DEGREES:
        size += 1
    rest = kept[size:]
    if rest and (rest[0] not in PREPOSITIONS or _has_verb(rest) or len(rest) > _SHORT):
        return None
    return Dependence(fragment=" ".join(rest), asks=" ".join(kept[:size]))


def _has_verb(words: Sequence[str]) -> bool:
    return any(word in AUXILIARIES or word.endswith(("'s", "'re", "'ll", "'d")) for word in words)


def _is_fragment(words: Sequence[str], found: Sequence[Token], *, opened: bool, asked: bool) -> bool:
    """A few words without a verb that continue a question: after an opener, a preposition, or alone."""
    if not words or len(words) > _LONGEST_FRAGMENT or words[0] in QUESTION_WORDS or _has_verb(words):
        return False
    if opened or (words[0] in PREPOSITIONS and asked):
        return not any(word in _PRONOUNS for word in words)
    if not asked or len(words) > 3:
        return False
    return found[0].capital or words[0] == "the" or words[0].isdigit()


def _anaphors(text: str, found: Sequence[Token]) -> list[Anaphor]:
    anaphors = [anaphor for at in range(len(found)) if (anaphor := _anaphor(found, at)) is not None]
    item = item_of(text)
    return sorted([*anaphors, item] if item is not None else anaphors, key=lambda anaphor: anaphor.start)


def _anaphor(found: Sequence[Token], at: int) -> Anaphor | None:
    token = found[at]
    following = found[at + 1].word if at + 1 < len(found) else ""
    owns = bool(following) and following not in FUNCTION_WORDS and following not in BREAKS
    if token.word in _POSSESSIVES and (token.word != "her" or owns):
        if _owner_is_there(found, at):
            return None
        return Anaphor(token.start, token.end, _POSSESSIVES[token.word], possessive=True)
    if (token.word in _PRONOUNS and not found[at].shouted) or token.word == "her":
        if _referent_is_there(found, at) or (token.word == "it" and _is_expletive(found, at)):
            return None
        return Anaphor(token.start, token.end, _PRONOUNS.get(token.word, Referent.PERSON))
    return _demonstrative(found, at, following, owns=owns)


def _demonstrative(found: Sequence[Token], at: int, following: str, *, owns: bool) -> Anaphor | None:
    """A word that points back by its kind; None where it does not, or its referent is in the question."""
    token, last = found[at], not any(t.word not in BREAKS for t in found[at + 1 :])
    before = found[at - 1].word if at else ""
    start = _clause_start(found, at)
    if start and _has_noun(found[:start]):
        return None
    if token.word in {"there", "then"}:
        if not last or before in AUXILIARIES or not before:
            return None
        return Anaphor(token.start, token.end, Referent.PLACE if token.word == "there" else Referent.TIME)
    owns = owns and not _is_verb(found, at + 1, before)
    if not _points(token.word, following, before, last=last, owns=owns):
        return None
    if not owns:
        return Anaphor(token.start, token.end, Referent.EVENT)
    noun = found[at + 1]
    return Anaphor(token.start, noun.end, _kind(noun.word, token.word), noun=noun.word)


def _points(word: str, following: str, before: str, *, last: bool, owns: bool) -> bool:
    if word in {"this", "these"}:
        return True
    if word == "those":
        return last or (owns and following.endswith("s"))
    if word != "that":
        return False
    return last or (owns and (before in PREPOSITIONS - {"than", "as"}) and not following.endswith("ed"))


def _is_verb(found: Sequence[Token], at: int, before: str) -> bool:
    """Whether the word after a demonstrative is its verb, as in `When did this happen?`."""
    after = found[at + 1].word if at + 1 < len(found) else ""
    return before in MODALS and (not after or after in FUNCTION_WORDS | BREAKS)


def _kind(noun: str, word: str) -> Referent:
    if noun in TIME_NOUNS:
        return Referent.TIME
    if noun in PLACE_NOUNS:
        return Referent.PLACE
    if noun in PEOPLE_NOUNS:
        return Referent.PERSON
    return Referent.GROUP if word in {"these", "those"} else Referent.THING


def _referent_is_there(found: Sequence[Token], at: int) -> bool:
    """Whether another clause of the question holds a noun that a personal pronoun may refer to."""
    start = _clause_start(found, at)
    if (start > 0 and _has_noun(found[:start])) or _is_fronted(found, at):
        return True
    return _is_embedded_subject(found, at) and any(
        token.capital and token.word not in FUNCTION_WORDS for token in found[1:at]
    )


def _is_embedded_subject(found: Sequence[Token], at: int) -> bool:
    """Whether a clause without a conjunction begins with the pronoun: "has Toyota said it will close"."""
    following = found[at + 1].word if at + 1 < len(found) else ""
    subject = found[at].word in {"he", "she", "they"} or (found[at].word == "it" and following in AUXILIARIES)
    return subject and at > 0 and found[at - 1].word not in AUXILIARIES


def _owner_is_there(found: Sequence[Token], at: int) -> bool:
    """Whether a noun before a possessive may be its owner, or one after the fronted phrase that it is in."""
    if _is_fronted(found, at):
        return True
    before = at
    while before >= 2 and found[before - 1].word == "of":  # "the name of his wife": the name is not he
        before -= 2
        while before > 0 and found[before - 1].word in {"the", "a", "an"}:
            before -= 1
    if before == at and before and found[before - 1].word in AUXILIARIES - {"has", "have", "had"}:
        start = _clause_start(found, at)
        return start > 0 and _has_noun(found[:start])
    return _has_noun(found[:before], whole=before == at)


def _is_fronted(found: Sequence[Token], at: int) -> bool:
    """Whether the pronoun is in a phrase before the first comma, with a noun after that."""
    comma = next((i for i, token in enumerate(found) if token.word == ","), None)
    return comma is not None and at < comma and _has_noun(found[comma + 1 :])


def _clause_start(found: Sequence[Token], at: int) -> int:
    """Where the clause of the word at `at` begins; 0 for the question's first clause."""
    return next((i for i in range(at, 0, -1) if _opens_clause(found, i, at)), 0)


def _opens_clause(found: Sequence[Token], i: int, at: int) -> bool:
    word, before = found[i].word, found[i - 1].word
    if before in BREAKS:
        return True
    if word in {"and", "or"}:  # joins clauses only where there was a verb before it
        return any(token.word in AUXILIARIES for token in found[:i])
    if word in SUBORDINATORS and i != at and before not in PREPOSITIONS:
        return True
    infinitive = word == "to" and i + 1 < at and found[i + 1].word not in FUNCTION_WORDS
    gerund = word.endswith("ing") and before in PREPOSITIONS and i < at
    return infinitive or gerund


def _has_noun(found: Sequence[Token], *, whole: bool = True) -> bool:
    """Whether there is a noun: a name, what follows a determiner or preposition, or a subject."""
    for i, token in enumerate(found):
        if token.word in {"who", "whose"} and whole:
            return True
        if token.word in FUNCTION_WORDS or not token.word[0].isalnum():
            continue
        before = found[i - 1].word if i else ""
        if token.capital and i > 0:
            return True
        if before in DETERMINERS | PREPOSITIONS | {"many", "much", ""} or before not in FUNCTION_WORDS:
            return True
        if before in AUXILIARIES and i > 1 and not token.word.endswith(("ed", "ing")):
            return True
    return False


def _is_expletive(found: Sequence[Token], at: int) -> bool:
    rest = [token.word for token in found[at + 1 :]]
    around = set(rest[:4]) | {token.word for token in found[max(0, at - 3) : at]}
    return bool(around & CLAUSAL) and bool(set(rest) & CLAUSE_OPENERS or around & {"rain", "raining", "time"})


def _moved(anaphor: Anaphor, offset: int) -> Anaphor:
    return Anaphor(
        anaphor.start + offset,
        anaphor.end + offset,
        anaphor.referent,
        anaphor.possessive,
        anaphor.noun,
        anaphor.place,
    )
