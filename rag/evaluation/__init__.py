"""Measuring a library on questions whose right answers are known."""

from rag.evaluation.bootstrap import Interval, bootstrap_mean, paired_bootstrap
from rag.evaluation.corpus import entry_document, index_corpus, whole
from rag.evaluation.datasets import (
    Entry,
    PageQuestion,
    RetrievalSet,
    SpanQuestion,
    read_beir,
    read_pages,
    read_spans,
)
from rag.evaluation.metrics import METRICS, evaluate, mean
from rag.evaluation.places import PlaceEvaluation, evaluate_pages, evaluate_spans
from rag.evaluation.retrieval import RetrievalEvaluation, evaluate_retrieval
from rag.evaluation.runs import read_run, write_run

__all__ = [
    "METRICS",
    "Entry",
    "Interval",
    "PageQuestion",
    "PlaceEvaluation",
    "RetrievalEvaluation",
    "RetrievalSet",
    "SpanQuestion",
    "bootstrap_mean",
    "entry_document",
    "evaluate",
    "evaluate_pages",
    "evaluate_retrieval",
    "evaluate_spans",
    "index_corpus",
    "mean",
    "paired_bootstrap",
    "read_beir",
    "read_pages",
    "read_run",
    "read_spans",
    "whole",
    "write_run",
]
