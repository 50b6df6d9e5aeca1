"""`citewell calibrate`: the confidence fitted to one's own questions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from rag.errors import UsageError
from rag.store.durable import replacing
from rag.text import how_many
from ui.cli.command_options import (
    ConfigOption,
    FirstPageOption,
    JsonOption,
    LibraryOption,
    LimitOption,
    PassagesGivenOption,
    SetOption,
    read_settings,
)
from ui.cli.evaluate.answers_command import judged_answers, library_for
from ui.cli.output import print_json, print_line

if TYPE_CHECKING:
    from rag.evaluation import Recalibration

__all__ = ["calibrate", "write_calibration"]


def calibrate(
    questions: Annotated[
        Path,
        typer.Argument(
            help="Questions with their answers, as for `evaluate answers`; also such that have none."
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", help="The calibration file (default: calibration.json in the library)."),
    ] = None,
    precision: Annotated[
        float, typer.Option("--precision", min=0.0, max=1.0, help="Share of answers that should be right.")
    ] = 0.9,
    passages_given: PassagesGivenOption = False,
    limit: LimitOption = None,
    first_page: FirstPageOption = 0,
    library: LibraryOption = None,
    config: ConfigOption = None,
    assignments: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fit the confidence to your own questions, and find the threshold for a wanted precision."""
    from rag.answering.calibration import load_calibrator
    from rag.evaluation import read_answer_set, recalibrate

    settings = read_settings(library, config, assignments)
    asked = read_answer_set(questions, first_page=first_page).limited(limit)
    asked = asked.with_given_passages() if passages_given else asked
    with library_for(settings, questions, asked, named=library is not None) as opened:
        is_own = opened.settings.library == settings.library
        judged = judged_answers(opened, asked, None)
    fitted = recalibrate(judged, load_calibrator(settings.answering.calibration), precision)
    output = output or (settings.library / "calibration.json" if is_own else Path("calibration.json"))
    tree = {
        "about": "Confidence of answers, fitted to questions of one's own by `citewell calibrate`.",
        "embedder": settings.embedder.model,
        **fitted.calibrator.to_json(),
        "report": _figures(fitted),
    }
    write_calibration(output, tree)
    report = _report(fitted, output.resolve(), precision)
    print_json(report) if as_json else _print(report)


def write_calibration(path: Path, tree: Mapping[str, Any]) -> None:
    """Put a calibration file in its place, whole or not at all.

    Raises:
        UsageError: it cannot be written there.
    """
    try:
        with replacing(path) as file:
            file.write((json.dumps(tree, indent=1) + "\n").encode())
    except OSError as error:
        raise UsageError(f"cannot write the calibration {str(path)!r}: {error.strerror}") from None


def _figures(fitted: Recalibration) -> dict[str, Any]:
    figures = {name: value for name, value in asdict(fitted).items() if name != "calibrator"}
    rounded: dict[str, Any] = json.loads(json.dumps(figures), parse_float=lambda text: round(float(text), 4))
    return rounded


def _report(fitted: Recalibration, path: Path, precision: float) -> dict[str, Any]:
    settings = {"answering.calibration": str(path)}
    if fitted.threshold is not None:
        settings["answering.abstain_below"] = f"{_below(fitted.threshold):.4f}"
    return {"calibration": str(path), "precision": precision, **_figures(fitted), "settings": settings}


def _below(threshold: float) -> float:
    """Rounded down, so that the answers at the threshold stay."""
    return max(0.0, int(threshold * 10_000) / 10_000)


def _print(report: dict[str, Any]) -> None:
    before, after = report["before"], report["after"]
    answers = how_many(report["questions"], "answer")
    print_line(f"{answers}, {report['right']} right; best for held-out ones: {report['method']}")
    print_line(f"{'':<8}{'before':>10}{'after':>10}   (held out, 5 folds)")
    for name in before:
        print_line(f"{name:<8}{before[name]:>10.4f}{after[name]:>10.4f}")
    if report["threshold"] is None:
        print_line(f"no threshold makes {report['precision']:.0%} of these answers right")
    else:
        print_line(
            f"from a confidence of {report['threshold']:.2f} on {report['precision']:.0%} are right, "
            f"which answers {report['coverage']:.0%} of the questions"
        )
    print_line(f"calibration: {report['calibration']}")
    flags = " ".join(f"--set {name}={value}" for name, value in report["settings"].items())
    print_line(f"use it: {flags} (or write these settings into a file for --config)")
