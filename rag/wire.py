"""The words as plain JSON values: what the command line prints, run records keep and programs read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter

from rag.schema import (
    Answer,
    Check,
    Citation,
    DocumentInfo,
    Example,
    Passage,
    Place,
    QueryResult,
    QueryTable,
    RunRecord,
    Verdict,
)

__all__ = [
    "answer_from_json",
    "answer_json",
    "check_json",
    "citation_json",
    "document_json",
    "example_json",
    "passage_json",
    "query_json",
    "query_table_json",
    "run_json",
]

_PASSAGE: Final = (
    *("document_id", "source", "title", "page", "place", "start", "end"),
    *("headings", "text", "score", "scores", "leg"),
)
_CITATION: Final = (
    *("number", "document_id", "source", "page", "start", "end"),
    *("place", "quote", "boxes", "support"),
)
_ANSWER: Final = (
    *("question", "understood", "kind", "text", "abstained", "verdict", "reason", "confidence"),
    *("short_answer", "sentences", "citations", "conflicts", "table", "coverage", "steps"),
    *("passages", "examples", "cut", "model", "timings", "run_id", "cached"),
)
_DOCUMENT: Final = (
    *("document_id", "source", "title", "media_type", "language", "pages", "chunks"),
    *("characters", "added_at", "metadata", "warnings"),
)


def passage_json(passage: Passage) -> dict[str, Any]:
    """A passage with its place, its text and the score of each leg that found it."""
    scores = {"score": round(passage.score, 6), "scores": _rounded(passage.scores, 6)}
    return _plain(passage, _PASSAGE, place=_place(passage), **scores)


def citation_json(citation: Citation) -> dict[str, Any]:
    """A citation; `boxes` are `[page, left, top, right, bottom]` in points from the top left."""
    return _plain(citation, _CITATION, place=_place(citation))


def example_json(example: Example) -> dict[str, Any]:
    """A worked example as it stands in a pool."""
    return _plain(example)


def answer_json(answer: Answer) -> dict[str, Any]:
    """An answer in the form of the command line contract (`ask --json`)."""
    told = _plain(
        answer,
        _ANSWER,
        confidence=round(answer.confidence, 4),
        citations=[citation_json(citation) for citation in answer.citations],
        passages=[passage_json(passage) for passage in answer.passages],
        timings=_rounded(answer.timings, 4),
    )
    return {"answer" if name == "text" else name: value for name, value in told.items()}


def answer_from_json(data: Mapping[str, Any]) -> Answer:
    """An answer as a run record keeps it: what `answer_json` made, by this or an earlier Citewell.

    Raises:
        ValueError: it is none.
    """
    before = Verdict.NOT_FOUND if data["abstained"] else Verdict.STATED  # of records without a verdict
    placed = {name: [_with_place(item) for item in data[name]] for name in ("citations", "passages")}
    told = {"verdict": before, **data, "text": data["answer"], **placed}
    return _reader().validate_python({**told, "short_answer": data.get("short_answer") or None})


def document_json(document: DocumentInfo) -> dict[str, Any]:
    """A document as `citewell list --json` shows it."""
    return _plain(document, _DOCUMENT)


def query_table_json(table: QueryTable) -> dict[str, Any]:
    """A table as `citewell tables --json` shows it."""
    return _plain(table, place=_place(table))


def query_json(result: QueryResult) -> dict[str, Any]:
    """The result of a statement as `citewell sql --json` shows it."""
    rows = [
        {"values": list(row.values), "citations": [citation_json(citation) for citation in row.citations]}
        for row in result.rows
    ]
    return _plain(result, columns=[column._asdict() for column in result.columns], rows=rows)


def run_json(run: RunRecord) -> dict[str, Any]:
    """A run record whole."""
    prompt = [_plain(message, ("role", "content")) for message in run.prompt]
    return _plain(run, prompt=prompt, timings=_rounded(run.timings, 4))


def check_json(checks: Sequence[Check]) -> dict[str, Any]:
    """The result of `citewell check`."""
    return {"ok": all(check.ok for check in checks), "checks": [_plain(check) for check in checks]}


def _plain(item: Any, names: Sequence[str] = (), **told: Any) -> dict[str, Any]:
    """A dataclass by its fields, or those of the names, as JSON has them; some are `told` already."""
    names = names or [field.name for field in fields(item)]
    return {name: told[name] if name in told else _value(getattr(item, name)) for name in names}


def _value(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, list | tuple):
        return [_value(item) for item in value]
    if isinstance(value, dict):
        return {key: _value(item) for key, item in value.items()}
    return _plain(value) if is_dataclass(value) else value


def _rounded(values: Mapping[str, float], digits: int) -> dict[str, float]:
    return {name: round(value, digits) for name, value in values.items()}


def _place(item: Citation | Passage | QueryTable) -> str:
    """The place in words: `page 3`, `slide 4`, `Sales!B7`, a heading; "" where there is none to tell."""
    return item.place.told() if item.place is not None else ""


def _with_place(item: Mapping[str, Any]) -> dict[str, Any]:
    """A citation or passage with the place that is told; of a record from before there were any, its page."""
    told = item.get("place", f"page {item['page']}")
    return {**item, "place": Place.read(told) if told else None}


@cache
def _reader() -> TypeAdapter[Answer]:
    return TypeAdapter(Answer)
