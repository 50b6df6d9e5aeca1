"""The first minute: an empty library invites, and a fresh conversation suggests questions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import streamlit as st

from rag.resources import resource
from rag.schema import DocumentInfo, RunRecord
from rag.text import has_cjk
from ui.app.components.answer import SURE
from ui.app.components.upload import KINDS, job_views, uploader
from ui.app.escaping import label
from ui.app.people import own_runs
from ui.app.session import Pending, session, texts
from ui.app.session_options import generator_remote
from ui.app.shared import Shared
from ui.app.texts import LANGUAGES

__all__ = ["asked_before", "empty_library", "sample_files", "sample_questions", "suggestions"]

_QUESTIONS: Final = "questions.jsonl"
_SHOWN: Final = 4
_LOOKED_AT: Final = 40


def empty_library(shared: Shared) -> None:
    """What to do when there is nothing to ask yet."""
    t = texts()
    with st.container(key="welcome"):
        st.title(t.welcome, anchor=False)
        remote = generator_remote(shared.library.settings)
        whereto = t.stays_here if remote is None else t.goes_out.format(name=label(remote))
        st.markdown(f"{t.welcome_text} {whereto}")
        uploader(shared)
        samples = sample_files()
        if samples and not shared.queue.busy:
            st.button(
                t.take_samples.format(n=len(samples)),
                key="take-samples",
                icon=":material/auto_stories:",
                on_click=_take_samples,
                args=(shared, samples),
            )
        job_views(shared, first=True)


def suggestions(shared: Shared, documents: Sequence[DocumentInfo]) -> None:
    """Before the first question: what this is, and questions that are known to have an answer here."""
    t = texts()
    with st.container(key="welcome"):
        st.title(t.ask_title, anchor=False)
        writes = session().options.settings(shared.library.settings).generator.writes
        about = t.ask_text_written if writes else t.ask_text
        st.markdown(about.format(documents=t.count("document", len(documents))))
        questions = sample_questions(documents, chinese=t is LANGUAGES["zh"])
        told = t.try_these if questions else t.asked_before
        questions = questions or asked_before(own_runs(shared.library, _LOOKED_AT), documents)
        if questions:
            st.caption(told)
        for number, question in enumerate(questions):
            st.button(
                label(question, 200),
                key=f"suggestion-{number}",
                icon=":material/chat_bubble:",
                on_click=_ask,
                args=(question,),
                width="stretch",
            )
        job_views(shared, unread=True)


def sample_files() -> list[Path]:
    """The documents that ship with the program."""
    folder = resource("data", "samples", "documents")
    return sorted(path for path in folder.rglob("*") if path.suffix.lower().lstrip(".") in KINDS)


def sample_questions(documents: Sequence[DocumentInfo], *, chinese: bool = False) -> list[str]:
    """Questions that the sample documents answer, one a document, when all of these are in the library."""
    path = resource("data", "samples", _QUESTIONS)
    names = {document.name for document in documents}
    if not path.is_file() or not {sample.name for sample in sample_files()} <= names:
        return []
    asked: dict[str, str] = {}
    for line in path.read_text("utf-8").splitlines():
        item = json.loads(line)
        if item["documents"] and has_cjk(item["question"]) == chinese:
            asked.setdefault(item["documents"][0], item["question"])
    return list(asked.values())[:_SHOWN]


def asked_before(runs: Sequence[RunRecord], documents: Sequence[DocumentInfo]) -> list[str]:
    """Questions that were answered surely, the latest first, where all that was cited is still there.

    Those that lean on a question before them are left out: alone they say too little.
    """
    here = {document.document_id for document in documents}
    found: dict[str, str] = {}
    for run in runs:
        cited = {citation["document_id"] for citation in run.answer["citations"]}
        sure = not run.answer["abstained"] and run.answer["confidence"] >= SURE
        if sure and cited and cited <= here and not run.answer.get("understood"):
            found.setdefault(run.question.casefold(), run.question)
    return list(found.values())[:_SHOWN]


def _take_samples(shared: Shared, samples: Sequence[Path]) -> None:
    shared.queue.submit({path: path.name for path in samples})


def _ask(question: str) -> None:
    session().pending = Pending(question)
