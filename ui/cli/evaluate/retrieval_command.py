"""`citewell evaluate retrieval`: how well passages are found, on anyone's data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import UsageError
from ui.cli.command_options import (
    ConfigOption,
    FailBelowOption,
    FirstPageOption,
    JsonOption,
    LibraryOption,
    SetOption,
    open_library,
    read_settings,
)
from ui.cli.evaluate.counter import Counter, parse_bounds
from ui.cli.output import print_json, print_line, write_error

if TYPE_CHECKING:
    from rag.evaluation import Interval, PlaceEvaluation, RetrievalEvaluation, RetrievalSet
    from rag.settings import Settings

__all__ = ["evaluate_retrieval", "measured_places"]


def measured_places(path: Path, settings: Settings, first_page: int) -> PlaceEvaluation:
    """Measure `gold_pages` where the file's questions have them, else `gold_spans`.

    Raises:
        UsageError: no question has either.
        LibraryNotFoundError: there is no library.
    """
    from rag.evaluation import evaluate_pages, evaluate_spans, read_pages, read_spans

    text = path.read_text("utf-8", errors="replace")
    with open_library(settings) as library, Counter("questions") as progress:
        if '"gold_pages"' in text:
            pages = read_pages(path, first_page)
            return evaluate_pages(library.store, library.retriever, pages, progress)
        if '"gold_spans"' in text:
            return evaluate_spans(library.retriever, read_spans(path), progress=progress)
    raise UsageError(
        f"{str(path)!r} holds no question with gold_pages or gold_spans; for judged passages give a folder "
        "in BEIR layout"
    )


def evaluate_retrieval(
    dataset: Annotated[
        Path,
        typer.Argument(
            help="Folder in BEIR layout (corpus.jsonl, queries.jsonl, qrels/test.tsv), or JSON lines of "
            "questions with gold_pages or gold_spans, which are asked of the library."
        ),
    ],
    no_chunking: Annotated[
        bool, typer.Option("--no-chunking", help="Take each passage whole instead of cutting it.")
    ] = False,
    run_file: Annotated[
        Path | None, typer.Option("--run-file", help="Where to write the final ranking (TREC run).")
    ] = None,
    compare: Annotated[
        Path | None, typer.Option("--compare", help="A TREC run to compare with, question by question.")
    ] = None,
    fail_below: FailBelowOption = None,
    first_page: FirstPageOption = 1,
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure each leg, their fusion and the final ranking, in a library made for it.

    A file of questions with gold pages or spans is asked of the library that is there instead.
    """
    settings = read_settings(library, config, assignments)
    if dataset.is_file():
        _measure_places(dataset, settings, first_page, fail_below or [], as_json=as_json)
        return
    from rag.evaluation import METRICS, read_beir, write_run

    bounds = parse_bounds(fail_below or [], METRICS, "ndcg@10=.70")
    test_set = read_beir(dataset)
    other = _other_run(compare, test_set)
    result = _measured(settings, test_set, whole_passages=no_chunking)
    run_file = run_file or Path(f"{dataset.resolve().name}.run")
    write_run(run_file, result.runs["final"])
    report = {"dataset": str(dataset), "metrics": result.metrics, "run_file": str(run_file)}
    if other is not None:
        differences = _differences(result, other)
        report["comparison"] = {"run": str(compare), **{name: asdict(d) for name, d in differences.items()}}
    if as_json:
        print_json(report)
    else:
        _print(report)
    _hold(result.metrics["final"], bounds)


def _measure_places(
    path: Path, settings: Settings, first_page: int, fail_below: list[str], *, as_json: bool
) -> None:
    found = measured_places(path, settings, first_page)
    bounds = parse_bounds(fail_below, tuple(found.metrics), f"{next(iter(found.metrics))}=.70")
    if as_json:
        print_json({"dataset": str(path), "metrics": {"final": found.metrics}})
    else:
        for name, value in found.metrics.items():
            print_line(f"{name:<18}{value:>8.4f}")
    _hold(found.metrics, bounds)


def _hold(metrics: Mapping[str, float], bounds: Mapping[str, float]) -> None:
    """Leave with 1 if a metric is below its bound."""
    missed = [(name, value) for name, value in bounds.items() if metrics[name] < value]
    for name, value in missed:
        write_error(f"{name} is {metrics[name]:.4f}, below {value}")
    if missed:
        raise typer.Exit(1)


def _measured(settings: Settings, test_set: RetrievalSet, *, whole_passages: bool) -> RetrievalEvaluation:
    from ingest.chunkers import StructureChunker
    from rag import evaluation
    from rag.evaluation import index_corpus, whole
    from rag.library import Library
    from rag.temporary import TemporaryFolder

    with TemporaryFolder() as folder:
        temporary = settings.model_copy(update={"library": Path(folder) / "library"})
        with Library.open(settings=temporary) as library:
            chunker = StructureChunker(settings.chunking)
            cut = whole if whole_passages else lambda document: chunker.chunks(document, library.embedder)
            with Counter("passages") as passages:
                index_corpus(library.store, library.embedder, test_set.corpus, cut, passages)
            with Counter("questions") as questions:
                return evaluation.evaluate_retrieval(library.store, library.retriever, test_set, questions)


def _other_run(path: Path | None, test_set: RetrievalSet) -> dict[str, dict[str, float]] | None:
    """Every metric of another run by question, as far as the set judges it."""
    if path is None:
        return None
    from rag.evaluation import evaluate, read_run

    return evaluate(test_set.qrels, read_run(path))


def _differences(result: RetrievalEvaluation, other: dict[str, dict[str, float]]) -> dict[str, Interval]:
    from rag.evaluation import paired_bootstrap

    ours = result.questions["final"]
    return {name: paired_bootstrap(ours[name], other[name]) for name in ours}


def _print(report: dict[str, Any]) -> None:
    legs = report["metrics"]
    names = list(next(iter(legs.values())))
    width = max(len(leg) for leg in legs)
    print_line(" " * width + "".join(f"{name:>12}" for name in names))
    for leg, values in legs.items():
        print_line(f"{leg:<{width}}" + "".join(f"{values[name]:>12.4f}" for name in names))
    for name, value in report.get("comparison", {}).items():
        if isinstance(value, dict):
            print_line(
                f"{name}: {value['mean']:+.4f} against the other run, "
                f"95 % interval {value['low']:+.4f} to {value['high']:+.4f}"
            )
    print_line(f"run file: {report['run_file']}")
