"""What an evaluation found: figures with intervals, two pictures, a comparison, question by question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from rag.errors import UsageError
from rag.evaluation import (
    AnswerFigures,
    Judged,
    compare_judged,
    figures,
    reliability_diagram,
    risk_coverage_curve,
)
from ui.app.components.frame import trouble
from ui.app.escaping import html_text
from ui.app.evaluating import Evaluation, Evaluations
from ui.app.session import local_time, texts
from ui.app.texts import Texts

__all__ = ["evaluation_report"]

_NONE: Final = ""


def evaluation_report(evaluations: Evaluations) -> None:
    """One of those that are kept, and another beside it if wanted."""
    t = texts()
    kept = {item.evaluation_id: item for item in evaluations.all() if evaluations.judged(item.evaluation_id)}
    if not kept:
        st.info(t.no_evaluations, icon=":material/info:")
        return
    with st.container(horizontal=True):
        chosen = st.selectbox(t.choose_evaluation, list(kept), format_func=lambda i: _named(kept[i]))
        others = [_NONE, *(other for other in kept if other != chosen)]
        other = st.selectbox(
            t.compare_with,
            others,
            format_func=lambda i: _named(kept[i]) if i else t.compare_none,
            disabled=len(others) == 1,
        )
    judged = evaluations.judged(chosen)
    if len(judged) < kept[chosen].questions:
        st.caption(t.evaluation_stopped.format(questions=t.count("question", len(judged))))
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _figures(_measured(chosen, len(judged), judged), t)
        if other:
            _comparison(judged, evaluations.judged(other), t)
    with right:
        _pictures(judged, t)
    _questions(judged, t)
    st.download_button(
        t.download_judged,
        data="".join(f"{line.to_json()}\n" for line in judged),
        file_name=f"{chosen}.judged.jsonl",
        mime="application/jsonl",
        icon=":material/download:",
        on_click="ignore",
    )


def _named(evaluation: Evaluation) -> str:
    changed = ", ".join(f"{key} {value}" for key, value in evaluation.changed.items())
    return " · ".join(filter(None, [evaluation.name, local_time(evaluation.started_at), changed]))


@st.cache_data(max_entries=16, show_spinner=False)
def _measured(evaluation_id: str, count: int, _judged: Sequence[Judged]) -> AnswerFigures:
    """Figures with their intervals (a thousand draws); keyed by the run and how much of it there is."""
    return figures(_judged)


def _figures(found: AnswerFigures, t: Texts) -> None:
    rows = "".join(
        f"<tr>{_measure_html(name, t)}<td>{value:.3f}</td>"
        f"<td>{found.intervals[name][0]:.3f} – {found.intervals[name][1]:.3f}</td></tr>"
        for name, value in found.metrics.items()
    )
    _table((t.measure, t.value, t.interval), rows)


def _comparison(judged: Sequence[Judged], earlier: Sequence[Judged], t: Texts) -> None:
    try:
        differences = compare_judged(judged, earlier)
    except UsageError as error:
        trouble(error)
        return
    st.caption(t.compared_on)
    rows = "".join(
        f"<tr>{_measure_html(name, t)}<td>{found.mean:+.3f}</td>"
        f"<td>{found.low:+.3f} – {found.high:+.3f}</td></tr>"
        for name, found in differences.items()
    )
    _table((t.measure, t.difference, t.interval), rows)


def _measure_html(name: str, t: Texts) -> str:
    """What people call a measure; what it says is told on hovering."""
    told, meaning = t.measures.get(name, (name, ""))
    return f'<td title="{html_text(meaning)}">{html_text(told)}</td>'


def _table(heads: Sequence[str], rows: str) -> None:
    head = "".join(f"<th>{html_text(name)}</th>" for name in heads)
    st.html(f'<table class="cw-facts cw-figures"><tr>{head}</tr>{rows}</table>')


def _pictures(judged: Sequence[Judged], t: Texts) -> None:
    lines = [line for line in judged if line.right is not None]
    if not lines:
        st.caption(t.pictures_none)
        return
    confidence, right = [line.confidence for line in lines], [bool(line.right) for line in lines]
    for told, picture in (
        (t.reliability, reliability_diagram(confidence, right)),
        (t.risk_coverage, risk_coverage_curve(confidence, right)),
    ):
        st.image(picture, width="stretch", alt=told)
        st.caption(told)


def _questions(judged: Sequence[Judged], t: Texts) -> None:
    rows: list[dict[str, Any]] = [
        {
            t.column_question: line.question,
            t.column_answer: line.answer,
            t.column_outcome: _outcome(line, t),
            t.column_confidence: line.confidence,
        }
        for line in judged
    ]
    with st.expander(t.judged_questions, icon=":material/checklist:"):
        st.dataframe(
            rows,
            hide_index=True,
            column_config={
                t.column_confidence: st.column_config.ProgressColumn(
                    min_value=0.0, max_value=1.0, format="%.2f"
                )
            },
        )


def _outcome(line: Judged, t: Texts) -> str:
    if line.abstained:
        return t.judged_silent
    return t.judged_right if line.right else t.judged_wrong
