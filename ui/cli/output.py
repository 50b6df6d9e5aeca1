"""How results are written: JSON on standard output, or text for people."""

from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from rag.schema import (
    Answer,
    AnswerSentence,
    Check,
    Citation,
    DocumentInfo,
    Passage,
    RunRecord,
    Support,
    Verdict,
)
from rag.store import SimilarDocument
from rag.text import as_sentence, escaped, for_terminal, how_many, revealed, without_invisible
from rag.wire import answer_from_json

__all__ = [
    "print_answer",
    "print_checks",
    "print_documents",
    "print_json",
    "print_line",
    "print_passages",
    "print_run",
    "print_runs",
    "write_error",
]

_WIDTH = 100
_BAR = "  │ "
_OWN = "    "
_INNER = str.maketrans("“”", "‘’")
_MARKS = {
    Support.SUPPORTED: "",
    Support.PARTIAL: " (partly supported)",
    Support.CONTRADICTED: " (CONTRADICTED by the document)",
    Support.UNSUPPORTED: " (NOT SUPPORTED by the documents)",
}


def print_json(value: Any, *, lines: bool = False) -> None:
    """Write one JSON object; with `lines`, on one line and at once."""
    sys.stdout.write(escaped(json.dumps(value, ensure_ascii=False, indent=None if lines else 2)) + "\n")
    sys.stdout.flush()


def print_line(text: str = "", *, bold: bool = False) -> None:
    """Write one line of text for people, bold on a terminal where it is to be; nothing in it acts on one."""
    safe = for_terminal(text)
    sys.stdout.write(f"\x1b[1m{safe}\x1b[0m\n" if bold and sys.stdout.isatty() else safe + "\n")


def write_error(text: str) -> None:
    """Write one line on standard error."""
    sys.stderr.write(for_terminal(text) + "\n")


def print_answer(answer: Answer, citations_from: Sequence[DocumentInfo] = ()) -> None:
    """The answer with numbered citations, then each quote with its document and page."""
    names = {document.document_id: document.name for document in citations_from}
    if answer.understood:
        print_line(_wrapped(f"Understood as: {answer.understood}"))
    if answer.short_answer is not None:
        print_line(f"{_as_quote(answer.short_answer.text)} [{answer.short_answer.citation}]", bold=True)
    for sentence in answer.sentences:
        print_line(_told(sentence))
    if answer.abstained:
        print_line(_wrapped(answer.text))
        if answer.reason:
            print_line(_wrapped(as_sentence(answer.reason)))
        for passage in answer.passages[:3]:
            print_line(f"  nearest: {_place(passage, names)}: {_as_quote(_shortened(passage.text))}")
    print_line()
    for citation in answer.citations:
        print_line(f"[{citation.number}] {_place(citation, names)}")
        print_line(_barred(_as_quote(citation.quote)))
    if answer.reason and not answer.abstained:
        print_line(_wrapped(as_sentence(answer.reason)))
    if answer.coverage is not None:
        read = answer.coverage
        print_line(
            f"read {read.read:,} of {how_many(read.of, 'part')} of {how_many(read.documents, 'document')}"
        )
    print_line("   ".join(_standing(answer)))


def _told(sentence: AnswerSentence) -> str:
    """A sentence with its numbers: a quote behind a bar, the program's own words as they are."""
    numbers = "".join(f"[{number}]" for number in sentence.citations)
    end = f" {numbers}{_MARKS[sentence.support]}".rstrip()
    if sentence.own_words:
        own = textwrap.indent(_wrapped(without_invisible(_one_line(sentence.text)) + end), _OWN)
        return own if sentence.citations else own.removeprefix(_OWN)  # what documents say starts no line
    return _barred(f"{_as_quote(sentence.text)}{end}")


def _standing(answer: Answer) -> list[str]:
    """How an answer stands, how sure it is where that is told, how long it took, and its run."""
    told = []
    if answer.abstained or answer.is_rated:
        doubtful = answer.verdict is Verdict.NEAR
        told.append("doubtful: near, but perhaps no answer" if doubtful else answer.verdict.value)
    if answer.is_rated:
        told.append(f"confidence {answer.confidence:.0%}")
    seconds = f"{answer.timings.get('total', 0.0):.2f} s"
    told.append(f"from memory, first answered in {seconds}" if answer.cached else seconds)
    return [*told, f"run {answer.run_id}"]


def print_passages(passages: Sequence[Passage], documents: Sequence[DocumentInfo]) -> None:
    """Passages, best first, with their scores."""
    names = {document.document_id: document.name for document in documents}
    for number, passage in enumerate(passages, 1):
        scores = "  ".join(f"{leg} {score:.3f}" for leg, score in passage.scores.items())
        print_line(f"{number:>2}. {passage.score:.3f}  {_place(passage, names)}   ({scores})")
        print_line(_barred(_as_quote(_shortened(passage.text, 400))))
    if not passages:
        print_line("no passage found")


def print_documents(
    documents: Sequence[DocumentInfo],
    similar: Mapping[str, Sequence[SimilarDocument]],
    collections: Mapping[str, Sequence[str]],
) -> None:
    """A line a document, and one more for its collections and for each that is the same, or nearly."""
    for document in documents:
        print_line(
            f"{document.document_id}  {how_many(document.pages, 'page', 5)}  "
            f"{how_many(document.chunks, 'chunk', 6)}  "
            f"{document.language:<3} {document.name}  ({document.title})"
        )
        if names := collections.get(document.document_id):
            print_line(f"{'':18}in {', '.join(names)}")
        for other in similar.get(document.document_id, ()):
            same = "the same file" if other.same_bytes else f"about {other.share:.0%} the same text"
            print_line(f"{'':18}{same} as {other.source}")
    print_line(
        how_many(len(documents), "document") if documents else "the library is empty: `citewell ingest PATH…`"
    )


def print_checks(checks: Sequence[Check]) -> None:
    """A line an invariant."""
    for check in checks:
        print_line(
            f"{'ok  ' if check.ok else 'FAIL'}  {check.name}{f': {check.detail}' if check.detail else ''}"
        )


def print_runs(runs: Sequence[RunRecord]) -> None:
    """A line a run."""
    for run in runs:
        answer = answer_from_json(run.answer)
        outcome = "abstained" if answer.abstained else f"{answer.confidence:.0%}" if answer.is_rated else ""
        print_line(f"{run.run_id}  {run.created_at}  {outcome:>9}  {_one_line(run.question)[:70]}")
    if not runs:
        print_line("no runs yet: `citewell ask QUESTION`")


def print_run(run: RunRecord) -> None:
    """One run with its passages and timings."""
    print_line(
        f"run {run.run_id}  {run.created_at}  library version {run.library_version}  model {run.model}"
    )
    print_line(f"question: {run.question}")
    print_line(f"answer:   {run.answer.get('answer', '')}")
    for passage in run.answer.get("passages", []):
        told = passage.get("place", f"page {passage['page']}")
        print_line(f"  {passage['score']:.3f}  {', '.join(filter(None, (passage['source'], told)))}")
    for message in run.prompt:
        print_line(f"--- {message.role}\n{message.content}")
    print_line("timings:  " + "  ".join(f"{stage} {seconds:.3f} s" for stage, seconds in run.timings.items()))


def _place(item: Citation | Passage, names: dict[str, str]) -> str:
    told = item.place.told() if item.place is not None else ""
    name = revealed(names.get(item.document_id, item.source))
    return f"{name}, {revealed(told)}" if told else name


def _as_quote(text: str) -> str:
    """What documents say, on one line between marks that it does not hold itself: so its end is seen."""
    return f"“{without_invisible(_one_line(text)).translate(_INNER)}”"


def _barred(text: str) -> str:
    """Lines behind a bar: what is not behind one was said by the program."""
    return textwrap.indent(_wrapped(text), _BAR)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _shortened(text: str, width: int = 160) -> str:
    text = _one_line(text)
    return text if len(text) <= width else text[: width - 1] + "…"


def _wrapped(text: str) -> str:
    return textwrap.fill(text, _WIDTH, break_long_words=False, break_on_hyphens=False)
