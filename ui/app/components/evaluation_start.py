"""Start an evaluation, and see how far it is."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Final

import streamlit as st

from rag.errors import CitewellError
from ui.app.components.asking_options import asking_options
from ui.app.components.frame import trouble
from ui.app.escaping import label
from ui.app.evaluating import Evaluations
from ui.app.session import texts
from ui.app.session_options import AskingOptions
from ui.app.shared import Shared

__all__ = ["evaluation_start", "running_evaluation"]

_TICK_SECONDS: Final = 1.0
_MOST_MEGABYTES: Final = 20


def evaluation_start(shared: Shared) -> None:
    """Questions from a file or from the feedback, under the options of this session."""
    t = texts()
    lines = shared.library.feedback_questions()
    with st.expander(t.evaluate, icon=":material/science:", expanded=not shared.evaluations.all()):
        file = st.file_uploader(
            t.questions_upload,
            type=["jsonl", "json"],
            max_upload_size=_MOST_MEGABYTES,
            key="questions",
            help=t.questions_help,
        )
        from_feedback = bool(lines) and st.checkbox(
            t.questions_feedback.format(questions=t.count("question", len(lines))),
            key="questions-feedback",
            disabled=file is not None,
        )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.text_input(
                t.evaluation_name, placeholder=file.name if file else "", key="evaluation-name"
            )
            options = asking_options(shared.library.settings)
            ready = file is not None or from_feedback
            if st.button(
                t.evaluate,
                key="evaluate",
                type="primary",
                icon=":material/play_arrow:",
                help=t.evaluation_help,
                disabled=not ready or shared.evaluations.running is not None,
            ):
                questions = file.getvalue() if file is not None else _as_lines(lines)
                told = name.strip() or (file.name if file is not None else t.feedback_name)
                _start(shared, told, questions, options)


def running_evaluation(evaluations: Evaluations) -> None:
    """How far the one under way is; what went wrong with the last."""
    if evaluations.running is not None:
        st.fragment(_live, run_every=_TICK_SECONDS)(evaluations)
    elif evaluations.error:
        st.error(texts().evaluation_failed, icon=":material/error:")
        st.text(evaluations.error)


def _live(evaluations: Evaluations) -> None:
    t = texts()
    now, done = evaluations.running, evaluations.done
    if now is None:
        st.rerun()  # the whole page, because there is a report to show
    told = t.evaluation_progress.format(
        name=label(now.name), done=done, questions=t.count("question", now.questions)
    )
    st.progress(done / max(1, now.questions), text=told)
    st.button(
        t.evaluation_stop, key="evaluation-stop", icon=":material/stop_circle:", on_click=evaluations.stop
    )


def _start(shared: Shared, name: str, questions: bytes, options: AskingOptions) -> None:
    settings = options.settings(shared.library.settings)
    changed = {key: value for key, value in asdict(options).items() if value not in (None, "own")}
    try:
        text = questions.decode("utf-8-sig", "replace")
        shared.evaluations.start(name, text, lambda: shared.asked_under(settings), changed)
    except CitewellError as error:
        trouble(error)
    else:
        st.rerun()


def _as_lines(lines: list[dict[str, object]]) -> bytes:
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
