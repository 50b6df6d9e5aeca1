"""What people think of answers, and what comes of it: worked examples and questions with known answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.errors import NotFoundError
from rag.schema import Example
from rag.settings import ExampleSettings
from rag.store import Store

if TYPE_CHECKING:
    from rag.store.records import Rating

__all__ = ["Ratings"]


class Ratings:
    """The ratings that a library keeps, and the pool of examples that grows from them."""

    def __init__(self, store: Store, settings: ExampleSettings) -> None:
        self._store = store
        self._settings = settings

    def example_pool(self) -> tuple[Example, ...]:
        """The worked examples that prompts choose from: those of the settings' pool and the approved ones."""
        from rag.examples import load_pool, merged_pools

        return merged_pools(load_pool(self._settings.pool), self._store.examples.all())

    def rate(self, run_id: str, rating: Rating, wanted_answer: str = "") -> Example | None:
        """Keep what a person thinks of an answer; one that they approve becomes an example.

        Approved (1) is the answer, or the wanted one that comes with it; rejected (-1), it never is one,
        and what it had become is removed. A question that the pool has already, and an answer without
        evidence in the library, are kept as feedback only.

        Returns:
            The example that it became, None if it became none.

        Raises:
            NotFoundError: there is no such run.
        """
        from rag.examples import example_of, same_question

        record = self._store.run(run_id)
        self._store.save_feedback(run_id, rating, wanted_answer)
        self._store.examples.remove(run_id)
        found = example_of(record, wanted_answer) if rating > 0 else None
        if found is None:
            return None
        if any(same_question(record.question, known.question) for known in self.example_pool()):
            return None
        try:
            self._store.examples.add(run_id, found.example, found.document_ids)
        except NotFoundError:  # a document left since the answer was given
            return None
        return found.example

    def questions(self) -> list[dict[str, Any]]:
        """All feedback that tells a right answer, as questions for `citewell evaluate answers`."""
        from rag.examples import question_line

        lines = (
            question_line(self._store.run(kept.run_id), kept.rating, kept.wanted_answer)
            for kept in self._store.feedback()
        )
        return [line for line in lines if line is not None]
