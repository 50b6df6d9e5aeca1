"""An answer in OpenAI's form: its text with marks, annotations, citations with links, and counted tokens."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from rag.answering import Finished
from rag.answering.reasons import reasons_for
from rag.library import Library
from rag.schema import Answer, AnswerSentence, Citation, Support, Verdict, source_name
from rag.text import as_sentence, has_cjk
from rag.wire import answer_json, citation_json

__all__ = ["Told", "tell"]

_NOTES: Final = {
    Support.SUPPORTED: "",
    Support.PARTIAL: " (partly supported)",
    Support.CONTRADICTED: " (contradicted by the documents)",
    Support.UNSUPPORTED: " (not supported by the documents)",
}
_MARK: Final = re.compile(r"\[(\d{1,3})\]")
"""What a document itself has in square brackets must not look like a citation."""
_MOST_BOXES: Final = 40
"""Boxes that a link marks: an address may not be long."""
_STANDING: Final = (
    *("run_id", "verdict", "abstained", "kind", "short_answer", "reason", "understood"),
    *("conflicts", "table", "coverage", "model", "cached"),
)


@dataclass(frozen=True, slots=True)
class Told:
    """An answer as it is sent.

    `pieces` are its text, a sentence each. Each annotation is of a mark `[n]`: `start_index` and `end_index`
    are characters of the text, which hold the mark. `citations` are those of the answer with a `link`,
    `standing` is what else is known of it. Tokens are those of the library's embedder.
    """

    pieces: tuple[str, ...]
    annotations: tuple[dict[str, Any], ...]
    citations: tuple[dict[str, Any], ...]
    standing: dict[str, Any]
    tokens_in: int
    tokens_out: int

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(self.pieces)

    @property
    def extra(self) -> dict[str, Any]:
        """What OpenAI's form has no place for, as it stands beside it."""
        return {"citations": list(self.citations), "citewell": self.standing}


def tell(library: Library, finished: Finished, sent: Iterable[str], address: str) -> Told:
    """An answer as it is sent; `sent` are the texts of the request, `address` is the server's own.

    Tokens that went in are those of the prompt where a model wrote this time, else those of the request.
    """
    answer = finished.answer
    citations = {
        citation.number: citation_json(citation)
        | {"document": source_name(citation.source), "link": _link(library, citation, address)}
        for citation in answer.citations
    }
    pieces, marks = _marked(answer)
    written = () if answer.cached else finished.record.prompt
    return Told(
        pieces,
        tuple(_annotation(citations[number], start, end) for number, start, end in marks),
        tuple(citations.values()),
        _standing(answer),
        _count(library, [message.content for message in written] if written else sent),
        _count(library, pieces),
    )


def _marked(answer: Answer) -> tuple[tuple[str, ...], list[tuple[int, int, int]]]:
    """The text sentence by sentence, and where the marks stand in the whole: number, start, end."""
    pieces: list[str] = []
    marks: list[tuple[int, int, int]] = []
    length = 0
    for sentence in _sentences(answer):
        text = _MARK.sub(r"(\1)", sentence.text)
        piece = _gap(pieces, text, starts_line=sentence.starts_line) + text
        piece += " " if sentence.citations else ""
        for number in sentence.citations:
            start = length + len(piece)
            piece += f"[{number}]"
            marks.append((number, start, length + len(piece)))
        piece += _NOTES[sentence.support]
        pieces.append(piece)
        length += len(piece)
    return tuple(pieces), marks


def _sentences(answer: Answer) -> list[AnswerSentence]:
    """What is said: the answer, whether it is a doubtful one, and what it leaves open."""
    doubtful = reasons_for(answer.question).told("doubtful") if answer.verdict is Verdict.NEAR else ""
    remarks = [AnswerSentence(as_sentence(remark)) for remark in (doubtful, answer.reason) if remark]
    return [*([AnswerSentence(answer.text)] if answer.abstained else answer.sentences), *remarks]


def _gap(before: Sequence[str], text: str, *, starts_line: bool) -> str:
    """What stands between two sentences: nothing where Chinese, Japanese or Korean meet."""
    if before and starts_line:
        return "  \n"
    return "" if not before or (has_cjk(before[-1][-2:]) and has_cjk(text[:2])) else " "


def _annotation(citation: dict[str, Any], start: int, end: int) -> dict[str, Any]:
    title = ", ".join(filter(None, (citation["document"], citation["place"])))
    return {"start_index": start, "end_index": end, "url": citation["link"], "title": title}


def _link(library: Library, citation: Citation, address: str) -> str:
    """The picture of the page with the quote marked where there is one, else the text that is quoted."""
    place = f"{address}/v1/documents/{quote(citation.document_id, safe='')}"
    boxes = [box for box in citation.boxes if box.page == citation.boxes[0].page][:_MOST_BOXES]
    if not boxes or library.store.original(citation.document_id) is None:
        return f"{place}?start={citation.start}&end={citation.end}"
    marked = "&".join(f"highlight={','.join(f'{number:g}' for number in box[1:])}" for box in boxes)
    return f"{place}/pages/{boxes[0].page}.png?{marked}"


def _standing(answer: Answer) -> dict[str, Any]:
    """How an answer stands; a confidence only where it means something."""
    told = answer_json(answer)
    confidence = told["confidence"] if answer.is_rated else None
    return {**{name: told[name] for name in _STANDING}, "confidence": confidence}


def _count(library: Library, texts: Iterable[str]) -> int:
    return sum(len(library.embedder.token_spans(text)) for text in texts)
