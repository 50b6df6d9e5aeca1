"""Gold pages in a library of long documents: `python -m benchmarks.pages --data FOLDER`.

The FOLDER holds `questions.jsonl` with `gold_pages`, or `--questions` names another file of them, and a
folder `pdfs`. The documents go into one library
(kept where `--library` names a place, where a later run finds it), and every question is asked of all of
them together, so that the right document has to be found as well. A page's place is that of the best
chunk that touches it. The run is stored as `benchmarks/results/pages.json`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from benchmarks.tables import RESULTS
from ingest import ingest_paths
from rag.evaluation import PageQuestion, bootstrap_mean, read_pages
from rag.library import Library
from rag.retrieval import Retrieval, reciprocal_rank_fusion
from rag.settings import load_settings

LEGS: Final = {"lexical": "lexical", "dense": "dense", "plain": "plain fusion", "citewell": "**Citewell**"}
DEPTHS: Final = (1, 5, 10, 20)
COLUMNS: Final = ["", *(f"page in first {k}" for k in DEPTHS), "95 % of first 10", "document first"]
_HITS: Final = 100

Page = tuple[str, int]
Ranked = dict[str, list[Page]]


def main(arguments: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(arguments)
    path = options.questions or options.data / "questions.jsonl"
    questions = _of_part(path, read_pages(path, options.first_page), options.part)
    with _library(options.library, options.config) as library:
        if not library.documents():
            for result in ingest_paths(
                [options.data / "pdfs"], library.store, library.embedder, library.settings
            ):
                print(f"{result.source}: {result.status} {result.error or ''}", flush=True)
        places = _Places(library)
        asked = library.retriever.retrieve_all([question.question for question in questions], _HITS)
        found = [places.ranked(retrieval) for retrieval in asked]
        name = ", ".join(filter(None, (options.data.name, options.part)))
        note = (
            f"{len(questions)} questions on {len(library.documents())} documents of {places.pages:,} pages "
            f"in one library ({name}; {library.embedder.name}, preset "
            f"`{options.config or 'default'}`). Plain fusion: reciprocal rank fusion, k = 60, of the same "
            "hits. Interval: bootstrap over questions, 2,000 samples, seed 0."
        )
    store_results(questions, found, note, options.out)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with questions.jsonl and pdfs/")
    parser.add_argument("--questions", type=Path, help="questions on these documents from elsewhere")
    parser.add_argument("--part", help="only the questions of that `part`: dev, or final")
    parser.add_argument("--library", type=Path, help="folder that keeps the library for a later run")
    parser.add_argument("--first-page", type=int, default=0, help="number of a first page in the questions")
    parser.add_argument("--config", help="preset or settings file")
    parser.add_argument("--out", type=Path, default=RESULTS / "pages.json")
    return parser


def _of_part(path: Path, questions: Sequence[PageQuestion], part: str | None) -> Sequence[PageQuestion]:
    """The questions whose line says that they are of a part; all of them without one."""
    if part is None:
        return questions
    rows = map(json.loads, filter(str.strip, path.read_text("utf-8").splitlines()))
    chosen = {str(row["id"]) for row in rows if row.get("part") == part}
    return [question for question in questions if question.question_id in chosen]


@contextmanager
def _library(folder: Path | None, config: str | None) -> Iterator[Library]:
    with (
        tempfile.TemporaryDirectory() as temporary,
        Library.open(folder or Path(temporary), load_settings(config)) as library,
    ):
        yield library


class _Places:
    """The pages of each chunk, documents named by their files' names without extension."""

    def __init__(self, library: Library) -> None:
        self.pages = sum(info.pages for info in library.documents())
        self._pages = {
            chunk.chunk_id: [(Path(info.name).stem, n) for n in range(chunk.first_page, chunk.last_page + 1)]
            for info in library.documents()
            for chunk in library.store.document_chunks(info.document_id)
        }

    def ranked(self, found: Retrieval) -> Ranked:
        """The pages that each leg finds, best first."""
        legs = {name: [hit.chunk_id for hit in hits] for name, hits in found.legs.items()}
        legs["plain"] = [hit.chunk_id for hit in reciprocal_rank_fusion(found.legs)]
        legs["citewell"] = [chunk_id for passage in found.passages for chunk_id in passage.chunk_ids]
        return {
            name: list(dict.fromkeys(page for i in chunk_ids for page in self._pages[i]))
            for name, chunk_ids in legs.items()
        }


def measured(questions: Sequence[PageQuestion], found: Sequence[Ranked], leg: str) -> dict[str, list[float]]:
    """For each measure of a leg its value for each question."""
    values: dict[str, list[float]] = {}
    for question, ranked in zip(questions, found, strict=True):
        gold, pages = set(question.pages), ranked[leg]
        for k in DEPTHS:
            values.setdefault(f"page_hit@{k}", []).append(float(bool(gold.intersection(pages[:k]))))
        first = bool(pages) and pages[0][0] in {document for document, _ in gold}
        values.setdefault("document_hit@1", []).append(float(first))
    return values


def store_results(questions: Sequence[PageQuestion], found: Sequence[Ranked], note: str, out: Path) -> None:
    """Write the run as JSON, with the rows of the table of docs/benchmarks.md."""
    values = {leg: measured(questions, found, leg) for leg in LEGS}
    metrics = {
        leg: {name: sum(measure) / len(measure) for name, measure in measures.items()}
        for leg, measures in values.items()
    }
    result = {
        "columns": COLUMNS,
        "rows": [_row(LEGS[leg], metrics[leg], values[leg]) for leg in LEGS],
        "note": note,
        "metrics": metrics,
        "questions": {
            question.question_id: {
                leg: next((n for n, page in enumerate(ranked[leg], 1) if page in question.pages), None)
                for leg in LEGS
            }
            for question, ranked in zip(questions, found, strict=True)
        },
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", "utf-8")
    for row in result["rows"]:
        print("  ".join(row))


def _row(name: str, metrics: Mapping[str, float], values: Mapping[str, Sequence[float]]) -> list[Any]:
    interval = bootstrap_mean(values["page_hit@10"])
    return [
        name,
        *(f"{metrics[f'page_hit@{k}']:.3f}" for k in DEPTHS),
        f"{interval.low:.3f}–{interval.high:.3f}",
        f"{metrics['document_hit@1']:.3f}",
    ]


if __name__ == "__main__":
    main()
