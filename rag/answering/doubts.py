"""Why there is no answer, or only a part of one, in plain words of the question's language."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from difflib import get_close_matches
from typing import Final

from rag.answering.records import Grounds
from rag.answering.understanding.dependence import dependence
from rag.answering.understanding.misspelt import distance
from rag.answering.understanding.question_parts import question_parts
from rag.attribution import AnswerKind, Question, Selection, read_question, text_terms
from rag.attribution.features import naming
from rag.attribution.initials import Initials
from rag.attribution.notation import held_tokens, identifiers
from rag.retrieval.numbered import missing_labels
from rag.schema import Passage
from rag.text import STOP_WORDS, has_cjk, numbers, stem, words

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
_WANTED: Final = {
    AnswerKind.TIME: ("a date or a time", "日期或时间"),
    AnswerKind.QUANTITY: ("a number", "数量"),
    AnswerKind.PERSON: ("a name", "人名或名称"),
    AnswerKind.PLACE: ("a place", "地点"),
    AnswerKind.REASON: ("a reason", "原因"),
}


def doubt(question: str, grounds: Grounds, passages: Sequence[Passage]) -> str:
    """Why nothing was found, the plainest reason first.

    What the question leaves open comes before what the documents lack: it can be put right at once.
    """
    chinese = has_cjk(question)
    selection = grounds.selection
    if not selection.chosen:
        return (
            "资料库中没有任何内容与该问题相关"
            if chinese
            else "nothing in the library shares a word or a meaning with the question"
        )
    near = (
        "找到的段落与问题相近，但没有回答它"
        if chinese
        else "what was found is near to the question but does not answer it"
    )
    unknown = unknown_identifiers(selection.question, passages)
    if unknown:
        return _told_unknown(unknown, passages, chinese)
    lacking = "" if selection.is_foreign else _lacking(selection, passages, chinese)
    return _underspecified(selection.question, chinese) or lacking or near


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


def _told_unknown(unknown: Sequence[str], passages: Sequence[Passage], chinese: bool) -> str:
    """That identifiers are not there, beside those that are nearest to them."""
    found = dict.fromkeys(word for p in passages for word in re.findall(r"[^\W_][\w/-]*", p.text))
    coded = [word for word in found if identifiers(word)]
    named = [word for word in found if word[0].isupper()]
    near = [
        other
        for word in unknown
        for other in get_close_matches(word, coded if identifiers(word) else named, _FEW, _ALIKE)
    ]
    names, others = ", ".join(unknown), ", ".join(dict.fromkeys(near))
    if chinese:
        return f"文档没有提到{names}" + (f"；相近的有{others}" if others else "")
    return f"the documents do not name {names}" + (f"; nearest to it: {others}" if others else "")


def shortcomings(selection: Selection, passages: Sequence[Passage]) -> str:
    """What a given answer leaves open: parts of the question, or what it is about; empty where nothing."""
    question = selection.question
    chinese = has_cjk(question.text)
    parts = [] if selection.is_foreign else missing_parts(question.text, selection, passages)
    if parts:
        told = "；".join(parts) if chinese else "; ".join(parts)
        return f"文档没有回答其中的部分：{told}" if chinese else f"the documents do not hold the part: {told}"
    whole = _whole(passages)
    others = dict.fromkeys(name for name, _ in _half_known(question, whole))
    if others:
        return f"no passage that was found names {', '.join(others)}"
    pointing = _points_at_nothing(question)
    if pointing:
        return (
            f"问题没有说明“{pointing}”指什么：以下是最接近的内容"
            if chinese
            else f"the question does not say what “{pointing}” is: this is what was found nearest to it"
        )
    return ""


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


def _underspecified(question: Question, chinese: bool) -> str:
    """What a question that points at something does not say."""
    pointing = _points_at_nothing(question)
    if pointing:
        return (
            f"问题没有说明“{pointing}”指什么"
            if chinese
            else f"the question does not say what “{pointing}” is"
        )
    leaves = dependence(question.text)
    if leaves.asks or leaves.fragment:
        return _too_short(chinese)
    if len(question.terms) <= 1 and question.kind is AnswerKind.OTHER:
        return _too_short(chinese)
    return ""


def _points_at_nothing(question: Question) -> str:
    """The word of a question without names that stands for something that it does not tell."""
    anaphors = dependence(question.text).anaphors
    if not anaphors or question.names or len(question.terms) > _FEW:
        return ""
    return question.text[anaphors[0].start : anaphors[0].end]


def _too_short(chinese: bool) -> str:
    if chinese:
        return "问题太短：请说明是关于什么、哪个时间或哪份文件"
    return "the question says too little: name what it is about, the time or the document"


def _lacking(selection: Selection, passages: Sequence[Passage], chinese: bool) -> str:
    """What of the question none of its passages holds: names, numbers, or the kind of answer wanted."""
    question = selection.question
    whole = _whole(passages)
    held = set(text_terms(whole)) | Initials(question.asked).terms_in(whole)
    names = _as_written(question, {name for name in question.names if name not in held})
    if names:
        told = "、".join(names) if chinese else ", ".join(names)
        return f"找到的段落没有提到{told}" if chinese else f"no passage that was found names {told}"
    missing = sorted(question.numbers - numbers(whole))
    if missing:
        told = "、".join(missing) if chinese else ", ".join(missing)
        return f"找到的段落没有提到{told}" if chinese else f"no passage that was found holds {told}"
    wanted = _WANTED.get(question.kind)
    if wanted and all(evidence.features.get("kind", 0.0) < 0.0 for evidence in selection.chosen):
        return (
            f"找到的段落没有给出所问的{wanted[1]}"
            if chinese
            else f"what was found does not tell {wanted[0]}, which the question asks for"
        )
    return ""


def _as_written(question: Question, terms: Collection[str]) -> list[str]:
    """Stemmed terms as the question writes them."""
    if question.cjk > 0.3:
        return sorted(terms)
    written = re.findall(r"(?<![\w'’&.-])[\w'’&.-]*\w", question.asked)
    return list(
        dict.fromkeys(
            word
            for word in written
            if word.lower() not in STOP_WORDS and any(stem(part) in terms for part in words(word))
        )
    )
