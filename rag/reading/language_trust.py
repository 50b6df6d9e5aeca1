"""How far an embedder knows a language, and what its cosines mean there: asked of it, not of its name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from rag.models.model_protocol import Embedder
from rag.reading.linear import read_parameters
from rag.resources import resource

__all__ = ["NO_TRUST", "LanguageTrust", "language_trust"]

_FALLBACK: Final = "en"
_GOOD_SENSITIVITY: Final = 5.0
"""The d' of signal detection (Green and Swets 1966) that all-MiniLM-L6-v2 reaches in English.

The multilingual universal sentence encoder has 3.5 in English and Chinese; MiniLM in Chinese 0.3.
"""


@dataclass(frozen=True, slots=True)
class LanguageTrust:
    """What the probes of a language found out about an embedder.

    `unrelated` and `related` are the mean cosines of a question with wrong sentences and with its own.
    `trust`, 0 to 1, is how far apart they stand in standard deviations, against a good embedder.
    """

    trust: float
    unrelated: float
    related: float

    def likeness(self, cosines: NDArray[np.float32]) -> NDArray[np.float64]:
        """Cosines on a scale that is the same for every embedder: 0 is unrelated, 1 a plain answer.

        Scaled by the trust: an embedder that cannot tell sentences apart says nothing.
        """
        spread = max(self.related - self.unrelated, 0.05)
        scaled = (cosines.astype(np.float64) - self.unrelated) / spread
        return self.trust * np.clip(scaled, -1.0, 2.0)


NO_TRUST: Final = LanguageTrust(0.0, 0.0, 1.0)
"""For questions without an embedder."""


def language_trust(embedder: Embedder, language: str) -> LanguageTrust:
    """Put the shipped probes of a language to an embedder; without probes, the English ones."""
    pairs = _probes().get(language) or _probes()[_FALLBACK]
    questions = embedder.embed_questions([question for question, _ in pairs])
    sentences = embedder.embed_passages([sentence for _, sentence in pairs])
    similarity = (questions @ sentences.T).astype(np.float64)
    right = np.diag(similarity)
    wrong = similarity[~np.eye(len(pairs), dtype=bool)]
    spread = float(np.sqrt((right.var() + wrong.var()) / 2)) or 1.0
    sensitivity = float(right.mean() - wrong.mean()) / spread
    trust = min(1.0, max(0.0, sensitivity / _GOOD_SENSITIVITY))
    return LanguageTrust(trust, float(wrong.mean()), float(right.mean()))


@cache
def _probes() -> dict[str, Any]:
    return read_parameters(resource("data", "calibration", "probes.json"))
