"""Small linear models whose weights are data: JSON files that a script in `benchmarks/` fits."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import ConfigurationError
from rag.regular_files import read_regular

__all__ = ["LinearModel", "read_parameters"]


@dataclass(frozen=True)
class LinearModel:
    """`score = weights . features + intercept`, features by name."""

    features: tuple[str, ...]
    weights: NDArray[np.float64]
    intercept: float = 0.0

    @classmethod
    def from_json(cls, tree: Mapping[str, Any], expected: Sequence[str], source: str) -> LinearModel:
        """Read `{"weights": {feature: number}, "intercept": number}`; a feature left out weighs 0.

        Raises:
            ConfigurationError: a weight is not a number or names a feature that is not `expected`.
        """
        weights = tree.get("weights")
        if not isinstance(weights, Mapping):
            raise ConfigurationError(f"{source}: no weights in {dict(tree)!r}; fit the file again")
        unknown = sorted(set(weights) - set(expected))
        if unknown:
            raise ConfigurationError(
                f"{source}: {unknown[0]!r} is no feature of this version; fit the file again"
            )
        try:
            values = np.array([float(weights.get(name, 0.0)) for name in expected], np.float64)
            intercept = float(tree.get("intercept", 0.0))
        except (TypeError, ValueError) as error:
            raise ConfigurationError(f"{source}: a weight is not a number ({error})") from None
        return cls(tuple(expected), values, intercept)

    def to_json(self) -> dict[str, Any]:
        """The form that `from_json` reads."""
        named = zip(self.features, self.weights.tolist(), strict=True)
        return {
            "weights": {name: round(value, 4) for name, value in named if value},
            "intercept": round(self.intercept, 4),
        }

    def scores(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """Scores of shape (n,) for features of shape (n, len(features))."""
        scores: NDArray[np.float64] = matrix @ self.weights + self.intercept
        return scores

    def probabilities(self, matrix: NDArray[np.float64]) -> NDArray[np.float64]:
        """The logistic function of the scores."""
        scores = np.clip(self.scores(matrix), -500.0, 500.0)
        probabilities: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-scores))
        return probabilities


def read_parameters(path: Path) -> dict[str, Any]:
    """A parameter file as a tree.

    Raises:
        ConfigurationError: it cannot be read or is no JSON object.
    """
    try:
        tree = json.loads(read_regular(path))
    except (OSError, ValueError, RecursionError) as error:
        raise ConfigurationError(f"cannot read parameters {str(path)!r}: {error}") from None
    if not isinstance(tree, dict):
        raise ConfigurationError(f"parameters {str(path)!r} are no JSON object; fit the file again")
    return tree
