"""What people think of answers, and what comes of it: worked examples and questions with known answers."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from rag.errors import NotFoundError
from rag.schema import Example, RunRecord
from rag.settings import ExampleSettings
from rag.store import Store
from rag.text import words

if TYPE_CHECKING:
    from rag.examples import ApprovedExample, PoolFile
    from rag.store.stored_records import Feedback, Rating

__all__ = ["Ratings"]

_Pool = tuple[Example, ...]


class Ratings:
    """The ratings that a library keeps, and the pool of examples that grows from them."""

    def __init__(self, store: Store, settings: ExampleSettings) -> None:
        self._store = store
        self._settings = settings
        self._merged: tuple[_Pool, _Pool, _Pool] | None = None

    def example_pool(self) -> _Pool:
        """The worked examples that prompts choose from: those of the settings' pool and the approved ones.

        The same object as before, unless one of the two has changed.
        """
        from rag.examples import merged_pools

        shipped, approved = self._file.examples(), self._store.examples.all()
        before = self._merged
        if before is not None and before[0] is shipped and before[1] == approved:
            return before[2]
        merged = merged_pools(shipped, approved)
        self._merged = (shipped, approved, merged)
        return merged

    def rate(self, run_id: str, rating: Rating, wanted_answer: str = "") -> Example | None:
        """Keep what a person thinks of an answer; one that they approve becomes an example.

        Approved (1) is the answer, or the wanted one that comes with it. Rejected (-1), it never is an
        example, whichever run gave it: one that holds the same answer to the same question is removed, and
        another answer to it that was approved takes its place. A question that the pool has already, and
        an answer without evidence in the library, are kept as feedback only.

        Returns:
            The example that it became, None if it became none.

        Raises:
            NotFoundError: there is no such run.
        """
        record = self._store.run(run_id)
        self._store.save_feedback(run_id, rating, wanted_answer)
        chosen = self._settle(self._rated_alike(record))
        return chosen[1] if chosen is not None and chosen[0] == run_id else None

    def why_no_example(self, run_id: str) -> str:
        """Why an approved answer is not the example for its question; "" where it is.

        Raises:
            NotFoundError: there is no such run, or nobody has rated it.
        """
        record = self._store.run(run_id)
        rated = self._rated_alike(record)
        given = next((feedback for feedback, _ in rated if feedback.run_id == run_id), None)
        if given is None:
            raise NotFoundError(f"run {run_id!r} is not rated")
        held = self._store.examples.run_ids()
        if run_id in held:
            return ""
        if self._comes_with_the_pool(record):
            return f"the pool {self._settings.pool!r} comes with one for this question"
        if given.rating < 0:
            return "the answer was rejected"
        if against := _rejected_by(given, record, rated):
            return f"the same answer was rejected as run {against}"
        if _example(given, record, rated) is None:
            return "no passage that was found bears the answer out"
        if holder := next((feedback.run_id for feedback, _ in rated if feedback.run_id in held), ""):
            return f"run {holder} is the example for this question already"
        return "a document that it rests on is not in the library any more"

    def questions(self) -> list[dict[str, Any]]:
        """All feedback that tells a right answer, as questions for `citewell evaluate answers`."""
        from rag.examples import question_line

        lines = (
            question_line(self._store.run(kept.run_id), kept.rating, kept.wanted_answer)
            for kept in self._store.feedback()
        )
        return [line for line in lines if line is not None]

    @cached_property
    def _file(self) -> PoolFile:
        from rag.examples import PoolFile

        return PoolFile(self._settings.pool)

    def _rated_alike(self, record: RunRecord) -> list[tuple[Feedback, RunRecord]]:
        """All feedback on answers to a run's question, the oldest first."""
        from rag.examples import asked_alone, same_question

        pairs = [(kept, self._store.run(kept.run_id)) for kept in reversed(self._store.feedback())]
        asked = asked_alone(record)
        return [(kept, run) for kept, run in pairs if same_question(asked_alone(run), asked)]

    def _comes_with_the_pool(self, run: RunRecord) -> bool:
        from rag.examples import asked_alone, same_question

        question = asked_alone(run)
        return any(same_question(question, example.question) for example in self._file.examples())

    def _settle(self, rated: list[tuple[Feedback, RunRecord]]) -> tuple[str, Example] | None:
        """Make one of the answers to a question its example, if one may be; with the run that gave it."""
        examples = self._store.examples
        held, kept_now = examples.run_ids(), examples.all()
        shipped = self._comes_with_the_pool(rated[0][1])
        # the one that is the example stays it if it may; else the one approved first
        rated = sorted(rated, key=lambda pair: pair[0].run_id not in held)
        for feedback, run in [] if shipped else rated:
            found = _example(feedback, run, rated)
            if found is None:
                continue
            for other, _ in rated:
                if other.run_id != feedback.run_id:
                    examples.remove(other.run_id)
            if feedback.run_id in held and found.example in kept_now:
                return feedback.run_id, found.example
            try:
                examples.add(feedback.run_id, found.example, found.document_ids)
            except NotFoundError:  # a document left since the answer was given
                continue
            return feedback.run_id, found.example
        for feedback, _ in rated:
            examples.remove(feedback.run_id)
        return None


def _example(
    feedback: Feedback, run: RunRecord, rated: list[tuple[Feedback, RunRecord]]
) -> ApprovedExample | None:
    """The example that an approved answer is, unless it has no evidence or the same answer was rejected."""
    from rag.examples import example_of

    if feedback.rating < 0 or _rejected_by(feedback, run, rated):
        return None
    return example_of(run, feedback.wanted_answer)


def _rejected_by(feedback: Feedback, run: RunRecord, rated: list[tuple[Feedback, RunRecord]]) -> str:
    """The run whose rejected answer has the same words; "" if there is none."""
    told = words(feedback.wanted_answer.strip() or str(run.answer["answer"]))
    same = (
        given.run_id
        for given, other in rated
        if given.rating < 0 and words(str(other.answer["answer"])) == told
    )
    return next(same, "")
