"""How well a library finds what it should: judged passages, gold pages, gold spans."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from rag.errors import UsageError
from rag.evaluation.datasets import RetrievalSet
from rag.evaluation.metrics import Run, evaluate, mean, ranking
from rag.retrieval import HybridRetriever, Retrieval, reciprocal_rank_fusion
from rag.schema import Hit
from rag.store import Store

__all__ = ["RetrievalEvaluation", "decreasing", "evaluate_retrieval", "read_run", "write_run"]


def decreasing(ranked: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Scores of passages, best first, that keep this order under every tie rule.

    Where a score does not fall below the one before it, it is set to the next smaller float of 32
    bits, the precision that trec_eval compares in. A passage that comes twice keeps its first place.
    """
    scores: dict[str, float] = {}
    last = np.float32(np.inf)
    for entry, score in ranked:
        if entry not in scores:
            last = min(np.float32(score), np.nextafter(last, np.float32(-np.inf)))
            scores[entry] = float(last)
    return scores


def write_run(path: Path, run: Run, tag: str = "citewell") -> None:
    """Write a run, questions and passages in order; white space in an id becomes `_`."""
    with path.open("w", encoding="utf-8") as file:
        for question, scores in run.items():
            for rank, entry in enumerate(ranking(scores), 1):
                score = np.format_float_positional(np.float32(scores[entry]), unique=True)
                file.write(f"{_word(question)} Q0 {_word(entry)} {rank} {score} {tag}\n")


def read_run(path: Path) -> dict[str, dict[str, float]]:
    """Read a run file; the rank column is not used, as in trec_eval.

    Raises:
        UsageError: the file cannot be read, or a line has other than six columns or no score.
    """
    run: dict[str, dict[str, float]] = {}
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UsageError(f"cannot read run file {str(path)!r}: {reason}") from None
    for number, line in enumerate(lines, 1):
        fields = line.split()
        if not fields:
            continue
        try:
            question, _, entry, _, score, _ = fields
            run.setdefault(question, {})[entry] = float(score)
        except ValueError:
            raise UsageError(
                f"{path}, line {number}: expected `question Q0 passage rank score tag`, got {line[:80]!r}"
            ) from None
    return run


def _word(name: str) -> str:
    return "_".join(name.split()) or "_"


_DEPTH = 100
_CHUNKS_PER_PASSAGE = 3

Runs = dict[str, dict[str, dict[str, float]]]


@dataclass(frozen=True)
class RetrievalEvaluation:
    """Figures of one retrieval set.

    `metrics[leg][measure]` are means; `questions[leg][measure][question]` the values behind them;
    `runs[leg][question][passage]` the scores. Legs are `dense`, `lexical`, `reciprocal_rank` (their
    plain fusion, for comparison), `fused`, `reranked` where there is a reranker, and `final`.
    `timings` are mean seconds by stage.
    """

    name: str
    metrics: dict[str, dict[str, float]]
    questions: dict[str, dict[str, dict[str, float]]] = field(repr=False)
    runs: Runs = field(repr=False)
    timings: dict[str, float] = field(default_factory=dict)


def evaluate_retrieval(
    store: Store,
    retriever: HybridRetriever,
    dataset: RetrievalSet,
    progress: Callable[[int, int], None] | None = None,
) -> RetrievalEvaluation:
    """Ask every judged question of a library whose documents' sources are the passages' ids.

    Where passages were cut, a passage ranks by its best chunk. `progress` gets questions done and
    questions in all.
    """
    count = store.chunk_count()
    chunked = count > len(dataset.corpus)
    sources = _Sources(store)
    runs: Runs = {}
    seconds: dict[str, float] = {}
    depth = _DEPTH * (_CHUNKS_PER_PASSAGE if chunked else 1)
    every = retriever.retrieve_all(list(dataset.questions.values()), depth)
    for done, (question_id, found) in enumerate(zip(dataset.questions, every, strict=True), 1):
        for leg, ranked in _ranked(found, sources).items():
            runs.setdefault(leg, {})[question_id] = decreasing(ranked[:_DEPTH])
        for stage, value in found.timings.items():
            seconds[stage] = seconds.get(stage, 0.0) + value
        if progress is not None:
            progress(done, len(dataset.questions))
    questions = {leg: evaluate(dataset.qrels, run) for leg, run in runs.items()}
    return RetrievalEvaluation(
        name=dataset.name,
        metrics={
            leg: {name: mean(values) for name, values in measures.items()}
            for leg, measures in questions.items()
        },
        questions=questions,
        runs=runs,
        timings={stage: value / max(1, len(dataset.questions)) for stage, value in seconds.items()},
    )


class _Sources:
    """The source of each chunk, asked of the store once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[int, str] = {}

    def ranked(self, hits: Sequence[Hit]) -> list[tuple[str, float]]:
        """Sources with scores, each at its best chunk."""
        new = [hit.chunk_id for hit in hits if hit.chunk_id not in self._known]
        self._known.update((chunk.chunk_id, chunk.source) for chunk in self._store.chunks(new))
        best: dict[str, float] = {}
        for hit in hits:
            if hit.chunk_id in self._known:
                best.setdefault(self._known[hit.chunk_id], hit.score)
        return list(best.items())


def _ranked(found: Retrieval, sources: _Sources) -> Mapping[str, list[tuple[str, float]]]:
    legs = {leg: sources.ranked(hits) for leg, hits in found.legs.items()}
    if len(legs) > 1:
        legs["reciprocal_rank"] = sources.ranked(reciprocal_rank_fusion(found.legs))
    legs["fused"] = sources.ranked(found.fused)
    final: dict[str, float] = {}
    for passage in found.passages:
        final.setdefault(passage.source, passage.score)
    if any(passage.leg == "reranked" for passage in found.passages):
        legs["reranked"] = list(final.items())
    legs["final"] = list(final.items())
    return legs
