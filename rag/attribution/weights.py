"""The learned weights of evidence selection, as they ship in `data/calibration/evidence.json`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from rag.attribution.features import FEATURES, WORD_FEATURES
from rag.attribution.linear import LinearModel, read_parameters
from rag.attribution.membership import MEMBERSHIP_FEATURES
from rag.errors import ConfigurationError
from rag.resources import resource

__all__ = ["EvidenceWeights", "UnitModels", "load_evidence_weights"]

_VERSION = 2


@dataclass(frozen=True)
class UnitModels:
    """`ranking` orders the units of a question, `membership` judges the best few."""

    ranking: LinearModel
    membership: LinearModel


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
                "fit it anew with benchmarks/fit_evidence.py"
            )

        def model(name: str, features: tuple[str, ...]) -> LinearModel:
            if not isinstance(tree.get(name), Mapping):
                raise ConfigurationError(f"{source}: the model {name!r} is missing")
            return LinearModel.from_json(tree[name], features, f"{source}, {name}")

        read, unread = (
            UnitModels(model(f"ranking{how}", FEATURES), model(f"membership{how}", MEMBERSHIP_FEATURES))
            for how in ("", "_unread")
        )
        return cls(model("prefilter", WORD_FEATURES), read, unread)

    def to_json(self) -> dict[str, Any]:
        """The form that `from_json` reads."""
        return {
            "version": _VERSION,
            "prefilter": self.prefilter.to_json(),
            "ranking": self.read.ranking.to_json(),
            "membership": self.read.membership.to_json(),
            "ranking_unread": self.unread.ranking.to_json(),
            "membership_unread": self.unread.membership.to_json(),
        }


@cache
def load_evidence_weights() -> EvidenceWeights:
    """The weights that ship with the program."""
    path = resource("data", "calibration", "evidence.json")
    return EvidenceWeights.from_json(read_parameters(path), str(path))
