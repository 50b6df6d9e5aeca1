"""How far an embedder knows a language: found out by asking it, not by its name."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import numpy as np

from rag.attribution.linear import read_parameters
from rag.models.protocol import Embedder
from rag.resources import resource

__all__ = ["language_trust"]

_FALLBACK: Final = "en"


def language_trust(embedder: Embedder, language: str) -> float:
    """0 to 1: how well the embedder finds the answers of a few shipped questions in a language.

    The mean reciprocal rank of the right sentence among all probes of the language, rescaled so that
    guessing is 0. A language without probes is judged by the English ones.
    """
    pairs = _probes().get(language) or _probes()[_FALLBACK]
    questions = embedder.embed_questions([question for question, _ in pairs])
    sentences = embedder.embed_passages([sentence for _, sentence in pairs])
    similarity = questions @ sentences.T
    right = np.diag(similarity)[:, None]
    ranks = 1 + (similarity > right).sum(axis=1)
    guessing = float(np.mean([1.0 / rank for rank in range(1, len(pairs) + 1)]))
    found = float(np.mean(1.0 / ranks))
    return max(0.0, (found - guessing) / (1.0 - guessing))


@cache
def _probes() -> dict[str, Any]:
    return read_parameters(resource("data", "calibration", "probes.json"))
