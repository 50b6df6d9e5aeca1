"""The words as plain JSON values: what the command line prints, run records keep and programs read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rag.schema import (
    Answer,
    AnswerTable,
    Box,
    Check,
    Citation,
    DocumentInfo,
    Example,
    Message,
    Passage,
    RunRecord,
    ShortAnswer,
)

__all__ = [
    "answer_json",
    "check_json",
    "citation_json",
    "document_json",
    "example_json",
    "message_json",
    "passage_json",
    "run_json",
]


def passage_json(passage: Passage) -> dict[str, Any]:
    """A passage with its place, its text and the score of each leg that found it."""
    return {
        "document_id": passage.document_id,
        "source": passage.source,
        "title": passage.title,
        "page": passage.page,
        "place": _told(passage),
        "start": passage.start,
        "end": passage.end,
        "headings": list(passage.headings),
        "text": passage.text,
        "score": round(passage.score, 6),
        "scores": {leg: round(score, 6) for leg, score in passage.scores.items()},
        "leg": passage.leg,
    }


def citation_json(citation: Citation) -> dict[str, Any]:
    """A citation; `boxes` are `[page, left, top, right, bottom]` in points from the top left."""
    return {
        "number": citation.number,
        "document_id": citation.document_id,
        "source": citation.source,
        "page": citation.page,
        "start": citation.start,
        "end": citation.end,
        "place": _told(citation),
        "quote": citation.quote,
        "boxes": _boxes_json(citation.boxes),
        "support": citation.support.value,
    }


def _told(item: Citation | Passage) -> str:
    """The place in words: `page 3`, `slide 4`, `Sales!B7`, a heading; "" where there is none to tell."""
    return item.place.told() if item.place is not None else ""


def _boxes_json(boxes: Sequence[Box]) -> list[list[float]]:
    return [list(box) for box in boxes]


def example_json(example: Example) -> dict[str, Any]:
    """A worked example as it stands in a pool."""
    return {
        "example_id": example.example_id,
        "question": example.question,
        "answer": example.answer,
        "passages": list(example.passages),
        "label": example.label,
    }


def message_json(message: Message) -> dict[str, str]:
    """One turn of a prompt."""
    return {"role": message.role, "content": message.content}


def answer_json(answer: Answer) -> dict[str, Any]:
    """An answer in the form of the command line contract (`ask --json`)."""
    return {
        "question": answer.question,
        "understood": answer.understood,
        "kind": answer.kind,
        "answer": answer.text,
        "abstained": answer.abstained,
        "verdict": answer.verdict.value,
        "reason": answer.reason,
        "confidence": round(answer.confidence, 4),
        "short_answer": _short_json(answer.short_answer),
        "sentences": [
            {"text": s.text, "citations": list(s.citations), "support": s.support.value}
            for s in answer.sentences
        ],
        "citations": [citation_json(citation) for citation in answer.citations],
        "conflicts": [
            {"values": list(conflict.values), "citations": list(conflict.citations)}
            for conflict in answer.conflicts
        ],
        "table": _table_json(answer.table),
        "coverage": None if answer.coverage is None else asdict(answer.coverage),
        "steps": [asdict(step) for step in answer.steps],
        "passages": [passage_json(passage) for passage in answer.passages],
        "examples": [example_json(example) for example in answer.examples],
        "cut": list(answer.cut),
        "model": answer.model,
        "timings": {stage: round(seconds, 4) for stage, seconds in answer.timings.items()},
        "run_id": answer.run_id,
        "cached": answer.cached,
    }


def _table_json(table: AnswerTable | None) -> dict[str, Any] | None:
    if table is None:
        return None
    return {
        "columns": list(table.columns),
        "rows": [list(row) for row in table.rows],
        "lit": [list(place) for place in table.lit],
        "citations": [list(row) for row in table.citations],
    }


def _short_json(short: ShortAnswer | None) -> dict[str, Any] | None:
    if short is None:
        return None
    return {
        "text": short.text,
        "document_id": short.document_id,
        "start": short.start,
        "end": short.end,
        "citation": short.citation,
    }


def document_json(document: DocumentInfo) -> dict[str, Any]:
    """A document as `citewell list --json` shows it."""
    return {
        "document_id": document.document_id,
        "source": document.source,
        "title": document.title,
        "media_type": document.media_type,
        "language": document.language,
        "pages": document.pages,
        "chunks": document.chunks,
        "characters": document.characters,
        "added_at": document.added_at,
        "metadata": document.metadata,
        "warnings": list(document.warnings),
    }


def run_json(run: RunRecord) -> dict[str, Any]:
    """A run record whole."""
    return {
        "run_id": run.run_id,
        "created_at": run.created_at,
        "question": run.question,
        "library_version": run.library_version,
        "model": run.model,
        "settings": run.settings,
        "prompt": [message_json(message) for message in run.prompt],
        "answer": run.answer,
        "why": run.why,
        "timings": {stage: round(seconds, 4) for stage, seconds in run.timings.items()},
    }


def check_json(checks: Sequence[Check]) -> dict[str, Any]:
    """The result of `citewell check`."""
    return {
        "ok": all(check.ok for check in checks),
        "checks": [{"name": check.name, "ok": check.ok, "detail": check.detail} for check in checks],
    }
