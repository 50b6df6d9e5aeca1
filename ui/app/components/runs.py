"""Why an answer is as it is: its run record, from the question to the sentences."""

from __future__ import annotations

import json
from typing import Any

import streamlit as st

from rag.library import Library
from rag.schema import Message, RunRecord
from rag.wire import run_json
from ui.app.components.answer import confidence_word
from ui.app.components.passages import passage_html
from ui.app.conversation import answer_from_json
from ui.app.escaping import html_text, label
from ui.app.session import session, texts
from ui.app.texts import Texts

__all__ = ["why_page"]


def why_page(library: Library) -> None:
    """Choose a run, see all that made it."""
    t = texts()
    st.title(t.why_title, anchor=False)
    st.markdown(t.why_text)
    runs = library.runs(200)
    if not runs:
        st.info(t.no_runs, icon=":material/info:")
        return
    by_id = {run.run_id: run for run in runs}
    chosen = session().run_id
    if chosen in by_id:
        st.session_state["run"] = chosen
        session().run_id = None
    run_id = st.selectbox(
        t.choose_run,
        list(by_id),
        format_func=lambda run_id: (
            f"{by_id[run_id].created_at[:16].replace('T', ' ')}  {by_id[run_id].question}"
        ),
        key="run",
        persist_state="session",
    )
    if run_id is not None:
        _run(by_id[run_id], t)


def _run(run: RunRecord, t: Texts) -> None:
    answer = answer_from_json(run.answer)
    st.html(f'<h3 class="cw-run-question">{html_text(run.question)}</h3>')
    word, _ = confidence_word(answer.confidence, t)
    outcome = (
        t.abstained
        if answer.abstained
        else t.confidence.format(word=word, percent=round(100 * answer.confidence))
    )
    with st.container(horizontal=True, gap="medium"):
        for name, value in (
            (t.outcome, outcome),
            (t.model, run.model or t.no_model),
            (t.took, t.seconds.format(n=f"{sum(_stages(run).values()):.2f}")),
            (t.library_version, str(run.library_version)),
        ):
            st.html(
                f'<div class="cw-fact"><span>{html_text(name)}</span>{html_text(value)}</div>',
                width="content",
            )
    passages, timings, prompt, settings = st.tabs(
        [t.tab_passages, t.tab_timings, t.tab_prompt, t.tab_settings]
    )
    with passages:
        _passages(run, t)
    with timings:
        _timings(run, t)
    with prompt:
        _prompt(run, t)
    with settings:
        st.json(run.settings, expanded=1)
    st.download_button(
        t.download_run,
        data=json.dumps(run_json(run), ensure_ascii=False, indent=2),
        file_name=f"run-{run.run_id}.json",
        mime="application/json",
        icon=":material/download:",
        on_click="ignore",
    )


def _passages(run: RunRecord, t: Texts) -> None:
    answer = answer_from_json(run.answer)
    cited = {(c.document_id, c.page) for c in answer.citations}
    st.caption(t.passages_help)
    for rank, passage in enumerate(answer.passages, 1):
        with st.container(border=True):
            st.html(passage_html(passage, rank, t.page_short.format(n=passage.page)))
            if (passage.document_id, passage.page) in cited:
                st.badge(t.cited_page, color="green", icon=":material/format_quote:")
    if answer.cut:
        st.caption(t.cut.format(n=len(answer.cut)))
        st.text("\n".join(answer.cut))
    if run.why:
        with st.expander(t.why_details, icon=":material/account_tree:"):
            st.json(run.why, expanded=1)


def _stages(run: RunRecord) -> dict[str, float]:
    """Seconds by stage; a total that is among them is left out, so that stages add up."""
    return {name: seconds for name, seconds in run.timings.items() if name != "total"}


def _timings(run: RunRecord, t: Texts) -> None:
    stages = _stages(run)
    if not stages:
        st.caption(t.no_timings)
        return
    longest = max(max(stages.values()), 1e-9)
    rows = "".join(
        f'<div class="cw-bar"><span>{html_text(name)}</span>'
        f'<i><b style="width:{100 * seconds / longest:.1f}%"></b></i><em>{seconds * 1000:.0f} ms</em></div>'
        for name, seconds in stages.items()
    )
    st.html(f'<div class="cw-bars">{rows}</div>')


def _prompt(run: RunRecord, t: Texts) -> None:
    if not run.prompt:
        st.info(t.no_prompt, icon=":material/format_quote:")
    for message in run.prompt:
        _message(message)
    examples: list[dict[str, Any]] = run.answer.get("examples", [])
    if examples:
        st.caption(t.examples.format(n=len(examples)))
        for example in examples:
            st.html(
                f'<div class="cw-passage"><b>{html_text(example["question"])}</b><br>'
                f"{html_text(example['answer'])}</div>"
            )


def _message(message: Message) -> None:
    st.caption(label(message.role))
    st.html(f'<div class="cw-around">{html_text(message.content)}</div>')
