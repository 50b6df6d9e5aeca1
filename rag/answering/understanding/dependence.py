"""What a question leaves to the conversation before it: a subject, or all but a fragment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rag.answering.understanding import chinese_dependence
from rag.answering.understanding.speech import Speech, Token, speech_of, tokens
from rag.text import has_cjk

__all__ = ["Anaphor", "Dependence", "Referent", "dependence"]

_LONGEST_FRAGMENT: Final = 7
_BARE: Final = 3


class Referent(StrEnum):
    """What a word that points back may stand for."""

    THING = "thing"
    PERSON = "person"
    GROUP = "group"
    PLACE = "place"


@dataclass(frozen=True)
class Anaphor:
    """A word or phrase, text[start:end], whose referent is not in the question; `owns` asks for "Tesla's"."""

    start: int
    end: int
    referent: Referent
    owns: bool = False


@dataclass(frozen=True)
class Dependence:
    """How a question leans on the turns before it.

    `fragment` is what is new in an elliptic question: "in 2024" of "And in 2024?"; `asks` the question
    word that it has alone: "When" of "When?". Otherwise `anaphors` point back.
    """

    fragment: str = ""
    asks: str = ""
    anaphors: tuple[Anaphor, ...] = ()

    @property
    def is_standalone(self) -> bool:
        """Whether the question needs nothing from before."""
        return not (self.fragment or self.asks or self.anaphors)


def dependence(question: str, before: str = "") -> Dependence:
    """What a question leaves open; `before` is the question before it, which helps to tell the language.

    A fragment has no verb of its own; a pronoun points out of the question where no noun stands in
    another clause before it (a possessive: no noun at all; Chomsky 1981, conditions B and i-within-i).
    """
    if has_cjk(question):
        read = chinese_dependence.read(question)
        anaphors = tuple(
            Anaphor(start, end, Referent(what), owns) for start, end, what, owns in read.anaphors
        )
        return Dependence(read.fragment, read.asks, anaphors)
    speech = speech_of(question, before)
    found = tokens(question)
    rest = _without_opener(found, speech)
    opened = len(rest) < len(found)
    words = [token for token in rest if not token.is_mark]
    while len(words) > 1 and words[-1].word in speech.trailing:
        words.pop()
    if not words:
        return Dependence()
    asks = _asked_alone(words, speech, question)
    if asks is not None:
        return asks
    if _is_fragment(words, speech, opened=opened, asked=question.rstrip().endswith("?")):
        return Dependence(fragment=question[words[0].start : words[-1].end])
    return Dependence(anaphors=tuple(_anaphors(rest, speech)))


def _without_opener(found: Sequence[Token], speech: Speech) -> list[Token]:
    rest = [token for token in found if token.word not in "¿¡"]
    opened = True
    while opened:
        opened = False
        for opener in speech.openers:
            if tuple(token.word for token in rest[: len(opener)]) == opener and len(rest) > len(opener):
                rest, opened = rest[len(opener) :], True
                break
        while rest and rest[0].word in {",", ":"}:
            rest, opened = rest[1:], True
    return rest


def _asked_alone(words: Sequence[Token], speech: Speech, question: str) -> Dependence | None:
    """Question words without a clause: `Why?`, `For how long?`, `How much in 2024?`."""
    size = 1 if words[0].word in speech.prepositions else 0
    if len(words) <= size or words[size].word not in speech.asking:
        return None
    size += 1
    if len(words) > size and words[size].word in speech.degrees:
        size += 1
    rest = words[size:]
    known = speech.prepositions | speech.determiners
    if rest and (rest[0].word not in known or len(rest) > _BARE or _has_verb(rest, speech)):
        if not (len(rest) == 1 and words[0].word in speech.prepositions):  # "Within how many days?"
            return None
        size, rest = len(words), []
    fragment = question[rest[0].start : rest[-1].end] if rest else ""
    return Dependence(fragment, question[words[0].start : words[size - 1].end])


def _has_verb(words: Sequence[Token], speech: Speech) -> bool:
    return any(speech.is_verb(token.word) for token in words)


def _is_fragment(words: Sequence[Token], speech: Speech, *, opened: bool, asked: bool) -> bool:
    """A few words without a verb that continue a question: after an opener, a preposition, or alone."""
    pronouns = speech.things | speech.people | speech.groups
    if len(words) > _LONGEST_FRAGMENT or _has_verb(words, speech):
        return False
    if any(token.word in speech.asking or token.word in pronouns for token in words):
        return False
    if opened:
        return True
    return asked and (words[0].word in speech.prepositions or len(words) <= _BARE)


def _anaphors(found: Sequence[Token], speech: Speech) -> list[Anaphor]:
    anaphors = []
    for at, token in enumerate(found):
        anaphor = _anaphor(found, at, speech)
        if anaphor is not None and not (token.written.isupper() and len(token.written) > 1):
            anaphors.append(anaphor)
    return anaphors


def _anaphor(found: Sequence[Token], at: int, speech: Speech) -> Anaphor | None:
    token, rest = found[at], found[at + 1 :]
    following = next((t for t in rest if not t.is_mark), None)
    noun_follows = following is not None and following.word not in speech.function_words
    last = following is None
    if token.word in speech.owners and noun_follows:
        owner = _nouns(found[:at], speech) or any(t.word in speech.persons_asked for t in found[:at])
        whose = Referent.PERSON if token.word in speech.people else Referent.THING
        return None if owner else Anaphor(token.start, token.end, whose, True)
    kinds = (
        (speech.things, Referent.THING),
        (speech.people, Referent.PERSON),
        (speech.groups, Referent.GROUP),
    )
    kind = next((kind for listed, kind in kinds if token.word in listed), None)
    if kind is None and token.word in speech.owners:
        kind = Referent.PERSON
    if kind is not None:
        if _antecedent(found, at, speech) or (kind is Referent.THING and _is_expletive(rest, speech)):
            return None
        return Anaphor(token.start, token.end, kind)
    if token.word in speech.places and last and at and not speech.is_verb(found[at - 1].word):
        return None if _antecedent(found, at, speech) else Anaphor(token.start, token.end, Referent.PLACE)
    if token.word in speech.pointing and noun_follows and following is not None and at + 2 <= len(found):
        verb_before = at > 0 and speech.is_verb(found[at - 1].word) and len(rest) <= 2
        if not verb_before and not _nouns(found[:at], speech) and token.word != "that":
            return Anaphor(token.start, following.end, Referent.THING)
    return None


def _antecedent(found: Sequence[Token], at: int, speech: Speech) -> bool:
    """Whether a noun in a clause before the pronoun's may be what it stands for."""
    clause = next(
        (i for i in range(at, 0, -1) if found[i].is_mark or (found[i].word in speech.breaks and i < at)), 0
    )
    return clause > 0 and _nouns(found[:clause], speech)


def _nouns(found: Sequence[Token], speech: Speech) -> bool:
    """Whether there is a name, or a noun behind a determiner or preposition, and not only a question word."""
    for i, token in enumerate(found):
        if token.is_mark or token.word in speech.function_words | speech.degrees:
            continue
        before = found[i - 1].word if i else ""
        if i and token.is_name:
            return True
        if before in speech.determiners | speech.prepositions and before not in {"many", "much"}:
            return True
    return False


def _is_expletive(rest: Sequence[Token], speech: Speech) -> bool:
    """Whether `it` keeps the place of a clause: "Is it possible to pay by card?"."""
    return any(token.word in speech.clausal for token in rest[1:4])
