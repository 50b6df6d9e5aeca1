"""The Quality page: evaluations of the library, and what people thought of answers."""

from __future__ import annotations

import streamlit as st

from ui.app.components.evaluation_report import evaluation_report
from ui.app.components.evaluation_start import evaluation_start, running_evaluation
from ui.app.components.rated import rated_answers
from ui.app.session import texts
from ui.app.shared import Shared

__all__ = ["quality_page"]


def quality_page(shared: Shared) -> None:
    """Measure, compare, and learn from feedback."""
    t = texts()
    st.title(t.quality_title, anchor=False)
    st.markdown(t.quality_text)
    rated = shared.library.store.feedback()
    evaluations, feedback = st.tabs([t.tab_evaluations, t.tab_feedback.format(n=len(rated))])
    with evaluations:
        evaluation_start(shared)
        running_evaluation(shared.evaluations)
        evaluation_report(shared.evaluations)
    with feedback:
        rated_answers(shared.library, rated)
