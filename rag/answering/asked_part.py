"""The part of a document that a question asks for by its number, told from its beginning."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from rag.reading import AnswerKind, Question, Unit, text_terms
from rag.retrieval.numbered import Label, asked_labels, opens

__all__ = ["asks_only_for_a_part", "of_asked_part"]

_WHOLE: Final = frozenset({AnswerKind.OTHER, AnswerKind.MEANING})
"""Kinds of questions that want what a part says, not a number or a name in it."""
_TOLD: Final = 3
_SHORT_PART: Final = 8
"""Sentences of a part with parts of its own (3.1, 3.2) that is told whole."""
_LONG: Final = 3
"""Letters of a word that may ask for more than the part."""
_OTHER_WORDS: Final = 2
"""Words beside the number and the document's name: "what does clause 3 of the lease order us to do?"."""


def of_asked_part(question: Question, told: Sequence[Unit], ranked: Sequence[Unit]) -> list[Unit]:
    """The told units of the part that is asked for, or the first ones of that part; all where none is.

    "What does section 4.4 describe?" shares no word with what the section says, so what ranks best may
    stand anywhere (`ranked`, best first). Told units of the part stay where the best of them holds more of
    the question than the number: "What does section 4.4 say of keys?". A part of a few sentences is told
    whole.
    """
    labels = asked_labels(question.text)
    part = _part(labels, ranked)
    if not part:
        return list(told)
    items = [label.item for label in labels if label.item]
    if items and (inner := _item(items[0], part, ranked)) is not None:
        return [inner]
    part = _with_rest(part, ranked)
    inside = [unit for unit in told if unit in part]
    best = next((unit for unit in ranked if unit in told and unit in part), None)
    names = {term for label in labels for term in text_terms(label.text)}
    in_parts = any(_is_within(label, _line(unit)) for label in labels for unit in part)
    few = _SHORT_PART if in_parts and not _shares(question, best, names) else _TOLD
    if inside and len(part) <= few:
        saying = [unit for unit in part if not unit.is_heading]
        return sorted(saying or part, key=lambda unit: unit.start)
    if inside and (question.kind not in _WHOLE or _shares(question, best, names)):
        return inside
    if question.kind not in _WHOLE:
        return list(told)
    if not any(label.is_of_documents for label in labels) and any(_shares(question, u, names) for u in told):
        return list(told)  # a bus is line 47, too
    first = part[0]
    same = sorted((u for u in part if u.passage == first.passage and not u.is_heading), key=lambda u: u.start)
    return same[:_TOLD] or list(told)


def asks_only_for_a_part(question: Question, ranked: Sequence[Unit], named: Iterable[str]) -> bool:
    """Whether a question wants what a part says, by its number, that is there, and little else.

    `named` are titles and file names by which it may say of which document. What the part says then is the
    answer, though it shares no word with the question.
    """
    labels = [label for label in asked_labels(question.text) if label.is_of_documents]
    if not labels or question.kind not in _WHOLE or not _part(labels, ranked, surely=True):
        return False
    known = {term for text in named for term in text_terms(text)}
    words = [word for label in labels for word in (label.word, *text_terms(label.text)) if word]
    others = (term for term in question.terms if len(term) >= _LONG and term not in known)
    return sum(not any(word in term for word in words) for term in others) <= _OTHER_WORDS


def _part(labels: Sequence[Label], ranked: Sequence[Unit], *, surely: bool = False) -> list[Unit]:
    """The units that stand in one of the parts, or open it.

    Where a document has parts of that part (3.1, 3.2), a step 3 in another one is not meant.
    """
    part = [
        unit
        for unit in ranked
        if any(opens(label, unit.headings, _line(unit), surely=surely) for label in labels)
    ]
    within = [unit for unit in ranked if any(_is_within(label, _line(unit)) for label in labels)]
    if not part or not within:
        return part
    documents = {unit.document_id for unit in within}
    kept = [unit for unit in part if unit.document_id in documents]
    return [*kept, *(unit for unit in within if unit not in kept)] if kept else part


def _is_within(label: Label, line: str) -> bool:
    """Whether a line opens with the number of a part of a part: 3.1 of clause 3."""
    return label.is_of_documents and re.match(rf"\W{{0,3}}{re.escape(label.number)}\.\d", line) is not None


def _item(item: str, part: Sequence[Unit], ranked: Sequence[Unit]) -> Unit | None:
    """The first unit behind the beginning of a part that opens with the item's letter or number."""
    opening = re.compile(rf"\W{{0,3}}{item}\s?[).]", re.IGNORECASE)
    first = min(part, key=lambda unit: (unit.passage, unit.start))
    behind = [u for u in ranked if u.passage == first.passage and u.start > first.start]
    return next((u for u in sorted(behind, key=lambda u: u.start) if opening.match(u.text)), None)


def _with_rest(part: Sequence[Unit], ranked: Sequence[Unit]) -> list[Unit]:
    """The part with what follows in the paragraph that its number opens: 第八条 is no heading."""
    found = list(part)
    after = {(unit.passage, unit.ordinal - 1): unit for unit in ranked}
    for unit in part:
        following = after.get((unit.passage, unit.ordinal))
        while following is not None and following.start - unit.end <= 1 and not following.is_row:
            if following not in found:
                found.append(following)
            unit, following = following, after.get((following.passage, following.ordinal))
    return found


def _shares(question: Question, unit: Unit | None, names: set[str]) -> bool:
    """Whether a unit's own text holds words of the question that do not name the part."""
    return unit is not None and not set(question.terms).isdisjoint(set(text_terms(unit.text)) - names)


def _line(unit: Unit) -> str:
    """A unit's own text where it may open a part: a row of a table of contents opens none."""
    return "" if unit.is_row else unit.text
