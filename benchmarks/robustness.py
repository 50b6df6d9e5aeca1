"""What becomes of odd and broken PDFs: `python -m benchmarks.robustness --data FOLDER [FOLDER ...]`.

Each file goes through a parsing process as in `citewell ingest`, with OCR, under a limit of 30 seconds.
With `--work FILE` outcomes are kept one line per file, so that a run goes on where it was left.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from ingest.workers import ParsingWorker
from rag.errors import DocumentError
from rag.models import build_embedder
from rag.settings import Settings

RESULT: Final = Path(__file__).parent / "results" / "robustness.json"
LIMIT: Final = 30.0
_REFUSALS: Final = (
    ("refused: needs a password", re.compile("needs a password")),
    ("refused: no text, also by OCR", re.compile("no text")),
    ("refused: broken", re.compile("broken PDF|is empty|is not read")),
    ("refused: out of time", re.compile("took longer")),
    ("refused: out of memory", re.compile("of memory to be read")),
    ("refused: its process died", re.compile("process that read it died")),
)
CATEGORIES: Final = (
    "read",
    "read, hidden text left out",
    "read, some pages with pypdf",
    "read, some pages by OCR",
    *(name for name, _ in _REFUSALS),
    "refused: another reason",
)


@dataclass(frozen=True)
class Outcome:
    """What became of one file; `megabytes` is the most that a parsing process has taken so far."""

    file: str
    category: str
    seconds: float
    pages: int
    megabytes: float
    told: str


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, nargs="+", required=True, help="folders with PDF files")
    parser.add_argument("--work", type=Path, help="file that keeps outcomes between runs")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="end this run after so long")
    options = parser.parse_args(arguments)
    files = sorted(path for folder in options.data for path in folder.rglob("*.pdf"))
    done = _kept(options.work)
    for outcome in outcomes([path for path in files if str(path) not in done], options.seconds):
        done[outcome.file] = outcome
        if options.work:
            with options.work.open("a") as kept:
                kept.write(json.dumps(asdict(outcome)) + "\n")
    left = sum(str(path) not in done for path in files)
    print(f"{len(files) - left} of {len(files)} files")
    if not left:
        RESULT.write_text(json.dumps(table([done[str(path)] for path in files]), indent=1) + "\n")


def outcomes(files: Sequence[Path], seconds: float = float("inf")) -> Iterator[Outcome]:
    """Have each file parsed, until time is up."""
    settings = Settings.model_validate({"ingest": {"file_seconds": LIMIT, "page_seconds": LIMIT}})
    worker = ParsingWorker(settings, build_embedder(settings).fingerprint)
    end = time.monotonic() + seconds
    try:
        for path in files:
            if time.monotonic() > end:
                return
            yield _outcome(path, worker)
    finally:
        worker.close()


def _outcome(path: Path, worker: ParsingWorker) -> Outcome:
    started = time.monotonic()
    pages, told = 0, ""
    try:
        document = worker.parse(path, path.name).document
    except DocumentError as error:
        told = str(error)
        category = next((name for name, reason in _REFUSALS if reason.search(told)), CATEGORIES[-1])
    else:
        pages, told = len(document.pages), "; ".join(document.warnings)
        if "OCR used" in told:
            category = "read, some pages by OCR"
        elif "with pypdf" in told:
            category = "read, some pages with pypdf"
        else:
            category = "read, hidden text left out" if "hidden text" in told else "read"
    seconds = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1_000
    return Outcome(str(path), category, round(seconds, 2), pages, round(peak), told)


def table(found: Sequence[Outcome]) -> dict[str, object]:
    """Outcomes by category, with the slowest file of each."""
    rows = []
    for category in CATEGORIES:
        members = [outcome for outcome in found if outcome.category == category]
        if members:
            slowest = max(outcome.seconds for outcome in members)
            rows.append(
                [category, len(members), f"{100 * len(members) / len(found):.1f} %", f"{slowest:.1f}"]
            )
    longest = max(outcome.seconds for outcome in found)
    peak = max(outcome.megabytes for outcome in found)
    return {
        "columns": ["outcome", "files", "share", "slowest, s"],
        "rows": rows,
        "note": f"{len(found)} files, OCR on, one parsing process on a shared core of a 2-core machine "
        f"(AVX2): none over {longest:.1f} s, parsing processes took at most {peak:.0f} MB.",
    }


def _kept(work: Path | None) -> dict[str, Outcome]:
    if work is None or not work.exists():
        return {}
    lines = work.read_text().splitlines()
    return {outcome.file: outcome for outcome in (Outcome(**json.loads(line)) for line in lines)}


if __name__ == "__main__":
    main()
