"""Judge an answer to a question of a field set: one letter for each way of being right or wrong.

R  right: text or short answer holds an accepted string, and the short answer is right or absent
A  rightly abstained
P  partly: right in a wall of text, or without the name that tells whose value it is, or only a part
S  right text, wrong short answer
W  wrong answer
F  answered although it must not
X  wrongly abstained
E  error of the program
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Self

from benchmarks.field_text import MARKS, YES_NO, sentence_count, within, words
from rag.schema import Answer, Message

__all__ = ["CLASSES", "FieldQuestion", "Said", "judge", "read_field_set"]

CLASSES: Final = "RAPSWFXE"
_MOST_SENTENCES: Final = 3
_MOST_CHARACTERS: Final = 400


@dataclass(frozen=True)
class FieldQuestion:
    """A line of `questions.jsonl`.

    Attributes:
        answers: accepted strings; none where the documents hold no answer.
        answers_all: groups of strings; an answer that holds a whole group is right too.
        must_not: values of others.
        names: of each group one must be there too if a value of others is in the text.
        partly: strings that make an answer without an accepted one a part.
        short: accepted short answers, where one makes sense.
        abstain_ok: abstaining is right, and so are the answers.
        combined: whether it can be asked where the documents of all cases are.
        history: the turns before it.
    """

    question_id: str
    case: str
    kind: str
    lang: str
    question: str
    answers: tuple[str, ...] = ()
    answers_all: tuple[tuple[str, ...], ...] = ()
    must_not: tuple[str, ...] = ()
    names: tuple[tuple[str, ...], ...] = ()
    partly: tuple[str, ...] = ()
    short: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    history: tuple[Message, ...] = ()
    abstain_ok: bool = False
    combined: bool = True

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Read a parsed line."""
        names = (group if isinstance(group, list) else [group] for group in row.get("names", []))
        return cls(
            question_id=row["id"],
            case=row["case"],
            kind=row["kind"],
            lang=row["lang"],
            question=row["question"],
            answers=tuple(row.get("answers", [])),
            must_not=tuple(row.get("must_not", [])),
            partly=tuple(row.get("partly", [])),
            short=tuple(row.get("short", [])),
            documents=tuple(row.get("documents", [])),
            answers_all=tuple(map(tuple, row.get("answers_all", []))),
            names=tuple(map(tuple, names)),
            history=tuple(Message(turn["role"], turn["content"]) for turn in row.get("history", [])),
            abstain_ok=row.get("abstain_ok", False),
            combined=row.get("combined", True),
        )

    @property
    def may_abstain(self) -> bool:
        """Whether silence is right."""
        return self.abstain_ok or not self.answers


def read_field_set(folder: Path) -> list[FieldQuestion]:
    """The questions of a folder's `questions.jsonl`, in its order."""
    lines = (folder / "questions.jsonl").read_text("utf-8").splitlines()
    return [FieldQuestion.of(json.loads(line)) for line in lines if line.strip()]


@dataclass(frozen=True)
class Said:
    """What an answer shows: its text, its sentences, its short answer."""

    text: str
    units: tuple[str, ...] = ()
    short_text: str = ""
    abstained: bool = False

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """What a person sees of an answer."""
        text = " ".join(answer.text.split())
        units = tuple(" ".join(sentence.text.split()) for sentence in answer.sentences)
        short = "" if answer.short_answer is None else answer.short_answer.text.strip()
        return cls(text, units, short, answer.abstained)

    @cached_property
    def words(self) -> list[str]:
        """Those of the whole text."""
        return words(self.text)

    @cached_property
    def unit_words(self) -> list[list[str]]:
        """Those of each sentence."""
        return [words(unit) for unit in self.units or (self.text,)]

    @cached_property
    def short(self) -> list[str]:
        """The words of the short answer."""
        return words(self.short_text)

    def holds(self, string: str) -> bool:
        """Whether the text holds a string.

        A lone yes or no only where the answer begins with it; a string with a mark at its end only within
        one sentence, lest it be the neighbour's mark.
        """
        part = words(string)
        if _is_yes_or_no(part):
            return part in (self.words[:1], self.short[:1])
        in_unit = any(within(part, unit) for unit in self.unit_words)
        if part and {part[0], part[-1]} & MARKS:
            return in_unit
        return in_unit or within(part, self.words)

    def short_holds(self, string: str) -> bool:
        """Whether the short answer holds a string."""
        part = words(string)
        return self.short[:1] == part if _is_yes_or_no(part) else within(part, self.short)

    def is_wall(self, held: str, sentences: int) -> bool:
        """Whether what was asked for, `held`, drowns in the text."""
        too_long = len(self.text) - len(held) > _MOST_CHARACTERS
        return too_long or sum(map(sentence_count, self.units or (self.text,))) > sentences


def judge(question: FieldQuestion, said: Said) -> str:
    """The class of an answer, one of `CLASSES` without E."""
    if said.abstained:
        return "A" if question.may_abstain else "X"
    if not question.answers:
        return "F"
    held = [string for string in question.answers if said.holds(string)]
    groups = [group for group in question.answers_all if all(map(said.holds, group))]
    wrong = any(map(said.holds, question.must_not))
    named = all(any(said.holds(n) or said.short_holds(n) for n in group) for group in question.names)
    whole, miss = bool(held or groups), "F" if question.may_abstain else "W"
    match _short_verdict(question, said):
        case "right":
            return "R"
        case "wrong":
            return "S" if whole and (named or not wrong) else miss
    if whole:
        longest = max(held or map(" ".join, groups), key=len)
        most = max([_MOST_SENTENCES, *(len(group) + 1 for group in question.answers_all)])
        return "P" if said.is_wall(longest, most) or (wrong and not named) else "R"
    return "P" if any(map(said.holds, question.partly)) else miss


def _short_verdict(question: FieldQuestion, said: Said) -> str:
    """`right`, `wrong`, or `open` where there is none or nothing can be told by it."""
    other = any(map(said.short_holds, question.must_not))
    held = any(map(said.short_holds, question.short or question.answers))
    if held and not other:
        return "right"
    if question.short:
        return "wrong" if said.short and not held else "open"
    # no short answer makes sense: a lone word, or a competitor's value, is none
    return "wrong" if not held and (len(said.short) == 1 or other) else "open"


def _is_yes_or_no(part: Sequence[str]) -> bool:
    return len(part) == 1 and part[0] in YES_NO
