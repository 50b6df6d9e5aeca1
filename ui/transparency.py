"""Which models are in use and what left the machine, from the code, the settings and the run records."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

from rag.models.build import PACKAGED_READERS
from rag.models.packaged import PACKAGED, PREFIX
from rag.resources import resource
from rag.schema import RunRecord
from rag.settings import EmbedderSettings, RerankerSettings, Settings
from ui.app.session_options import LOCAL_PROVIDERS, generator_remote
from ui.listening import LOOPBACK

__all__ = ["HUB", "ModelInUse", "Sent", "models_in_use", "sent", "trainings"]

HUB: Final = "huggingface.co"


@dataclass(frozen=True, slots=True)
class ModelInUse:
    """A model with what it does here; `digest` is the SHA-256 of its weights, empty where it is not known.

    `runs_at` is the address that it runs at; empty for this machine.
    """

    role: str
    name: str
    origin: str
    licence: str
    digest: str = ""
    runs_at: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """Something of one answer that was sent to a place outside this machine."""

    to: str
    what: str
    characters: int


def sent(run: RunRecord) -> tuple[Sent, ...]:
    """What left this machine for one answer, by its run record: prompts, and texts in spans."""
    return (*_sent_to_generator(run), *_sent_to_collector(run))


def _sent_to_generator(run: RunRecord) -> tuple[Sent, ...]:
    generator = run.settings.get("generator", {})
    told = len(run.question) + sum(len(passage["text"]) for passage in run.answer.get("passages", ()))
    found = [
        Sent(to, f"at least the question and the passages, to the {section}", told)
        for section in ("embedder", "reranker")
        if (to := _leaving(run.settings.get(section, {}))) is not None
    ]
    to = _leaving(generator)
    if to is None or not generator.get("writes"):
        return tuple(found)
    if run.prompt:
        size = sum(len(message.content) for message in run.prompt)
        found.append(Sent(to, "the prompt: question, worked examples and passages", size))
    if run.answer.get("understood") and run.settings.get("answering", {}).get("follow_ups") == "generator":
        found.append(Sent(to, "the question with the turns before it", len(run.question)))
    return tuple(found)


def _sent_to_collector(run: RunRecord) -> tuple[Sent, ...]:
    """Spans hold texts only if a setting says so."""
    told = run.settings.get("tracing", {})
    if not told.get("texts") or not (told.get("enabled") or told.get("endpoint")):
        return ()
    to = told.get("endpoint") or "the collector of OTEL_EXPORTER_OTLP_ENDPOINT"
    if urlsplit(to).hostname in LOOPBACK:
        return ()
    texts = [run.question, str(run.answer.get("answer", "")), *(message.content for message in run.prompt)]
    return (Sent(to, "spans with the question, the prompt and the answer", sum(map(len, texts))),)


def models_in_use(settings: Settings) -> tuple[ModelInUse, ...]:
    """Every model that an answer under these settings may go through."""
    generator, reranker = settings.generator, settings.reranker
    found = [_at_endpoint_or_here(settings.embedder)]
    if settings.answering.second_embedder:
        found.append(_weights("second embedder", settings.answering.second_embedder))
    if settings.reader.model == "packaged":
        for card in trainings().values():
            origin, digest = str(card["base"]), str(card["sha256"]["reader.npz"])
            role = "reader" if len(card["languages"]) == 1 else "multilingual reader"
            found.append(ModelInUse(role, str(card["name"]), f"ours, from {origin}", "Apache-2.0", digest))
    elif settings.reader.model != "none":
        found.append(_weights("reader", settings.reader.model))
    if reranker.model:
        found.append(_at_endpoint_or_here(reranker))
    if generator.writes:
        remote = generator_remote(settings)
        found.append(
            _weights("generator", generator.model)
            if remote is None
            else ModelInUse("generator", generator.model, remote, "its provider's terms", runs_at=remote)
        )
    if settings.ingest.ocr != "off":
        found += _ocr()
    return (*found, *_SMALL)


_SMALL: Final = (
    ModelInUse("sentence boundaries", "nupunkt", "https://github.com/alea-institute/nupunkt", "MIT"),
    ModelInUse(
        "language of a text", "langid.py (py3langid)", "https://github.com/adbar/py3langid", "BSD-3-Clause"
    ),
)


def _leaving(section: Mapping[str, Any]) -> str | None:
    """Where a model's part of the settings sends things; None where they stay on this machine."""
    if section.get("provider", "local") in LOCAL_PROVIDERS:
        return None
    to = str(section.get("base_url") or section["provider"])
    return None if urlsplit(to).hostname in LOOPBACK else to


def _at_endpoint_or_here(settings: EmbedderSettings | RerankerSettings) -> ModelInUse:
    name, at = str(settings.model), settings.base_url or ""
    if settings.provider == "local":
        return _weights(settings.section, name)
    return ModelInUse(settings.section, name, at, "its provider's terms", runs_at=at)


def _weights(role: str, name: str) -> ModelInUse:
    """Weights by package, folder or hub name."""
    packaged = PACKAGED.get(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None
    if packaged is None:
        revision = name.partition("@")[2]
        return ModelInUse(
            role, name.partition("@")[0], "a folder, or " + HUB, "its authors', see NOTICE", revision
        )
    largest = next(name for name in packaged.sha256 if name.endswith((".safetensors", ".npz", ".gguf")))
    return ModelInUse(role, packaged.name, packaged.origin, packaged.licence, packaged.sha256[largest])


def _ocr() -> list[ModelInUse]:
    from ingest.ocr.rapid import DIGESTS

    origin = "https://github.com/PaddlePaddle/PaddleOCR"
    return [
        ModelInUse("reading of pictures", name.removesuffix(".onnx"), origin, "Apache-2.0", digest)
        for name, digest in DIGESTS.items()
    ]


@cache
def trainings() -> Mapping[str, Mapping[str, Any]]:
    """The cards of the models that we trained, by folder: data with licences, compute, limits, figures."""
    cards = ((folder, resource("data", folder, "card.json")) for folder in PACKAGED_READERS)
    return {folder: json.loads(card.read_text("utf-8")) for folder, card in cards}
