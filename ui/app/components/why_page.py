"""Why an answer is as it is: its run record, from the question to the sentences."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

import streamlit as st
from pydantic import ValidationError

from rag.errors import CitewellError, NotFoundError
from rag.library import Library
from rag.prompting.builder import estimate_tokens
from rag.schema import Answer, Citation, Example, Message, Passage, RunRecord
from rag.settings import ExampleSettings
from rag.text import as_sentence
from rag.wire import answer_from_json, run_json
from ui.app.components.answer import confidence_percent, confidence_word
from ui.app.components.passage_list import passage_html
from ui.app.components.question_map import map_of_run
from ui.app.components.replay import replay
from ui.app.escaping import html_text, label, laid_out_html
from ui.app.people import own_runs
from ui.app.session import local_time, session, texts
from ui.app.shared import Shared
from ui.app.shown_places import file_name, place_text
from ui.app.texts import Texts

__all__ = ["example_similarities", "grounds", "run_examples", "why_page"]


def run_examples(library: Library, run: RunRecord) -> None:
    """Each example as it stood in the prompt."""
    t = texts()
    answer = answer_from_json(run.answer)
    if not answer.examples:
        st.info(t.no_examples, icon=":material/format_quote:")
        return
    settings = _settings(run)
    order = t.order_last if settings.most_similar == "last" else t.order_first
    st.caption(t.examples_chosen.format(selector=label(settings.selector), order=order))
    similar = example_similarities(library, settings, answer)
    for example in answer.examples:
        value = similar.get(example.example_id)
        told = "" if value is None else t.similarity.format(value=f"{value:.3f}")
        st.html(_example_html(example, told))


def example_similarities(library: Library, settings: ExampleSettings, answer: Answer) -> dict[str, float]:
    """How similar a selector finds the examples of an answer to its question, by example id."""
    from rag.examples import build_selector, select_scored

    every = settings.model_copy(update={"k": len(answer.examples)})
    try:
        selector = build_selector(every, answer.examples, library.embedder)
        scored = select_scored(selector, answer.understood or answer.question)
    except CitewellError:  # a selector of another version of the program
        return {}
    return {item.example.example_id: item.similarity for item in scored}


def _settings(run: RunRecord) -> ExampleSettings:
    """Those of the run; today's defaults where they were written by another version."""
    try:
        return ExampleSettings.model_validate(run.settings.get("examples", {}))
    except ValidationError:
        return ExampleSettings()  # type: ignore[call-arg]


def _example_html(example: Example, similarity: str) -> str:
    passages = "".join(f'<div class="cw-file-note">{html_text(text)}</div>' for text in example.passages)
    return (
        f'<div class="cw-weighed"><div class="cw-passage"><b>{html_text(example.question)}</b><br>'
        f"{html_text(example.answer)}</div>{passages}"
        f'<div class="cw-scores">{html_text(similarity)}</div></div>'
    )


def grounds(run: RunRecord) -> None:
    """The evidence of a run: the sentences weighed, best first, those taken marked."""
    t = texts()
    why = run.why
    rated = answer_from_json(run.answer).is_rated
    told = [*_searched(why, t), *(_confidence(why, t) if rated else [])]
    if told:
        st.caption(" · ".join(told))
    evidence = [item for item in why.get("evidence", []) if isinstance(item, dict)]
    if not evidence:
        st.info(t.no_evidence, icon=":material/info:")
        return
    weighed = t.count("sentence", why.get("units_considered", len(evidence)))
    st.caption(t.evidence_help.format(sentences=weighed))
    names = {passage["document_id"]: file_name(passage["source"]) for passage in run.answer["passages"]}
    best = max((abs(float(item["score"])) for item in evidence), default=1.0) or 1.0
    rows = "".join(_evidence_html(item, names, best, t) for item in evidence)
    st.html(f'<div class="cw-evidence">{rows}</div>')
    with st.expander(t.why_details, icon=":material/data_object:"):
        st.json(why, expanded=1)


def _searched(why: Mapping[str, Any], t: Texts) -> list[str]:
    searched = why.get("searched", {})
    hits, weights = searched.get("hits", {}), searched.get("weights", {})
    return [
        t.leg_told.format(
            leg=t.legs.get(leg, leg), hits=t.count("hit", n), weight=f"{weights.get(leg, 0):.2f}"
        )
        for leg, n in hits.items()
    ]


def _confidence(why: Mapping[str, Any], t: Texts) -> list[str]:
    confidence = why.get("confidence", {})
    if "value" not in confidence:
        return []
    value, limit = confidence_percent(confidence["value"]), round(100 * confidence["abstain_below"])
    return [t.confidence_told.format(value=value, limit=limit)]


def _evidence_html(item: Mapping[str, Any], names: Mapping[str, str], best: float, t: Texts) -> str:
    chosen = bool(item.get("chosen"))
    width = 100 * max(float(item["score"]), 0.0) / best
    taken = f'<span class="cw-status cw-status-added">{html_text(t.taken)}</span>' if chosen else ""
    return (
        f'<div class="cw-weighed{" cw-taken" if chosen else ""}">'
        f'<div class="cw-place">{taken} {html_text(names.get(item["document_id"], ""))}</div>'
        f'<div class="cw-passage">{laid_out_html(item["text"])}</div>'
        f'<div class="cw-meter" title="{float(item["score"]):.2f}"><b style="width:{width:.1f}%"></b></div>'
        f'<div class="cw-scores">{html_text(item.get("reason") or "")}</div></div>'
    )


_RUNS: Final = 200


def why_page(shared: Shared) -> None:
    """Choose a run, see all that made it."""
    t = texts()
    library = shared.library
    st.title(t.why_title, anchor=False)
    st.markdown(t.why_text)
    by_id = {run.run_id: run for run in own_runs(library, _RUNS)}
    chosen = session().run_id
    shown: list[str] = st.session_state.setdefault("shown-runs", [])  # of conversations that others show
    if chosen is not None and chosen not in (*by_id, *shown):
        shown.append(chosen)
    for run_id in shown:
        with suppress(NotFoundError):
            by_id[run_id] = library.run(run_id)
    if not by_id:
        st.info(t.no_runs, icon=":material/info:")
        return
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
    st.html(f'<h2 class="cw-run-question">{html_text(run.question)}</h2>')
    word, _ = confidence_word(answer.confidence, t)
    rated = t.confidence.format(word=word, percent=confidence_percent(answer.confidence))
    outcome = t.abstained if answer.abstained else rated if answer.is_rated else t.own_words
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
    told = as_sentence(answer.reason) if answer.abstained and answer.reason else answer.text
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
