"""`citewell ask` and `citewell search`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from rag.errors import CitewellError, UsageError
from rag.text import how_many, is_or_are
from rag.wire import answer_json, passage_json
from ui.cli.command_options import (
    ConfigOption,
    DocumentOption,
    JsonOption,
    LibraryOption,
    SetOption,
    open_library,
    read_settings,
)
from ui.cli.output import print_answer, print_json, print_line, print_passages, write_error
from ui.cli.question_files import AnswerFile, Question, read_questions
from ui.cli.runs import print_why

if TYPE_CHECKING:
    from rag.library import Library
    from rag.schema import Answer

__all__ = ["ask", "search"]


def search(
    words: Annotated[list[str], typer.Argument(metavar="QUESTION", help="What to look for.")],
    top_k: Annotated[int | None, typer.Option("--top-k", min=1, help="How many passages.")] = None,
    document: DocumentOption = None,
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find the passages nearest to a question."""
    question = " ".join(words)
    _require_text(question)
    with open_library(read_settings(library, config, assignments)) as opened:
        passages = opened.search(question, top_k, document)
        if as_json:
            print_json({"question": question, "passages": [passage_json(passage) for passage in passages]})
        else:
            print_passages(passages, opened.documents())


def ask(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="QUESTION", help="The question; quotes keep what a shell would read, as ? and *."
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file",
            help="One question per line, or JSON lines with id and question; - reads standard input.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            help="With --file: append one JSON object per question to this file; questions whose id is in it "
            "already are not asked again, so that an interrupted run goes on.",
        ),
    ] = None,
    no_cache: Annotated[
        bool, typer.Option("--no-cache", help="Answer again, even if it was given before.")
    ] = False,
    why: Annotated[
        bool, typer.Option("--why", help="Tell what was searched and weighed, and what decided.")
    ] = False,
    document: DocumentOption = None,
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Answer a question from the documents, each sentence with its citation."""
    question = " ".join(words) if words else None
    _check_flags(question, file, output, why=why)
    settings = read_settings(library, config, assignments)
    if question is not None:
        _require_text(question)
        with open_library(settings) as opened:
            answer = opened.ask(question, document, use_cache=not no_cache)
            _print_one(opened, answer, why=why, as_json=as_json)
    elif file is not None:
        questions = read_questions(file)
        with open_library(settings) as opened, AnswerFile(output) as answers:
            opened.document_ids(document)  # a wrong name fails once, before any question is asked
            asked = [item for item in questions if item not in answers]
            if before := len(questions) - len(asked):
                write_error(
                    f"{how_many(before, 'question')} {is_or_are(before)} answered in {str(output)!r} already"
                )
            told = opened.ask_many([item.text for item in asked], document, use_cache=not no_cache)
            failures = 0
            for item, outcome in zip(asked, told, strict=True):
                failures += isinstance(outcome, CitewellError)
                _print_line(opened, item, outcome, answers, as_json=as_json)
        if failures:
            write_error(f"{failures} of {how_many(len(asked), 'question')} failed; the others were answered")
            raise typer.Exit(1)


def _check_flags(question: str | None, file: Path | None, output: Path | None, *, why: bool) -> None:
    if (question is None) == (file is None):
        raise UsageError("give one question, or --file FILE with one question per line")
    if why and file is not None:
        raise UsageError("--why goes with one question; `citewell runs show ID` tells of any run")
    if output is not None and file is None:
        raise UsageError("--output goes with --file: one question is answered on standard output")


def _print_one(library: Library, answer: Answer, *, why: bool, as_json: bool) -> None:
    run = library.run(answer.run_id) if why and not library.store.read_only else None
    if why and run is None:
        write_error("why is told from the record of a run, and none is kept where a library can only be read")
    if as_json:
        told = {"id": answer.run_id, **answer_json(answer)}
        print_json({**told, "why": run.why} if run is not None else told)
        return
    print_answer(answer, library.documents())
    if run is not None:
        print_line()
        print_why(run)


def _print_line(
    library: Library, item: Question, answer: Answer | CitewellError, answers: AnswerFile, *, as_json: bool
) -> None:
    """One answer, or the error in its place, of many."""
    if isinstance(answer, CitewellError):
        write_error(f"question {item.question_id}: {answer}")
        if as_json:
            print_json({"id": item.question_id, "question": item.text, "error": str(answer)}, lines=True)
        return
    told = {"id": item.question_id, **answer_json(answer)}
    answers.add(told)
    if as_json:
        print_json(told, lines=True)
    else:
        print_line(f"# {item.text}")
        print_answer(answer, library.documents())


def _require_text(question: str) -> None:
    if not question.strip():
        raise UsageError("the question is empty: write what you want to know")
