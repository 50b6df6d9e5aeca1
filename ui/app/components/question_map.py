"""The map of the library with a question on it: where it stands, what was read, what was cited."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import streamlit as st

from rag.library import Library
from rag.retrieval.library_map import LibraryMap, library_map
from rag.schema import Answer, RunRecord
from rag.wire import answer_from_json
from ui.app.components.scope import document_names
from ui.app.session import texts
from ui.app.texts import Texts

__all__ = ["map_of_run", "map_rows"]

_TEXT: Final = 160
_NAMED: Final = 20
_HEIGHT: Final = 520


def map_of_run(library: Library, run: RunRecord) -> None:
    """Drawn when it is asked for: the projection of a library takes seconds, once for each version of it."""
    t = texts()
    if not st.toggle(t.map_show, key="map", persist_state="session"):
        return
    with st.spinner(t.map_drawing):
        found = _map(library, str(library.settings.library), library.store.version, library.store.embedder)
    if found is None:
        st.info(t.map_small, icon=":material/info:")
        return
    rows = map_rows(library, found, answer_from_json(run.answer), t)
    names = {row["document"] for row in rows}
    st.caption(t.map_help.format(shown=len(found.chunk_ids), n=found.chunks))
    st.vega_lite_chart(_spec(rows, legend=len(names) <= _NAMED, t=t), width="stretch", height=_HEIGHT)


def map_rows(library: Library, found: LibraryMap, answer: Answer, t: Texts) -> list[dict[str, Any]]:
    """A row a dot: its place, its document, what it is (`""`, read, cited, the question), its first words."""
    chunks = {chunk.chunk_id: chunk.text for chunk in library.store.chunks(found.chunk_ids)}
    names = document_names(library.documents())
    rows = [
        _row(point, names.get(document_id, ""), "", chunks.get(chunk_id, ""))
        for chunk_id, document_id, point in zip(
            found.chunk_ids, found.document_ids, found.points, strict=True
        )
    ]
    here = [passage for passage in answer.passages if passage.document_id in names]
    cited = {(citation.document_id, citation.start) for citation in answer.citations}
    question = answer.understood or answer.question
    vectors = library.embedder.embed_questions([question])
    rows.append(_row(found.place(vectors)[0], "", t.map_question, question))
    if here:
        texts_read = library.embedder.embed_passages([passage.text for passage in here])
        for passage, point in zip(here, found.place(texts_read), strict=True):
            holds = any(
                d == passage.document_id and passage.start <= start < passage.end for d, start in cited
            )
            kind = t.map_cited if holds else t.map_hit
            rows.append(_row(point, names[passage.document_id], kind, passage.text))
    return rows


def _row(point: Sequence[float], document: str, kind: str, text: str) -> dict[str, Any]:
    x, y = (round(float(value), 3) for value in point)
    return {"x": x, "y": y, "document": document, "kind": kind, "text": " ".join(text[:_TEXT].split())}


def _spec(rows: Sequence[dict[str, Any]], *, legend: bool, t: Texts) -> dict[str, Any]:
    """Vega-Lite: chunks as dots by document, the question and what was read as larger signs over them."""
    place = {
        axis: {"field": axis, "type": "quantitative", "axis": None, "scale": {"zero": False}} for axis in "xy"
    }
    tooltip = [{"field": field, "type": "nominal"} for field in ("document", "kind", "text")]
    by_document = {"field": "document", "type": "nominal", "title": t.map_document}
    kinds = [t.map_question, t.map_cited, t.map_hit]
    by_kind = {"field": "kind", "type": "nominal", "title": None}
    return {
        "layer": [
            {
                "data": {"values": [row for row in rows if not row["kind"]]},
                "mark": {"type": "circle", "size": 36, "opacity": 0.55},
                "encoding": {
                    **place,
                    "tooltip": tooltip,
                    "color": {
                        **by_document,
                        "scale": {"scheme": "tableau20"},
                        "legend": {"orient": "bottom", "columns": 3} if legend else None,
                    },
                },
            },
            {
                "data": {"values": [row for row in rows if row["kind"]]},
                "mark": {"type": "point", "size": 190, "filled": True, "stroke": "white", "strokeWidth": 1},
                "encoding": {
                    **place,
                    "tooltip": tooltip,
                    "shape": {
                        **by_kind,
                        "scale": {"domain": kinds, "range": ["cross", "diamond", "triangle-up"]},
                        "legend": {"orient": "top", "symbolSize": 120},
                    },
                    "color": {
                        **by_kind,
                        "scale": {"domain": kinds, "range": ["#d64545", "#e6a700", "#3b82d6"]},
                        "legend": {"orient": "top", "symbolSize": 120},
                    },
                },
            },
        ],
        "resolve": {"scale": {"color": "independent", "shape": "independent"}},
        "config": {"view": {"stroke": None}},
    }


@st.cache_data(max_entries=4, show_spinner=False)
def _map(_library: Library, library_path: str, version: int, embedder: str | None) -> LibraryMap | None:
    """Keyed by the library's path and version."""
    return library_map(_library.store, _library.embedder.fingerprint)
