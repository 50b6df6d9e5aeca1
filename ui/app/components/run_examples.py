"""The worked examples of a run: by which selector, and how similar each is to the question."""

from __future__ import annotations

import streamlit as st
from pydantic import ValidationError

from rag.errors import CitewellError
from rag.library import Library
from rag.schema import Answer, Example, RunRecord
from rag.settings import ExampleSettings
from ui.app.conversation import answer_from_json
from ui.app.escaping import html_text, label
from ui.app.session import texts

__all__ = ["example_similarities", "run_examples"]


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
