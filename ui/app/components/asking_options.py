"""The choice of how questions are answered, for this session only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import streamlit as st

from rag.models.found_models import USUAL_PORTS, FoundModel, found_models
from rag.settings import Settings
from ui.app.escaping import label
from ui.app.session import session, texts
from ui.app.session_options import OWN, QUOTES, WRITTEN, AskingOptions, offered_presets
from ui.app.texts import Texts

__all__ = ["asking_options"]

_FOUND: Final = "found-models"
_LONGEST: Final = 60


def asking_options(own: Settings) -> AskingOptions:
    """A preset, the number of passages and the threshold; sampling for a model that writes."""
    t = texts()
    found = {f"{model.kind} {model.place} {model.name}": model for model in st.session_state.get(_FOUND, ())}
    offered = [*offered_presets(own), *found]
    if st.session_state.get("option-preset") not in offered:
        st.session_state["option-preset"] = OWN
    title = t.options if session().options == AskingOptions() else t.options_changed
    with st.popover(title, icon=":material/tune:", type="tertiary"):
        preset = _preset(offered, found, t)
        model = found.get(preset)
        _models(own, model, t)
        base = AskingOptions(preset, model).settings(own)
        figures: dict[str, Any] = {
            "top_k": _figure("top_k", t.option_top_k, base.retrieval.top_k, 1, 50, 1),
            "abstain_below": _figure(
                "abstain_below", t.option_abstain_below, base.answering.abstain_below, 0.0, 1.0, 0.05
            ),
        }
        with st.expander(t.sampling, icon=":material/casino:"):
            if base.generator.writes:
                figures |= _sampling(base, t)
            else:
                st.caption(t.sampling_none)
        st.button(t.options_reset, key="options-reset", type="tertiary", on_click=_reset)
    session().options = AskingOptions(preset, model, **figures)
    return session().options


def _models(own: Settings, chosen: FoundModel | None, t: Texts) -> None:
    """The way to the models of this machine, and where the chosen one is."""
    if chosen is not None and chosen.place.startswith("http"):
        st.caption(t.model_at.format(place=label(chosen.place)))
    st.button(
        t.find_models,
        key="find-models",
        type="tertiary",
        icon=":material/search:",
        help=t.find_models_help.format(servers=", ".join(USUAL_PORTS)),
        on_click=_look,
        args=(own,),
    )
    if st.session_state.get(_FOUND) == []:
        st.caption(t.no_models)


def _look(own: Settings) -> None:
    """Remember what can write here beside the library's own model."""
    st.session_state[_FOUND] = [m for m in found_models(own.generator) if m.preset]


def _preset(offered: Sequence[str], found: Mapping[str, FoundModel], t: Texts) -> str:
    names = {OWN: t.preset_own, QUOTES: t.preset_quotes, WRITTEN: t.preset_written}
    names |= {key: f"{model.name[:_LONGEST]} ({model.kind})" for key, model in found.items()}
    return st.selectbox(
        t.preset,
        list(offered),
        format_func=lambda name: names.get(name, name),
        key="option-preset",
        help=t.preset_help,
        persist_state="session",
    )


def _sampling(base: Settings, t: Texts) -> dict[str, Any]:
    generator = base.generator
    return {
        "temperature": _figure("temperature", t.option_temperature, generator.temperature, 0.0, 2.0, 0.1),
        "top_p": _figure("top_p", t.option_top_p, generator.top_p, 0.05, 1.0, 0.05),
        "max_new_tokens": _figure(
            "max_new_tokens", t.option_max_new_tokens, generator.max_new_tokens, 16, 4096, 16
        ),
        "candidates": _figure("candidates", t.option_candidates, generator.candidates, 1, 16, 1),
        "seed": _figure("seed", t.option_seed, generator.seed, 0, 2**31 - 1, 1),
    }


def _figure(name: str, title: str, value: float | None, low: float, high: float, step: float) -> float | None:
    """A number; None where it is left as the settings have it."""
    given = st.number_input(
        title,
        min_value=low if value is None else min(low, value),
        max_value=high if value is None else max(high, value),
        value=None,
        placeholder=texts().option_calibrated if value is None else str(value),
        step=step,
        key=f"option-{name}",
        persist_state="session",
    )
    return None if given is None or given == value else given


def _reset() -> None:
    for key in [str(key) for key in st.session_state if str(key).startswith("option-")]:
        st.session_state[key] = OWN if key == "option-preset" else None
