"""How the program stands: models and licences, device, library, health, what left the machine."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

import streamlit as st

from rag import __version__
from rag.library import Library
from rag.models.devices import accelerator_likely, choose_device
from rag.settings import Settings
from rag.store import chosen_settings
from ui.app.escaping import html_text, label
from ui.app.people import own_runs
from ui.app.session import texts
from ui.app.session_options import named_remotes
from ui.app.texts import Texts
from ui.transparency import models_in_use, sent, trainings

__all__ = ["folder_bytes", "model_table", "network", "status_page", "trained_on", "what_left"]

_RUNS: Final = 20
_RUNS_SUMMED: Final = 200
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
    runs = own_runs(library, _RUNS)
    if not runs:
        return
    rows = []
    for run in runs:
        told = "; ".join(
            t.sent.format(
                characters=t.count("character", part.characters, f"{part.characters:,}"), to=part.to
            )
            for part in sent(run)
        )
        question = run.question[:_QUESTION_SHOWN]
        rows.append([html_text(run.created_at[:16]), html_text(question), html_text(told or t.sent_nothing)])
    with st.expander(t.sent_title.format(answers=t.count("answer", len(runs))), icon=":material/outbox:"):
        _table((t.sent_when, t.sent_question, t.sent_what), rows)


def trained_on(t: Texts) -> None:
    """The data and the limits of the models that ship with the program, as their cards state them."""
    for card in trainings().values():
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


_PACKAGES: Final = (
    "torch",
    "sentence-transformers",
    "transformers",
    "langchain-core",
    "faiss-cpu",
    "streamlit",
)


def status_page(library: Library) -> None:
    """Facts, and one button: check every invariant."""
    t = texts()
    st.title(t.status_title, anchor=False)
    _library(library, t)
    _health(library, t)
    _models(library, t)
    _answers(library, t)
    _network(library, t)
    _versions(t)


def folder_bytes(folder: Path) -> int:
    """The size of all files under a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _library(library: Library, t: Texts) -> None:
    documents = library.documents()
    folder = library.settings.library
    st.subheader(t.library, anchor=False)
    _facts(
        {
            t.fact_folder: str(folder.resolve()),
            t.fact_documents: str(len(documents)),
            t.fact_pages: str(sum(document.pages for document in documents)),
            t.fact_chunks: str(library.store.chunk_count()),
            t.fact_version: str(library.store.version),
            t.fact_disk: f"{folder_bytes(folder) / 1e6:.1f} MB",
        }
    )


def _health(library: Library, t: Texts) -> None:
    st.subheader(t.health, anchor=False)
    if st.button(t.check, key="check", icon=":material/health_and_safety:"):
        with st.spinner(t.checking):
            checks = library.check()
        if all(check.ok for check in checks):
            st.success(t.healthy.format(n=len(checks)), icon=":material/check_circle:")
        else:
            st.error(t.unhealthy, icon=":material/error:")
        rows = "".join(
            f"<tr><th>{'✓' if check.ok else '✗'} {html_text(check.name)}</th>"
            f"<td>{html_text(check.detail)}</td></tr>"
            for check in checks
        )
        st.html(f'<table class="cw-facts">{rows}</table>')


def _models(library: Library, t: Texts) -> None:
    settings = chosen_settings(library.settings, library.store.embedder_settings)
    st.subheader(t.models, anchor=False)
    model_table(settings, t)
    uses = t.generator_writes if settings.generator.writes else t.generator_quotes
    machine = {t.fact_device: _device(settings, t), t.fact_memory: _peak_memory(t)}
    _facts({t.fact_answers: uses, **machine})
    trained_on(t)


def _answers(library: Library, t: Texts) -> None:
    """Time and tokens of the last answers, by the model that made them."""
    uses = library.store.model_uses(_RUNS_SUMMED)
    if not uses:
        return
    answers = t.count("answer", sum(len(use.seconds) for use in uses))
    st.subheader(t.cost_title.format(answers=answers), anchor=False)
    rows = [
        [
            html_text(use.model),
            f"{len(use.seconds):,}",
            *(f"{use.percentile(share):.2f} s" for share in (0.5, 0.95)),
            *(t.none if n is None else f"{n:,}" for n in (use.tokens_read, use.tokens_written)),
        ]
        for use in uses
    ]
    _table((t.model_name, t.fact_answers, t.cost_median, t.cost_p95, t.cost_read, t.cost_written), rows)


def _device(settings: Settings, t: Texts) -> str:
    """Where models compute; torch is not loaded for being looked at."""
    if "torch" in sys.modules:
        return str(choose_device(settings.embedder.device))
    return t.not_loaded if accelerator_likely() else "cpu"


def _peak_memory(t: Texts) -> str:
    try:
        import resource
    except ImportError:  # not on Windows
        return t.none
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return f"{peak * (1 if sys.platform == 'darwin' else 1024) / 1e6:.0f} MB"


def _network(library: Library, t: Texts) -> None:
    st.subheader(t.network, anchor=False)
    network(library.settings, t)
    what_left(library, t)


def _versions(t: Texts) -> None:
    with st.expander(t.versions, icon=":material/info:"):
        versions = {"citewell": __version__, "Python": platform.python_version(), "OS": platform.platform()}
        for package in _PACKAGES:
            try:
                versions[package] = version(package)
            except PackageNotFoundError:
                continue
        _facts(versions)


def _facts(facts: dict[str, str]) -> None:
    rows = "".join(
        f"<tr><th>{html_text(name)}</th><td>{html_text(value)}</td></tr>" for name, value in facts.items()
    )
    st.html(f'<table class="cw-facts">{rows}</table>')
