"""How one session wants its questions answered: a preset and a few figures over the library's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from rag.errors import ModelNotFoundError
from rag.models.found_models import FoundModel
from rag.models.weights import locate
from rag.settings import Settings, load_settings, presets
from rag.tracing import collector

__all__ = [
    "LOCAL_PROVIDERS",
    "OWN",
    "QUOTES",
    "WRITTEN",
    "AskingOptions",
    "generator_remote",
    "named_remotes",
    "offered_presets",
]

OWN: Final = "own"
LOCAL_PROVIDERS: Final = ("local", "none", "llama_cpp")
QUOTES: Final = "quotes"
WRITTEN: Final = "written"
_SECTIONS: Final = ("reranker", "generator", "retrieval", "examples", "prompt", "answering")
"""What a preset may change for one session; reading, cutting and embedding are the library's."""


@dataclass(frozen=True)
class AskingOptions:
    """A preset or a model `found` on this machine, and what is set over it; None leaves a figure as it is."""

    preset: str = OWN
    found: FoundModel | None = None
    top_k: int | None = None
    abstain_below: float | None = None
    temperature: float | None = None
    top_p: float | None = None
    max_new_tokens: int | None = None
    candidates: int | None = None
    seed: int | None = None

    def settings(self, own: Settings) -> Settings:
        """The library's settings with these options over them."""
        chosen = _preset(self.preset, own) if self.found is None else _written_by(self.found, own)
        figures: dict[str, dict[str, Any]] = {
            "retrieval": {"top_k": self.top_k},
            "answering": {"abstain_below": self.abstain_below},
            "generator": {
                "temperature": self.temperature,
                "top_p": self.top_p,
                "max_new_tokens": self.max_new_tokens,
                "candidates": self.candidates,
                "seed": self.seed,
            },
        }
        return _with(chosen, figures)


def offered_presets(own: Settings) -> list[str]:
    """The presets that a session may choose: those that send nothing where the library's own do not.

    Presets that name an embedder are for libraries made with it, and are left out; so are those whose
    model is not on this machine.
    """
    offered = [OWN]
    if own.generator.writes:
        offered.append(QUOTES)
    elif own.generator.provider != "none":
        offered.append(WRITTEN)
    for name in presets():
        preset = load_settings(name)
        same = all(getattr(preset, section) == getattr(own, section) for section in _SECTIONS)
        sends = set(named_remotes(preset)) - set(named_remotes(own))
        if not (same or sends or "model" in preset.embedder.model_fields_set) and _is_here(preset):
            offered.append(name)
    return offered


def _is_here(settings: Settings) -> bool:
    """Whether the weights of the generator lie on this machine, where they have to."""
    if generator_remote(settings) is not None or settings.generator.provider == "none":
        return True
    try:
        locate(settings.generator.model, offline=True, setting="generator.model")
    except ModelNotFoundError:
        return False
    return True


def generator_remote(settings: Settings) -> str | None:
    """Where questions and passages are sent to be answered; None where a model of this machine does it."""
    generator = settings.generator
    if generator.provider in LOCAL_PROVIDERS:
        return None
    return generator.base_url or generator.provider


def named_remotes(settings: Settings) -> list[str]:
    """The places outside this program that the settings let it talk to."""
    remotes = [generator_remote(settings)]
    remotes += [part.base_url for part in (settings.embedder, settings.reranker) if part.provider != "local"]
    found = [remote for remote in dict.fromkeys(remotes) if remote is not None]
    if not settings.offline:
        found.append("huggingface.co")
    if settings.tracing.is_on:
        found.append(collector(settings.tracing))
    return found


def _preset(name: str, own: Settings) -> Settings:
    if name == OWN:
        return own
    if name in (QUOTES, WRITTEN):
        return _with(own, {"generator": {"writes": name == WRITTEN}})
    preset = load_settings(name)
    return own.model_copy(update={section: getattr(preset, section) for section in _SECTIONS})


def _written_by(model: FoundModel, own: Settings) -> Settings:
    """The settings under which a model that was found writes."""
    loaded = load_settings(model.preset, assignments=model.assignments)
    return own.model_copy(update={section: getattr(loaded, section) for section in _SECTIONS})


def _with(settings: Settings, figures: Mapping[str, Mapping[str, Any]]) -> Settings:
    """The settings with those figures that are not None."""
    changed = {}
    for section, values in figures.items():
        given = {key: value for key, value in values.items() if value is not None}
        if given:
            changed[section] = getattr(settings, section).model_copy(update=given)
    return settings.model_copy(update=changed)
