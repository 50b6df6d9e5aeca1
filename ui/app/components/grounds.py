"""What an answer rests on: how the library was searched, and which sentences were weighed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from rag.schema import RunRecord
from ui.app.components.answer import confidence_percent
from ui.app.escaping import html_text
from ui.app.laid_out import laid_out_html
from ui.app.places import file_name
from ui.app.session import texts
from ui.app.texts import Texts

__all__ = ["grounds"]


def grounds(run: RunRecord) -> None:
    """The evidence of a run: the sentences weighed, best first, those taken marked."""
    t = texts()
    why = run.why
    told = [*_searched(why, t), *_confidence(why, t)]
    if told:
        st.caption(" · ".join(told))
    evidence = [item for item in why.get("evidence", []) if isinstance(item, dict)]
    if not evidence:
        st.info(t.no_evidence, icon=":material/info:")
        return
    st.caption(t.evidence_help.format(n=why.get("units_considered", len(evidence))))
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
        t.leg_told.format(leg=t.legs.get(leg, leg), n=n, weight=f"{weights.get(leg, 0):.2f}")
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
