"""How long each stage of a question takes, and how much memory, in libraries of three sizes.

    python -m benchmarks.latency --data DATASETS [--sizes 1000 100000 1000000] [--folder PLACE]

DATASETS holds BEIR folders, whose texts and questions the libraries are made from (see
`benchmarks.synthetic`). A synthetic passage has no sentences to speak of, so evidence is chosen from real
ones: the passages of the sample that are nearest to the question, cut to the length of a chunk, as many as
a search returns. Each library is measured by a process of its own, so that its memory is that of
a server that answers questions and does nothing else. With `--folder` and `--keep` the libraries stay,
and another run finds them there and only rebuilds the index.
Results: `benchmarks/results/latency.json`.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks.synthetic import Sample, Words, grow, read_sample, resampled_vectors
from benchmarks.tables import RESULTS
from rag.library import Library
from rag.models import build_embedder
from rag.models.model_protocol import Vectors
from rag.schema import Passage
from rag.settings import load_settings
from rag.store import Store

_SIZES: Final = (1_000, 100_000, 1_000_000)
_TEXTS: Final = 2_000
_QUESTIONS: Final = 300
_WARM: Final = 10
_TIMED: Final = 100
_ANSWERED: Final = 60
_COMPLETE: Final = "complete"
"""The file in a library's folder that says that all of its chunks are there."""
_CHUNK: Final = 1_000
"""Characters of a real passage that evidence is chosen from: what a chunk has at most."""
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


def _grown(folder: Path, data: Path, sizes: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Measurements of a library of each size."""
    sample = read_sample(data, _TEXTS, _QUESTIONS)
    embedder = build_embedder(load_settings())
    real = _embedded(folder, embedder, sample.texts)
    for size in sizes:
        place = folder / str(size)
        started = time.monotonic()
        if not (place / _COMPLETE).is_file():
            _grow(place, size, embedder.fingerprint, sample, real)
            (place / _COMPLETE).touch()
        shutil.rmtree(place / "index", ignore_errors=True)
        added = time.monotonic()
        with Library.open(place) as library:
            library.store.publish()
        indexed = time.monotonic() - added
        print(f"{size}: {added - started:.0f} s added, {indexed:.0f} s indexed", file=sys.stderr)
        child = subprocess.run(
            [sys.executable, "-m", "benchmarks.latency", "--measure", "--data", data, "--folder", place],
            check=True,
            stdout=subprocess.PIPE,
            env={**os.environ, "OMP_WAIT_POLICY": "passive"},
        )
        yield json.loads(child.stdout.splitlines()[-1]) | {"indexed": indexed}


def _grow(place: Path, size: int, fingerprint: str, sample: Sample, real: Vectors) -> None:
    """Fill a library by as many processes as there are cores, through the store's own door."""
    Store.open(place).close()
    parts = os.cpu_count() or 1
    context = multiprocessing.get_context("spawn")
    workers = [
        context.Process(target=_grow_part, args=(place, size, fingerprint, sample, real, part, parts))
        for part in range(parts)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if any(worker.exitcode for worker in workers):
        raise SystemExit(f"the library of {size} chunks could not be made")


def _grow_part(
    place: Path, size: int, fingerprint: str, sample: Sample, real: Vectors, part: int, parts: int
) -> None:
    vectors = resampled_vectors(real, np.random.default_rng([0, part]))
    started = reported = time.monotonic()
    made = 0
    with Store.open(place) as store:
        for count in grow(store, size, fingerprint, Words(sample.texts), vectors, 0, part, parts):
            made += count
            if time.monotonic() - reported > 20:
                reported = time.monotonic()
                rate = made / (reported - started)
                print(f"part {part}: {made} chunks, {rate:.0f} a second", file=sys.stderr)


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
    """Seconds by stage for real questions, and what memory and files there are."""
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
        count = library.store.chunk_count()
        seconds["evidence"] = _evidence_seconds(library, folder.parent, data)[_WARM:]
    return {
        "chunks": count,
        "memory": searching,
        "index": _megabytes(folder / "index"),
        "catalog": _megabytes(folder / "catalog.sqlite"),
        "milliseconds": {
            stage: [1e3 * float(np.quantile(values, q)) for q in (0.5, 0.95)]
            for stage, values in seconds.items()
        },
    }


def _evidence_seconds(library: Library, kept: Path, data: Path) -> list[float]:
    """How long the evidence of each question took, from the real passages nearest to it."""
    sample = read_sample(data, _TEXTS, _QUESTIONS)
    real = _embedded(kept, library.embedder, sample.texts)
    top_k = library.settings.retrieval.top_k
    seconds = []
    for question in sample.questions[: _WARM + _ANSWERED]:
        likeness = real @ library.embedder.embed_questions([question])[0]
        nearest = np.argsort(-likeness, kind="stable")[:top_k].tolist()
        passages = [_passage(i, sample.texts[i], float(likeness[i])) for i in nearest]
        seconds.append(library.answerer.answer_from(question, passages)[1].timings["evidence"])
    return seconds


def _passage(number: int, text: str, score: float) -> Passage:
    text = text[:_CHUNK]
    return Passage(
        document_id=str(number),
        source=f"{number}.txt",
        title="",
        page=1,
        start=0,
        end=len(text),
        text=text,
        score=score,
    )


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
            "memory MB",
            "index + catalog MB",
            "indexing s",
        ],
        "rows": rows,
        "note": (
            "p50 / p95 in milliseconds on two x86-64 cores (AVX2, no GPU), default preset, "
            f"{_TIMED} real questions of 8 to 15 words ({_ANSWERED} for evidence) one after another, "
            f"{_WARM} before to warm up. `search` is the whole way from question to passages; `evidence` is "
            "from eight real passages of up to 1,000 characters, sentences embedded for the first time. "
            "Memory is the process's peak (resident, mapped "
            "files with it) while it searches. The library is synthetic (benchmarks/synthetic.py, seed 0): "
            "words and 384-dimensional vectors are drawn like those of a real sample."
        ),
    }


if __name__ == "__main__":
    main()
