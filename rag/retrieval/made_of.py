"""What a measure is made of: no page says "quick ratio", but the balance sheet has the lines that make it.

A question that names a measure ("quick ratio", "EBITDA margin", 流动比率) is searched for a second time by
the lines that the measure is made of, in the words that statements and tables have for them. What it finds
is added to what the question itself finds, never put in its place. The measures are data,
`data/language/measures.json`: names in any language, and the lines by language. Anyone may add to them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache, lru_cache

from rag.resources import resource
from rag.text import likeliest_language, search_terms

__all__ = ["lines_asked"]

Names = dict[str, list[tuple[tuple[str, ...], int]]]
"""By its first term each name of a measure, in search terms, with the measure's place."""


@lru_cache(maxsize=1_024)
def lines_asked(question: str) -> str:
    """The lines of the measures that a question names, in its language where they are told in it; else empty.

    >>> lines_asked("What was the current ratio?")
    'consolidated balance sheet, total current assets, total current liabilities'
    """
    terms = search_terms(question)
    names = _names()
    places = [
        place
        for start, term in enumerate(terms)
        for name, place in names.get(term, ())
        if _begins(terms, start, name)
    ]
    if not places:
        return ""
    language = likeliest_language(question)
    made_of = [_measures()[place][1] for place in dict.fromkeys(places)]
    return ", ".join(dict.fromkeys(line for lines in made_of for line in lines.get(language, lines["en"])))


def _begins(terms: Sequence[str], start: int, name: tuple[str, ...]) -> bool:
    return tuple(terms[start : start + len(name)]) == name


@cache
def _measures() -> list[tuple[list[str], dict[str, list[str]]]]:
    """Each measure's names, and its lines by language."""
    read = json.loads(resource("data", "language", "measures.json").read_text("utf-8"))
    return [(measure["names"], measure["made_of"]) for measure in read]


@cache
def _names() -> Names:
    found: Names = {}
    for place, (names, _) in enumerate(_measures()):
        for name in names:
            terms = tuple(search_terms(name))
            found.setdefault(terms[0], []).append((terms, place))
    return found
