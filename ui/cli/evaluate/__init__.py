"""`citewell evaluate …`: the program measured on anyone's data, one module a command."""

from __future__ import annotations

import typer

from ui.cli.evaluate.answers_command import evaluate_answers_command
from ui.cli.evaluate.examples_command import evaluate_examples_command
from ui.cli.evaluate.retrieval_command import evaluate_retrieval

__all__ = ["evaluate"]

evaluate = typer.Typer(help="Measure the program on your own data.", no_args_is_help=True)


@evaluate.callback()
def _group() -> None:
    """Keeps each command one of its own name, even while there is only one."""


evaluate.command("answers")(evaluate_answers_command)
evaluate.command("examples")(evaluate_examples_command)
evaluate.command("retrieval")(evaluate_retrieval)
