"""Write the tables of docs/transparency.md from the code, the settings and the readers' cards.

    python -m benchmarks.transparency

The page's order is that of the Foundation Model Transparency Index (Bommasani et al. 2023,
https://crfm.stanford.edu/fmti), as far as its items apply to a program that trains three small models and
runs others.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel

from benchmarks.tables import ROOT, Table, filled
from rag.resources import resource
from rag.settings import Settings, load_settings, presets
from ui.app.session_options import generator_remote, named_remotes
from ui.transparency import HUB, ModelInUse, models_in_use, trainings

__all__ = ["PAGE", "written"]

PAGE: Final = ROOT / "docs" / "transparency.md"
_DIGEST_OF_OTHERS: Final = "not ours to pin"


def written(text: str) -> str:
    """The page with each of its tables rebuilt."""
    return filled(text, lambda name: _TABLES[name]())


def _reader(folder: str) -> Table:
    card = trainings()[folder]
    questions = sum(entry["questions"] for entry in card["data"].values())
    done = card["training"]
    rows = [
        ("name and task", f"{card['name']} (`data/{folder}`): {card['description']}"),
        ("data size", f"{questions:,} questions with their texts, in {len(card['data'])} sets"),
        ("data sources and licences", "the table below; NOTICE names their authors"),
        ("data creators", "researchers and crowd workers as the sets' papers tell; no user of Citewell"),
        ("personal data", "public texts as the sets hold them; nothing was added"),
        ("synthetic data", "the last row below, written by `benchmarks/reader/synthesis`"),
        ("data access", "the sets are public; none of their text is in the weights' files or here"),
        ("base model", card["base"]),
        ("compute", f"{done['steps']:,} steps, {done['pairs']:,} pairs, {done['minutes']} minutes"),
        ("methods", "supervised, three heads over one encoder (docs/reader.md)"),
        ("quantisation", card["quantisation"]),
        ("languages", card["language"]),
        ("licence of the weights", card["licence"]),
        ("SHA-256", f"`{card['sha256']['reader.npz']}`"),
        *(("a limit, as its card states it", limit) for limit in card["limits"]),
    ]
    return _table(("index item", "answer"), rows)


def _chooser() -> Table:
    card = json.loads(resource("data", "tables", "card.json").read_text("utf-8"))
    done = card["training"]
    rows = [
        ("name and task", f"{card['name']} (`data/tables`): {card['description']}"),
        ("data", f"{card['data']} (`benchmarks/tabular/tables`), CC0"),
        ("personal data", "none: all tables are invented"),
        ("base model", card["base"]),
        ("compute", f"{done['epochs']} epochs, {done['minutes']} minutes on two processor cores"),
        ("methods", "supervised, attention over choices and words (`benchmarks/tabular`)"),
        ("languages", card["language"]),
        ("licence of the weights", card["licence"]),
        ("SHA-256", f"`{card['sha256']['chooser.npz']}`"),
        *(("a limit, as its card states it", limit) for limit in card["limits"]),
    ]
    return _table(("index item", "answer"), rows)


def _data() -> Table:
    cards = list(trainings().values())
    rows = [
        (name, f"{entry['questions']:,}", entry["licence"], *(_weight(card, name) for card in cards))
        for name, entry in {name: card["data"][name] for card in cards for name in card["data"]}.items()
    ]
    weights = (f"weight, {card['name']}" for card in cards)
    return _table(("set", "questions", "licence", *weights), rows)


def _weight(card: Mapping[str, Any], name: str) -> str:
    return f"{card['data'][name]['weight']:g}" if name in card["data"] else "–"


def _other_models() -> Table:
    own = set(models_in_use(_preset("default")))
    every = dict.fromkeys(model for name in presets() for model in models_in_use(_preset(name)))
    return _models([model for model in every if model not in own])


def _models(models: Sequence[ModelInUse]) -> Table:
    rows = [
        (m.role, m.name, m.origin, m.licence, f"`{m.digest}`" if m.digest else _DIGEST_OF_OTHERS)
        for m in models
    ]
    return _table(("for", "model", "origin", "licence", "SHA-256 of the weights, or revision"), rows)


def _remotes() -> Table:
    rows = [(name, *_remotes_of(_preset(name))) for name in presets()]
    return _table(("preset", "may talk to", "sends there"), rows)


def _remotes_of(settings: Settings) -> tuple[str, str]:
    remotes = named_remotes(settings)
    if not remotes:
        return "nobody", "nothing"
    what = []
    if HUB in remotes:
        what.append("the names of the weights that it downloads")
    if generator_remote(settings) is not None:
        what.append("question, turns before it, and the passages found")
    return ", ".join(remotes), "; ".join(what)


def _limits() -> Table:
    return _table(("setting", "default", "meaning"), list(_limits_of(_preset("default"))))


def _limits_of(settings: BaseModel, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str, str]]:
    """The settings that bound size, time or number, with their descriptions."""
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if isinstance(value, BaseModel):
            yield from _limits_of(value, (*path, name))
        elif name.startswith("max_") or name.endswith(("_seconds", "_megabytes", "_pages", "connections")):
            shown = "the model's own" if value is None else f"{value:,g}"
            yield ".".join((*path, name)), shown, field.description or ""


def _preset(name: str) -> Settings:
    return load_settings(name, environment={})


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    return {"columns": list(head), "rows": [[cell.replace("|", "/") for cell in row] for row in rows]}


_TABLES: Final[dict[str, Callable[[], Table]]] = {
    "reader": lambda: _reader("reader"),
    "multilingual_reader": lambda: _reader("reader_multilingual"),
    "chooser": _chooser,
    "data": _data,
    "models": lambda: _models(models_in_use(_preset("default"))),
    "other_models": _other_models,
    "remotes": _remotes,
    "limits": _limits,
}


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
