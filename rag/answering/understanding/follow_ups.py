"""Follow-up questions: what a question means after the turns before it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from rag.answering.understanding.dependence import dependence
from rag.answering.understanding.generated import ask_generator
from rag.answering.understanding.likeness import Likeness
from rag.answering.understanding.substitution import understood
from rag.answering.understanding.turns import turns_of
from rag.models.model_protocol import Embedder
from rag.schema import Message, Stages

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

__all__ = ["FollowUps"]

_LONGEST_FOLLOW_UP: Final = 1_000
"""Characters; who writes more says what is meant."""


class FollowUps:
    """Understands questions in their conversation: by a generator that writes, else by substitution.

    A question that stands alone is never touched.

    Args:
        generator: one that rewrites the question; what it strays in is not taken.
        embedder: the embedder that knows a phrase's language, for which phrase another stands in.
        reads: whether the conversation is looked at.
    """

    def __init__(
        self,
        generator: BaseChatModel | None = None,
        embedder: Callable[[str], Embedder | None] | None = None,
        *,
        reads: bool = True,
    ) -> None:
        self._generator = generator
        self._likeness = Likeness(embedder)
        self._reads = reads

    def understand(self, question: str, history: Sequence[Message], stages: Stages | None = None) -> str:
        """The standalone question; `question` itself where it stands alone or nothing was said before.

        The generator's tokens go into `stages`.
        """
        turns = turns_of(history)
        if len(question) > _LONGEST_FOLLOW_UP:
            return question
        if not self._reads or not turns or dependence(question, turns[-1].question).is_standalone:
            return question
        if self._generator is not None:
            written = ask_generator(self._generator, question, turns, Stages() if stages is None else stages)
            if written is not None:
                return written
        return understood(question, turns, self._likeness)
