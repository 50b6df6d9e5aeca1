"""What is in use and what left the machine, told from the code itself: for the app and docs/transparency.md.

`python -m ui.transparency` prints the page of the documentation. Its order follows the Foundation Model
Transparency Index (Bommasani et al. 2023, https://crfm.stanford.edu/fmti), as far as its items apply to a
program that trains one small model and runs others.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit

from pydantic import BaseModel

from rag.models.packaged import PACKAGED, PREFIX
from rag.resources import resource
from rag.schema import RunRecord
from rag.settings import Settings, load_settings, presets
from ui.app.options import LOCAL_PROVIDERS, generator_remote, named_remotes
from ui.listening import LOOPBACK

__all__ = ["ModelInUse", "Sent", "models_in_use", "page", "sent", "training"]

_DIGEST_OF_OTHERS: Final = "not ours to pin"
_HUB: Final = "huggingface.co"


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
    """What left this machine for one answer, by its run record: the prompt, and the follow-up's rewriting."""
    generator = run.settings.get("generator", {})
    to = _remote(generator)
    if to is None or urlsplit(to).hostname in LOOPBACK or not generator.get("writes"):
        return ()
    found = []
    if run.prompt:
        size = sum(len(message.content) for message in run.prompt)
        found.append(Sent(to, "the prompt: question, worked examples and passages", size))
    if run.answer.get("understood") and run.settings.get("answering", {}).get("follow_ups") == "generator":
        found.append(Sent(to, "the question with the turns before it", len(run.question)))
    return tuple(found)


def models_in_use(settings: Settings) -> tuple[ModelInUse, ...]:
    """Every model that an answer under these settings may go through."""
    card = _card()
    generator, reranker = settings.generator, settings.reranker
    found = [_weights("embedder", settings.embedder.model)]
    if settings.answering.second_embedder:
        found.append(_weights("second embedder", settings.answering.second_embedder))
    if settings.reader.model == "packaged":
        origin, digest = str(card["base"]), str(card["sha256"]["reader.onnx"])
        found.append(ModelInUse("reader", str(card["name"]), f"ours, from {origin}", "Apache-2.0", digest))
    elif settings.reader.model != "none":
        found.append(_weights("reader", settings.reader.model))
    if reranker.model:
        found.append(_weights("reranker", reranker.model))
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


def training() -> Mapping[str, Any]:
    """The card of the model that we trained: data with licences, compute, limits, figures."""
    return _card()


def page() -> str:
    """docs/transparency.md."""
    return "\n".join(_page()) + "\n"


_SMALL: Final = (
    ModelInUse("sentence boundaries", "nupunkt", "https://github.com/alea-institute/nupunkt", "MIT"),
    ModelInUse(
        "language of a text", "langid.py (py3langid)", "https://github.com/adbar/py3langid", "BSD-3-Clause"
    ),
)


def _remote(generator: Mapping[str, Any]) -> str | None:
    if generator.get("provider", "local") in LOCAL_PROVIDERS:
        return None
    return str(generator.get("base_url") or generator["provider"])


def _weights(role: str, name: str) -> ModelInUse:
    """Weights by package, folder or hub name."""
    packaged = PACKAGED.get(name.removeprefix(PREFIX)) if name.startswith(PREFIX) else None
    if packaged is None:
        revision = name.partition("@")[2]
        return ModelInUse(
            role, name.partition("@")[0], "a folder, or " + _HUB, "its authors', see NOTICE", revision
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
def _card() -> Mapping[str, Any]:
    card: Mapping[str, Any] = json.loads(resource("data", "reader", "card.json").read_text("utf-8"))
    return card


def _page() -> Iterator[str]:
    settings, card = load_settings("default", environment={}), _card()
    yield from (
        "# Transparency",
        "",
        "Written by `python -m ui.transparency` from the code, the settings and the reader's card; a test",
        "compares them. The order is that of the",
        "[Foundation Model Transparency Index](https://crfm.stanford.edu/fmti): what went into the model",
        "that we trained, the models in use, what happens to your data. The app's page *Status* tells the",
        "same for your own settings, and for each answer what left the machine.",
        "",
        "## Upstream: the model that we trained",
        "",
        f"**{card['name']}** (`data/reader`): {card['description']}",
        "",
    )
    share = sum(entry["questions"] for entry in card["data"].values())
    trained = card["training"]
    yield from _table(
        ("index item", "answer"),
        [
            ("data size", f"{share:,} questions with their texts, in {len(card['data'])} sets"),
            ("data sources and licences", "the table below; NOTICE names their authors"),
            ("data creators", "researchers and crowd workers as the sets' papers tell; no user of Citewell"),
            ("personal data", "public texts as the sets hold them; nothing was added"),
            ("synthetic data", "the last row below, written by `benchmarks/reader/synthesis`"),
            ("data access", "the sets are public; none of their text is in the weights' files or here"),
            ("base model", card["base"]),
            (
                "compute",
                f"{trained['steps']:,} steps, {trained['pairs']:,} pairs, {trained['minutes']} minutes",
            ),
            ("methods", "supervised, three heads over one encoder (docs/reader.md)"),
            ("quantisation", card["quantisation"]),
            ("language", card["language"]),
            ("licence of the weights", card["licence"]),
            ("SHA-256", f"`{card['sha256']['reader.onnx']}`"),
        ],
    )
    yield from ("", "Training data:", "")
    yield from _table(
        ("set", "questions", "licence", "weight in training"),
        [
            (name, f"{entry['questions']:,}", entry["licence"], f"{entry['weight']:g}")
            for name, entry in card["data"].items()
        ],
    )
    yield from ("", "Limits, as its card states them:", "")
    yield from (f"- {limit}" for limit in card["limits"])
    yield from ("", "## Models in use", "", "Under the preset `default`:", "")
    yield from _models(models_in_use(settings))
    yield from ("", "What other presets add or take in their place:", "")
    own = set(models_in_use(settings))
    yield from _models(
        [model for name in presets() for model in models_in_use(_preset(name)) if model not in own],
        unique=True,
    )
    yield from (
        "",
        "Digests are checked when weights are loaded (`rag/models/packaged.py`; the reader's by its card).",
        "",
        "## Your data",
        "",
        "Nothing leaves the machine unless a setting names a place to send it to. By preset:",
        "",
    )
    yield from _table(
        ("preset", "may talk to", "sends there"),
        [(name, *_told_remotes(_preset(name))) for name in presets()],
    )
    yield from (
        "",
        "With `offline = true` (the default) no model hub is asked, and no tracer of LangChain's is let in,",
        "whatever the environment says. Telemetry of libraries is off under any settings. Both are held by",
        "`tests/attacks/test_offline.py`. Documents, questions, answers and feedback lie in the folder of",
        "the library and nowhere else; `citewell remove` takes a document out with all that came of it.",
        "Answers that you approve become worked examples of that library alone; nothing else is learnt from,",
        "unless you run `citewell calibrate` yourself. The run record of an answer (`citewell runs show`,",
        "page *Why*) holds the whole prompt that was sent.",
        "",
        "## Limits",
        "",
        "What is refused or left out, and the setting that moves it:",
        "",
    )
    yield from _table(("setting", "default", "meaning"), list(_limits(settings)))
    yield from (
        "",
        "Answers can be wrong: how often is measured in the README, and stands beside each answer as its",
        "confidence. What is promised against attacks, and how to report one, is in docs/security.md.",
    )


def _models(models: Sequence[ModelInUse], *, unique: bool = False) -> Iterator[str]:
    rows = [
        (m.role, m.name, m.origin, m.licence, f"`{m.digest}`" if m.digest else _DIGEST_OF_OTHERS)
        for m in models
    ]
    return _table(
        ("for", "model", "origin", "licence", "SHA-256 of the weights, or revision"),
        list(dict.fromkeys(rows)) if unique else rows,
    )


def _told_remotes(settings: Settings) -> tuple[str, str]:
    remotes = named_remotes(settings)
    if not remotes:
        return "nobody", "nothing"
    what = []
    if _HUB in remotes:
        what.append("the names of the weights that it downloads")
    if generator_remote(settings) is not None:
        what.append("question, turns before it, and the passages found")
    return ", ".join(remotes), "; ".join(what)


def _limits(settings: BaseModel, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str, str]]:
    """The settings that bound size, time or number, with their descriptions."""
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, BaseModel):
            yield from _limits(value, (*path, name))
        elif name.startswith("max_") or name.endswith(("_seconds", "_megabytes", "_pages", "connections")):
            shown = "the model's own" if value is None else f"{value:,g}"
            yield ".".join((*path, name)), shown, field.description or ""


def _preset(name: str) -> Settings:
    return load_settings(name, environment={})


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'-|' * len(head)}"
    yield from (f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)


if __name__ == "__main__":
    print(page(), end="")
