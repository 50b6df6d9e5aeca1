"""How many of a question's ten nearest passages the dense leg finds, how fast, in how much memory, by size.

    python -m benchmarks.dense_recall --data DATASETS [--sizes 12000 30000 …] [--kept FOLDER]

DATASETS holds BEIR folders. Vectors of their real passages, by the default preset's embedder, are
resampled to each size (see `benchmarks.synthetic`); the questions are real ones and lie where questions
lie, which is not where passages do. The truth is a comparison with every vector. `--kept` holds what was
embedded and each size that was measured: a run that was stopped goes on there, and an empty folder begins
again. Results: `benchmarks/results/dense_recall.json`.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.synthetic import read_sample, resampled_vectors
from benchmarks.tables import RESULTS
from rag.models import build_embedder
from rag.models.model_protocol import Vectors
from rag.settings import load_settings
from rag.store.protocol import Ids
from rag.store.vectors import FlatIndex, InvertedIndex, build_index, faiss_module

__all__ = ["Measured", "exact_neighbours", "filled", "kept_measurement", "measure", "recall"]

_SIZES: Final = (12_000, 30_000, 100_000, 300_000, 1_000_000)
_TEXTS: Final = 4_000
_QUESTIONS: Final = 1_000
_TOP: Final = 10
_WARM: Final = 20
_THREADS: Final = (1, 2)
_COLUMNS: Final = (
    "chunks",
    "index",
    "cells",
    "looked into",
    "recall@10",
    "1 thread ms",
    "2 threads ms",
    "MB",
)


@dataclass(frozen=True)
class Measured:
    """One size: the index, its recall, and (p50, p95) milliseconds of a question by number of threads."""

    chunks: int
    kind: str
    cells: int
    probes: int
    recall: float
    milliseconds: dict[int, tuple[float, float]]
    megabytes: float


def main() -> None:
    """Measure every size, store the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of BEIR folders")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(_SIZES), help="numbers of chunks")
    parser.add_argument("--kept", type=Path, help="folder that keeps what is done, to go on with it")
    arguments = parser.parse_args()
    if arguments.kept is not None:
        arguments.kept.mkdir(parents=True, exist_ok=True)
    real, questions = _embedded(arguments.data, arguments.kept)
    measured = [kept_measurement(real, questions, size, arguments.kept) for size in sorted(arguments.sizes)]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "dense_recall.json").write_text(
        json.dumps(_table(measured, len(real), len(questions)), indent=1, ensure_ascii=False) + "\n"
    )


def kept_measurement(real: Vectors, questions: Vectors, size: int, kept: Path | None) -> Measured:
    """What `measure` gives, from the folder where it was measured before."""
    path = None if kept is None else kept / f"{size}.json"
    if path is not None and path.is_file():
        values = json.loads(path.read_text())
        times = {int(threads): tuple(pair) for threads, pair in values.pop("milliseconds").items()}
        return Measured(milliseconds=times, **values)
    started = time.monotonic()
    measured = measure(real, questions, size)
    print(f"{measured} in {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    if path is not None:
        path.write_text(json.dumps(asdict(measured)))
    return measured


def measure(real: Vectors, questions: Vectors, size: int) -> Measured:
    """Build the index that a library of `size` chunks has, and ask it every question."""
    vectors = filled(real, size)
    ids = np.arange(size, dtype=np.int64)
    batches = ((ids[i : i + 4_096], vectors[i : i + 4_096]) for i in range(0, size, 4_096))
    index = build_index(vectors.shape[1], ids, batches, lambda wanted: (wanted, vectors[wanted]))
    truth = exact_neighbours(vectors, questions)
    found, milliseconds = np.empty((0, _TOP), np.int64), {}
    for threads in _THREADS:
        faiss_module().omp_set_num_threads(threads)
        found, milliseconds[threads] = _asked(index, questions)
    inverted = isinstance(index, InvertedIndex)
    return Measured(
        size,
        index.kind,
        int(index.faiss_index.nlist) if inverted else 0,
        index.probes(size) if isinstance(index, InvertedIndex) else 0,
        recall(found, truth),
        milliseconds,
        _megabytes(index),
    )


def filled(real: Vectors, size: int) -> Vectors:
    """`size` vectors resampled from real ones, the same for the same size."""
    vectors = np.empty((size, real.shape[1]), np.float32)
    start = 0
    for batch in resampled_vectors(real, np.random.default_rng(0)):
        vectors[start : start + len(batch)] = batch[: size - start]
        start += len(batch)
        if start >= size:
            break
    return vectors


def exact_neighbours(vectors: Vectors, questions: Vectors) -> Ids:
    """The ids of the ten nearest of all vectors, shape (len(questions), 10)."""
    faiss = faiss_module()
    neighbours: Ids = faiss.knn(questions, vectors, _TOP, metric=faiss.METRIC_INNER_PRODUCT)[1]
    return neighbours


def recall(found: Ids, truth: Ids) -> float:
    """The share of the truth that was found, over all questions."""
    shared = [len(set(mine) & set(right)) for mine, right in zip(found.tolist(), truth.tolist(), strict=True)]
    return float(np.mean(shared)) / truth.shape[1]


def _asked(index: FlatIndex | InvertedIndex, questions: Vectors) -> tuple[Ids, tuple[float, float]]:
    """What is found for each question asked by itself, and (p50, p95) milliseconds of asking."""
    for question in questions[:_WARM]:
        index.search(question[None], _TOP)
    found: list[list[int]] = []
    seconds = []
    for question in questions:
        started = time.perf_counter()
        [hits] = index.search(question[None], _TOP)
        seconds.append(time.perf_counter() - started)
        found.append([hit.chunk_id for hit in hits])
    p50, p95 = np.quantile(seconds, [0.5, 0.95]) * 1e3
    return np.array(found, np.int64), (float(p50), float(p95))


def _megabytes(index: FlatIndex | InvertedIndex) -> float:
    """What the index takes when it is written, which is what it takes in memory."""
    faiss, written = faiss_module(), 0

    def count(data: bytes) -> int:
        nonlocal written
        written += len(data)
        return len(data)

    faiss.write_index(index.faiss_index, faiss.PyCallbackIOWriter(count))
    return written / 1e6


def _embedded(data: Path, kept: Path | None) -> tuple[Vectors, Vectors]:
    """Vectors of real passages and of real questions."""
    path = None if kept is None else kept / "vectors.npz"
    if path is not None and path.is_file():
        with np.load(path, allow_pickle=False) as file:
            return file["passages"], file["questions"]
    sample = read_sample(data, _TEXTS, _QUESTIONS)
    embedder = build_embedder(load_settings())
    passages = embedder.embed_passages(list(sample.texts)).astype(np.float32)
    questions = embedder.embed_questions(list(sample.questions)).astype(np.float32)
    if path is not None:
        np.savez(path, passages=passages, questions=questions)
    return passages, questions


def _table(measured: Sequence[Measured], passages: int, questions: int) -> dict[str, Any]:
    rows = [
        [
            f"{one.chunks:,}",
            one.kind,
            f"{one.cells:,}" if one.cells else "",
            f"{one.probes:,}" if one.cells else "all",
            f"{one.recall:.4f}",
            *("{:.1f} / {:.1f}".format(*one.milliseconds[threads]) for threads in _THREADS),
            f"{one.megabytes:,.0f}",
        ]
        for one in measured
    ]
    return {
        "columns": list(_COLUMNS),
        "rows": rows,
        "note": (
            f"{questions:,} real questions of 8 to 15 words, one after another; 384-dimensional vectors of "
            f"{passages:,} real passages resampled to each size (benchmarks/synthetic.py, seed 0). Recall is "
            "against comparing all vectors. Milliseconds are p50 / p95 for ten passages on x86-64 cores "
            "(AVX2) with the exact vectors in memory; reading them from the catalog is part of the dense "
            "stage in the table of latency. MB is the index."
        ),
    }


if __name__ == "__main__":
    main()
