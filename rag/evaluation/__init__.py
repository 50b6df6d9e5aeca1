"""Measuring a library on questions whose right answers are known."""

from rag.evaluation.answer_evaluation import AnswerJudge, evaluate_answers, read_judged, write_judged
from rag.evaluation.answer_report import (
    LOWER_IS_BETTER,
    MEASURES,
    AnswerFigures,
    compare_judged,
    figures,
    missed_bounds,
)
from rag.evaluation.confidence_plots import reliability_diagram, risk_coverage_curve, write_pictures
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
from rag.evaluation.example_selection import (
    LabelChooser,
    RememberingEmbedder,
    SelectionSettings,
    SelectorResult,
    classification_prompt,
    evaluate_selectors,
)
from rag.evaluation.judgement import Judged
from rag.evaluation.metrics import METRICS, Interval, bootstrap_mean, evaluate, mean, paired_bootstrap
from rag.evaluation.place_evaluation import PlaceEvaluation, evaluate_pages, evaluate_spans
from rag.evaluation.questions import AnswerQuestion, AnswerSet, Gold, read_answer_set
from rag.evaluation.recalibration import Recalibration, recalibrate
from rag.evaluation.retrieval_evaluation import RetrievalEvaluation, evaluate_retrieval, read_run, write_run

__all__ = [
    "LOWER_IS_BETTER",
    "MEASURES",
    "METRICS",
    "AnswerFigures",
    "AnswerJudge",
    "AnswerQuestion",
    "AnswerSet",
    "Entry",
    "Gold",
    "Interval",
    "Judged",
    "LabelChooser",
    "PageQuestion",
    "PlaceEvaluation",
    "Recalibration",
    "RememberingEmbedder",
    "RetrievalEvaluation",
    "RetrievalSet",
    "SelectionSettings",
    "SelectorResult",
    "SpanQuestion",
    "bootstrap_mean",
    "classification_prompt",
    "compare_judged",
    "entry_document",
    "evaluate",
    "evaluate_answers",
    "evaluate_pages",
    "evaluate_retrieval",
    "evaluate_selectors",
    "evaluate_spans",
    "figures",
    "index_corpus",
    "mean",
    "missed_bounds",
    "paired_bootstrap",
    "read_answer_set",
    "read_beir",
    "read_judged",
    "read_pages",
    "read_run",
    "read_spans",
    "recalibrate",
    "reliability_diagram",
    "risk_coverage_curve",
    "whole",
    "write_judged",
    "write_pictures",
    "write_run",
]
