"""Evaluations in the background: a file of questions asked of the library, judged line by line, and kept."""

from __future__ import annotations

import json
import logging
import re
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

from rag.errors import CitewellError, UsageError
from rag.evaluation import Judged, evaluate_answers, read_answer_set, read_judged
from rag.library import Library
from rag.regular_files import read_regular
from rag.store.durable import make_private_folder, replacing

__all__ = ["Evaluation", "Evaluations"]

_LOG = logging.getLogger(__name__)
_JUDGED: Final = ".judged.jsonl"
_QUESTIONS: Final = ".questions.jsonl"
_ID: Final = re.compile(r"\d{8}-\d{6}-\d{3}")


@dataclass(frozen=True)
class Evaluation:
    """What was asked, when (UTC, ISO 8601), of how many questions, and what was set for it."""

    evaluation_id: str
    name: str
    started_at: str
    questions: int
    changed: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """One that was kept; None where the file tells of none."""
        try:
            return cls(**json.loads(read_regular(path)))
        except (OSError, ValueError, TypeError):
            return None


class _StopAskingError(Exception):
    """Raised between two questions to end a run."""


class Evaluations:
    """The evaluations of one library: those kept in its folder, and the one that is under way.

    One runs at a time, since it asks the models that people wait for.
    """

    def __init__(self, folder: Path) -> None:
        """Keep them in `folder`, which is made when the first is started."""
        self.folder = folder
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self.running: Evaluation | None = None
        self.done = 0
        self.error: str | None = None

    def all(self) -> list[Evaluation]:
        """Those that were started, the latest first."""
        found = map(Evaluation.read, sorted(self.folder.glob("*.json"), reverse=True))
        return [evaluation for evaluation in found if evaluation is not None]

    def judged(self, evaluation_id: str) -> list[Judged]:
        """What was judged in one; empty before its first question."""
        path = self._path(evaluation_id, _JUDGED)
        return read_judged(path) if path.is_file() else []

    def start(
        self, name: str, questions: str, library: Callable[[], Library], changed: dict[str, Any]
    ) -> Evaluation:
        """Ask all questions (JSON lines) of a library, in a thread.

        Args:
            name: What people call this run.
            questions: The lines of the file, see `rag.evaluation.questions.parse_question`.
            library: Makes the library to ask; called in the thread, since models may load.
            changed: What was set for this run over the library's settings, told beside it.

        Raises:
            UsageError: another one is under way, or the lines are no questions.
        """
        with self._lock:
            if self.running is not None:
                raise UsageError("an evaluation is under way: wait for its end, or stop it")
            evaluation_id = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")[:-3]
            make_private_folder(self.folder)
            path = self._path(evaluation_id, _QUESTIONS)
            _write(path, questions)
            try:
                asked = read_answer_set(path).questions
            except UsageError as error:
                path.unlink()
                raise UsageError(str(error).replace(str(path), name)) from None
            moment = datetime.now(UTC).isoformat(timespec="seconds")
            evaluation = Evaluation(evaluation_id, name, moment, len(asked), changed)
            _write(self._path(evaluation_id, ".json"), json.dumps(asdict(evaluation)))
            self.running, self.done, self.error = evaluation, 0, None
            self._stop.clear()
        threading.Thread(target=self._run, args=(evaluation, library), name="evaluating", daemon=True).start()
        return evaluation

    def stop(self) -> None:
        """End the one under way after the question that is being asked; what was judged is kept."""
        self._stop.set()

    def forget(self, evaluation_id: str) -> None:
        """Delete one that is not under way."""
        if self.running is None or self.running.evaluation_id != evaluation_id:
            for ending in (".json", _JUDGED, _QUESTIONS):
                self._path(evaluation_id, ending).unlink(missing_ok=True)

    def _path(self, evaluation_id: str, ending: str) -> Path:
        if not _ID.fullmatch(evaluation_id):
            raise UsageError(f"no evaluation {evaluation_id!r}: choose one of those that are kept")
        return self.folder / f"{evaluation_id}{ending}"

    def _run(self, evaluation: Evaluation, library: Callable[[], Library]) -> None:
        def progress(done: int, _: int) -> None:
            self.done = done
            if self._stop.is_set():
                raise _StopAskingError

        evaluation_id = evaluation.evaluation_id
        try:
            asked = read_answer_set(self._path(evaluation_id, _QUESTIONS)).questions
            evaluate_answers(library(), asked, self._path(evaluation_id, _JUDGED), progress)
        except _StopAskingError:
            _LOG.info("evaluation %s was stopped", evaluation_id)
        except CitewellError as error:
            self.error = str(error)
        except Exception as error:  # shown to who asked for it, told whole in the log
            _LOG.exception("an evaluation failed")
            self.error = f"{type(error).__name__}: {error}"
        finally:
            self.running = None


def _write(path: Path, text: str) -> None:
    with replacing(path) as file:
        file.write(text.encode())
