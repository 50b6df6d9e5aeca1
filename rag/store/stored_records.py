"""What was asked and answered: run records, conversations, feedback, and answers to be given again."""

from __future__ import annotations

import json
import sqlite3
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final, Literal

from rag.errors import NotFoundError
from rag.schema import Message, RunRecord
from rag.store.database import Database
from rag.store.stored_documents import now
from rag.store.texts import storable

__all__ = ["Conversation", "Feedback", "KeptAnswers", "ModelUse", "Rating", "Records"]

Rating = Literal[-1, 1]
_UNDO: Final = timedelta(hours=1)
_CONVERSATIONS: Final = (
    "SELECT c.conversation_id, c.title, c.created_at, c.changed_at, count(t.id), c.person, c.pinned"
    " FROM conversations c LEFT JOIN turns t ON t.conversation = c.id"
)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A named series of questions; times are UTC, ISO 8601. `person` is "" where nobody is told apart."""

    conversation_id: str
    title: str
    created_at: str
    changed_at: str
    turns: int
    person: str = ""
    pinned: bool = False


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a person thought of one answer; `wanted_answer` is empty unless they gave one."""

    run_id: str
    question: str
    rating: Rating
    wanted_answer: str
    created_at: str


@dataclass(frozen=True, slots=True)
class ModelUse:
    """What answers of one model took: seconds of each, and all tokens it read and wrote, as far as told.

    An answer is the model's that was asked to write, also where quotes stand in the end. Tokens are None
    where no record tells them.
    """

    model: str
    seconds: tuple[float, ...]
    tokens_read: int | None
    tokens_written: int | None

    def percentile(self, share: float) -> float:
        """The seconds that this share of the answers, above 0 up to 1, did not exceed (nearest rank)."""
        return sorted(self.seconds)[max(0, ceil(share * len(self.seconds)) - 1)]


_USES: Final = """
SELECT model, json_group_array(seconds), sum(tokens_read), sum(tokens_written) FROM (
    SELECT CASE WHEN json_extract(record, '$.timings.generate') IS NULL THEN json_extract(record, '$.model')
           ELSE json_extract(record, '$.settings.generator.model') END AS model,
           json_extract(record, '$.timings.total') AS seconds,
           json_extract(record, '$.tokens.input') AS tokens_read,
           json_extract(record, '$.tokens.output') AS tokens_written
    FROM runs ORDER BY id DESC LIMIT ?
) WHERE seconds IS NOT NULL GROUP BY model ORDER BY count(*) DESC, model
"""


class Records:
    """The part of a store that remembers questions and answers."""

    def __init__(self, database: Database) -> None:
        """Keep records in a migrated database."""
        self._database = database

    def save_run(self, record: RunRecord) -> None:
        """Store a run record, in place of an earlier one of the same id."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO runs (run_id, created_at, record) VALUES (?, ?, ?) ON CONFLICT (run_id)"
                " DO UPDATE SET created_at = excluded.created_at, record = excluded.record",
                (record.run_id, record.created_at, json.dumps(asdict(record))),
            )

    def runs(self, limit: int = 50) -> list[RunRecord]:
        """The latest run records, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute("SELECT record FROM runs ORDER BY id DESC LIMIT ?", (limit,))
            return [_record(row[0]) for row in rows]

    def runs_of(self, person: str, limit: int = 50) -> list[RunRecord]:
        """The run records in a person's conversations, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT r.record FROM turns t JOIN runs r ON r.id = t.run"
                " JOIN conversations c ON c.id = t.conversation"
                " WHERE c.person = ? AND c.deleted_at IS NULL ORDER BY t.id DESC LIMIT ?",
                (storable(person), limit),
            )
            return [_record(row[0]) for row in rows]

    def model_uses(self, limit: int) -> list[ModelUse]:
        """What each model took for the latest runs, the one of most answers first."""
        with self._database.reading() as connection:
            rows = connection.execute(_USES, (limit,)).fetchall()
        return [ModelUse(model, tuple(json.loads(times)), *tokens) for model, times, *tokens in rows]

    def run(self, run_id: str) -> RunRecord:
        """One run record.

        Raises:
            NotFoundError: no run has this id.
        """
        with self._database.reading() as connection:
            row = _run_row(connection, run_id)
            return _record(connection.execute("SELECT record FROM runs WHERE id = ?", (row,)).fetchone()[0])

    def create_conversation(self, title: str, person: str = "") -> str:
        """Start a conversation of a person; returns its id. What was deleted an hour ago is gone then."""
        conversation_id, moment = uuid.uuid4().hex, now()
        with self._database.writing() as connection:
            connection.execute("DELETE FROM conversations WHERE deleted_at < ?", (_before(_UNDO),))
            connection.execute(
                "INSERT INTO conversations (conversation_id, title, created_at, changed_at, person)"
                " VALUES (?, ?, ?, ?, ?)",
                (conversation_id, storable(title), moment, moment, storable(person)),
            )
        return conversation_id

    def conversations(self, person: str = "", matching: str = "") -> list[Conversation]:
        """A person's conversations: those that are pinned first, then the one last changed.

        With `matching` only those whose title or one of whose questions holds it, whatever its case.
        """
        with self._database.reading() as connection:
            rows = connection.execute(
                f"{_CONVERSATIONS} WHERE c.person = ? AND c.deleted_at IS NULL"
                " GROUP BY c.id ORDER BY c.pinned DESC, c.changed_at DESC, c.id DESC",
                (storable(person),),
            )
            found = [_conversation(row) for row in rows]
            if not matching:
                return found
            asked = connection.execute(
                "SELECT c.conversation_id, t.question"
                " FROM turns t JOIN conversations c ON c.id = t.conversation"
                " WHERE c.person = ? AND c.deleted_at IS NULL",
                (storable(person),),
            ).fetchall()
        wanted = matching.casefold()
        holding = {conversation_id for conversation_id, question in asked if wanted in question.casefold()}
        return [one for one in found if wanted in one.title.casefold() or one.conversation_id in holding]

    def conversation(self, conversation_id: str) -> Conversation:
        """One conversation, whosever it is.

        Raises:
            NotFoundError: no conversation has this id.
        """
        with self._database.reading() as connection:
            row = _conversation_row(connection, conversation_id)
            return _conversation(
                connection.execute(f"{_CONVERSATIONS} WHERE c.id = ? GROUP BY c.id", (row,)).fetchone()
            )

    def change_conversation(
        self, conversation_id: str, *, title: str | None = None, pinned: bool | None = None
    ) -> None:
        """Give a conversation another title, or another place in the list.

        Raises:
            NotFoundError: no conversation has this id.
        """
        with self._database.writing() as connection:
            row = _conversation_row(connection, conversation_id)
            if title is not None:
                connection.execute("UPDATE conversations SET title = ? WHERE id = ?", (storable(title), row))
            if pinned is not None:
                connection.execute("UPDATE conversations SET pinned = ? WHERE id = ?", (int(pinned), row))

    def delete_conversation(self, conversation_id: str) -> None:
        """Delete a conversation and its turns; the run records stay. For an hour it can be restored.

        Raises:
            NotFoundError: no conversation has this id.
        """
        with self._database.writing() as connection:
            connection.execute("DELETE FROM conversations WHERE deleted_at < ?", (_before(_UNDO),))
            row = _conversation_row(connection, conversation_id)
            connection.execute("UPDATE conversations SET deleted_at = ? WHERE id = ?", (now(), row))

    def restore_conversation(self, conversation_id: str) -> None:
        """Take back that a conversation was deleted.

        Raises:
            NotFoundError: no conversation of this id was deleted within the last hour.
        """
        with self._database.writing() as connection:
            restored = connection.execute(
                "UPDATE conversations SET deleted_at = NULL WHERE conversation_id = ? AND deleted_at >= ?",
                (storable(conversation_id), _before(_UNDO)),
            )
            if not restored.rowcount:
                raise NotFoundError(
                    f"no deleted conversation {conversation_id!r}: it is gone, or its id is wrong"
                )

    def add_turn(self, conversation_id: str, question: str, run_id: str) -> None:
        """Add a question and its saved run to the end of a conversation.

        Raises:
            NotFoundError: there is no such conversation or run.
        """
        with self._database.writing() as connection:
            row = _conversation_row(connection, conversation_id)
            connection.execute(
                "INSERT INTO turns (conversation, run, question) VALUES (?, ?, ?)",
                (row, _run_row(connection, run_id), storable(question)),
            )
            connection.execute("UPDATE conversations SET changed_at = ? WHERE id = ?", (now(), row))

    def turns(self, conversation_id: str) -> list[tuple[str, RunRecord]]:
        """Questions and run records of a conversation, in order.

        Raises:
            NotFoundError: no conversation has this id.
        """
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT t.question, r.record FROM turns t JOIN runs r ON r.id = t.run"
                " WHERE t.conversation = ? ORDER BY t.id",
                (_conversation_row(connection, conversation_id),),
            )
            return [(question, _record(record)) for question, record in rows]

    def save_feedback(self, run_id: str, rating: Rating, wanted_answer: str = "") -> None:
        """Store a person's thumbs up (1) or down (-1) for a run, in place of what they thought before.

        Raises:
            NotFoundError: no run has this id.
            ValueError: the rating is neither -1 nor 1.
        """
        if rating not in (-1, 1):
            raise ValueError(f"rating {rating!r} is neither -1 nor 1")
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO feedback (run, rating, wanted_answer, created_at)"
                " VALUES (?, ?, ?, ?)",
                (_run_row(connection, run_id), rating, storable(wanted_answer), now()),
            )

    def feedback(self) -> list[Feedback]:
        """All feedback, the latest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT r.record, f.rating, f.wanted_answer, f.created_at FROM feedback f"
                " JOIN runs r ON r.id = f.run ORDER BY f.created_at DESC, r.id DESC"
            )
            return [_feedback(*row) for row in rows]


def _conversation(row: Sequence[Any]) -> Conversation:
    conversation_id, title, created_at, changed_at, turns, person, pinned = row
    return Conversation(conversation_id, title, created_at, changed_at, turns, person, bool(pinned))


def _before(span: timedelta) -> str:
    """The moment so long ago, in the form of `now`."""
    return (datetime.fromisoformat(now()) - span).isoformat()


def _feedback(text: str, rating: Rating, wanted_answer: str, created_at: str) -> Feedback:
    record = _record(text)
    return Feedback(record.run_id, record.question, rating, wanted_answer, created_at)


def _record(text: str) -> RunRecord:
    values = json.loads(text)
    return RunRecord(**{**values, "prompt": tuple(map(_message, values["prompt"]))})


def _message(values: dict[str, Any]) -> Message:
    return Message(**{**values, "about": tuple(values.get("about", ()))})


def _run_row(connection: sqlite3.Connection, run_id: str) -> int:
    row = connection.execute("SELECT id FROM runs WHERE run_id = ?", (storable(run_id),)).fetchone()
    if row is None:
        raise NotFoundError(f"no run {run_id!r}", "citewell runs list")
    return int(row[0])


def _conversation_row(connection: sqlite3.Connection, conversation_id: str) -> int:
    row = connection.execute(
        "SELECT id FROM conversations WHERE conversation_id = ? AND deleted_at IS NULL",
        (storable(conversation_id),),
    ).fetchone()
    if row is None:
        raise NotFoundError(f"no conversation {conversation_id!r}: it was deleted, or its id is wrong")
    return int(row[0])


_MOST = 1_000
"""Some megabytes; older ones go first."""


class KeptAnswers:
    """Answers as JSON by key, each bound to its run and to one version of the library."""

    def __init__(self, database: Database) -> None:
        """Keep answers in a migrated database."""
        self._database = database

    def find(self, key: bytes) -> str | None:
        """The answer of a key."""
        with self._database.reading() as connection:
            row = connection.execute("SELECT answer FROM answers WHERE key = ?", (key,)).fetchone()
            return None if row is None else str(row[0])

    def keep(self, key: bytes, run_id: str, version: int, answer: str) -> None:
        """Keep an answer, unless its run is gone; answers of other versions of the library are dropped."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM answers WHERE version <> ?", (version,))
            connection.execute(
                "INSERT OR REPLACE INTO answers (key, run, version, answer)"
                " SELECT ?, id, ?, ? FROM runs WHERE run_id = ?",
                (key, version, answer, storable(run_id)),
            )
            connection.execute(
                "DELETE FROM answers WHERE run NOT IN (SELECT run FROM answers ORDER BY run DESC LIMIT ?)",
                (_MOST,),
            )
