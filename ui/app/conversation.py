"""A conversation: its turns, how it reads to a model, and how it leaves the app."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from rag.schema import (
    Answer,
    AnswerSentence,
    Citation,
    Message,
)
from rag.wire import answer_json
from ui.app.shown_places import file_name

__all__ = ["Conversation", "Turn", "as_json", "as_markdown"]


@dataclass(frozen=True)
class Turn:
    """A question and what it got: an answer, an error, or what was there when it was stopped."""

    question: str
    answer: Answer | None = None
    error: str | None = None
    sentences: tuple[AnswerSentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    writing: str = ""
    stopped: bool = False


@dataclass
class Conversation:
    """Turns, oldest first. `conversation_id` is None until the store keeps it; `person` is whose it is."""

    conversation_id: str | None = None
    turns: list[Turn] = field(default_factory=list)
    person: str = ""

    def history(self, longest: int = 6, before: int | None = None) -> tuple[Message, ...]:
        """The last turns, or those before one of them, as messages; those without an answer are left out."""
        turns = self.turns[:before]
        answered = [turn for turn in turns if turn.answer is not None and not turn.answer.abstained]
        messages: list[Message] = []
        for turn in answered[-longest:]:
            messages.append(Message("user", turn.question))
            if turn.answer is not None:
                messages.append(Message("assistant", turn.answer.text, _about(turn.answer)))
        return tuple(messages)


def _about(answer: Answer) -> tuple[str, ...]:
    """Headings and titles over what an answer cites, the nearest first."""
    cited = {(citation.document_id, citation.start) for citation in answer.citations}
    over = [
        name
        for passage in answer.passages
        if any(d == passage.document_id and passage.start <= start < passage.end for d, start in cited)
        for name in (*reversed(passage.headings), passage.title)
    ]
    return tuple(dict.fromkeys(filter(None, over)))


def as_json(conversation: Conversation) -> str:
    """The whole conversation for a program: a list of answers with their citations."""
    turns = [
        {"question": turn.question, "error": turn.error}
        if turn.answer is None
        else {**answer_json(turn.answer), "question": turn.question}
        for turn in conversation.turns
    ]
    told = json.dumps({"turns": turns}, ensure_ascii=False, indent=2)
    return told.encode("utf-8", "replace").decode()  # half a character is in no file


def as_markdown(conversation: Conversation) -> str:
    """The whole conversation for a person: questions, answers, and their citations as footnotes."""
    parts: list[str] = []
    for index, turn in enumerate(conversation.turns, 1):
        parts.append(f"## {_line(turn.question)}")
        answer = turn.answer
        if answer is None:
            parts.append(f"_{_line(turn.error or turn.writing or '…')}_")
            continue
        parts.append(
            "".join(
                ("  \n" if s.starts_line else " " if position else "")
                + _line(s.text)
                + "".join(f"[^{index}-{number}]" for number in s.citations)
                for position, s in enumerate(answer.sentences)
            )
            or _line(answer.text)
        )
        parts += [f"[^{index}-{c.number}]: {_line(_where(c))}: “{_line(c.quote)}”" for c in answer.citations]
    return "\n\n".join(parts) + "\n"


def _where(citation: Citation) -> str:
    told = citation.place.told() if citation.place is not None else ""
    return ", ".join(filter(None, (file_name(citation.source), told)))


def _line(text: str) -> str:
    """One line in which nothing is Markdown or HTML."""
    escaped = "".join(f"\\{sign}" if sign in "\\`*_[]<>#|~" else sign for sign in text)
    line = " ".join(escaped.split())
    return f"\\{line}" if line[:1] in ("-", "+", "=") else line  # a list, or a line under a heading
