"""What is asked: the question made to stand alone, its kind, its parts, and words that may be misspelt."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from rag.answering.understanding.follow_ups import FollowUps
from rag.answering.understanding.kind_examples import read_kind_examples
from rag.answering.understanding.kinds import AT_ONCE, Kind, Kinds, KindVote
from rag.answering.understanding.misspelt import did_you_mean
from rag.answering.understanding.question_parts import question_parts
from rag.answering.understanding.standing import standing
from rag.models.model_protocol import Embedder
from rag.schema import Message, Stages
from rag.store import Store
from rag.text import content_words, detect_language

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

__all__ = ["Understanding", "Understood", "embedder_by_language"]

_LEAST_KNOWN: Final = 0.75


@dataclass(frozen=True)
class Understood:
    """A question as it is understood.

    `asked` is what was typed, `question` stands alone, `corrected` holds pairs (typed, known) for words that
    the library does not hold but nearly does; `question` is not changed by them. `parts` are two or more
    where several things are asked.
    """

    asked: str
    question: str
    kind: Kind = Kind.LOOKUP
    kind_confidence: float = 0.0
    corrected: tuple[tuple[str, str], ...] = ()
    parts: tuple[str, ...] = ()


class Understanding:
    """Reads questions in their conversation. Safe for several threads.

    Args:
        store: its words tell what is misspelt, its folder keeps vectors of examples that do not ship.
        embedder: the library's.
        second: makes the embedder for languages that the first does not know.
        generator: one that rewrites follow-ups, in place of substitution.
        follows: whether the conversation is looked at.
    """

    def __init__(
        self,
        store: Store,
        embedder: Embedder | None,
        second: Callable[[], Embedder | None] | None = None,
        generator: BaseChatModel | None = None,
        *,
        follows: bool = True,
    ) -> None:
        self._store = store
        self._embedder = embedder_by_language(embedder, second)
        self._follow_ups = FollowUps(generator, self._embedder, reads=follows)
        self._kinds: dict[str, Kinds] = {}

    def understand(
        self, question: str, history: Sequence[Message] = (), stages: Stages | None = None
    ) -> Understood:
        """What is asked after these messages; the tokens of a generator that rewrites go into `stages`."""
        alone = self.stand_alone(question, history, stages)
        vote = self.kind(alone)
        return Understood(
            asked=question,
            question=alone,
            kind=vote.kind,
            kind_confidence=vote.confidence,
            corrected=() if vote.kind in AT_ONCE else self._corrected(alone),
            parts=tuple(question_parts(alone)),
        )

    def _corrected(self, question: str) -> tuple[tuple[str, str], ...]:
        """Slips of the question; what an embedder's vocabulary holds whole is a word and no slip."""
        embedder = self._embedder(question)

        def is_word(word: str) -> bool:
            return embedder is not None and len(embedder.token_spans(word.lower())) == 1

        return did_you_mean(standing(question), self._store, is_word)

    def stand_alone(self, question: str, history: Sequence[Message], stages: Stages | None = None) -> str:
        """The question made to stand alone; as it is where it does, or nothing was said before."""
        return self._follow_ups.understand(question, history, stages)

    def kind(self, question: str) -> KindVote:
        """What a question that stands alone wants; a look-up without an embedder.

        A question is for the program itself only if nearly all of its words are those of such questions:
        "How many documents must be submitted?" has one word too many.
        """
        embedder = self._embedder(question)
        if embedder is None:
            return KindVote(Kind.LOOKUP, 0.0)
        kinds = self._kinds.setdefault(embedder.fingerprint, Kinds(embedder, self._store.path / "index"))
        vote = kinds.kind(question)
        if vote.kind in AT_ONCE | {Kind.LIBRARY} and not self._is_to_the_program(question, vote.kind):
            return KindVote(Kind.LOOKUP, vote.confidence)
        return vote

    def _is_to_the_program(self, question: str, kind: Kind) -> bool:
        if kind is Kind.LIBRARY:
            for info in self._store.documents():
                for name in (info.name, info.title, info.name.rsplit(".", 1)[0]):
                    if len(name) > 2 and name.casefold() in question.casefold():
                        question = question.casefold().replace(name.casefold(), " ")
        asked = content_words(question)
        known = self._words[kind]
        return sum(word in known for word in asked) >= _LEAST_KNOWN * len(asked)

    def usual_words(self, kind: Kind) -> frozenset[str]:
        """The content words with which a kind of question is asked: they name nothing in particular."""
        return self._words[kind]

    @cached_property
    def _words(self) -> dict[Kind, frozenset[str]]:
        """The content words of the examples of each kind, without the documents that they name."""
        words: dict[Kind, set[str]] = {kind: set() for kind in Kind}
        for example in read_kind_examples():
            words[Kind(example.kind)] |= content_words(example.question.replace(example.about or "\0", " "))
        return {kind: frozenset(found) for kind, found in words.items()}


def embedder_by_language(
    first: Embedder | None, second: Callable[[], Embedder | None] | None
) -> Callable[[str], Embedder | None]:
    """The embedder for a text: the library's own for English, the second for other languages."""

    def chosen(text: str) -> Embedder | None:
        if first is None or second is None or detect_language(text) == "en":
            return first
        return second() or first

    return chosen
