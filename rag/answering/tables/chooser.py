"""A small model that says which choices a question asks for: attention over choices and words, in numpy.

Its folder holds `chooser.npz` and `card.json`, which names its SHA-256. It is trained by
`benchmarks/tabular/train.py`; the words' states are those of the packaged multilingual encoder.
"""

from __future__ import annotations

import hashlib
import io
import math
import threading
import zipfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
from threadpoolctl import threadpool_limits

from rag.answering.tables.choice_layout import Laid, laid_out
from rag.answering.tables.choices import Choice, Operation
from rag.answering.tables.table_records import Collection
from rag.errors import ModelError, ModelNotFoundError
from rag.models.bert_graph import Array
from rag.models.packaged import packaged_path
from rag.models.universal import UNIVERSAL
from rag.models.weights import read_json
from rag.resources import resource

__all__ = ["Chooser", "load_chooser", "log_odds", "logits_of"]

_WEIGHTS: Final = "chooser.npz"
_EPSILON: Final = 1e-5
_ONE_THREAD: Final = threadpool_limits.wrap(limits=1, user_api="blas")
"""Products so small take ten times as long where they wake other threads."""


class Chooser:
    """Says how likely a question asks for each choice, by several networks. Safe for several threads."""

    def __init__(self, folder: Path | None = None) -> None:
        """Read the card of a folder (the one that ships without it); weights load at the first call.

        Raises:
            ModelNotFoundError: there is no such folder, or it lacks a file.
            ModelError: its card cannot be read.
        """
        self._folder = resource("data", "tables") if folder is None else folder
        for name in ("card.json", _WEIGHTS):
            if not (self._folder / name).is_file():
                raise ModelNotFoundError(f"{self._folder} is no folder of a chooser: it has no {name}")
        card = read_json(self._folder / "card.json")
        try:
            self._hash = str(card["sha256"][_WEIGHTS])
            self._heads = int(card["heads"])
            self._slope = float(card["sureness"]["slope"])
            self._offsets = {Operation(name): float(o) for name, o in card["sureness"]["offsets"].items()}
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(
                f"{self._folder / 'card.json'} lacks a field of a chooser's card: {error}"
            ) from None
        self._lock = threading.Lock()
        self._networks: list[dict[str, Array]] = []

    @property
    def fingerprint(self) -> str:
        """Tells models apart whose numbers differ."""
        return self._hash[:16]

    def logits(self, question: str, collection: Collection, choices: Sequence[Choice]) -> list[float]:
        """One logit a choice.

        Raises:
            ModelError: the weights are not those of the card, or cannot be read.
            ModelNotFoundError: the package with the words' states is not installed.
        """
        found = logits_of(laid_out(question, collection, choices), self.networks, self._heads)
        return [float(logit) for logit in found]

    @property
    def networks(self) -> Sequence[Mapping[str, Array]]:
        """The weights of each network by their names, as float32.

        Raises:
            ModelError: the weights are not those of the card, or cannot be read.
        """
        with self._lock:
            self._networks = self._networks or self._load()
        return self._networks

    def probability(self, operation: Operation, sureness: float) -> float:
        """How often a request of this sureness is right, by logistic regression on tables kept apart."""
        odds = self._slope * log_odds(sureness) + self._offsets.get(operation, 0.0)
        return float(1.0 / (1.0 + np.exp(-odds)))

    def _load(self) -> list[dict[str, Array]]:
        path = self._folder / _WEIGHTS
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != self._hash:
            raise ModelError(f"{path} is not the file that card.json describes: get it again")
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as file:
                networks: dict[str, dict[str, Array]] = {}
                for name in file.files:
                    number, _, part = name.partition(".")
                    networks.setdefault(number, {})[part] = file[name].astype(np.float32)
                return list(networks.values())
        except (OSError, ValueError, zipfile.BadZipFile) as error:
            raise ModelError(f"{path} cannot be read ({error}): get it again") from None


@cache
def load_chooser() -> Chooser | None:
    """The chooser that ships; None where the package with the words' states is not installed.

    Raises:
        ModelError: the package's files are others than those that it was trained with.
    """
    try:
        packaged_path(UNIVERSAL)
    except ModelNotFoundError:
        return None
    return Chooser()


def log_odds(sureness: float) -> float:
    """The log odds of a probability, bounded."""
    bounded = min(max(sureness, 1e-6), 1.0 - 1e-6)
    return math.log(bounded / (1.0 - bounded))


def logits_of(laid: Laid, networks: Sequence[Mapping[str, Array]], heads: int) -> Array:
    """Mean logits of the networks of `benchmarks/tabular/network.py` on one question, shape (choices,)."""
    with _ONE_THREAD:
        return np.asarray(np.mean([_logits(laid, tables, heads) for tables in networks], axis=0))


def _logits(laid: Laid, tables: Mapping[str, Array], heads: int) -> Array:
    net = _Net(tables, heads)
    asked = net.norm("question_norm", net.linear("question", laid.question))
    asked = net.layer("question_layer", asked, None)
    whole = asked.mean(0, keepdims=True)
    name, value = net.linear("name", laid.names), net.linear("value", laid.values)
    kinds = laid.kinds
    parts = (
        *(whole * name, whole * value, name, value),
        net.linear("around", laid.around) * tables["kind_around.weight"][kinds],
        whole * tables["kind_asked.weight"][kinds],
        tables["kind.weight"][kinds],
        net.linear("numbers", laid.numbers),
    )
    states = net.linear("narrow", _gelu(net.linear("wide", np.concatenate(parts, 1))))
    states = np.concatenate([states, net.linear("title", laid.title[None])])
    number = 0
    while f"layers.{number}.ask.of.weight" in tables:
        states = net.layer(f"layers.{number}", states, asked)
        number += 1
    return np.asarray(net.linear("logit", net.norm("norm", states[:-1]))[:, 0])


class _Net:
    """The parts of the network by the names of their weights."""

    def __init__(self, tables: Mapping[str, Array], heads: int) -> None:
        self._tables = tables
        self._heads = heads

    def linear(self, name: str, states: Array) -> Array:
        return np.asarray(states @ self._tables[f"{name}.weight"].T + self._tables[f"{name}.bias"])

    def norm(self, name: str, states: Array) -> Array:
        middle = states - states.mean(-1, keepdims=True)
        spread = np.sqrt((middle**2).mean(-1, keepdims=True) + _EPSILON)
        return np.asarray(middle / spread * self._tables[f"{name}.weight"] + self._tables[f"{name}.bias"])

    def layer(self, name: str, states: Array, asked: Array | None) -> Array:
        if asked is not None:
            states = states + self._attention(f"{name}.ask", self.norm(f"{name}.norm_ask", states), asked)
        own = self.norm(f"{name}.norm_each", states)
        states = states + self._attention(f"{name}.each", own, own)
        wide = _gelu(self.linear(f"{name}.wide", self.norm(f"{name}.norm_alone", states)))
        return states + self.linear(f"{name}.narrow", wide)

    def _attention(self, name: str, states: Array, seen: Array) -> Array:
        of = self._parted(self.linear(f"{name}.of", states))
        to, kept = (self._parted(part) for part in np.split(self.linear(f"{name}.given", seen), 2, axis=1))
        weights = of @ to.transpose(0, 2, 1) / np.sqrt(of.shape[-1])
        weights = np.exp(weights - weights.max(-1, keepdims=True))
        found = (weights / weights.sum(-1, keepdims=True)) @ kept
        return self.linear(f"{name}.out", found.transpose(1, 0, 2).reshape(len(states), -1))

    def _parted(self, states: Array) -> Array:
        """States by heads: (heads, n, size / heads)."""
        return states.reshape(len(states), self._heads, -1).transpose(1, 0, 2)


def _gelu(states: Array) -> Array:
    inside = np.sqrt(2.0 / np.pi) * (states + 0.044715 * states**3)
    return np.asarray(0.5 * states * (1.0 + np.tanh(inside)))
