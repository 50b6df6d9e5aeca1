"""The same question on the same library under the same settings has the same answer: it is kept."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.answering.calibration import calibration_path
from rag.answering.run_records import new_run_id
from rag.answering.similar_questions import as_asked
from rag.errors import ConfigurationError
from rag.models import load_readers
from rag.regular_files import read_regular
from rag.resources import resource
from rag.schema import Answer, Message, RunRecord
from rag.settings import Settings
from rag.store import Store
from rag.wire import answer_json

if TYPE_CHECKING:
    from pydantic import TypeAdapter

__all__ = ["AnswerCache", "fitted_weights", "installed"]

_PARAMETERS = (
    ("calibration", "evidence.json"),
    ("calibration", "read_short.json"),
    ("language", "foreign.json"),
    ("tables", "card.json"),
)
_APART = frozenset({"library", "ui", "serve", "ingest", "sources", "chunking", "offline", "tracing"})
"""Settings that no answer depends on: what they do to the library changes its version."""


class AnswerCache:
    """Answers by question, history, documents, settings and library version.

    Any change of the library makes every answer miss, so that no document that was removed or replaced
    is cited from here. Answers that were stopped or made in place of a failed generator are not kept.
    """

    def __init__(self, store: Store, settings: Settings) -> None:
        self._store = store
        values = settings.model_dump(mode="json", exclude=set(_APART))
        self._writes = settings.generator.writes
        self._settings = json.dumps(values, sort_keys=True)
        self._fitted = fitted_weights(settings)

    def key(self, question: str, documents: Sequence[str] | None, history: Sequence[Message]) -> bytes:
        """32 bytes for a question as things stand now; `documents` are ids in any order."""
        turns = [[message.role, message.content] for message in history]
        scope = None if documents is None else sorted(documents)
        made_of = [question, turns, scope, self._store.version, *self.made_with]
        return hashlib.sha256(json.dumps(made_of).encode("utf-8", "surrogatepass")).digest()

    @property
    def made_with(self) -> list[Any]:
        """What answers hang on beside question and documents: the program, settings, models, own examples."""
        return [_program(), self._settings, self._fitted, self._store.embedder, self._examples()]

    def find(self, key: bytes) -> Answer | None:
        """The answer that was kept, marked as such."""
        kept = self._store.answers.find(key)
        return None if kept is None else replace(_form().validate_json(kept), cached=True)

    def find_similar(self, question: str, documents: Sequence[str] | None) -> tuple[Answer, RunRecord] | None:
        """The kept answer of a question that asks the same (see `similar_questions`), marked as such.

        It has a run record of its own, which is not stored yet: no model was asked, and no time taken.
        """
        kept = self.find(self._similar_key(question, documents))
        if kept is None:
            return None
        understood = kept.understood or kept.question
        answer = replace(kept, question=question, understood=understood, run_id=new_run_id(), timings={})
        record = replace(
            self._store.run(kept.run_id),
            run_id=answer.run_id,
            created_at=datetime.now(UTC).isoformat(timespec="milliseconds"),
            question=question,
            answer=answer_json(answer),
            timings={},
            tokens={"input": 0, "output": 0},
        )
        return answer, record

    def keep(self, key: bytes, answer: Answer, version: int) -> None:
        """Keep an answer whose run record is stored; `version` is the library's when it was made."""
        self._store.answers.keep(key, answer.run_id, version, _form().dump_json(answer).decode())

    def keep_similar(self, documents: Sequence[str] | None, answer: Answer, version: int) -> None:
        """Keep an answer for questions that ask the same, too; silence is not."""
        if not answer.abstained:
            self.keep(self._similar_key(answer.question, documents), answer, version)

    def _similar_key(self, question: str, documents: Sequence[str] | None) -> bytes:
        return self.key(json.dumps(["similar", as_asked(question)]), documents, ())

    def _examples(self) -> list[str]:
        """The library's own examples, where a model writes after them."""
        return [example.example_id for example in self._store.examples.all()] if self._writes else []


def fitted_weights(settings: Settings) -> list[str]:
    """Names the fitted weights and the readers that answers hang on: others answer otherwise.

    Raises:
        ConfigurationError: a file of parameters cannot be read.
        ModelNotFoundError: there is no reader in the folder that the settings name.
    """
    shipped = [resource("data", *name) for name in _PARAMETERS]
    paths = [*shipped, calibration_path(settings.answering.calibration)]
    readers = load_readers(settings)
    try:
        digests = [hashlib.sha256(read_regular(path)).hexdigest() for path in paths]
        return [*digests, *(reader.fingerprint for reader in readers)]
    except OSError as error:
        raise ConfigurationError(f"cannot read parameters {str(paths[-1])!r}: {error}") from None


@cache
def _program() -> str:
    return installed(Path(__file__).resolve().parents[1], resource("data"))


def installed(code: Path, data: Path) -> str:
    """Names an installation by its modules and data files, with their sizes and times of change.

    Another release may answer otherwise, so that what one has answered is not the next one's answer.
    """
    files = sorted(path for path in (*code.rglob("*.py"), *data.rglob("*")) if path.is_file())
    stands = [(path.as_posix(), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return hashlib.sha256(json.dumps(stands).encode("utf-8", "surrogatepass")).hexdigest()


@cache
def _form() -> TypeAdapter[Answer]:
    from pydantic import TypeAdapter

    return TypeAdapter(Answer)
