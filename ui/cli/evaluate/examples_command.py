"""`citewell evaluate examples`: which selector finds the examples that help."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import ConfigurationError, UsageError
from ui.cli.command_options import ConfigOption, JsonOption, SetOption, read_settings
from ui.cli.evaluate.counter import Counter
from ui.cli.output import print_json, print_line, write_error

if TYPE_CHECKING:
    from rag.evaluation import Interval, LabelChooser, SelectorResult
    from rag.schema import Example
    from rag.settings import Settings

__all__ = ["evaluate_examples_command"]


def evaluate_examples_command(
    train: Annotated[Path, typer.Argument(help="The pool: JSON lines with text and label.")],
    test: Annotated[Path, typer.Argument(help="The questions: JSON lines with text and label.")],
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Test questions drawn by each seed; all by default.")
    ] = None,
    k: Annotated[int, typer.Option("--k", min=1, help="Examples chosen for a question.")] = 8,
    seeds: Annotated[int, typer.Option("--seeds", min=1, help="Draws of questions and pool.")] = 3,
    selectors: Annotated[
        list[str] | None,
        typer.Option("--selectors", help="Only these, with commas or repeated; all by default."),
    ] = None,
    generator_limit: Annotated[
        int,
        typer.Option("--generator-limit", min=0, help="Questions a seed that the local generator labels."),
    ] = 0,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure every selector: is the right label among the examples, does their vote find it, does the model?

    `low` and `high` are the 95 % bootstrap interval of `label_in_top_k`; `intervals` holds all,
    `differences` those of the differences to the default, paired by question.
    """
    from rag.evaluation import RememberingEmbedder, SelectionSettings, evaluate_selectors
    from rag.evaluation.labelled_questions import load_labelled
    from rag.examples import selector_names
    from rag.models import build_embedder

    settings = read_settings(None, config, assignments)
    names = _names(selectors)
    pool, questions = load_labelled(train), load_labelled(test)
    amount = SelectionSettings(k, seeds, limit, generator_limit)
    chooser = _chooser(settings) if generator_limit else None
    embedder = RememberingEmbedder(build_embedder(settings))
    default = settings.examples.selector
    if default not in (known := selector_names()):
        raise ConfigurationError(f"setting examples.selector: {default!r}: choose one of {', '.join(known)}")
    _tell_of_known(pool, questions)
    with Counter("texts embedded") as progress:
        embedder.learn([example.question for example in (*pool, *questions)], progress)
    with Counter("questions labelled" if chooser else "selectors and seeds") as progress:
        results = evaluate_selectors(names, pool, questions, embedder, amount, chooser, default, progress)
    report = {"default": default, "rows": [_row(result) for result in results]}
    print_json(report) if as_json else _print(report)


def _names(asked: list[str] | None) -> list[str]:
    from rag.examples import selector_names

    known = selector_names()
    names = [name.strip() for text in asked or known for name in text.split(",") if name.strip()]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(f"--selectors {unknown[0]!r}: choose among {', '.join(known)}")
    return names


def _tell_of_known(pool: list[Example], questions: list[Example]) -> None:
    asked = {question.question for question in questions}
    both = len(asked.intersection(example.question for example in pool))
    if both:
        write_error(f"{both} of {len(asked)} test questions are in the pool too, and so found easily")


def _chooser(settings: Settings) -> LabelChooser:
    from rag.models import build_label_scorer

    return build_label_scorer(settings).most_likely


def _row(result: SelectorResult) -> dict[str, Any]:
    measured = {
        "label_in_top_k": result.label_in_top_k,
        "vote_accuracy": result.vote_accuracy,
        "generator_accuracy": result.generator_accuracy,
    }
    found = {name: interval for name, interval in measured.items() if interval is not None}
    return {
        "selector": result.selector,
        "k": result.k,
        **{name: None if value is None else round(value.mean, 4) for name, value in measured.items()},
        "low": round(result.label_in_top_k.low, 4),
        "high": round(result.label_in_top_k.high, 4),
        "milliseconds": round(result.milliseconds, 3),
        "intervals": {name: _interval_json(interval) for name, interval in found.items()},
        "differences": {name: _interval_json(value) for name, value in result.differences.items()},
    }


def _interval_json(interval: Interval) -> dict[str, float]:
    return {name: round(value, 4) for name, value in asdict(interval).items()}


def _print(report: dict[str, Any]) -> None:
    """A line a selector, the best vote first."""
    rows = sorted(report["rows"], key=lambda row: -row["vote_accuracy"])
    width = max(len(row["selector"]) for row in rows) + 2
    top = f"label in top {rows[0]['k']}"
    print_line(f"{'':<{width}}{top:<22}  {'vote':<5}  {'model':<5}  {'ms':>5}  vote against the default")
    for row in rows:
        name = f"{row['selector']}{' *' if row['selector'] == report['default'] else ''}"
        in_top = f"{row['label_in_top_k']:.3f} ({row['low']:.3f} to {row['high']:.3f})"
        model = "–" if row["generator_accuracy"] is None else f"{row['generator_accuracy']:.3f}"
        line = f"{name:<{width}}{in_top:<22}  {row['vote_accuracy']:.3f}  {model:<5}  "
        print_line(f"{line}{row['milliseconds']:>5.1f}  {_against(row)}".rstrip())
    print_line()
    print_line(f"label in top {rows[0]['k']}: an example of the right label is among those chosen")
    print_line("vote: most of those chosen have it")
    if rows[0]["generator_accuracy"] is None:
        print_line("model: not asked; with --generator-limit N the local model labels N questions a seed")
    else:
        print_line("model: the local model finds it likeliest after these examples")
    print_line("ms: median time to choose; (…): 95 % interval; *: the default")


def _against(row: dict[str, Any]) -> str:
    difference = row["differences"].get("vote_accuracy")
    if not difference:
        return ""
    return f"{difference['mean']:+.3f} ({difference['low']:+.3f} to {difference['high']:+.3f})"
