"""English words by what they do in a sentence, as far as follow-up questions need it."""

from __future__ import annotations

from typing import Final

__all__ = [
    "AUXILIARIES",
    "BREAKS",
    "CLAUSAL",
    "CLAUSE_OPENERS",
    "DEGREES",
    "DETERMINERS",
    "EMPHASIS",
    "FUNCTION_WORDS",
    "MODALS",
    "ORDINALS",
    "PEOPLE_NOUNS",
    "PLACE_NOUNS",
    "PREPOSITIONS",
    "QUESTION_WORDS",
    "SUBORDINATORS",
    "TIME_NOUNS",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


QUESTION_WORDS: Final = _words("who whom whose what which when where why how")
MODALS: Final = _words("do does did can could will would shall should may might must")
"""Auxiliaries that a verb must follow."""
AUXILIARIES: Final = MODALS | _words(
    "is are was were am be been has have had isn't aren't wasn't weren't don't doesn't didn't hasn't haven't "
    "hadn't can't couldn't won't wouldn't"
)
PREPOSITIONS: Final = _words(
    "of in on at to for from with by about into over under between among through during since until against "
    "within without per as like than after before around near outside inside across"
)
DETERMINERS: Final = _words("the a an each every any some no all both which what whose")
SUBORDINATORS: Final = _words(
    "when while if because after before since although though unless until that who which whose where as so "
    "and but or than once how why what whether"
)
BREAKS: Final = frozenset(",;:()—–.!?")
FUNCTION_WORDS: Final = (
    QUESTION_WORDS
    | AUXILIARIES
    | PREPOSITIONS
    | DETERMINERS
    | SUBORDINATORS
    | _words("i you we me us my your our it its he him his she her they them their")
    | _words("this these those there then not many much more most long far old often also only")
)
EMPHASIS: Final = _words("exactly not so then again precisely else")
DEGREES: Final = _words("much many long far old often big large high soon late fast")
"""What `how` asks the degree of."""
CLAUSAL: Final = _words(
    "take takes took cost costs mean means possible impossible true legal illegal important necessary common "
    "normal safe easy hard difficult better best good bad ok okay called considered said believed known "
    "thought required recommended advisable matter seem seems appear appears happen rain raining snow time "
    "feel feels"
)
"""Predicates that take a clause for their subject, whose place `it` keeps."""
CLAUSE_OPENERS: Final = _words("to that when if whether for who until before")
TIME_NOUNS: Final = _words("year years time day month quarter period date era decade century")
PLACE_NOUNS: Final = _words("country city place town state region area island village county")
PEOPLE_NOUNS: Final = _words("man woman person people author actor actress singer king queen boy girl")
ORDINALS: Final = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "fifth": 5,
    "last": -1,
    "former": 1,
    "latter": -1,
}
