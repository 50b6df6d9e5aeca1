"""Gold pages and gold spans: whether what is found is where the answer stands."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from rag.evaluation.datasets import PageQuestion, SpanQuestion
from rag.evaluation.metrics import mean
from rag.retrieval import HybridRetriever
from rag.schema import Passage, Span
from rag.store import Store

__all__ = ["PlaceEvaluation", "evaluate_pages", "evaluate_spans"]

_DEPTHS = (1, 3, 5, 10, 20)


@dataclass(frozen=True)
class PlaceEvaluation:
    """`metrics[measure]` are means over questions, `questions[measure][question]` the values behind them."""

    metrics: dict[str, float]
    questions: dict[str, dict[str, float]] = field(repr=False)


def evaluate_pages(
    store: Store,
    retriever: HybridRetriever,
    questions: Sequence[PageQuestion],
    progress: Callable[[int, int], None] | None = None,
) -> PlaceEvaluation:
    """Whether a gold page is among the first k pages found (`page_hit@k`), and its document first.

    A page's place is that of the best passage that touches it. A document is known by its source's
    file name, with or without extension.
    """
    values: dict[str, dict[str, float]] = {}
    for done, question in enumerate(questions, 1):
        found = retriever.retrieve(question.question, 5 * _DEPTHS[-1]).passages
        pages = list(dict.fromkeys(page for passage in found for page in _pages(store, passage)))
        gold = {(_stem(document), number) for document, number in question.pages}
        for k in _DEPTHS:
            hit = float(bool(gold.intersection(pages[:k])))
            values.setdefault(f"page_hit@{k}", {})[question.question_id] = hit
        right = bool(pages) and pages[0][0] in {document for document, _ in gold}
        values.setdefault("document_hit@1", {})[question.question_id] = float(right)
        if progress is not None:
            progress(done, len(questions))
    return _evaluation(values)


def evaluate_spans(
    retriever: HybridRetriever,
    questions: Sequence[SpanQuestion],
    top_k: int = 5,
    progress: Callable[[int, int], None] | None = None,
) -> PlaceEvaluation:
    """Recall, precision and intersection over union of characters of the first `top_k` passages.

    As in Smith and Troynikov 2024, "Evaluating chunking strategies for retrieval": found characters
    count once however many passages hold them, and those of other documents count against precision.
    """
    values: dict[str, dict[str, float]] = {}
    for done, question in enumerate(questions, 1):
        found = retriever.retrieve(question.question, top_k).passages
        gold = _union(question.spans)
        held: dict[str, list[Span]] = {}
        for passage in found:
            held.setdefault(_stem(passage.source), []).append(Span(passage.start, passage.end))
        there = {document: _union(spans) for document, spans in held.items()}
        common = _overlap(gold, there.get(_stem(question.document), []))
        wanted, given = _length(gold), sum(map(_length, there.values()))
        for name, value in {
            f"span_recall@{top_k}": common / wanted if wanted else 0.0,
            f"span_precision@{top_k}": common / given if given else 0.0,
            f"span_iou@{top_k}": common / (wanted + given - common) if wanted + given else 0.0,
        }.items():
            values.setdefault(name, {})[question.question_id] = value
        if progress is not None:
            progress(done, len(questions))
    return _evaluation(values)


def _evaluation(values: Mapping[str, Mapping[str, float]]) -> PlaceEvaluation:
    questions = {name: dict(measured) for name, measured in values.items()}
    return PlaceEvaluation({name: mean(measured) for name, measured in questions.items()}, questions)


def _pages(store: Store, passage: Passage) -> list[tuple[str, int]]:
    last = max(chunk.last_page for chunk in store.chunks(passage.chunk_ids))
    return [(_stem(passage.source), number) for number in range(passage.page, last + 1)]


def _stem(source: str) -> str:
    name = source.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    return name.rsplit(".", 1)[0] if "." in name[1:] else name


def _union(spans: Iterable[Span]) -> list[Span]:
    """Disjoint spans in order that cover the same characters."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def _overlap(first: Sequence[Span], second: Sequence[Span]) -> int:
    return sum(max(0, min(a.end, b.end) - max(a.start, b.start)) for a in first for b in second)


def _length(spans: Iterable[Span]) -> int:
    return sum(span.end - span.start for span in spans)
