"""Why there is no answer, or only a part of one, in plain words of the question's language."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches
from typing import Final

from rag.answering.reasons import Reasons, reasons_for
from rag.answering.run_records import Grounds
from rag.answering.understanding.dependence import dependence
from rag.answering.understanding.misspelt import distance
from rag.answering.understanding.question_parts import question_parts
from rag.answering.understanding.speech import speech_of
from rag.reading import AnswerKind, Question, Selection, read_question, text_terms
from rag.reading.features import naming
from rag.reading.initials import Initials
from rag.reading.notation import held_tokens, identifiers
from rag.retrieval.numbered import missing_labels
from rag.schema import Passage
from rag.text import STOP_WORDS, numbers, stem, words

__all__ = ["doubt", "missing_parts", "shortcomings", "unknown_identifiers"]

_TWO_NAMES: Final = re.compile(r"(?<!\w)([A-Z][^\W\d_]{2,30})(?= ([A-Z][^\W\d_]{2,30}))")
_SLIPS: Final = 2
_SLIPS_OF_LENGTH: Final = 0.4
"""Letters by which one name is taken for nearly another, at least, and as a share of the longer one."""
_PLURAL: Final = re.compile(r"(?<=[^\W\d_]{3})(?:(?:(?<=[sxz])|(?<=[cs]h))es|(?<!s)s)$")
_LEAST_HELD: Final = 0.34
_FEW: Final = 3
_ALIKE: Final = 0.6
"""How alike, from 0 to 1, an identifier must be to be told beside one that is not there."""
_WANTED: Final = frozenset(
    {AnswerKind.TIME, AnswerKind.QUANTITY, AnswerKind.PERSON, AnswerKind.PLACE, AnswerKind.REASON}
)


def doubt(question: str, grounds: Grounds, passages: Sequence[Passage]) -> str:
    """Why nothing was found, the plainest reason first.

    What the question leaves open comes before what the documents lack: it can be put right at once.
    """
    reasons, selection = reasons_for(question), grounds.selection
    if not selection.chosen:
        return reasons.told("nothing")
    unknown = unknown_identifiers(selection.question, passages)
    if unknown:
        return _told_unknown(unknown, passages, reasons)
    lacking = "" if selection.is_foreign else _lacking(selection, passages, reasons)
    return _underspecified(selection.question, reasons) or lacking or reasons.told("near")


def unknown_identifiers(question: Question, passages: Sequence[Passage]) -> list[str]:
    """Identifiers and names of a question, as it writes them, that stand in none of its passages."""
    whole = _whole(passages)
    missing = identifiers(question.asked) - held_tokens(whole)
    written = re.findall(r"[^\W\d_]{3,} [B-HJ-Z](?![\w.'’&-]| \d)|[^\W_][\w/-]*", question.asked)
    unknown = dict.fromkeys(word for word in written if identifiers(word) & missing)
    labels = missing_labels(question.asked, (p.text for p in passages))
    return [*unknown, *labels, *_names_of_others(question, whole)]


def _whole(passages: Sequence[Passage]) -> str:
    """All that passages say, with what names them."""
    return " ".join(f"{naming(p)} {' '.join(p.headings)} {p.text}" for p in passages)


def _names_of_others(question: Question, whole: str) -> list[str]:
    """Of a person's two names one that is not there, with the nearly alike one that stands in its place.

    Anna Kowalska is not Anna Kowalski, and Gwen Pritchet not Gwen Pritchard.
    """
    return [
        name
        for name, beside in _half_known(question, whole)
        if any(_nearly_alike(word, name.casefold()) for word in beside)
    ]


def _half_known(question: Question, whole: str) -> Iterator[tuple[str, set[str]]]:
    """Of two names side by side the one that a text lacks, with what stands beside the other there.

    A plural or a possessive is no other name.
    """
    if question.language != "en" or question.asked.isupper():
        return
    places: dict[str, list[int]] = {}
    found = [word.removesuffix("'s").removesuffix("’s") for word in words(whole)]
    for at, word in enumerate(found):
        for form in _singular_and_plural(word):
            places.setdefault(form, []).append(at)
    for first, second in _TWO_NAMES.findall(question.asked):
        for name, other, step in ((first, second, -1), (second, first, 1)):
            known = places.get(other.casefold(), ())
            if name.casefold() in STOP_WORDS or not places.keys().isdisjoint(_singular_and_plural(name)):
                continue
            beside = {found[at + step] for at in known if 0 <= at + step < len(found)}
            if beside:
                yield name, beside


def _nearly_alike(one: str, other: str) -> bool:
    """Whether two names differ in few letters for their length, and not as `manager` and `management` do."""
    apart = stem(one) != stem(other)
    most = max(_SLIPS, int(_SLIPS_OF_LENGTH * max(len(one), len(other)))) if apart else _SLIPS
    return distance(one, other, most) <= most


def _singular_and_plural(word: str) -> set[str]:
    """A word, and what it is the plural of if it is one."""
    word = word.casefold()
    ending = _PLURAL.search(word)
    return {word, word[: ending.start()]} if ending else {word}


def _told_unknown(unknown: Sequence[str], passages: Sequence[Passage], reasons: Reasons) -> str:
    """That identifiers are not there, beside those that are nearest to them."""
    found = dict.fromkeys(word for p in passages for word in re.findall(r"[^\W_][\w/-]*", p.text))
    coded = [word for word in found if identifiers(word)]
    named = [word for word in found if word[0].isupper()]
    near = [
        other
        for word in unknown
        for other in get_close_matches(word, coded if identifiers(word) else named, _FEW, _ALIKE)
    ]
    told = reasons.naming("unknown", unknown)
    return told + reasons.naming("nearest", dict.fromkeys(near)) if near else told


def shortcomings(selection: Selection, passages: Sequence[Passage]) -> str:
    """What a given answer leaves open: parts of the question, or what it is about; empty where nothing."""
    question = selection.question
    reasons = reasons_for(question.text)
    parts = [] if selection.is_foreign else missing_parts(question.text, selection, passages)
    if parts:
        return reasons.of_parts(parts)
    others = dict.fromkeys(name for name, _ in _half_known(question, _whole(passages)))
    if others:
        return reasons.naming("names", others)
    pointing = _points_at_nothing(question)
    return reasons.told("pointing_near", word=pointing) if pointing else ""


def missing_parts(question: str, selection: Selection, passages: Sequence[Passage]) -> list[str]:
    """The parts of a question of several parts of whose own words the chosen evidence holds too few."""
    parts = question_parts(question)
    if len(parts) < 2:
        return []
    held = _held(selection, passages)
    missing = []
    for part in parts:
        terms = read_question(part).terms
        if terms and sum(term in held for term in terms) < _LEAST_HELD * len(terms):
            missing.append(part)
    return missing if len(missing) < len(parts) else []


def _held(selection: Selection, passages: Sequence[Passage]) -> set[str]:
    """The content words of the chosen evidence with what names its passages."""
    texts = (f"{naming(passages[e.unit.passage])} {e.unit.lead} {e.unit.in_place}" for e in selection.chosen)
    return {term for text in texts for term in text_terms(text)}


def _underspecified(question: Question, reasons: Reasons) -> str:
    """What a question that points at something does not say."""
    pointing = _points_at_nothing(question)
    if pointing:
        return reasons.told("pointing", word=pointing)
    leaves = dependence(question.text)
    is_bare = len(question.terms) <= 1 and question.kind is AnswerKind.OTHER
    return reasons.told("too_short") if leaves.asks or leaves.fragment or is_bare else ""


def _points_at_nothing(question: Question) -> str:
    """The word of a question without names that stands for something that it does not tell."""
    anaphors = dependence(question.text).anaphors
    if not anaphors or question.names or len(question.terms) > _FEW:
        return ""
    return question.text[anaphors[0].start : anaphors[0].end]


def _lacking(selection: Selection, passages: Sequence[Passage], reasons: Reasons) -> str:
    """What of the question none of its passages holds: names, numbers, or the kind of answer wanted."""
    question = selection.question
    whole = _whole(passages)
    held = set(text_terms(whole)) | Initials(question.asked).terms_in(whole)
    names = _as_written(question, {name for name in question.names if name not in held})
    if names:
        return reasons.naming("names", names)
    missing = sorted(question.numbers - numbers(whole))
    if missing:
        return reasons.naming("numbers", missing)
    if question.kind in _WANTED and all(e.features.get("kind", 0.0) < 0.0 for e in selection.chosen):
        return reasons.told("wanted", wanted=reasons.told(question.kind.value))
    return ""


def _as_written(question: Question, terms: Collection[str]) -> list[str]:
    """Stemmed terms as the question writes them; what only asks, as `Wer` and `Quel` do, names nothing."""
    if question.cjk > 0.3:
        return sorted(terms)
    empty = STOP_WORDS | speech_of(question.asked).function_words
    written = re.findall(r"(?<![\w'’&.-])[\w'’&.-]*\w", question.asked)
    return list(
        dict.fromkeys(
            word
            for word in written
            if word.casefold() not in empty and any(stem(part) in terms for part in words(word))
        )
    )
