"""`citewell evaluate answers`: how right, how well cited and how well judged the answers are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.settings import Settings
from rag.temporary import TemporaryFolder
from rag.text import how_many
from ui.cli.command_options import (
    ConfigOption,
    FailBelowOption,
    FirstPageOption,
    JsonOption,
    LibraryOption,
    LimitOption,
    PassagesGivenOption,
    SetOption,
    open_library,
    read_settings,
)
from ui.cli.evaluate.counter import Counter, parse_bounds
from ui.cli.output import print_json, print_line, write_error

if TYPE_CHECKING:
    from rag.evaluation import AnswerFigures, AnswerSet, Judged
    from rag.library import Library

__all__ = ["evaluate_answers_command", "judged_answers", "library_for"]


def evaluate_answers_command(
    questions: Annotated[
        Path,
        typer.Argument(
            help="JSON lines: id, question, answers[] (empty: there is none), and where known documents[], "
            "gold_sentences[], pages[], passages[], language. Or a folder with questions.jsonl; a "
            "corpus.jsonl in it becomes a library of its own."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", help="Where each question's judgement goes; started again, it goes on."),
    ] = None,
    passages_given: PassagesGivenOption = False,
    limit: LimitOption = None,
    first_page: FirstPageOption = 0,
    precision: Annotated[
        float, typer.Option("--precision", min=0.0, max=1.0, help="The precision that coverage is told at.")
    ] = 0.9,
    compare: Annotated[
        Path | None, typer.Option("--compare", help="An earlier --output to compare with, paired.")
    ] = None,
    fail_below: FailBelowOption = None,
    pictures: Annotated[
        Path | None, typer.Option("--pictures", help="Folder for reliability.svg and risk_coverage.svg.")
    ] = None,
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure answers, citations, abstention and confidence on questions whose answers are known."""
    from rag.evaluation import MEASURES, figures, read_answer_set, read_judged, write_pictures

    settings = read_settings(library, config, assignments)
    bounds = parse_bounds(fail_below or [], MEASURES, "f1=.5")
    asked = read_answer_set(questions, first_page=first_page).limited(limit)
    asked = asked.with_given_passages() if passages_given else asked
    earlier = read_judged(compare) if compare is not None else None
    output = output or Path(f"{questions.resolve().stem}.judged.jsonl")
    with library_for(settings, questions, asked, named=library is not None) as opened:
        judged = judged_answers(opened, asked, output)
    found = figures(judged, precision)
    report = _report(questions, judged, found, precision, output, earlier)
    if pictures is not None:
        report["pictures"] = [str(path) for path in write_pictures(pictures, judged)]
    print_json(report) if as_json else _print(report)
    _hold(found, bounds)


@contextmanager
def library_for(
    settings: Settings, questions: Path, asked: AnswerSet, *, named: bool = False
) -> Iterator[Library]:
    """The library to ask: a `named` one always; for a folder one made of its passages for the time.

    Questions that all bring their passages need none that exists.
    """
    given = all(question.passages for question in asked.questions)
    if named or not (given or (questions.is_dir() and asked.entries)):
        with open_library(settings) as opened:
            yield opened
        return
    with (
        TemporaryFolder() as folder,
        open_library(
            settings.model_copy(update={"library": Path(folder) / "library"}), create=True
        ) as opened,
    ):
        if not given:
            _fill(opened, asked)
        yield opened


def _fill(library: Library, asked: AnswerSet) -> None:
    from ingest.chunkers import StructureChunker
    from rag.evaluation import index_corpus

    chunker = StructureChunker(library.settings.chunking)
    with Counter("passages") as progress:
        index_corpus(
            library.store,
            library.embedder,
            tuple(asked.entries.values()),
            lambda document: chunker.chunks(document, library.embedder),
            progress,
        )


def judged_answers(library: Library, asked: AnswerSet, output: Path | None) -> list[Judged]:
    """Every question asked and judged, with progress; an interruption says what is kept."""
    from rag.evaluation import evaluate_answers

    try:
        with Counter("questions") as progress:
            return evaluate_answers(library, asked.questions, output, progress)
    except KeyboardInterrupt:
        kept = f"what was judged is kept in {output}: run again to go on" if output else "nothing is kept"
        write_error(f"interrupted; {kept}")
        raise typer.Exit(1) from None


def _report(
    questions: Path,
    judged: Sequence[Judged],
    found: AnswerFigures,
    precision: float,
    output: Path,
    earlier: Sequence[Judged] | None,
) -> dict[str, Any]:
    from rag.evaluation import compare_judged, figures

    report: dict[str, Any] = {
        "questions": str(questions),
        **_figures_json(found),
        "precision": precision,
        "languages": {},
        "output": str(output),
    }
    languages = sorted({line.language for line in judged})
    for language in languages if len(languages) > 1 else ():
        own = [line for line in judged if line.language == language]
        report["languages"][language] = _figures_json(figures(own, precision))
    if earlier is not None:
        differences = compare_judged(judged, earlier)
        report["comparison"] = {name: asdict(difference) for name, difference in differences.items()}
    return report


def _figures_json(found: AnswerFigures) -> dict[str, Any]:
    return {
        "count": found.questions,
        "metrics": {name: round(value, 6) for name, value in found.metrics.items()},
        "intervals": {name: [round(low, 6), round(high, 6)] for name, (low, high) in found.intervals.items()},
        "threshold": found.threshold,
    }


def _hold(found: AnswerFigures, bounds: dict[str, float]) -> None:
    from rag.evaluation import missed_bounds

    missed = missed_bounds(found.metrics, bounds)
    for sentence in missed:
        write_error(sentence)
    if missed:
        raise typer.Exit(1)


def _print(report: dict[str, Any]) -> None:
    _print_figures(how_many(report["count"], "question"), report)
    for language, found in report["languages"].items():
        _print_figures(f"{language}: {how_many(found['count'], 'question')}", found)
    if report["threshold"] is not None:
        print_line(
            f"answers of confidence {report['threshold']:.2f} and more are right in "
            f"{report['precision']:.0%} of cases"
        )
    for name, difference in report.get("comparison", {}).items():
        print_line(
            f"{name}: {difference['mean']:+.4f} against the earlier run, "
            f"95 % interval {difference['low']:+.4f} to {difference['high']:+.4f}"
        )
    print_line(f"judgements: {report['output']}")
    for picture in report.get("pictures", ()):
        print_line(f"picture: {picture}")


def _print_figures(title: str, found: dict[str, Any]) -> None:
    print_line(title)
    for name, value in found["metrics"].items():
        low, high = found["intervals"][name]
        print_line(f"  {name:<22}{value:>8.4f}   {low:.4f} to {high:.4f}")
