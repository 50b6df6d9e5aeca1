"""What a question leaves to the conversation before it: a subject, or all but a fragment."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["STANDALONE", "Anaphor", "Dependence", "Referent"]


class Referent(StrEnum):
    """What a word that points back may stand for."""

    THING = "thing"
    PERSON = "person"
    GROUP = "group"
    PLACE = "place"
    TIME = "time"
    ITEM = "item"
    EVENT = "event"


@dataclass(frozen=True)
class Anaphor:
    """A word or phrase of a question, text[start:end], whose referent is not in the question.

    `possessive` asks for "Tesla's" instead of "Tesla"; `noun` is what a demonstrative calls its
    referent ("company" in "this company"); `place` is 1 for the first item, -1 for the last, 0 for none.
    """

    start: int
    end: int
    referent: Referent
    possessive: bool = False
    noun: str = ""
    place: int = 0


@dataclass(frozen=True)
class Dependence:
    """How a question leans on the turns before it.

    `fragment` is what an elliptic question gives anew: "in 2024" of "And in 2024?"; `asks` the
    question word that it has alone: "When" of "When?". Otherwise `anaphors` point back.
    """

    fragment: str = ""
    asks: str = ""
    anaphors: tuple[Anaphor, ...] = ()

    @property
    def is_standalone(self) -> bool:
        """Whether the question needs nothing from before."""
        return not (self.fragment or self.asks or self.anaphors)


STANDALONE = Dependence()
