"""`entity`: questions are rewritten to stress their entities and relation before they are compared."""

from __future__ import annotations

import re
from typing import Final

from rag.examples.registry import SelectorOptions
from rag.examples.selector import ExampleSelector
from rag.examples.vector_index import VectorIndex
from rag.text import has_cjk
from rag.text.language import CJK

__all__ = ["build", "entities", "stress_entities"]

_NAME: Final = rf"[A-Z](?:(?![{CJK}])\w)*(?:[-'’](?:(?![{CJK}])\w)+)*"
_ENTITY: Final = re.compile(
    r"[\"“«「『《]([^\"”»」』》]{1,80})[\"”»」』》]"
    rf"|({_NAME}(?: (?:(?:of|the|de|van|von|and|&) )*{_NAME})*)"
    r"|(\d[\d.,:/-]*\d%?|\d%?)"
)


def entities(question: str) -> list[str]:
    """What a question is about, in order: quoted titles, runs of capitalised words, numbers.

    A capitalised word that opens the question counts only where more of its run follow, or where
    it is in capitals throughout, since every question opens with one.
    """
    found = []
    for match in _ENTITY.finditer(question):
        quoted, name, number = match.groups()
        if name and not question[: match.start()].strip() and not name.isupper():
            _, _, name = name.partition(" ")
            name = re.sub(r"^(?:(?:of|the|and|&) )+", "", name)
        entity = quoted or name or number
        if entity and entity not in found:
            found.append(entity)
    return found


def stress_entities(question: str) -> str:
    """The question after its relation and entities, as GPT-RE reconstructs the context.

    GPT-RE (Wan et al. 2023, section 3.2) writes `The relation between 'a' and 'b' in the context:`
    before a sentence whose two entities are known; here what is asked for takes that place.
    """
    found = entities(question)
    if not found:
        return question
    relation = question
    for entity in found:
        relation = relation.replace(entity, " ")
    relation = " ".join(relation.split())
    if has_cjk(question):
        return f"“{'”和“'.join(found)}”的关系“{relation}”：{question}"
    named = "' and '".join(found)
    return f"The relation '{relation}' of '{named}' in the question: {question}"


def build(options: SelectorOptions) -> ExampleSelector:
    """Rank by the cosine of the rewritten questions."""
    return ExampleSelector(VectorIndex(options.need_embedder("entity"), stress_entities), **options.common)
