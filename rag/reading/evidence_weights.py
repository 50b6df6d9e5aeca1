"""The learned weights of evidence selection, as they ship in `data/calibration/evidence.json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from rag.errors import ConfigurationError
from rag.reading.features import FEATURES, WORD_FEATURES
from rag.reading.linear import LinearModel, read_parameters
from rag.reading.membership import MEMBERSHIP_FEATURES
from rag.resources import resource

__all__ = ["EvidenceWeights", "UnitModels", "load_evidence_weights", "load_foreign_models"]

_VERSION = 2


@dataclass(frozen=True)
class UnitModels:
    """`ranking` orders the units of a question, `membership` judges the best few."""

    ranking: LinearModel
    membership: LinearModel

    @classmethod
    def from_json(cls, tree: Mapping[str, Any], source: str, how: str = "") -> UnitModels:
        """Read `ranking` and `membership`, with `how` behind their names.

        Raises:
            ConfigurationError: one is missing or written by another version.
        """
        ranking, membership = (
            _model(tree, f"{name}{how}", features, source)
            for name, features in (("ranking", FEATURES), ("membership", MEMBERSHIP_FEATURES))
        )
        return cls(ranking, membership)

    def to_json(self, how: str = "") -> dict[str, Any]:
        """The form that `from_json` reads."""
        return {f"ranking{how}": self.ranking.to_json(), f"membership{how}": self.membership.to_json()}


@dataclass(frozen=True)
class EvidenceWeights:
    """`prefilter` picks what is embedded; the other models are fitted with the reader's votes and without.

    Where no reader knows the language, the other features have to say more.
    """

    prefilter: LinearModel
    read: UnitModels
    unread: UnitModels

    def of(self, has_read: bool) -> UnitModels:
        """The models for units that the reader has read, or has not."""
        return self.read if has_read else self.unread

    @classmethod
    def from_json(cls, tree: Mapping[str, Any], source: str) -> EvidenceWeights:
        """Read the shipped form.

        Raises:
            ConfigurationError: a model is missing or written by another version.
        """
        if tree.get("version") != _VERSION:
            raise ConfigurationError(
                f"{source}: version {tree.get('version')!r}, not {_VERSION}; "
                "fit it again with benchmarks/fit_evidence.py"
            )
        read, unread = (UnitModels.from_json(tree, source, how) for how in ("", "_unread"))
        return cls(_model(tree, "prefilter", WORD_FEATURES, source), read, unread)

    def to_json(self) -> dict[str, Any]:
        """The form that `from_json` reads."""
        return {
            "version": _VERSION,
            "prefilter": self.prefilter.to_json(),
            **self.read.to_json(),
            **self.unread.to_json("_unread"),
        }


@cache
def load_evidence_weights() -> EvidenceWeights:
    """The weights that ship with the program."""
    path = resource("data", "calibration", "evidence.json")
    return EvidenceWeights.from_json(read_parameters(path), str(path))


@cache
def load_foreign_models() -> UnitModels:
    """The models for units of passages in other languages than the question, as they ship."""
    path = resource("data", "language", "foreign.json")
    return UnitModels.from_json(read_parameters(path), str(path))


def _model(tree: Mapping[str, Any], name: str, features: tuple[str, ...], source: str) -> LinearModel:
    if not isinstance(tree.get(name), Mapping):
        raise ConfigurationError(f"{source}: the model {name!r} is missing")
    return LinearModel.from_json(tree[name], features, f"{source}, {name}")
