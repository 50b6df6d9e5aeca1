"""Retrieval quality on sets in BEIR's layout: `python -m benchmarks.retrieval --data FOLDER`.

Each of the ten sets below FOLDER (or those that `--sets` names) is one row. Its passages go whole into
a library of their own (kept under `--libraries`, where a later run finds it), every judged question is
asked through the real store and retriever, and each leg, their plain reciprocal rank fusion, Citewell's
fusion and its final list are measured on the same hits, with one configuration for all. The run is
stored as `benchmarks/results/retrieval.json`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from benchmarks.tables import RESULTS
from rag.evaluation import (
    RetrievalEvaluation,
    RetrievalSet,
    bootstrap_mean,
    evaluate_retrieval,
    index_corpus,
    paired_bootstrap,
    read_beir,
)
from rag.models import Embedder, build_embedder
from rag.retrieval import HybridRetriever
from rag.settings import Settings, load_settings
from rag.store import Store

SETS: Final = (
    "xquad_en",
    "xquad_zh",
    "cmrc2018_trial",
    "drcd_dev",
    "cacm",
    "hotpot_small",
    "musique_small",
    "limit_small",
    "clapnq_dev",
    "tatqa_dev",
)
COLUMNS: Final = [
    "set",
    "questions",
    "lexical",
    "dense",
    "plain fusion",
    "**Citewell**",
    "95 %",
    "against the better leg",
    "against plain fusion",
    "recall@10",
    "of plain fusion",
]
MEASURE: Final = "ndcg@10"


def main(arguments: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    settings = load_settings(options.config)
    embedder = build_embedder(settings)
    folders = [options.data / name for name in options.sets]
    results = []
    with _libraries(options.libraries) as libraries:
        for folder in folders:
            started = time.perf_counter()
            dataset = _first(read_beir(folder), options.questions)
            found = _measure(dataset, libraries / folder.name, embedder, settings)
            results.append(summary(dataset, found))
            _report(results[-1], time.perf_counter() - started)
    if options.add and options.out.is_file():
        results = _joined(json.loads(options.out.read_text("utf-8"))["sets"], results)
    store_results(results, options.out, f"{embedder.name}, preset `{options.config or 'default'}`")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of sets")
    parser.add_argument("--sets", nargs="+", default=SETS, help="names of sets; the ten when left out")
    parser.add_argument("--add", action="store_true", help="keep the stored figures of other sets")
    parser.add_argument("--libraries", type=Path, help="folder that keeps the libraries for a later run")
    parser.add_argument("--questions", type=int, help="at most so many questions a set")
    parser.add_argument("--config", help="preset or settings file")
    parser.add_argument("--out", type=Path, default=RESULTS / "retrieval.json")
    return parser


def _joined(stored: Sequence[dict[str, Any]], new: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Stored and new figures, the new ones of a set in the place of its old ones, in the table's order."""
    found = {result["set"]: result for result in (*stored, *new)}
    order = {name: place for place, name in enumerate(SETS)}
    return sorted(found.values(), key=lambda result: (order.get(result["set"], len(order)), result["set"]))


@contextmanager
def _libraries(folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory() as temporary:
        yield Path(temporary)


def _first(dataset: RetrievalSet, count: int | None) -> RetrievalSet:
    kept = list(dataset.questions)[:count]
    return replace(
        dataset,
        questions={question: dataset.questions[question] for question in kept},
        qrels={question: dataset.qrels[question] for question in kept},
    )


def _measure(
    dataset: RetrievalSet, library: Path, embedder: Embedder, settings: Settings
) -> RetrievalEvaluation:
    with Store.open(library) as store:
        if store.chunk_count() != len(dataset.corpus):
            index_corpus(store, embedder, dataset.corpus)
        return evaluate_retrieval(store, HybridRetriever(store, embedder, settings.retrieval), dataset)


def summary(dataset: RetrievalSet, found: RetrievalEvaluation) -> dict[str, Any]:
    """The figures of one set, with the intervals that the table shows."""
    values = {leg: measures[MEASURE] for leg, measures in found.questions.items()}
    better = max(("lexical", "dense"), key=lambda leg: found.metrics[leg][MEASURE])
    return {
        "set": found.name,
        "questions": len(dataset.questions),
        "passages": len(dataset.corpus),
        "metrics": found.metrics,
        "better_leg": better,
        "fused": asdict(bootstrap_mean(list(values["fused"].values()))),
        "against_better_leg": asdict(paired_bootstrap(values["fused"], values[better])),
        "against_plain_fusion": asdict(paired_bootstrap(values["fused"], values["reciprocal_rank"])),
        "seconds": found.timings,
    }


def store_results(results: Sequence[dict[str, Any]], out: Path, models: str) -> None:
    """Write the run as JSON, with the rows of the table of docs/benchmarks.md."""
    result = {
        "columns": COLUMNS,
        "rows": [_row(result) for result in results] + [_mean_row(results)],
        "note": (
            f"nDCG@10 ({models}). Plain fusion: reciprocal rank fusion, k = 60, of the same hits. "
            "Intervals: 95 %, bootstrap over questions, 2,000 samples, seed 0; differences are paired. "
            "One configuration for all; its constants were chosen by hand on samples of these sets. "
            "Recall@10 is that of all gold passages."
        ),
        "sets": list(results),
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _row(result: Mapping[str, Any]) -> list[str]:
    metrics = result["metrics"]
    return [
        result["set"],
        f"{result['questions']:,}",
        *(_share(metrics[leg][MEASURE]) for leg in ("lexical", "dense", "reciprocal_rank")),
        f"**{_share(metrics['fused'][MEASURE])}**",
        f"{_share(result['fused']['low'])}–{_share(result['fused']['high'])}",
        _difference(result["against_better_leg"]),
        _difference(result["against_plain_fusion"]),
        _share(metrics["fused"]["recall@10"]),
        _share(metrics["reciprocal_rank"]["recall@10"]),
    ]


def _mean_row(results: Sequence[dict[str, Any]]) -> list[str]:
    def mean(leg: str, measure: str = MEASURE) -> float:
        return float(sum(result["metrics"][leg][measure] for result in results) / len(results))

    legs = [mean(leg) for leg in ("lexical", "dense", "reciprocal_rank")]
    fused = mean("fused")
    better = sum(result["metrics"][result["better_leg"]][MEASURE] for result in results) / len(results)
    return [
        "**mean**",
        f"{sum(result['questions'] for result in results):,}",
        *map(_share, legs),
        f"**{_share(fused)}**",
        "",
        f"{fused - better:+.3f}",
        f"{fused - legs[2]:+.3f}",
        _share(mean("fused", "recall@10")),
        _share(mean("reciprocal_rank", "recall@10")),
    ]


def _difference(interval: Mapping[str, float]) -> str:
    return f"{interval['mean']:+.3f} ({interval['low']:+.3f} to {interval['high']:+.3f})"


def _share(value: float) -> str:
    return f"{value:.3f}"


def _report(result: Mapping[str, Any], seconds: float) -> None:
    metrics = result["metrics"]
    figures = "  ".join(f"{leg} {metrics[leg][MEASURE]:.3f}" for leg in metrics)
    print(f"{result['set']:16} {figures}  ({result['questions']} questions, {seconds:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
