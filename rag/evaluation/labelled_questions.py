"""How good a selector is, measured on labelled questions: does it find examples of the same kind?"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from rag.errors import ConfigurationError
from rag.examples.registry import select_scored
from rag.examples.scoring import ScoredExample
from rag.examples.selector import ExampleSelector
from rag.schema import Example

__all__ = ["Outcome", "load_labelled", "majority", "measure"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a selector did with each test question; the arrays have one entry a question.

    `in_top_k`: an example of the right label was chosen. `voted`: the majority label was right.
    `milliseconds`: time to choose.
    """

    in_top_k: NDArray[np.bool_]
    voted: NDArray[np.bool_]
    milliseconds: NDArray[np.float64]

    @property
    def label_in_top_k(self) -> float:
        """Share of the questions for which an example of the right label was chosen."""
        return float(self.in_top_k.mean())

    @property
    def vote_accuracy(self) -> float:
        """Share of the questions for which the majority label of the chosen examples was right."""
        return float(self.voted.mean())


def load_labelled(path: Path) -> list[Example]:
    """Read lines of `{"text": …, "label": …}`; the text is the question and the label the answer.

    Raises:
        ConfigurationError: the file cannot be read or is empty, or a line lacks one of the two.
    """
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigurationError(f"cannot read labelled questions {str(path)!r}: {reason}") from None
    found = [
        _labelled(line, number, f"{path}, line {number}")
        for number, line in enumerate(lines, 1)
        if line.strip()
    ]
    if not found:
        raise ConfigurationError(f"{path} holds no labelled questions")
    return found


def _labelled(line: str, number: int, where: str) -> Example:
    wanted = f'{where}: must be an object like {{"text": "Who?", "label": "person"}}, not {line:.80}'
    try:
        fields = json.loads(line)
        text, label = fields["text"], fields["label"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ConfigurationError(wanted) from None
    if isinstance(label, int) and not isinstance(label, bool):
        label = str(label)  # many sets number their labels
    if not all(isinstance(value, str) and value.strip() for value in (text, label)):
        raise ConfigurationError(wanted)
    return Example(str(number), text, label, label=label)


def measure(selector: ExampleSelector, questions: Sequence[Example]) -> Outcome:
    """Choose examples for each question, and compare their labels with the question's."""
    in_top_k, voted, milliseconds = [], [], []
    for question in questions:
        start = time.perf_counter()
        chosen = select_scored(selector, question.question)
        milliseconds.append(1_000.0 * (time.perf_counter() - start))
        in_top_k.append(any(scored.example.label == question.label for scored in chosen))
        voted.append(majority(chosen, selector.most_similar) == question.label)
    return Outcome(np.array(in_top_k, bool), np.array(voted, bool), np.array(milliseconds))


def majority(chosen: Sequence[ScoredExample], most_similar: Literal["last", "first"]) -> str | None:
    """The most frequent label; of equally frequent ones that of the most similar example."""
    nearest_first = chosen[::-1] if most_similar == "last" else chosen
    votes = Counter(scored.example.label for scored in nearest_first)
    # `most_common` keeps the order of first appearance among equals
    return votes.most_common(1)[0][0] if votes else None
