"""Why an answer is as it is: its run record, from the question to the sentences."""

from __future__ import annotations

import json
from collections.abc import Callable

import streamlit as st

from rag.prompting.counting import estimate_tokens
from rag.schema import Citation, Message, Passage, RunRecord
from rag.wire import run_json
from ui.app.components.answer import confidence_percent, confidence_word
from ui.app.components.grounds import grounds
from ui.app.components.library_map import map_of_run
from ui.app.components.passages import passage_html
from ui.app.components.replay import replay
from ui.app.components.run_examples import run_examples
from ui.app.conversation import answer_from_json
from ui.app.escaping import html_text, label
from ui.app.places import place_text
from ui.app.session import session, texts
from ui.app.shared import Shared
from ui.app.texts import Texts
from ui.app.times import local_time

__all__ = ["why_page"]


def why_page(shared: Shared) -> None:
    """Choose a run, see all that made it."""
    t = texts()
    library = shared.library
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
        format_func=lambda run_id: f"{local_time(by_id[run_id].created_at)}  {by_id[run_id].question}",
        key="run",
        persist_state="session",
    )
    if run_id is not None:
        _run(shared, by_id[run_id], t)


def _run(shared: Shared, run: RunRecord, t: Texts) -> None:
    answer = answer_from_json(run.answer)
    st.html(f'<h3 class="cw-run-question">{html_text(run.question)}</h3>')
    word, _ = confidence_word(answer.confidence, t)
    outcome = (
        t.abstained
        if answer.abstained
        else t.confidence.format(word=word, percent=confidence_percent(answer.confidence))
    )
    with st.container(horizontal=True, gap="medium"):
        for name, value in (
            (t.outcome, outcome),
            (t.model, run.model or t.no_model),
            (t.took, t.seconds.format(n=f"{_seconds(run):.2f}")),
            (t.library_version, str(run.library_version)),
        ):
            st.html(
                f'<div class="cw-fact"><span>{html_text(name)}</span>{html_text(value)}</div>',
                width="content",
            )
    told = answer.reason if answer.abstained and answer.reason else answer.text
    st.html(f'<div class="cw-answer">{html_text(told[:1].upper() + told[1:])}</div>')
    _tabs(shared, run, t)
    st.download_button(
        t.download_run,
        data=json.dumps(run_json(run), ensure_ascii=False, indent=2),
        file_name=f"run-{run.run_id}.json",
        mime="application/json",
        icon=":material/download:",
        on_click="ignore",
    )


def _tabs(shared: Shared, run: RunRecord, t: Texts) -> None:
    views: dict[str, Callable[[], object]] = {
        t.tab_evidence: lambda: grounds(run),
        t.tab_passages: lambda: _passages(run, t),
        t.tab_timings: lambda: _timings(run, t),
        t.tab_prompt: lambda: _prompt(run, t),
        t.tab_examples: lambda: run_examples(shared.library, run),
        t.tab_map: lambda: map_of_run(shared.library, run),
        t.tab_replay: lambda: replay(shared, run),
        t.tab_settings: lambda: st.json(run.settings, expanded=1),
    }
    for tab, view in zip(st.tabs(list(views)), views.values(), strict=True):
        with tab:
            view()


def _passages(run: RunRecord, t: Texts) -> None:
    answer = answer_from_json(run.answer)
    st.caption(t.passages_help)
    for rank, passage in enumerate(answer.passages, 1):
        with st.container(border=True):
            st.html(passage_html(passage, rank, place_text(passage.place, t)))
            if any(_holds(passage, citation) for citation in answer.citations):
                st.badge(t.cited_page, color="green", icon=":material/format_quote:")
    if answer.cut:
        st.caption(t.cut.format(n=len(answer.cut)))
        st.text("\n".join(answer.cut))


def _holds(passage: Passage, citation: Citation) -> bool:
    """Whether a quote was taken from a passage."""
    same = passage.document_id == citation.document_id
    return same and passage.start <= citation.start < passage.end


def _seconds(run: RunRecord) -> float:
    return run.timings.get("total", sum(_stages(run).values()))


def _stages(run: RunRecord) -> dict[str, float]:
    """Seconds by stage; a total that is among them is left out, so that stages add up."""
    return {name: seconds for name, seconds in run.timings.items() if name != "total"}


def _timings(run: RunRecord, t: Texts) -> None:
    stages = {t.stages.get(name, name): seconds for name, seconds in _stages(run).items()}
    if not stages:
        st.caption(t.no_timings)
        return
    whole = max(sum(stages.values()), 1e-9)
    parts = "".join(
        f'<b class="cw-part" style="flex-grow:{seconds / whole:.4f}" title="{html_text(name)}"></b>'
        for name, seconds in stages.items()
    )
    st.html(f'<div class="cw-whole">{parts}</div>')
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
        return
    tokens = sum(estimate_tokens(message.content) for message in run.prompt)
    st.caption(t.tokens_told.format(n=tokens))
    for message in run.prompt:
        _message(message)


def _message(message: Message) -> None:
    st.caption(label(message.role))
    st.html(f'<div class="cw-around">{html_text(message.content)}</div>')
