"""Test collections as folders: BEIR's three files, and questions with gold pages or gold spans."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rag.errors import UsageError
from rag.schema import Span

__all__ = ["Entry", "PageQuestion", "RetrievalSet", "SpanQuestion", "read_beir", "read_pages", "read_spans"]


@dataclass(frozen=True)
class Entry:
    """One passage of a test collection."""

    entry_id: str
    title: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class RetrievalSet:
    """Passages, questions by id, and for each judged question the grades of passages by id."""

    name: str
    corpus: tuple[Entry, ...] = field(repr=False)
    questions: dict[str, str] = field(repr=False)
    qrels: dict[str, dict[str, int]] = field(repr=False)


@dataclass(frozen=True)
class PageQuestion:
    """A question with the pages that answer it: (document, page), pages counted from 1."""

    question_id: str
    question: str
    pages: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class SpanQuestion:
    """A question with the spans of one document that answer it."""

    question_id: str
    question: str
    document: str
    spans: tuple[Span, ...]


def read_beir(folder: Path) -> RetrievalSet:
    """Read `corpus.jsonl`, `queries.jsonl` and `qrels/test.tsv` (Thakur et al. 2021, "BEIR").

    Questions that nobody judged are left out. The first line of the qrels is a heading.

    Raises:
        UsageError: a file is missing or a line is not what the format says.
    """
    corpus = tuple(
        Entry(str(row["_id"]), str(row.get("title") or ""), str(row.get("text") or ""))
        for row in _rows(folder / "corpus.jsonl", "_id")
    )
    qrels = _read_qrels(folder / "qrels" / "test.tsv")
    questions = {
        str(row["_id"]): str(row["text"])
        for row in _rows(folder / "queries.jsonl", "_id", "text")
        if str(row["_id"]) in qrels
    }
    judged = {question_id: qrels[question_id] for question_id in questions}
    return RetrievalSet(folder.name, corpus, questions, judged)


def read_pages(path: Path, first_page: int = 0) -> tuple[PageQuestion, ...]:
    """Read `questions.jsonl` with `gold_pages` (`[[document, page], …]`); `first_page` is its count's start.

    Raises:
        UsageError: the file is missing or a line is not what the format says.
    """
    return tuple(
        PageQuestion(
            str(row["id"]),
            str(row["question"]),
            tuple((str(document), int(page) - first_page + 1) for document, page in row["gold_pages"]),
        )
        for row in _rows(path, "id", "question", "gold_pages")
        if row["gold_pages"]
    )


def read_spans(path: Path) -> tuple[SpanQuestion, ...]:
    """Read `questions.jsonl` with `gold_doc_ids` and `gold_spans` (`start_index`, `end_index`).

    Raises:
        UsageError: the file is missing or a line is not what the format says.
    """
    return tuple(
        SpanQuestion(
            str(row["id"]),
            str(row["question"]),
            str(row["gold_doc_ids"][0]),
            tuple(Span(int(span["start_index"]), int(span["end_index"])) for span in row["gold_spans"]),
        )
        for row in _rows(path, "id", "question", "gold_doc_ids", "gold_spans")
        if row["gold_spans"] and row["gold_doc_ids"]
    )


def _rows(path: Path, *keys: str) -> Iterator[dict[str, Any]]:
    for number, line in _lines(path):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise UsageError(f"{path}, line {number}: not JSON ({error}): {_a_line(keys)}") from None
        missing = [key for key in keys if not isinstance(row, dict) or key not in row]
        if missing:
            raise UsageError(f"{path}, line {number}: no {missing[0]!r} in {line[:80]!r}: {_a_line(keys)}")
        yield row


def _a_line(keys: Sequence[str]) -> str:
    return f"write an object a line with {', '.join(map(repr, keys))}"


def _read_qrels(path: Path) -> dict[str, dict[str, int]]:
    qrels: dict[str, dict[str, int]] = {}
    for number, line in _lines(path):
        fields = line.split("\t")
        try:
            question_id, entry_id, grade = fields[0], fields[1], int(fields[2])
        except (IndexError, ValueError):
            if number == 1:
                continue
            raise UsageError(
                f"{path}, line {number}: expected `question<TAB>passage<TAB>grade`, got {line[:80]!r}"
            ) from None
        qrels.setdefault(question_id, {})[entry_id] = grade
    return qrels


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line.rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(
            f"cannot read {str(path)!r}: {reason}. A retrieval set is a folder in BEIR's layout: "
            "corpus.jsonl, queries.jsonl, qrels/test.tsv."
        ) from None
