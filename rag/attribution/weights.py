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

__all__ = ["EvidenceWeights", "load_evidence_weights", "load_foreign_weights"]

_VERSION = 1


@dataclass(frozen=True)
class EvidenceWeights:
    """`prefilter` picks what is embedded, `ranking` orders it, `membership` judges the best few."""

    prefilter: LinearModel
    ranking: LinearModel
    membership: LinearModel

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
        models = []
        for name, features in (
            ("prefilter", WORD_FEATURES),
            ("ranking", FEATURES),
            ("membership", MEMBERSHIP_FEATURES),
        ):
            if not isinstance(tree.get(name), Mapping):
                raise ConfigurationError(f"{source}: the model {name!r} is missing")
            models.append(LinearModel.from_json(tree[name], features, f"{source}, {name}"))
        return cls(*models)

    def to_json(self) -> dict[str, Any]:
        """The form that `from_json` reads."""
        return {
            "version": _VERSION,
            "prefilter": self.prefilter.to_json(),
            "ranking": self.ranking.to_json(),
            "membership": self.membership.to_json(),
        }


@cache
def load_evidence_weights() -> EvidenceWeights:
    """The weights that ship with the program."""
    path = resource("data", "calibration", "evidence.json")
    return EvidenceWeights.from_json(read_parameters(path), str(path))


@cache
def load_foreign_weights() -> EvidenceWeights:
    """The weights for passages in other languages than the question."""
    path = resource("data", "language", "foreign.json")
    return EvidenceWeights.from_json(read_parameters(path)["evidence"], str(path))
