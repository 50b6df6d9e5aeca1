"""Whether the constants of the fusion are fitted to the sets: `python -m benchmarks.retrieval_robustness`.

Each constant that was set by hand is chosen again ten times, each time on nine sets (the value of the
best mean nDCG@10 of half, once and twice what is shipped), and judged on the tenth, which had no say. If
a constant served only the sets that it was set on, the values chosen without a set would lose on it; if
it hardly matters, they would gain and lose nothing. The last row chooses all constants at once, each as
the nine sets have it. The run is stored as `benchmarks/results/retrieval_robustness.json`.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.retrieval import MEASURE, SETS
from benchmarks.tables import RESULTS
from rag.evaluation import RetrievalSet, evaluate, index_corpus, read_beir
from rag.models import Embedder, Vectors, build_embedder
from rag.retrieval.adaptive import AdaptiveFusion, FusionWeights
from rag.schema import Hit
from rag.settings import load_settings
from rag.store import Store

CONSTANTS: Final = (
    "dense",
    "lexical_floor",
    "lexical_coverage",
    "adjacency",
    "context",
    "coverage",
    "coverage_power",
    "mentioned",
    "related",
    "trust_none",
    "trust_full",
)
"""Those that speak where each document is one passage: names and neighbours have no part in these sets."""
FACTORS: Final = {"trust_none": (0.8, 1.0, 1.2), "trust_full": (0.8, 1.0, 1.2)}
USUAL: Final = (0.5, 1.0, 2.0)
COLUMNS: Final = [
    "constant",
    "shipped",
    "tried",
    "chosen without the set",
    "mean change on the set left out",
    "least",
    "most",
]
_HITS: Final = 100

Scores = dict[str, float]
"""The mean of the measure by set."""


@dataclass(frozen=True)
class Asked:
    """One set's questions with the hits of both legs, ready to be fused again and again."""

    dataset: RetrievalSet
    fusion: AdaptiveFusion
    sources: Mapping[int, str]
    found: Mapping[str, tuple[Vectors, Mapping[str, Sequence[Hit]]]]

    def score(self, weights: FusionWeights) -> float:
        """The mean measure of the set's questions under these weights."""
        fusion = self.fusion.reweighed(weights)
        run = {}
        for question_id, (vector, legs) in self.found.items():
            hits = fusion.fuse(self.dataset.questions[question_id], vector, legs).hits[:_HITS]
            run[question_id] = {self.sources[hit.chunk_id]: -float(rank) for rank, hit in enumerate(hits)}
        values = evaluate({question: self.dataset.qrels[question] for question in run}, run)[MEASURE]
        return float(np.mean(list(values.values())))


def main(arguments: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    embedder = build_embedder(load_settings(None))
    stores = [Store.open(options.libraries / name) for name in options.sets]
    try:
        sets = {
            name: _asked(read_beir(options.data / name), store, embedder, options.questions)
            for name, store in zip(options.sets, stores, strict=True)
        }
        store_results(sets, options.questions, options.out)
    finally:
        for store in stores:
            store.close()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of sets")
    parser.add_argument("--libraries", type=Path, required=True, help="folder of the sets' libraries")
    parser.add_argument("--sets", nargs="+", default=SETS, help="names of sets; the ten when left out")
    parser.add_argument("--questions", type=int, default=60, help="questions a set, drawn with seed 0")
    parser.add_argument("--out", type=Path, default=RESULTS / "retrieval_robustness.json")
    return parser


def _asked(dataset: RetrievalSet, store: Store, embedder: Embedder, count: int) -> Asked:
    if store.chunk_count() != len(dataset.corpus):
        index_corpus(store, embedder, dataset.corpus)
    chosen = sorted(dataset.questions)
    random.Random(0).shuffle(chosen)
    chosen = chosen[:count]
    vectors = embedder.embed_questions([dataset.questions[question] for question in chosen])
    found = {}
    for question, vector in zip(chosen, vectors, strict=True):
        legs = {
            "dense": store.dense_search(embedder.fingerprint, vector[None, :], _HITS)[0],
            "lexical": store.lexical_search(dataset.questions[question], _HITS),
        }
        found[question] = (vector, legs)
    sources = {
        chunk.chunk_id: info.source
        for info in store.documents()
        for chunk in store.document_chunks(info.document_id)
    }
    return Asked(dataset, AdaptiveFusion(store, embedder.fingerprint), sources, found)


def tried(constant: str) -> list[float]:
    """The values of a constant that are compared, among them the shipped one."""
    shipped = getattr(FusionWeights(), constant)
    return [round(shipped * factor, 6) for factor in FACTORS.get(constant, USUAL)]


def chosen_without(left_out: str, scores: Mapping[float, Scores], shipped: float) -> float:
    """The value with the best mean over the other sets; the shipped one where it is as good."""

    def mean(value: float) -> float:
        return float(np.mean([score for name, score in scores[value].items() if name != left_out]))

    return max(scores, key=lambda value: (round(mean(value), 9), value == shipped))


def store_results(sets: Mapping[str, Asked], count: int, out: Path) -> None:
    """Measure every value on every set and write choices and changes as JSON."""
    shipped = FusionWeights()
    base = {name: asked.score(shipped) for name, asked in sets.items()}
    rows, values = [], {}
    choices: dict[str, dict[str, float]] = {name: {} for name in sets}
    for constant in CONSTANTS:
        own = getattr(shipped, constant)
        scores = {
            value: base
            if value == own
            else {name: asked.score(replace(shipped, **{constant: value})) for name, asked in sets.items()}
            for value in tried(constant)
        }
        for name in sets:
            choices[name][constant] = chosen_without(name, scores, own)
        changes = {name: scores[choices[name][constant]][name] - base[name] for name in sets}
        rows.append(_row(constant, own, [choices[name][constant] for name in sets], changes))
        values[constant] = {str(value): by_set for value, by_set in scores.items()}
        print("  ".join(rows[-1]), flush=True)
    together = {name: asked.score(replace(shipped, **choices[name])) for name, asked in sets.items()}
    rows.append(_row("**all at once**", None, [], {name: together[name] - base[name] for name in sets}))
    print("  ".join(rows[-1]), flush=True)
    result = {
        "columns": COLUMNS,
        "rows": rows,
        "note": (
            f"nDCG@10 of the fusion on {len(sets)} sets, up to {count} questions each (seed 0). A constant "
            "is chosen on all sets but one and judged on that one; a change below 0 is a loss against the "
            "shipped value, which was set by hand with all sets in view."
        ),
        "shipped": base,
        "chosen": choices,
        "all_at_once": together,
        "values": values,
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


def _row(
    constant: str, own: float | None, chosen: Sequence[float], changes: Mapping[str, float]
) -> list[Any]:
    counts = {value: chosen.count(value) for value in sorted(set(chosen))}
    return [
        constant.replace("_", " "),
        "" if own is None else f"{own:g}",
        "" if own is None else ", ".join(f"{value:g}" for value in tried(constant)),
        ", ".join(f"{value:g} ({number} times)" for value, number in counts.items()),
        f"{np.mean(list(changes.values())):+.4f}",
        f"{min(changes.values()):+.3f} ({min(changes, key=changes.__getitem__)})",
        f"{max(changes.values()):+.3f} ({max(changes, key=changes.__getitem__)})",
    ]


if __name__ == "__main__":
    main()
