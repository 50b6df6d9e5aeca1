"""`entity`: questions are rewritten to stress their entities and relation before they are compared."""

from __future__ import annotations

import re
from typing import Final

from rag.examples.indexes import QuestionIndex
from rag.examples.registry import SelectorOptions
from rag.examples.selector import ExampleSelector
from rag.text import STOP_WORDS, has_cjk
from rag.text.language import CJK

__all__ = ["build", "entities", "stress_entities"]

_JOINTS: Final = ("of", "the", "de", "van", "von", "and", "&")
_LETTER: Final = rf"(?:(?![{CJK}])\w)"
_WORD: Final = (
    rf"(?:(?:[A-Z]\.){{2,}}|(?:Mr|Mrs|Ms|Dr|St)\.|(?:[a-z]+)?[A-Z]{_LETTER}*(?:[-'’](?!s\b){_LETTER}+)*)"
)
_ENTITY: Final = re.compile(
    r"[\"“«「『《]([^\"”»」』》]{1,80})[\"”»」』》]"
    rf"|((?<![^\W{CJK}]){_WORD}(?: (?:(?:{'|'.join(_JOINTS)}) )*{_WORD})*(?: \d+\b(?![.,:/%-]))?)"
    r"|(\d[\d.,:/-]*\d%?|\d%?)"
)
_OPENS: Final = re.compile(r"(?:^|[.?!;:。？！；：]\s)\s*[\"“]?\Z")
_BEFORE: Final = 8
_FIRST_PERSON: Final = re.compile(r"I(?:['’]\w+)?$")


def entities(question: str) -> list[str]:
    """What a question is about, in order: quoted titles, runs of capitalised words, numbers.

    Every sentence opens with a capital letter, so a word that opens one counts only where it is in
    capitals throughout, or more of its run follow and it is no function word. `I` is nobody's name.
    """
    return list(dict.fromkeys(question[start:end] for start, end in _places(question)))


def stress_entities(question: str) -> str:
    """The question after its relation and entities, as GPT-RE reconstructs the context.

    GPT-RE (Wan et al. 2023, section 3.2) writes `The relation between 'a' and 'b' in the context:`
    before a sentence whose two entities are known; here what is asked for takes that place.
    """
    places = _places(question)
    if not places:
        return question
    ends = [0, *(end for _, end in places)]
    starts = [*(start for start, _ in places), len(question)]
    between = (question[end:start] for end, start in zip(ends, starts, strict=True))
    relation = " ".join(" ".join(between).split())
    found = entities(question)
    if has_cjk(question):
        return f"“{'”和“'.join(found)}”的关系“{relation}”：{question}"
    named = "' and '".join(found)
    return f"The relation '{relation}' of '{named}' in the question: {question}"


def _places(question: str) -> list[tuple[int, int]]:
    """Where the entities stand, as character offsets into the question."""
    places = []
    for match in _ENTITY.finditer(question):
        quoted, name, _ = match.groups()
        start, end = match.span(1 if quoted else 0)
        if name:
            start, end = _name(question, start, end)
        if start < end:
            places.append((start, end))
    return places


def _name(question: str, start: int, end: int) -> tuple[int, int]:
    """A run of capitalised words without those that are capitalised for another reason."""
    words = question[start:end].split(" ")
    if _OPENS.search(question, max(0, start - _BEFORE), start):
        shouted = words[0].isupper() and len(words[0]) > 1
        if not shouted and (len(words) == 1 or words[0].lower() in STOP_WORDS):
            del words[0]
    while words and (words[0] in _JOINTS or _FIRST_PERSON.match(words[0])):
        del words[0]
    return end - len(" ".join(words)), end


def build(options: SelectorOptions) -> ExampleSelector:
    """Rank by the cosine of the rewritten questions."""
    return ExampleSelector(QuestionIndex(options.need_embedder("entity"), stress_entities), **options.common)
