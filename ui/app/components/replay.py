"""A question asked once more under other settings, beside what it got."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from rag.errors import CitewellError
from rag.schema import Answer, RunRecord
from rag.settings import Settings
from rag.wire import answer_from_json
from ui.app.components.answer import confidence_percent
from ui.app.components.frame import trouble
from ui.app.escaping import html_text
from ui.app.session import texts
from ui.app.shared import Shared
from ui.app.shown_places import named_place
from ui.app.texts import Texts

__all__ = ["replay"]

_LEGS: Final = (("dense", "lexical"), ("dense",), ("lexical",))


def replay(shared: Shared, run: RunRecord) -> None:
    """Choose settings of retrieval and the threshold, ask, compare."""
    t = texts()
    st.caption(t.replay_help)
    settings = _chosen(shared.library.settings, t)
    key = f"replayed-{run.run_id}"
    if st.button(t.replay, key="replay", icon=":material/replay:"):
        before = answer_from_json(run.answer)
        try:
            with st.spinner(t.searching):
                library = shared.asked_under(settings)
                st.session_state[key] = library.answerer.answer(before.understood or run.question)[0]
        except CitewellError as error:
            trouble(error)
            return
    if key in st.session_state:
        left, right = st.columns(2)
        with left:
            _show_answer(t.replay_before, answer_from_json(run.answer), t)
        with right:
            _show_answer(t.replay_now, st.session_state[key], t)


def _chosen(own: Settings, t: Texts) -> Settings:
    retrieval: dict[str, Any] = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        retrieval["top_k"] = st.number_input(
            t.option_top_k, 1, 50, min(own.retrieval.top_k, 50), key="replay-top-k"
        )
        retrieval["legs"] = st.selectbox(
            t.replay_legs,
            _LEGS,
            format_func=lambda legs: " + ".join(t.legs[leg] for leg in legs),
            key="replay-legs",
            index=_index(own),
        )
        fusions = list(t.fusions)
        retrieval["fusion"] = st.selectbox(
            t.replay_fusion,
            fusions,
            format_func=t.fusions.__getitem__,
            index=fusions.index(own.retrieval.fusion),
            key="replay-fusion",
        )
        threshold = st.number_input(
            t.option_abstain_below,
            0.0,
            1.0,
            own.answering.abstain_below,
            0.05,
            placeholder=t.option_calibrated,
            key="replay-threshold",
        )
    return own.model_copy(
        update={
            "retrieval": own.retrieval.model_copy(update=retrieval),
            "answering": own.answering.model_copy(update={"abstain_below": threshold}),
        }
    )


def _index(own: Settings) -> int:
    return _LEGS.index(own.retrieval.legs) if own.retrieval.legs in _LEGS else 0


def _show_answer(title: str, answer: Answer, t: Texts) -> None:
    rated = f"{t.column_confidence}: {confidence_percent(answer.confidence)} %" if answer.is_rated else ""
    cited = {(citation.document_id, citation.start) for citation in answer.citations}
    st.subheader(title, anchor=False)
    st.html(
        f'<div class="cw-answer">{html_text(answer.text)}</div>'
        f'<div class="cw-scores">{html_text(rated)}</div>'
        f'<ol class="cw-ranked">{_ranked(answer, cited, t)}</ol>'
    )


def _ranked(answer: Answer, cited: set[tuple[str, int]], t: Texts) -> str:
    return "".join(
        f"<li>{_marked(html_text(named), _holds(passage, cited))}</li>"
        for passage in answer.passages
        if (named := named_place(passage.source, passage.place, t))
    )


def _holds(passage: Any, cited: Sequence[tuple[str, int]] | set[tuple[str, int]]) -> bool:
    return any(d == passage.document_id and passage.start <= start < passage.end for d, start in cited)


def _marked(name: str, cited: bool) -> str:
    return f"<b>{name}</b>" if cited else name
