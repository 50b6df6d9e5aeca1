"""Many people at once: sessions that ask one library, as the web app asks it.

`python -m benchmarks.sessions [--sessions 20] [--rounds 3]`

One process with one library of the sample documents and its models, as the app has. Each session asks
the questions of the samples in an order of its own, waits for the whole answer, and asks the next: first
one session alone, then all at once. Told are the seconds from the question to the first text that a
person sees, the memory, and whether each answer is the one that is given to who asks alone. Remembered
answers are switched off; with them a question that was asked before is answered at once.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from benchmarks.tables import RESULTS
from ingest import ingest_paths
from rag.library import Library
from rag.resources import resource as shipped
from rag.settings import load_settings
from ui.app.asking import Asking
from ui.app.shared import Shared


@dataclass
class Session:
    """One person's questions, and what came of them."""

    questions: Sequence[str]
    first: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    texts: list[tuple[str, str]] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def run(self, shared: Shared) -> None:
        """Ask one question after the other."""
        for question in self.questions:
            started, first = time.perf_counter(), None
            asking = Asking(shared.library, question, ready=shared.ready, fresh=True).start()
            for draft in asking.follow():
                if first is None and (draft.sentences or draft.writing or draft.answer is not None):
                    first = time.perf_counter() - started
            self.whole.append(time.perf_counter() - started)
            self.first.append(self.whole[-1] if first is None else first)
            if asking.error is not None or asking.draft.answer is None:
                self.errors.append(asking.error or "no answer")
            else:
                self.texts.append((question, asking.draft.answer.text))


def at_once(shared: Shared, sessions: Sequence[Session]) -> None:
    """All sessions ask at the same time."""
    threads = [threading.Thread(target=session.run, args=(shared,)) for session in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def megabytes() -> float:
    """The most memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def row(
    count: int, sessions: Sequence[Session], alone: dict[str, str], seconds: float
) -> list[str | int | float]:
    """One line of the table."""
    first = np.concatenate([session.first for session in sessions])
    whole = np.concatenate([session.whole for session in sessions])
    told = [pair for session in sessions for pair in session.texts]
    mixed = sum(alone[question] != text for question, text in told)
    return [
        count,
        len(first),
        round(float(np.quantile(first, 0.5)), 2),
        round(float(np.quantile(first, 0.95)), 2),
        round(float(np.quantile(whole, 0.95)), 2),
        round(len(first) / seconds, 1),
        sum(len(session.errors) for session in sessions),
        mixed,
        round(megabytes()),
    ]


def main() -> None:
    """Measure, store, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3, help="questions a session asks")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = measured(Path(folder) / "library", options.sessions, options.rounds)
    found = {
        "columns": [
            *("sessions", "questions", "first text p50 (s)", "first text p95 (s)", "whole p95 (s)"),
            *("questions/s", "errors", "mixed-up answers", "peak MB"),
        ],
        "rows": rows,
        "note": "Sample documents, default settings, quotes; each session asks without a pause, remembered "
        "answers off. Two shared cores with AVX2, no GPU; orders of questions by seed 0.",
    }
    (RESULTS / "sessions.json").write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    print(json.dumps(found, indent=1, ensure_ascii=False))


def measured(path: Path, count: int, rounds: int) -> list[list[str | int | float]]:
    """One session alone, then all at once, on a library of the sample documents."""
    overrides = {"library": str(path), "answering": {"cache": False}}
    settings = load_settings(overrides=overrides, environment={})
    documents = sorted(shipped("data", "samples", "documents").iterdir())
    lines = shipped("data", "samples", "questions.jsonl").read_text("utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines if line.strip()]
    chance = random.Random(0)
    with Library.open(settings=settings) as library:
        for result in ingest_paths(documents, library.store, library.embedder, settings):
            assert result.status == "added", result
        shared = Shared(library)
        alone = {question: library.ask(question).text for question in questions}
        rows = []
        for sessions in (1, count):
            people = [Session(chance.sample(questions, min(rounds, len(questions)))) for _ in range(sessions)]
            started = time.perf_counter()
            at_once(shared, people)
            rows.append(row(sessions, people, alone, time.perf_counter() - started))
    return rows


if __name__ == "__main__":
    main()
