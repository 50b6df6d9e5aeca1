"""Follow-up questions: what a question means after the turns before it.

    question + history -> dependence (does it stand alone?) -> generator or rules -> standalone question

A question that stands alone is never touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from rag.answering.followup.dependence import Anaphor, Dependence, Referent
from rag.answering.followup.generated import ask_generator, is_faithful
from rag.answering.followup.rewriting import dependence, rewrite, understood
from rag.answering.followup.turns import Turn, turns_of
from rag.models.protocol import Embedder
from rag.schema import Message

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

__all__ = [
    "Anaphor",
    "Dependence",
    "FollowUps",
    "Referent",
    "Turn",
    "dependence",
    "is_faithful",
    "rewrite",
    "turns_of",
    "understood",
]


class FollowUps:
    """Understands questions in their conversation: by a generator that writes, else by rules.

    The embedder tells which name of a question another name stands in for ("And in Austria?").
    """

    def __init__(
        self,
        generator: BaseChatModel | None = None,
        embedder: Embedder | None = None,
        *,
        reads: bool = True,
    ) -> None:
        self._generator = generator
        self._embedder = embedder
        self._reads = reads

    def understand(self, question: str, history: Sequence[Message]) -> str:
        """The standalone question; `question` itself where it stands alone or nothing was said before."""
        turns = turns_of(history)
        if not self._reads or not turns or dependence(question).is_standalone:
            return question
        if self._generator is not None:
            written = ask_generator(self._generator, question, turns)
            if written is not None:
                return written
        return understood(question, turns, self._likeness if self._embedder is not None else None)

    def _likeness(self, phrase: str, others: Sequence[str]) -> Sequence[float]:
        assert self._embedder is not None
        vectors = self._embedder.embed_questions([phrase, *others])
        scores: list[float] = np.asarray(vectors[1:] @ vectors[0], np.float64).tolist()
        return scores
