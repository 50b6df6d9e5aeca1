"""Transparency: models with origin, licence and digest, what left the machine, what we trained on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from rag.library import Library
from rag.settings import Settings
from ui.app.escaping import html_text, label
from ui.app.options import named_remotes
from ui.app.texts import Texts
from ui.transparency import models_in_use, sent, training

__all__ = ["model_table", "network", "trained_on", "what_left"]

_RUNS: Final = 20
_QUESTION_SHOWN: Final = 120
_DIGEST_SHOWN: Final = 12


def model_table(settings: Settings, t: Texts) -> None:
    """Every model that an answer goes through; the whole digest is told on hovering."""
    head = (t.model_role, t.model_name, t.model_origin, t.model_licence, t.fact_sha256)
    rows = [
        [
            html_text(t.roles.get(model.role, model.role)),
            html_text(model.name),
            html_text(model.runs_at or model.origin),
            html_text(model.licence),
            f'<span title="{html_text(model.digest)}">{html_text(model.digest[:_DIGEST_SHOWN])}</span>',
        ]
        for model in models_in_use(settings)
    ]
    _table(head, rows)


def network(settings: Settings, t: Texts) -> None:
    """Where the settings let the program send something."""
    addresses = named_remotes(settings)
    if addresses:
        names = label(", ".join(addresses), 300)
        st.warning(t.network_some.format(names=names), icon=":material/cloud_upload:")
    else:
        st.success(t.network_none, icon=":material/lock:")


def what_left(library: Library, t: Texts) -> None:
    """For each of the last answers what was sent to a place outside this machine."""
    runs = library.runs(_RUNS)
    if not runs:
        return
    rows = []
    for run in runs:
        told = "; ".join(t.sent.format(n=f"{part.characters:,}", to=part.to) for part in sent(run))
        question = run.question[:_QUESTION_SHOWN]
        rows.append([html_text(run.created_at[:16]), html_text(question), html_text(told or t.sent_nothing)])
    with st.expander(t.sent_title.format(n=len(runs)), icon=":material/outbox:"):
        _table((t.sent_when, t.sent_question, t.sent_what), rows)


def trained_on(t: Texts) -> None:
    """The data and the limits of the model that ships with the program, as its card states them."""
    card = training()
    with st.expander(t.trained_title.format(name=card["name"]), icon=":material/model_training:"):
        st.html(f"<p>{html_text(card['description'])}</p>")
        rows = [
            [html_text(name), f"{entry['questions']:,}", html_text(entry["licence"])]
            for name, entry in card["data"].items()
        ]
        _table((t.trained_set, t.trained_questions, t.model_licence), rows)
        st.html(f"<p>{html_text(t.trained_limits)}</p>")
        st.html("<ul>" + "".join(f"<li>{html_text(limit)}</li>" for limit in card["limits"]) + "</ul>")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table of cells that are HTML already."""
    names = "".join(f"<th>{html_text(name)}</th>" for name in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    st.html(f'<table class="cw-facts cw-table"><tr>{names}</tr>{body}</table>')
