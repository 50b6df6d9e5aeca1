"""A follow-up question made into one that stands alone, by rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from rag.answering.followup import chinese, english
from rag.answering.followup.dependence import Anaphor, Dependence, Referent
from rag.answering.followup.english_words import AUXILIARIES, PREPOSITIONS
from rag.answering.followup.subjects import TIMES, name_spans, referent
from rag.answering.followup.turns import Turn
from rag.schema import Span
from rag.text import has_cjk

__all__ = ["Likeness", "dependence", "rewrite", "understood"]

Likeness = Callable[[str, Sequence[str]], Sequence[float]]
"""How like a phrase is to others in meaning; a higher number is more."""

_END: Final = re.compile(r"[\s??.。!!]*$")
_ASKED_FIRST: Final = re.compile(
    rf"^(?:when|where|why|how(?:\s+(?:long|far|often))?)\b"
    rf"(?=\s+(?:{'|'.join(sorted(word for word in AUXILIARIES if word.isalpha()))})\b)",
    re.I,
)
_ENTITY: Final = re.compile(
    r"(?:公司|集团|集團|银行|銀行|大学|大學|学院|學院|医院|醫院|组织|組織|[国國省市县縣州队隊])$"
    r"|^[A-Za-z][\w .&-]*$"
)
_FOCUS: Final = re.compile(
    r"(?:\b(?:is|was|are) (?P<the>the )|['’]s )(?P<noun>[\w-]+(?: [\w-]+){0,3}?)"
    r"(?=(?: (?:of|in|for|at|on|from|to|by|during|per)\b)|$)",
    re.I,
)
"""The noun phrase that is asked for: "the revenue" in "What was the revenue of ...", "Tesla's revenue"."""


def dependence(question: str) -> Dependence:
    """What a question leaves to the turns before it."""
    return chinese.dependence(question) if has_cjk(question) else english.dependence(question)


def understood(question: str, turns: Sequence[Turn], likeness: Likeness | None = None) -> str:
    """The question as it stands alone after these turns, oldest first.

    The questions of the turns are understood first, each by those before it.
    """
    known: list[Turn] = []
    for turn in turns:
        known.append(replace(turn, question=rewrite(turn.question, known, likeness)))
    return rewrite(question, known, likeness)


def rewrite(question: str, turns: Sequence[Turn], likeness: Likeness | None = None) -> str:
    """A question made standalone by turns whose questions are; as it is where it leaves nothing open."""
    leaves = dependence(question)
    if leaves.is_standalone or not turns:
        return question
    last = turns[-1]
    if leaves.asks:
        return _asked_again(leaves, last)
    if leaves.fragment:
        return _continued(leaves.fragment, last, likeness)
    return _resolved(question, leaves.anaphors, turns)


def _resolved(question: str, anaphors: Sequence[Anaphor], turns: Sequence[Turn]) -> str:
    """Each word that points back replaced by what it stands for; else the question before is told too."""
    parts, at, missing = [], 0, False
    for anaphor in anaphors:
        found = next((name for turn in reversed(turns) if (name := referent(anaphor, turn))), "")
        parts.append(question[at : anaphor.start])
        parts.append(_in_place(anaphor, found, question) if found else question[anaphor.start : anaphor.end])
        at, missing = anaphor.end, missing or not found
    text = "".join([*parts, question[at:]])
    text = text[:1].upper() + text[1:]
    return _told_with(text, turns[-1].question) if missing else text


def _in_place(anaphor: Anaphor, name: str, question: str) -> str:
    if has_cjk(question):
        return f"{name}的" if anaphor.possessive else name
    if anaphor.possessive:
        return f"{name}'" if name.endswith("s") else f"{name}'s"
    if anaphor.referent is Referent.TIME:
        return f"in {name}" if question[anaphor.start : anaphor.end].casefold() == "then" else name
    if anaphor.referent is Referent.PLACE and not anaphor.noun:
        return f"in {name}"
    return name


def _asked_again(leaves: Dependence, last: Turn) -> str:
    """`When?` asks for the time of what was asked before.

    One adverb takes another's place ("Where was he born?"); after other question words it is added.
    """
    question = _END.sub("", last.question)
    if has_cjk(question):
        return f"{question},{leaves.asks}?"
    fragment = f" {leaves.fragment}" if leaves.fragment else ""
    swapped = _ASKED_FIRST.sub(leaves.asks.capitalize(), question, count=1)
    if swapped != question:
        return f"{swapped}{fragment}?"
    return f"{question}, and {leaves.asks}{fragment}?"


def _continued(fragment: str, last: Turn, likeness: Likeness | None) -> str:
    """The question before with what the fragment gives anew in the place of its like."""
    question = _END.sub("", last.question)
    item = english.item_of(fragment)
    if item is not None and (listed := referent(item, last)):
        return f"What about {listed} ({question})?"
    times = _with_times(question, fragment)
    if times is not None:
        question, fragment = times
    if not fragment:
        return question + "?"
    other = _with_name(question, fragment, likeness) or _with_focus(question, fragment)
    if other:
        return other + "?"
    joined = f"{fragment}:{question}" if has_cjk(question) else f"{question} {_joint(fragment)}"
    return joined + "?"


def _joint(fragment: str) -> str:
    first = fragment.split()[0].casefold()
    return fragment if first in PREPOSITIONS else f"for {fragment}"


def _with_times(question: str, fragment: str) -> tuple[str, str] | None:
    """Years, quarters and months of the fragment put in; with what is left of the fragment."""
    changed = False
    for kind in TIMES:
        given, there = kind.search(fragment), list(kind.finditer(question))
        if given is None or not there:
            continue
        place = there[-1]
        question = question[: place.start()] + given.group() + question[place.end() :]
        fragment = fragment[: given.start()] + fragment[given.end() :]
        changed = True
    left = re.sub(
        r"^(?:in|of|for|during|at|on|the|the year|fiscal|年|的|\s)*$", "", fragment.strip(), flags=re.I
    )
    return (question, left.strip()) if changed else None


def _with_name(question: str, fragment: str, likeness: Likeness | None) -> str:
    """The name in the question that the fragment's is most like replaced by it; empty if there is none."""
    if has_cjk(question):
        return _with_topic(question, fragment)
    given = name_spans(fragment)
    there = name_spans(question)
    if not given or not there:
        return ""
    new = fragment[given[0].start : given[-1].end]
    place = there[_most_like(question, fragment, new, there, likeness)]
    return question[: place.start] + new + question[place.end :]


def _most_like(
    question: str, fragment: str, new: str, there: Sequence[Span], likeness: Likeness | None
) -> int:
    """Which name gives way: the one behind the fragment's preposition, else the nearest in meaning."""
    if len(there) == 1:
        return 0
    preposition = fragment.split()[0].casefold()
    if preposition in PREPOSITIONS:
        for i, span in enumerate(there):
            if question[: span.start].casefold().endswith((f" {preposition} ", f" {preposition} the ")):
                return i
    if likeness is not None:
        scores = likeness(new, [question[span.start : span.end] for span in there])
        return max(range(len(there)), key=lambda i: (scores[i], -i))
    return 0


def _with_topic(question: str, fragment: str) -> str:
    """The Chinese topic replaced by a fragment that ends like it, or like a name; else empty."""
    before = chinese.topic(question)
    alike = bool(before) and (before[-1] == fragment[-1] or _ENTITY.search(fragment) is not None)
    return question.replace(before, fragment, 1) if alike else ""


def _with_focus(question: str, fragment: str) -> str:
    """What the question asks for replaced by another noun phrase: "the revenue" by "the net income"."""
    found = _FOCUS.search(question)
    if has_cjk(question) or found is None or fragment.split()[0].casefold() in PREPOSITIONS:
        return ""
    noun = re.sub(r"^(?:the|its|their|his|her)\s+", "", fragment, flags=re.I)
    return question[: found.start("noun")] + noun + question[found.end("noun") :]


def _told_with(question: str, before: str) -> str:
    """A question with the one before it in brackets, where nothing can be put in a pronoun's place."""
    if has_cjk(question):
        return f"{_END.sub('', question)}({_END.sub('', before)})?"
    return f"{_END.sub('', question)} ({_END.sub('', before)})?"
