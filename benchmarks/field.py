"""Ask every question of a field set in one process, and say how many answers are right, by kind.

    python -m benchmarks.field FOLDER [--mode case|combined] [--config PRESET] [--set KEY=VALUE]…
                               [--only CASE|KIND|ID]… [--output results.json]

FOLDER holds `questions.jsonl` and `files/<case>/…`. In mode `case` each case's files are a library of their
own; in mode `combined` all files, each content once, are one library, questions marked `"combined": false`
are left out, and what several cases share is asked once. Models are loaded once. The classes are those of
`benchmarks/field_judge.py`; the last line of the output is JSON with the totals.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.field_judge import FieldQuestion, Said, judge, read_field_set
from benchmarks.field_report import Verdict, calibration, report, totals
from ingest import ingest_paths
from rag.errors import CitewellError
from rag.library import Library
from rag.models import Embedder, build_embedder, build_second_embedder
from rag.schema import Answer, source_name
from rag.settings import Settings, load_settings, parse_assignments
from rag.store import Store

MODES: Final = ("case", "combined")


@dataclass(frozen=True)
class Asked:
    """A question with the answer that came, or with the error in its place."""

    question: FieldQuestion
    answer: Answer | CitewellError

    def verdict(self) -> Verdict:
        """The answer judged."""
        question, answer = self.question, self.answer
        if isinstance(answer, CitewellError):
            return Verdict(
                question.question_id, question.kind, "E", 0.0, question.question, error=str(answer)
            )
        said = Said.of(answer)
        return Verdict(
            question_id=question.question_id,
            kind=question.kind,
            letter=judge(question, said),
            confidence=round(answer.confidence, 4),
            question=question.question,
            answer=() if answer.abstained else said.units,
            short=said.short_text or None,
            sources=tuple(sorted({source_name(citation.source) for citation in answer.citations})),
        )


class FieldAsker:
    """Asks the questions of a field set, with one set of models for all libraries.

    Args:
        settings: how documents are read and questions answered.
        work: a folder for the libraries; they are left there.
    """

    def __init__(self, settings: Settings, work: Path) -> None:
        self._settings = settings
        self._work = work
        self._embedder: Embedder = build_embedder(settings)
        # shared by name among all that ask for it, as long as one holds it
        self._second = build_second_embedder(settings, self._embedder)

    def by_case(self, folder: Path, questions: Sequence[FieldQuestion]) -> Iterator[Asked]:
        """Each case in a library of its own."""
        for case in dict.fromkeys(question.case for question in questions):
            own = [question for question in questions if question.case == case]
            with self._library(case, [folder / "files" / case]) as library:
                yield from (ask(library, question) for question in own)

    def combined(self, folder: Path, questions: Sequence[FieldQuestion]) -> Iterator[Asked]:
        """All files in one library."""
        with self._library("combined", distinct_files(folder / "files")) as library:
            yield from (ask(library, question) for question in combined_questions(questions))

    @contextmanager
    def _library(self, name: str, paths: Sequence[Path]) -> Iterator[Library]:
        with Store.open(self._work / name) as store:
            for result in ingest_paths(list(paths), store, self._embedder, self._settings):
                if result.status == "failed":
                    print(f"{name}: {result.source}: {result.error}", file=sys.stderr)
            yield Library(store, self._settings, self._embedder)


def ask(library: Library, question: FieldQuestion) -> Asked:
    """One question with the turns before it; never from the cache."""
    try:
        answer = library.ask(question.question, history=question.history, use_cache=False)
    except CitewellError as error:
        return Asked(question, error)
    return Asked(question, answer)


def distinct_files(folder: Path) -> list[Path]:
    """The files below a folder, of equal ones the first."""
    found: dict[str, Path] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        found.setdefault(hashlib.sha256(path.read_bytes()).hexdigest(), path)
    return list(found.values())


def combined_questions(questions: Sequence[FieldQuestion]) -> list[FieldQuestion]:
    """Those that make sense among other documents, of equal ones the first."""
    found: dict[tuple[object, ...], FieldQuestion] = {}
    for question in questions:
        if question.combined:
            found.setdefault((question.question, question.history), question)
    return list(found.values())


def chosen(questions: Sequence[FieldQuestion], only: Sequence[str]) -> list[FieldQuestion]:
    """Those whose case, kind or id is named; all where nothing is."""
    wanted = set(only)
    return [q for q in questions if not wanted or wanted & {q.case, q.kind, q.question_id}]


def main() -> None:
    """Ask, print, and store what was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="folder with questions.jsonl and files/")
    parser.add_argument("--mode", choices=MODES, default="case")
    parser.add_argument("--config", help="a preset, or a TOML file of settings")
    parser.add_argument("--set", dest="assignments", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--only", action="append", default=[], metavar="CASE|KIND|ID")
    parser.add_argument("--output", type=Path, help="store totals and every verdict here")
    given = parser.parse_args()
    settings = load_settings(given.config, parse_assignments(given.assignments))
    questions = chosen(read_field_set(given.folder), given.only)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="citewell-field-") as work:
        asker = FieldAsker(settings, Path(work))
        asking = asker.by_case if given.mode == "case" else asker.combined
        verdicts = [asked.verdict() for asked in asking(given.folder, questions)]
    name, seconds = given.folder.resolve().name, time.monotonic() - started
    print(f"{name}, mode {given.mode}: {len(verdicts)} questions, {seconds:.0f} s\n")
    print(report(verdicts))
    head = {"set": name, "mode": given.mode, "config": given.config or "default"}
    whole = {**head, "assignments": given.assignments, **totals(verdicts), **calibration(verdicts)}
    if given.output:
        kinds = {
            kind: totals([v for v in verdicts if v.kind == kind])
            for kind in sorted({v.kind for v in verdicts})
        }
        tree = {**whole, "kinds": kinds, "verdicts": [verdict.to_json() for verdict in verdicts]}
        given.output.write_text(json.dumps(tree, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(json.dumps(whole))


if __name__ == "__main__":
    main()
