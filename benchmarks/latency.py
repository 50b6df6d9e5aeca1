"""How long each stage of a question takes, and how much memory, in libraries of three sizes.

    python -m benchmarks.latency --data DATASETS [--sizes 1000 100000 1000000] [--folder PLACE]

DATASETS holds BEIR folders, whose texts and questions the libraries are made from (see
`benchmarks.synthetic`). One library grows through the sizes; each size is measured by a process of
its own, so that its memory is that of a server that answers questions and does nothing else.
Results: `benchmarks/results/latency.json`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.synthetic import Words, grow, read_sample, resampled_vectors
from benchmarks.tables import RESULTS
from rag.library import Library
from rag.models import build_embedder
from rag.models.protocol import Vectors
from rag.settings import load_settings
from rag.store.chunks import chunk_ids
from rag.store.embeddings import active_embedder, vector_batches

_SIZES: Final = (1_000, 100_000, 1_000_000)
_TEXTS: Final = 2_000
_QUESTIONS: Final = 300
_WARM: Final = 10
_TIMED: Final = 100
_ANSWERED: Final = 10
_STAGES: Final = ("embed", "dense", "lexical", "fuse", "search")


def main() -> None:
    """Build, measure, store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of BEIR folders")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(_SIZES), help="numbers of chunks")
    parser.add_argument("--folder", type=Path, help="where the library is made (default: a temporary one)")
    parser.add_argument("--keep", action="store_true", help="leave the library there")
    parser.add_argument("--measure", action="store_true", help="only measure what is in --folder")
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(measure(arguments.folder, arguments.data)))
        return
    folder = arguments.folder or Path(tempfile.mkdtemp(prefix="latency-"))
    try:
        measured = list(_grown(folder, arguments.data, sorted(arguments.sizes)))
    finally:
        if not arguments.keep:
            shutil.rmtree(folder, ignore_errors=True)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "latency.json").write_text(json.dumps(_table(measured), indent=1, ensure_ascii=False) + "\n")


def _grown(folder: Path, data: Path, sizes: Sequence[int]) -> Any:
    """Measurements of the library at each size."""
    sample = read_sample(data, _TEXTS, _QUESTIONS)
    embedder = build_embedder(load_settings())
    real = _embedded(folder, embedder, sample.texts)
    words, vectors = Words(sample.texts), resampled_vectors(real, np.random.default_rng(0))
    for size in sizes:
        with Library.open(folder) as library:
            started = reported = time.monotonic()
            for there in grow(library.store, size, embedder.fingerprint, words, vectors):
                if time.monotonic() - reported > 10:
                    reported = time.monotonic()
                    rate = (time.monotonic() - started) / there
                    print(f"{there} of {size} chunks, {rate * (size - there):.0f} s left", file=sys.stderr)
            added = time.monotonic()
            library.store.publish()
            indexed = time.monotonic() - added
        print(f"{size}: {added - started:.0f} s added, {indexed:.0f} s indexed", file=sys.stderr)
        child = subprocess.run(
            [sys.executable, "-m", "benchmarks.latency", "--measure", "--data", data, "--folder", folder],
            check=True,
            stdout=subprocess.PIPE,
            env={**os.environ, "OMP_WAIT_POLICY": "passive"},
        )
        yield json.loads(child.stdout.splitlines()[-1]) | {"indexed": indexed}


def _embedded(folder: Path, embedder: Any, texts: Sequence[str]) -> Vectors:
    """The vectors of real texts, kept beside the library for the next run on the same folder."""
    kept = folder / "sample.npy"
    if kept.is_file():
        return np.asarray(np.load(kept, allow_pickle=False), np.float32)
    vectors: Vectors = embedder.embed_passages(list(texts))
    folder.mkdir(parents=True, exist_ok=True)
    np.save(kept, vectors)
    return vectors


def measure(folder: Path, data: Path) -> dict[str, Any]:
    """Seconds by stage for real questions, the dense leg's recall, and what memory and files there are."""
    questions = read_sample(data, _TEXTS, _QUESTIONS).questions
    with Library.open(folder, create=False) as library:
        library.store.publish()
        seconds: dict[str, list[float]] = {stage: [] for stage in _STAGES}
        for number, question in enumerate(questions[: _WARM + _TIMED]):
            started = time.perf_counter()
            timings = library.retriever.retrieve(question).timings
            timings = {**timings, "search": time.perf_counter() - started}
            if number >= _WARM:
                for stage in _STAGES:
                    seconds[stage].append(timings[stage])
        searching = _peak_megabytes()
        seconds["evidence"] = [
            library.answerer.answer(question)[1].timings["evidence"] for question in questions[:_ANSWERED]
        ][2:]
        count = library.store.chunk_count()
        recall = _recall(library, questions[-100:])
    return {
        "chunks": count,
        "recall": recall,
        "memory": searching,
        "index": _megabytes(folder / "index"),
        "catalog": _megabytes(folder / "catalog.sqlite"),
        "milliseconds": {
            stage: [1e3 * float(np.quantile(values, q)) for q in (0.5, 0.95)]
            for stage, values in seconds.items()
        },
    }


def _recall(library: Library, questions: Sequence[str]) -> float:
    """The share of the ten nearest vectors, found by comparing all, that the index finds."""
    vectors = library.embedder.embed_questions(list(questions))
    scores = np.full((len(questions), 10), -np.inf)
    ids = np.zeros((len(questions), 10), np.int64)
    with library.store._database.reading() as connection:
        active = active_embedder(connection)
        assert active is not None
        for part, stored in vector_batches(connection, active[0], active[2], chunk_ids(connection)):
            scores = np.hstack([scores, vectors @ stored.T])
            ids = np.hstack([ids, np.broadcast_to(part, (len(questions), len(part)))])
            best = np.argsort(-scores, axis=1, kind="stable")[:, :10]
            scores, ids = np.take_along_axis(scores, best, 1), np.take_along_axis(ids, best, 1)
    found = library.store.dense_search(library.embedder.fingerprint, vectors, 10)
    shared = [
        len(set(row.tolist()) & {hit.chunk_id for hit in hits}) for row, hits in zip(ids, found, strict=True)
    ]
    return float(np.mean(shared)) / 10


def _peak_megabytes() -> float:
    """The most memory that this process has had at once (Linux; `getrusage` would count the parent's)."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _megabytes(path: Path) -> float:
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files) / 1e6


def _table(measured: Sequence[dict[str, Any]]) -> dict[str, Any]:
    stages = (*_STAGES, "evidence")
    rows = [
        [
            f"{found['chunks']:,}",
            *("{:.1f} / {:.1f}".format(*found["milliseconds"][stage]) for stage in stages),
            f"{found['recall']:.3f}",
            f"{found['memory']:,.0f}",
            f"{found['index']:,.0f} + {found['catalog']:,.0f}",
            f"{found['indexed']:.0f}",
        ]
        for found in measured
    ]
    return {
        "columns": [
            "chunks",
            *(f"{stage} ms" for stage in stages),
            "dense recall@10",
            "memory MB",
            "index + catalog MB",
            "indexing s",
        ],
        "rows": rows,
        "note": (
            "p50 / p95 in milliseconds on two x86-64 cores (AVX2, no GPU), default preset, "
            f"{_TIMED} real questions of 8 to 15 words ({_ANSWERED - 2} for evidence) one after another, "
            f"{_WARM} before to warm up. `search` is the whole way from question to passages. "
            "Recall is against comparing all vectors. Memory is the process's peak (resident, mapped "
            "files with it) while it searches. The library is synthetic (benchmarks/synthetic.py, seed 0): "
            "words and 384-dimensional vectors are drawn like those of a real sample."
        ),
    }


if __name__ == "__main__":
    main()
