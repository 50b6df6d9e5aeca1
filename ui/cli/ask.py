"""`citewell ask` and `citewell search`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import CitewellError, UsageError
from rag.wire import answer_json, passage_json
from ui.cli.options import ConfigOption, JsonOption, LibraryOption, SetOption, open_library, read_settings
from ui.cli.output import print_answer, print_json, print_line, print_passages, write_error

if TYPE_CHECKING:
    from rag.library import Library

__all__ = ["ask", "search"]

DocumentOption = Annotated[
    list[str] | None,
    typer.Option("--document", help="Only this document (id, source or file name). Repeatable."),
]


@dataclass(frozen=True, slots=True)
class _Question:
    question_id: str
    text: str


def search(
    question: Annotated[str, typer.Argument(help="What to look for.")],
    top_k: Annotated[int | None, typer.Option("--top-k", min=1, help="How many passages.")] = None,
    document: DocumentOption = None,
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find the passages nearest to a question."""
    _require_text(question)
    with open_library(read_settings(library, config, assignments)) as opened:
        passages = opened.search(question, top_k, document)
        if as_json:
            print_json({"question": question, "passages": [passage_json(passage) for passage in passages]})
        else:
            print_passages(passages, opened.documents())


def ask(
    question: Annotated[str | None, typer.Argument(help="The question.")] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", help="A question a line, or JSON lines with id and question; - reads standard input."
        ),
    ] = None,
    document: DocumentOption = None,
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question from the documents, each sentence with its citation."""
    if (question is None) == (file is None):
        raise UsageError("give one question, or --file FILE with a question a line")
    questions = [_Question("", question)] if question is not None else list(_read_questions(file))
    for item in questions:
        _require_text(item.text)
    with open_library(read_settings(library, config, assignments)) as opened:
        opened.document_ids(document)  # a wrong name fails once, before any question is asked
        failures = sum(
            not _ask_one(opened, item, document, as_json=as_json, lines=file is not None)
            for item in questions
        )
    if failures:
        write_error(f"{failures} of {len(questions)} questions failed; the others were answered")
        raise typer.Exit(1)


def _ask_one(
    library: Library, item: _Question, documents: list[str] | None, *, as_json: bool, lines: bool
) -> bool:
    """Answer one question and print it; whether that worked."""
    try:
        answer = library.ask(item.text, documents)
    except CitewellError as error:
        if not lines:
            raise
        write_error(f"question {item.question_id or item.text!r}: {error}")
        if as_json:
            print_json({"id": item.question_id, "question": item.text, "error": str(error)}, lines=True)
        return False
    if as_json:
        print_json({"id": item.question_id or answer.run_id, **answer_json(answer)}, lines=lines)
    else:
        if lines:
            print_line(f"# {item.text}")
        print_answer(answer, library.documents())
    return True


def _read_questions(path: Path | None) -> Iterator[_Question]:
    try:
        text = sys.stdin.read() if str(path) == "-" else Path(str(path)).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise UsageError(f"cannot read questions from {str(path)!r}: {reason}") from None
    found = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            found = True
            yield _parse_question(line.strip(), number, path)
    if not found:
        raise UsageError(f"{str(path)!r} holds no question")


def _parse_question(line: str, number: int, path: Path | None) -> _Question:
    if not line.startswith("{"):
        return _Question(str(number), line)
    try:
        record: Any = json.loads(line)
        return _Question(str(record.get("id", number)), str(record["question"]))
    except (json.JSONDecodeError, KeyError):
        raise UsageError(
            f"{str(path)!r}, line {number}: not a JSON object with a `question`: {line[:80]!r}"
        ) from None


def _require_text(question: str) -> None:
    if not question.strip():
        raise UsageError("the question is empty: write what you want to know")
