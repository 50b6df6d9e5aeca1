"""Which example selector is best on labelled questions: each one on the same draws of them."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rag.errors import UsageError
from rag.evaluation.labelled_questions import Outcome, measure
from rag.evaluation.metrics import Interval, bootstrap_mean
from rag.examples import ExampleSelector, build_selector, select
from rag.models.model_protocol import Embedder, Vectors
from rag.schema import Example
from rag.settings import ExampleSettings

__all__ = [
    "LabelChooser",
    "RememberingEmbedder",
    "SelectionSettings",
    "SelectorResult",
    "classification_prompt",
    "evaluate_selectors",
]

_POOL_SHARE: Final = 0.9
_SAMPLES: Final = 2_000
_BATCH: Final = 128

LabelChooser = Callable[[str, Sequence[str]], int]
"""(prompt, labels) -> index of the label that a generator finds likeliest."""


@dataclass(frozen=True)
class SelectionSettings:
    """How much is measured.

    Each seed draws `limit` test questions (all when None) and nine tenths of the pool; the generator
    sees `generator_limit` of these questions.
    """

    k: int = 8
    seeds: int = 3
    limit: int | None = None
    generator_limit: int = 0


@dataclass(frozen=True)
class SelectorResult:
    """One selector's figures over all seeds; intervals are at 95 %.

    `in_top_k`, `voted` and `generated` hold one value a question, the mean over seeds. `milliseconds` is the
    median time to choose, the question's vector being known. `differences` are to the default, paired by
    question; empty for the default itself.
    """

    selector: str
    k: int
    in_top_k: NDArray[np.float64] = field(repr=False)
    voted: NDArray[np.float64] = field(repr=False)
    generated: NDArray[np.float64] = field(repr=False)
    milliseconds: float
    differences: dict[str, Interval] = field(default_factory=dict)

    @property
    def label_in_top_k(self) -> Interval:
        """Share of questions for which an example of the right label was chosen."""
        return bootstrap_mean(self.in_top_k.tolist(), _SAMPLES)

    @property
    def vote_accuracy(self) -> Interval:
        """Share of questions whose label most of the chosen examples have."""
        return bootstrap_mean(self.voted.tolist(), _SAMPLES)

    @property
    def generator_accuracy(self) -> Interval | None:
        """Share of questions whose label the generator finds likeliest; None if it was not asked."""
        return bootstrap_mean(self.generated.tolist(), _SAMPLES) if len(self.generated) else None


class RememberingEmbedder:
    """An embedder that embeds each question once, for many selectors over the same questions."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, NDArray[np.float32]] = {}
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._embedder, name)

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension); those seen before are not computed again."""
        with self._lock:
            self._learn([text for text in dict.fromkeys(texts) if text not in self._known])
            return np.array([self._known[text] for text in texts], np.float32)

    def learn(self, texts: Sequence[str], progress: Callable[[int, int], None] | None = None) -> None:
        """Embed what is new in parts; `progress` gets how many texts are done, and how many there are."""
        with self._lock:
            new = [text for text in dict.fromkeys(texts) if text not in self._known]
            new.sort(key=len)  # texts of one length are embedded together without padding
            for start in range(0, len(new), _BATCH):
                self._learn(new[start : start + _BATCH])
                if progress is not None:
                    progress(min(start + _BATCH, len(new)), len(new))

    def _learn(self, new: list[str]) -> None:
        if new:
            self._known.update(zip(new, self._embedder.embed_questions(new), strict=True))


@dataclass(frozen=True)
class _Draw:
    """The pool and the questions of one seed."""

    pool: tuple[Example, ...]
    questions: tuple[Example, ...]
    generated: tuple[Example, ...]


def evaluate_selectors(
    names: Sequence[str],
    pool: Sequence[Example],
    questions: Sequence[Example],
    embedder: Embedder,
    settings: SelectionSettings,
    choose_label: LabelChooser | None = None,
    default: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> list[SelectorResult]:
    """Measure selectors on the same draws; the results in the order of `names`.

    Args:
        names: Selectors; the default is measured too where it is not among them.
        pool: Labelled examples to choose from.
        questions: Labelled questions to choose for.
        embedder: Compares questions; wrap it in `RememberingEmbedder`.
        settings: How much is measured.
        choose_label: The generator's choice; without it there is no generator accuracy.
        default: What the others are compared with; that of the settings when None.
        progress: Gets how much is done, and how much there is: of questions that the generator labels where
            it is asked, else of draws, one for each selector and seed.

    Raises:
        UsageError: there are no questions or no pool.
        ConfigurationError: there is no such selector.
    """
    if not pool or not questions:
        raise UsageError("selectors are measured on labelled examples and questions; one file holds none")
    default = default or str(ExampleSettings.model_fields["selector"].default)
    every = list(dict.fromkeys([default, *names]))
    for name in every:
        build_selector(_settings(name, settings.k), (), embedder)  # tells a wrong name before hours of work
    draws = list(_draws(pool, questions, settings))
    steps = len(every) * sum(len(draw.generated) if choose_label else 1 for draw in draws)
    step = _counting(progress, steps)
    embedder.embed_questions([question.question for draw in draws for question in draw.questions])
    labels = sorted({example.label for example in pool})
    results: dict[str, SelectorResult] = {}
    for name in every:
        found = [_measured(name, draw, embedder, settings.k, labels, choose_label, step) for draw in draws]
        result = _result(name, settings.k, draws, found)
        results[name] = _compared(result, results[default]) if name != default else result
    return [results[name] for name in names]


def classification_prompt(examples: Sequence[Example], question: str) -> str:
    """Solved examples, then the question with its label left open."""
    solved = "".join(f"Question: {e.question}\nLabel: {e.label}\n\n" for e in examples)
    return f"{solved}Question: {question}\nLabel:"


def _draws(
    pool: Sequence[Example], questions: Sequence[Example], settings: SelectionSettings
) -> Iterator[_Draw]:
    for seed in range(settings.seeds):
        random = np.random.default_rng(seed)
        kept = np.sort(random.permutation(len(pool))[: max(1, round(_POOL_SHARE * len(pool)))])
        count = min(settings.limit or len(questions), len(questions))
        asked = tuple(questions[number] for number in random.permutation(len(questions))[:count])
        yield _Draw(tuple(pool[n] for n in kept), asked, asked[: settings.generator_limit])


@dataclass(frozen=True)
class _Seed:
    outcome: Outcome
    generated: list[float]


def _measured(
    name: str,
    draw: _Draw,
    embedder: Embedder,
    k: int,
    labels: Sequence[str],
    choose_label: LabelChooser | None,
    step: Callable[[], None],
) -> _Seed:
    selector = build_selector(_settings(name, k), draw.pool, embedder)
    for question in draw.questions:  # embeds the pool and the questions, which is not a selector's time
        select(selector, question.question)
    outcome = measure(selector, draw.questions)
    if choose_label is None:
        step()
        return _Seed(outcome, [])
    generated = []
    for question in draw.generated:
        chosen = labels[choose_label(_prompt(selector, question), labels)]
        generated.append(float(chosen == question.label))
        step()
    return _Seed(outcome, generated)


def _settings(name: str, k: int) -> ExampleSettings:
    return ExampleSettings(selector=name, k=k)  # type: ignore[call-arg]


def _counting(progress: Callable[[int, int], None] | None, total: int) -> Callable[[], None]:
    """What is called after each step."""
    done = itertools.count(1)

    def step() -> None:
        number = next(done)
        if progress is not None:
            progress(number, total)

    return step


def _prompt(selector: ExampleSelector, question: Example) -> str:
    return classification_prompt(select(selector, question.question), question.question)


def _result(name: str, k: int, draws: Sequence[_Draw], seeds: Sequence[_Seed]) -> SelectorResult:
    asked = [question for draw in draws for question in draw.questions]
    generated = [question for draw in draws for question in draw.generated if seeds[0].generated]
    return SelectorResult(
        selector=name,
        k=k,
        in_top_k=_by_question(asked, [value for seed in seeds for value in seed.outcome.in_top_k]),
        voted=_by_question(asked, [value for seed in seeds for value in seed.outcome.voted]),
        generated=_by_question(generated, [value for seed in seeds for value in seed.generated]),
        milliseconds=float(np.median(np.concatenate([seed.outcome.milliseconds for seed in seeds]))),
    )


def _by_question(asked: Sequence[Example], values: Sequence[float]) -> NDArray[np.float64]:
    """The mean of each question over the seeds that drew it: only questions are independent draws."""
    if not asked:
        return np.zeros(0)
    _, question = np.unique([example.example_id for example in asked], return_inverse=True)
    means: NDArray[np.float64] = np.bincount(question, np.asarray(values, np.float64)) / np.bincount(question)
    return means


def _compared(result: SelectorResult, default: SelectorResult) -> SelectorResult:
    """With differences to the default, the same questions of the same draws paired."""
    pairs = {
        "label_in_top_k": result.in_top_k - default.in_top_k,
        "vote_accuracy": result.voted - default.voted,
        "generator_accuracy": result.generated - default.generated,
    }
    differences = {
        name: bootstrap_mean(values.tolist(), _SAMPLES) for name, values in pairs.items() if len(values)
    }
    return replace(result, differences=differences)
