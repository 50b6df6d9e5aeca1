"""Chunks by structure against LangChain's recursive splitter on gold spans, at equal chunk counts.

`python -m benchmarks.chunking --data /path/to/eval` reads `chroma_chunking` and writes
`benchmarks/results/chunking.json`. Recall and intersection over union (IoU) of characters of the first five
chunks, as in Smith and Troynikov 2024, "Evaluating chunking strategies for retrieval". Both sides are
searched by the same plain BM25 over their texts and by the same MiniLM; the recursive splitter's size is
set so that it makes as many chunks as we do.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from ingest.chunkers import StructureChunker
from ingest.loaders.text import TextLoader
from rag.evaluation import paired_bootstrap
from rag.models import build_embedder
from rag.models.model_protocol import Embedder, Vectors
from rag.schema import Document, Span
from rag.settings import ChunkingSettings, Settings
from rag.text import embedding_text, search_terms

__all__ = ["main"]

_RESULT: Final = Path(__file__).parent / "results" / "chunking.json"
_SIZES: Final = (100, 150, 200, 240)
_TOP: Final = 5
_K1: Final = 1.2
_B: Final = 0.75


class Piece(NamedTuple):
    """A chunk of a text by its number, and what is searched."""

    document: int
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Question:
    """A question with its gold spans in one of the texts."""

    question_id: str
    text: str
    document: int
    spans: tuple[Span, ...]


def _read(data: Path) -> tuple[list[Document], list[Question]]:
    folder = data / "chroma_chunking"
    settings = Settings().ingest
    paths = sorted((folder / "corpora").iterdir())
    # gold spans are offsets into the files as they are, so these are read as plain text
    loaded = [TextLoader().load(path, path.name, path.name, settings) for path in paths]
    documents = [replace(document, title="") for document in loaded]
    names = [path.stem for path in paths]
    questions = []
    for line in (folder / "questions.jsonl").read_text("utf-8").splitlines():
        entry = json.loads(line)
        name = entry["gold_doc_ids"][0]
        if name in names:
            spans = tuple(Span(gold["start_index"], gold["end_index"]) for gold in entry["gold_spans"])
            questions.append(Question(entry["id"], entry["question"], names.index(name), spans))
    return documents, questions


def _ours(documents: Sequence[Document], embedder: Embedder, size: int) -> list[Piece]:
    chunker = StructureChunker(ChunkingSettings(max_tokens=size, min_tokens=min(40, size // 4)))
    return [
        Piece(
            i,
            chunk.start,
            chunk.end,
            embedding_text("", chunk.headings, document.text[chunk.start : chunk.end], chunk.context),
        )
        for i, document in enumerate(documents)
        for chunk in chunker.chunks(document, embedder)
    ]


def _recursive(documents: Sequence[Document], count: int) -> list[Piece]:
    """The recursive splitter's chunks, no overlap, of the size in characters that makes `count` of them."""
    low, high = 50, 4_000
    while low < high:
        middle = (low + high) // 2
        if len(list(_split(documents, middle))) > count:
            low = middle + 1
        else:
            high = middle
    return list(_split(documents, low))


def _split(documents: Sequence[Document], size: int) -> Iterator[Piece]:
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    splitter = RecursiveCharacterTextSplitter(chunk_size=size, chunk_overlap=0, add_start_index=True)
    for i, document in enumerate(documents):
        for part in splitter.create_documents([document.text]):
            start = part.metadata["start_index"]
            yield Piece(i, start, start + len(part.page_content), part.page_content)


def _bm25(pieces: Sequence[Piece], questions: Sequence[Question]) -> list[list[int]]:
    """The best chunks for each question by plain BM25 over their texts."""
    counts = [Counter(search_terms(piece.text)) for piece in pieces]
    lengths = [count.total() for count in counts]
    mean = sum(lengths) / len(lengths)
    holders: dict[str, list[int]] = {}
    for i, count in enumerate(counts):
        for term in count:
            holders.setdefault(term, []).append(i)
    found = []
    for question in questions:
        scores = np.zeros(len(pieces))
        for term in search_terms(question.text):
            there = holders.get(term, [])
            weight = math.log(1 + (len(pieces) - len(there) + 0.5) / (len(there) + 0.5))
            for i in there:
                frequency = counts[i][term]
                norm = _K1 * (1 - _B + _B * lengths[i] / mean)
                scores[i] += weight * frequency * (_K1 + 1) / (frequency + norm)
        found.append(np.argsort(-scores, kind="stable")[:_TOP].tolist())
    return found


def _dense(pieces: Sequence[Piece], embedder: Embedder, asked: Vectors) -> list[list[int]]:
    vectors = embedder.embed_passages([piece.text for piece in pieces])
    best: list[list[int]] = np.argsort(-(asked @ vectors.T), axis=1, kind="stable")[:, :_TOP].tolist()
    return best


def _values(
    pieces: Sequence[Piece], found: Sequence[Sequence[int]], questions: Sequence[Question]
) -> dict[str, dict[str, float]]:
    """Recall and IoU of characters by question."""
    recall, iou = {}, {}
    for question, best in zip(questions, found, strict=True):
        held = [pieces[i] for i in best]
        wanted = {at for span in question.spans for at in range(span.start, span.end)}
        given = sum(piece.end - piece.start for piece in held)
        there = {at for p in held if p.document == question.document for at in range(p.start, p.end)}
        common = len(wanted & there)
        recall[question.question_id] = common / len(wanted)
        iou[question.question_id] = common / (len(wanted) + given - common)
    return {"recall": recall, "IoU": iou}


def _mean(values: Mapping[str, float]) -> float:
    return sum(values.values()) / len(values)


def _shown(ours: Mapping[str, float], theirs: Mapping[str, float]) -> list[object]:
    gain = paired_bootstrap(ours, theirs)
    interval = f"{gain.mean:+.3f} ({gain.low:+.3f} to {gain.high:+.3f})"
    return [round(_mean(ours), 3), round(_mean(theirs), 3), interval]


def main() -> None:
    """Measure all sizes under both retrievers, and store the table for docs/benchmarks.md."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the evaluation data")
    parser.add_argument("--sizes", type=int, nargs="+", default=_SIZES, help="most tokens of our chunks")
    parser.add_argument(
        "--dense-sizes", type=int, nargs="*", default=_SIZES, help="those that MiniLM searches"
    )
    arguments = parser.parse_args()
    documents, questions = _read(arguments.data)
    embedder = build_embedder(Settings())
    asked = embedder.embed_questions([q.text for q in questions])
    rows = []
    for size in arguments.sizes:
        ours = _ours(documents, embedder, size)
        theirs = _recursive(documents, len(ours))
        search: dict[str, Callable[[Sequence[Piece]], list[list[int]]]] = {
            "BM25": lambda pieces: _bm25(pieces, questions)
        }
        if size in arguments.dense_sizes:
            search["MiniLM"] = lambda pieces: _dense(pieces, embedder, asked)
        for name, best in search.items():
            mine = _values(ours, best(ours), questions)
            other = _values(theirs, best(theirs), questions)
            gains = [cell for key in mine for cell in _shown(mine[key], other[key])]
            rows.append([name, size, len(ours), len(theirs), *gains])
            print(rows[-1], flush=True)
    sides = [f"{key}, {side}" for key in ("recall", "IoU") for side in ("ours", "recursive", "gain (95 %)")]
    result = {
        "columns": ["retriever", "tokens", "our chunks", "recursive chunks", *sides],
        "rows": rows,
        "note": f"{len(questions)} questions with gold spans in {len(documents)} texts, top {_TOP} chunks, "
        "no overlap; the recursive splitter's size makes as many chunks as ours; paired bootstrap over "
        "questions, 2,000 samples, seed 0.",
    }
    _RESULT.parent.mkdir(exist_ok=True)
    _RESULT.write_text(json.dumps(result, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
