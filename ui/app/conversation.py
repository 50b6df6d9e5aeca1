"""A conversation: its turns, how it reads to a model, and how it leaves the app."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from rag.schema import (
    Answer,
    AnswerSentence,
    AnswerTable,
    Box,
    Citation,
    Conflict,
    Coverage,
    Example,
    Message,
    Passage,
    Place,
    ShortAnswer,
    Step,
    Support,
    Verdict,
)
from rag.wire import answer_json
from ui.app.places import file_name

__all__ = ["Conversation", "Turn", "answer_from_json", "as_json", "as_markdown"]


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
    """Turns, oldest first. `conversation_id` is None until the store keeps it."""

    conversation_id: str | None = None
    turns: list[Turn] = field(default_factory=list)

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


def answer_from_json(data: dict[str, Any]) -> Answer:
    """An answer as a run record keeps it (`rag.wire.answer_json`)."""
    return Answer(
        question=data["question"],
        text=data["answer"],
        sentences=tuple(
            AnswerSentence(item["text"], tuple(item["citations"]), Support(item["support"]))
            for item in data["sentences"]
        ),
        citations=tuple(_citation(item) for item in data["citations"]),
        abstained=data["abstained"],
        confidence=data["confidence"],
        passages=tuple(_passage(item) for item in data["passages"]),
        examples=tuple(Example(**{**item, "passages": tuple(item["passages"])}) for item in data["examples"]),
        reason=data["reason"],
        cut=tuple(data["cut"]),
        model=data["model"],
        timings=data["timings"],
        run_id=data["run_id"],
        cached=data.get("cached", False),
        understood=data.get("understood", ""),  # not in records from before there were any
        short_answer=ShortAnswer(**data["short_answer"]) if data.get("short_answer") else None,
        conflicts=tuple(
            Conflict(tuple(item["values"]), tuple(item["citations"])) for item in data.get("conflicts", ())
        ),
        kind=data.get("kind", "lookup"),
        verdict=Verdict(data["verdict"]) if "verdict" in data else _verdict_of(data),
        steps=tuple(Step(**step) for step in data.get("steps", ())),
        coverage=Coverage(**data["coverage"]) if data.get("coverage") else None,
        table=_table(data.get("table")),
    )


def _verdict_of(data: dict[str, Any]) -> Verdict:
    """The verdict of an answer that was made before there were any."""
    return Verdict.NOT_FOUND if data["abstained"] else Verdict.STATED


def _table(data: dict[str, Any] | None) -> AnswerTable | None:
    if data is None:
        return None
    return AnswerTable(
        tuple(data["columns"]),
        tuple(map(tuple, data["rows"])),
        tuple((int(row), int(column)) for row, column in data["lit"]),
        tuple(map(tuple, data["citations"])),
    )


def _citation(data: dict[str, Any]) -> Citation:
    boxes = tuple(Box(int(box[0]), *box[1:]) for box in data["boxes"])
    told = {"boxes": boxes, "support": Support(data["support"]), "place": _place(data)}
    return Citation(**{**data, **told})


def _passage(data: dict[str, Any]) -> Passage:
    return Passage(**{**data, "headings": tuple(data["headings"]), "place": _place(data)})


def _place(data: dict[str, Any]) -> Place | None:
    """The place that is told; of a record from before there were any, its page."""
    told = data.get("place", f"page {data['page']}")
    return Place.read(told) if told else None


def as_json(conversation: Conversation) -> str:
    """The whole conversation for a program: a list of answers with their citations."""
    turns = [
        {"question": turn.question, "error": turn.error}
        if turn.answer is None
        else {**answer_json(turn.answer), "question": turn.question}
        for turn in conversation.turns
    ]
    return json.dumps({"turns": turns}, ensure_ascii=False, indent=2)


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
            " ".join(
                _line(s.text) + "".join(f"[^{index}-{number}]" for number in s.citations)
                for s in answer.sentences
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
    escaped = "".join(f"\\{sign}" if sign in "\\`*_[]<>#|" else sign for sign in text)
    return " ".join(escaped.split())
