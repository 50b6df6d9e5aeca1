"""What reranking the first passages would gain, and cost: `python -m benchmarks.rerankers --data FOLDER`.

Each set's questions are asked through the real store and retriever; the first passages of the fusion
are then ordered anew by each candidate and the list measured as a whole (nDCG@10), so that a gain is a
gain over what is shipped. Candidates with weights are conditional logits (McFadden 1974) fitted on the
other sets: each set's figure is of weights that have not seen it. Milliseconds are CPU time a question
on one core with cold sentence vectors, retrieval not counted. The run is stored as
`benchmarks/results/rerankers.json`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from benchmarks.fit_data import CachedEmbedder
from benchmarks.rerank_features import COLUMNS, Candidates, candidates
from benchmarks.tables import RESULTS
from rag.evaluation import RetrievalSet, bootstrap_mean, index_corpus, read_beir
from rag.evaluation.metrics import ndcg
from rag.models import Embedder, build_embedder
from rag.retrieval import HybridRetriever
from rag.settings import Settings, load_settings
from rag.store import Store

Matrix = NDArray[np.float64]

SETS: Final = ("hotpot_small", "clapnq_dev", "musique_small", "xquad_en", "tatqa_dev")
RANKERS: Final[Mapping[str, tuple[str, ...]]] = {
    "best sentence's likeness": ("fused", "cosine", "window_cosine"),
    "words of the best sentence": ("fused", "near_overlap", "pairs", "numbers"),
    "proximity": ("fused", "proximity"),
    "names and title": ("fused", "names", "context_overlap"),
    "all of them": tuple(name for name in COLUMNS if name != "evidence"),
}
"""What each candidate knows; the weights are fitted on the other sets."""
ALONE: Final = "best sentence's evidence score alone"
_DEPTH: Final = 20
_RIDGE: Final = 0.02
_LEAST_SET: Final = 40


def main(arguments: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    settings = load_settings(None)
    embedder = build_embedder(settings)
    known = CachedEmbedder(embedder, options.vectors) if options.vectors else embedder
    measured = []
    with tempfile.TemporaryDirectory() as temporary:
        for name in options.sets:
            dataset = _first(read_beir(options.data / name), options.questions)
            library = (options.libraries or Path(temporary)) / name
            measured += _measured(dataset, library, (known, embedder), settings, options.depth)
            print(f"{name}: {len(dataset.questions)} questions", flush=True)
    result = table(measured, options.depth, embedder.name)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of sets")
    parser.add_argument("--sets", nargs="+", default=SETS, help="names of sets, two or more")
    parser.add_argument("--libraries", type=Path, help="folder that keeps the libraries for a later run")
    parser.add_argument("--vectors", type=Path, help="folder that keeps vectors of sentences")
    parser.add_argument("--questions", type=int, help="at most so many questions a set")
    parser.add_argument("--depth", type=int, default=_DEPTH, help="how many passages are ordered anew")
    parser.add_argument("--out", type=Path, default=RESULTS / "rerankers.json")
    return parser


def _first(dataset: RetrievalSet, count: int | None) -> RetrievalSet:
    kept = list(dataset.questions)[:count]
    return replace(dataset, questions={question: dataset.questions[question] for question in kept})


def _measured(
    dataset: RetrievalSet,
    library: Path,
    embedders: tuple[Embedder, Embedder],
    settings: Settings,
    depth: int,
) -> list[Candidates]:
    library.parent.mkdir(parents=True, exist_ok=True)
    with Store.open(library) as store:
        if store.chunk_count() != len(dataset.corpus):
            index_corpus(store, embedders[0], dataset.corpus)
        retriever = HybridRetriever(store, embedders[0], settings.retrieval)
        return list(candidates(dataset, store, retriever, embedders, depth))


def table(measured: Sequence[Candidates], depth: int, model: str) -> dict[str, Any]:
    """The stored run: a row a candidate, a column a set, every figure against the fusion's own order."""
    sets = list(dict.fromkeys(question.set_name for question in measured))
    by_set = {name: [q for q in measured if q.set_name == name] for name in sets}
    fused = {name: [_quality(q, -np.arange(len(q.sources))) for q in by_set[name]] for name in sets}
    means = {name: float(np.mean(values)) for name, values in fused.items()}
    rows = [["as fused (shipped)", *(f"{value:.3f}" for value in means.values()), _mean(means), "0"]]
    figures = []
    costs = _milliseconds(measured)
    for ranker in (ALONE, *RANKERS):
        gains = {name: _gains(ranker, name, by_set, fused[name]) for name in sets}
        average = float(np.mean([gain["mean"] for gain in gains.values()]))
        cells = [
            f"{gain['mean']:+.3f} ({gain['low']:+.3f} to {gain['high']:+.3f})" for gain in gains.values()
        ]
        rows.append([ranker, *cells, f"{average:+.4f}", costs[_needs(ranker)]])
        figures.append({"ranker": ranker, "gains": gains, "mean": average})
    return {
        "columns": ["order of the first passages", *sets, "mean", "ms a question"],
        "rows": rows,
        "note": (
            f"nDCG@10 ({model}), the first {depth} fused passages ordered anew; differences are paired, with "
            "95 % bootstrap intervals (2,000 samples, seed 0). Weights of a row are fitted on the other "
            "sets, except those of the shipped evidence score, which come from halves of these sets. "
            f"Questions: {', '.join(f'{len(by_set[name])} of {name}' for name in sets)}. "
            "Milliseconds: CPU time on one core for measuring the sentences of the passages, none known "
            "before (of the words alone where a row needs no vectors); the fusion is done by then."
        ),
        "questions": {name: len(by_set[name]) for name in sets},
        "fused": means,
        "rankers": figures,
    }


def _milliseconds(measured: Sequence[Candidates]) -> dict[str, str]:
    timed = [q.seconds for q in measured if q.seconds]
    return {what: f"{1000 * np.mean([t[what] for t in timed]):.0f}" for what in ("words", "sentences")}


def _needs(ranker: str) -> str:
    """What a candidate must have measured: words alone, or the vectors of sentences as well."""
    return "words" if {"cosine", "window_cosine"}.isdisjoint(RANKERS.get(ranker, COLUMNS)) else "sentences"


def _gains(
    ranker: str, name: str, by_set: Mapping[str, Sequence[Candidates]], fused: Sequence[float]
) -> dict[str, float]:
    """What a candidate gains on a set, with its interval."""
    if ranker == ALONE:
        columns, weights = [COLUMNS.index("evidence")], np.ones(1)
    else:
        columns = [COLUMNS.index(column) for column in RANKERS[ranker]]
        others = [q for other, questions in by_set.items() if other != name for q in questions]
        weights = fit(others, columns)
    ours = [_quality(q, q.features[:, columns] @ weights) for q in by_set[name]]
    return asdict(bootstrap_mean([new - old for new, old in zip(ours, fused, strict=True)]))


def fit(questions: Sequence[Candidates], columns: Sequence[int]) -> Matrix:
    """Weights of shape (len(columns),), none below 0: relevant passages against the others of a question.

    Every set has the same say.
    """
    usable = [q for q in questions if 0.0 < q.gold.sum() < len(q.gold)]
    counts = Counter(q.set_name for q in usable)
    shares = np.array([1.0 / max(counts[q.set_name], _LEAST_SET) for q in usable])
    shares /= shares.sum()
    matrix = np.vstack([q.features[:, columns] for q in usable])
    scale = np.where(matrix.std(axis=0) > 1e-9, matrix.std(axis=0), 1.0)
    design = (matrix - matrix.mean(axis=0)) / scale
    gold = np.concatenate([q.gold for q in usable])
    sizes = [len(q.gold) for q in usable]
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    owner = np.repeat(np.arange(len(usable)), sizes)

    def loss(beta: Matrix) -> tuple[float, Matrix]:
        scores = design @ beta
        odds = np.exp(scores - np.maximum.reduceat(scores, starts)[owner])
        total, good = np.add.reduceat(odds, starts), np.add.reduceat(odds * gold, starts)
        slope = shares[owner] * (odds / total[owner] - odds * gold / good[owner])
        value = -float(shares @ np.log(good / total)) + 0.5 * _RIDGE * float(beta @ beta)
        return value, design.T @ slope + _RIDGE * beta

    bounds = [(0.0, None)] * len(columns)
    found = minimize(loss, np.zeros(len(columns)), jac=True, method="L-BFGS-B", bounds=bounds)
    weights: Matrix = found.x / scale
    return weights


def _quality(question: Candidates, scores: Matrix) -> float:
    """nDCG@10 of the candidates by these scores, ties in the order they came in."""
    order = np.argsort(-scores, kind="stable")
    ranked = list(dict.fromkeys(question.sources[i] for i in order))
    return ndcg(ranked, question.grades, 10)


def _mean(values: Mapping[str, float]) -> str:
    return f"{np.mean(list(values.values())):.3f}"


if __name__ == "__main__":
    main()
