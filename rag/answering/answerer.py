"""The question's way to its answer: search, evidence, confidence, quotes or a checked draft."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from rag.answering.calibration import Calibrator, load_calibrator, load_foreign_calibrator
from rag.answering.confidence import confidence_features
from rag.answering.doubts import doubt, shortcomings, unknown_identifiers
from rag.answering.events import AnswerEvent, Finished, PassagesFound, Searching
from rag.answering.excerpts import excerpts
from rag.answering.inquiry import Inquiry, check_question, spelt, suggested
from rag.answering.library_answers import answer_at_once
from rag.answering.outcome import Outcome
from rag.answering.quoting import quote, rows_of, short_answer, tell_conflicts
from rag.answering.records import Grounds, new_run_id, run_record
from rag.answering.scan import SCAN_RIGHT, Scanned, scan, tell_scan
from rag.answering.summary import Summaries, Summary, tell_summary
from rag.answering.term_weights import given_term_weights, library_term_weights
from rag.answering.understanding import Kind, Understanding
from rag.answering.wording import abstention, join_sentences
from rag.answering.writing import Writer
from rag.attribution import (
    Attributor,
    CitationBook,
    EvidenceSelector,
    PassageSource,
    SecondEmbedder,
    Selection,
    SentenceVectors,
    Unit,
    disagreements,
    read_question,
)
from rag.models import Reader
from rag.models.protocol import Embedder
from rag.prompting import PromptBuilder
from rag.retrieval import ForeignRetriever, HybridRetriever, Retrieval, merge_neighbours
from rag.schema import Answer, AnswerSentence, Coverage, Message, Passage, RunRecord, Step, Verdict
from rag.settings import Settings
from rag.store import Store

if TYPE_CHECKING:
    from langchain_core.example_selectors import BaseExampleSelector
    from langchain_core.language_models import BaseChatModel

__all__ = ["Answerer"]

_MOST_CONFLICTS: Final = 2
_SURE: Final = 0.6
"""The least confidence of an answer that is called stated or pieced together, not only near."""
_STOPPED: Final = "stopped before an answer was found"


class Answerer:
    """Answers questions from a library, and tells on what grounds.

    Without a generator (or where the settings say that it does not write) an answer is made of
    quotes. A written answer is checked sentence by sentence; when writing fails, quotes stand in.
    """

    def __init__(
        self,
        store: Store,
        retriever: HybridRetriever,
        embedder: Embedder | None,
        settings: Settings,
        generator: BaseChatModel | None = None,
        reader: Reader | None = None,
        selector: BaseExampleSelector | None = None,
        prompt_builder: PromptBuilder | None = None,
        calibrator: Calibrator | None = None,
        second_embedder: SecondEmbedder | None = None,
    ) -> None:
        self._store = store
        self._retriever = retriever
        self._settings = settings
        sentences = SentenceVectors(embedder) if embedder is not None else None
        self._evidence = EvidenceSelector(sentences, reader, second=second_embedder)
        self._summaries = Summaries(store, retriever, sentences, second_embedder)
        self._calibrator = calibrator or load_calibrator(settings.answering.calibration)
        self._foreign_calibrator = load_foreign_calibrator()
        self._foreign = ForeignRetriever(
            store, retriever, second_embedder or _no_embedder, settings.retrieval
        )
        self._quoter = f"quotes ({embedder.name})" if embedder is not None else "quotes"
        self._understanding = self._understands(generator, embedder, second_embedder)
        self._writer: Writer | None = None
        if generator is not None and prompt_builder is not None and settings.generator.writes:
            self._writer = Writer(
                generator,
                settings.generator.model,
                prompt_builder,
                selector,
                Attributor(sentences),
                settings.answering.unsupported,
                settings.generator.candidates,
                settings.prompt.cites,
            )

    def answer(
        self, question: str, documents: Sequence[str] | None = None, history: Sequence[Message] = ()
    ) -> tuple[Answer, RunRecord]:
        """Answer from the library, or only from `documents` (ids).

        Raises:
            UsageError: the question is empty.
        """
        return _last(self.stream(question, documents, history))

    def answer_from(
        self, question: str, passages: Sequence[Passage], history: Sequence[Message] = ()
    ) -> tuple[Answer, RunRecord]:
        """Answer from given passages (best first) instead of the library's: the reader without the retriever.

        Raises:
            UsageError: the question is empty.
        """
        check_question(question)
        asked, question = question, self._understanding.stand_alone(question, history)
        weight = given_term_weights(passages)
        source = PassageSource(passages)
        inquiry = Inquiry(question, tuple(passages), source, weight, history, {}, None, asked)
        return _last(self._respond(inquiry))

    def stream(
        self,
        question: str,
        documents: Sequence[str] | None = None,
        history: Sequence[Message] = (),
        stop: threading.Event | None = None,
    ) -> Iterator[AnswerEvent]:
        """The events on the way to an answer, `Finished` last.

        Setting `stop` ends generation at the next token; what was written until then is checked and told.

        Raises:
            UsageError: the question is empty.
        """
        check_question(question)
        started = time.perf_counter()
        understood = self._understanding.understand(question, history)
        asked, question = understood.asked, spelt(understood)
        timings = {"understand": time.perf_counter() - started}
        if text := answer_at_once(understood, self._store, documents):
            yield from self._at_once(
                text,
                Inquiry(asked, (), self._store, _nothing, history, timings, stop, kind=understood.kind.value),
            )
            return
        yield Searching(question)
        if understood.kind is Kind.SUMMARY:
            usual = self._understanding.usual_words(Kind.SUMMARY)
            if summary := self._summaries.summary(question, documents, usual):
                shown = summary.passages
                inquiry = Inquiry(question, shown, self._store, _nothing, history, timings, stop, asked)
                yield from self._summarised(replace(inquiry, kind=understood.kind.value), summary)
                return
        searched = time.perf_counter()
        retrieval = self._retriever.retrieve(question, documents=documents)
        passages = self._merged(retrieval)
        yield PassagesFound(passages)
        timings["retrieve"] = time.perf_counter() - searched
        weight = library_term_weights(self._store, read_question(question).terms)
        inquiry = Inquiry(
            question,
            passages,
            self._store,
            weight,
            history,
            timings,
            stop,
            asked,
            kind=understood.kind.value,
            suggested=suggested(understood),
            retrieval=retrieval,
            documents=documents,
            started=started,
        )
        if scanned := scan(read_question(question), passages, self._store):
            yield from self._scanned(inquiry, scanned)
        else:
            yield from self._respond(inquiry)

    def _merged(self, retrieval: Retrieval) -> tuple[Passage, ...]:
        if not self._settings.retrieval.merge_neighbours:
            return retrieval.passages
        return tuple(merge_neighbours(retrieval.passages, self._store))

    def _understands(
        self, generator: BaseChatModel | None, embedder: Embedder | None, second: SecondEmbedder | None
    ) -> Understanding:
        by_generator = self._settings.answering.follow_ups == "generator" and self._settings.generator.writes
        follows = self._settings.answering.follow_ups != "off"
        writer = generator if by_generator else None
        return Understanding(self._store, embedder, second, writer, follows=follows)

    def _at_once(self, text: str, inquiry: Inquiry) -> Iterator[AnswerEvent]:
        """An answer from the catalog, or about the program: nothing is searched, nothing is cited."""
        grounds = replace(self._grounds(inquiry), confidence=1.0)
        outcome = Outcome(sentences=(AnswerSentence(text),), model="catalog")
        answer = self._made(inquiry, outcome, grounds)
        yield Finished(answer, run_record(answer, outcome, grounds, self._settings, self._store.version))

    def _summarised(self, inquiry: Inquiry, summary: Summary) -> Iterator[AnswerEvent]:
        """A summary: by the model from its sentences where there is one that writes, else the sentences."""
        yield PassagesFound(summary.passages)
        book = self._book(inquiry)
        outcome = yield from self._written(inquiry, summary.passages, summary.units, book)
        if outcome.gives_way:
            outcome = yield from tell_summary(summary, book)
        step = Step("summarise", {"question": inquiry.question}, len(summary.units))
        yield self._of_all(inquiry, outcome, summary.nearness, summary.coverage, step)

    def _scanned(self, inquiry: Inquiry, scanned: Scanned) -> Iterator[AnswerEvent]:
        """What was found by reading every record of a list or table."""
        inquiry = replace(inquiry, passages=scanned.passages)
        outcome = yield from tell_scan(read_question(inquiry.question), scanned, self._book(inquiry))
        request = scanned.request
        arguments = {"operation": request.operation.value, "field": request.field, "by": list(request.by)}
        step = Step("scan", arguments, len(scanned.told))
        yield self._of_all(inquiry, outcome, SCAN_RIGHT, scanned.coverage, step)

    def _of_all(
        self, inquiry: Inquiry, outcome: Outcome, confidence: float, coverage: Coverage, step: Step
    ) -> Finished:
        """An answer that was pieced together of all that was read, not of the best evidence."""
        grounds = replace(self._grounds(replace(inquiry, passages=())), confidence=confidence)
        answer = replace(
            self._made(inquiry, outcome, grounds), verdict=Verdict.PIECED, coverage=coverage, steps=(step,)
        )
        return Finished(answer, run_record(answer, outcome, grounds, self._settings, self._store.version))

    def _respond(self, inquiry: Inquiry) -> Iterator[AnswerEvent]:
        """From passages to the answer."""
        inquiry, grounds = self._weighed(inquiry)
        if inquiry.stopped:
            outcome = Outcome(abstained=True, reason=_STOPPED)
        elif not grounds.selection.chosen or (self._writer is None and not self._bears(inquiry, grounds)):
            outcome = _not_found(inquiry, grounds)
        else:
            book = self._book(inquiry)
            outcome = yield from self._told(inquiry, grounds, book)
            if not outcome.abstained:
                short = short_answer(grounds.selection, book, outcome.written)
                open_ends = shortcomings(grounds.selection, inquiry.passages)
                table = rows_of(grounds.selection, book)
                outcome = replace(
                    outcome, short_answer=short, table=table, reason=outcome.reason or open_ends
                )
                outcome = yield from _with_conflicts(inquiry, grounds.selection, outcome, book)
        answer = self._made(inquiry, outcome, grounds)
        record = run_record(answer, outcome, grounds, self._settings, self._store.version)
        yield Finished(answer, record)

    def _weighed(self, inquiry: Inquiry) -> tuple[Inquiry, Grounds]:
        """The passages that answer best, and their evidence: those found, or those in other languages.

        What is in the question's own language has the first say. Others are asked where it does not bear
        an answer, or where the best that was found is in none but those.
        """
        own, apart = None, inquiry.is_all_foreign
        if not apart:
            own = self._grounds(inquiry)
            ranked = own.selection.ranked
            apart = bool(ranked) and inquiry.is_foreign_to(inquiry.passages[ranked[0].unit.passage])
            if inquiry.stopped or (self._bears(inquiry, own) and not apart):
                return inquiry, own
        other = self._abroad(inquiry)
        if other is None:
            return inquiry, own or self._grounds(inquiry)
        found = self._grounds(other)
        return (other, found) if own is None or apart or self._bears(other, found) else (inquiry, own)

    def _abroad(self, inquiry: Inquiry) -> Inquiry | None:
        """The question with passages in other languages; None where there are none."""
        if inquiry.retrieval is None:
            given = tuple(passage for passage in inquiry.passages if inquiry.is_foreign_to(passage))
            return replace(inquiry, passages=given, foreign=True) if given else None
        found = self._foreign.retrieve(inquiry.question, inquiry.documents)
        if found is None:
            return None
        inquiry.timings["retrieve"] += sum(found.timings.values())
        return replace(inquiry, passages=self._merged(found), retrieval=found, foreign=True)

    def _grounds(self, inquiry: Inquiry) -> Grounds:
        started = time.perf_counter()
        most, foreign = self._settings.answering.max_sentences, inquiry.foreign
        calibrator = self._foreign_calibrator if foreign else self._calibrator
        selection = self._evidence.select(
            inquiry.question, inquiry.passages, inquiry.weight, most, foreign=foreign
        )
        features = confidence_features(selection, inquiry.passages, inquiry.weight)
        inquiry.timings["evidence"] = time.perf_counter() - started
        return Grounds(
            selection=selection,
            confidence=calibrator.confidence(features),
            threshold=self._threshold(calibrator),
            features=features,
            retrieval=inquiry.retrieval,
            contributions=calibrator.contributions(features),
        )

    def _bears(self, inquiry: Inquiry, grounds: Grounds) -> bool:
        """Whether the evidence is good enough to be quoted as the answer."""
        unknown = unknown_identifiers(grounds.selection.question, inquiry.passages)
        return grounds.confidence >= grounds.threshold and not unknown

    def _threshold(self, calibrator: Calibrator) -> float:
        set_by_hand = self._settings.answering.abstain_below
        if set_by_hand is not None:
            return set_by_hand
        return calibrator.threshold(self._settings.answering.wanted_precision)

    def _told(
        self, inquiry: Inquiry, grounds: Grounds, book: CitationBook
    ) -> Generator[AnswerEvent, None, Outcome]:
        if self._writer is None:
            return (yield from quote(grounds.selection, book))
        evidence = [evidence.unit for evidence in grounds.selection.near_best]
        written = yield from self._written(inquiry, self._read(inquiry, grounds), evidence, book)
        unknown = unknown_identifiers(grounds.selection.question, inquiry.passages)
        if not written.gives_way and not unknown:
            return written
        if not self._bears(inquiry, grounds):
            return replace(written, **_silent(inquiry, grounds))
        quoted = yield from quote(grounds.selection, book)
        return replace(
            written,
            sentences=quoted.sentences,
            citations=quoted.citations,
            abstained=False,
            reason=f"quoted, because {written.reason}",
            model="",
        )

    def _written(
        self, inquiry: Inquiry, passages: Sequence[Passage], evidence: Sequence[Unit], book: CitationBook
    ) -> Generator[AnswerEvent, None, Outcome]:
        """What the model writes, checked; an outcome that gives way where there is none or it fails."""
        if self._writer is None:
            return Outcome(gives_way=True)
        try:
            return (
                yield from self._writer.write(
                    inquiry.question,
                    passages,
                    evidence,
                    inquiry.history,
                    book,
                    inquiry.weight,
                    inquiry.timings,
                    inquiry.stop,
                )
            )
        except Exception as error:  # whatever an endpoint or a model raises, quotes still answer
            failed = f"{type(error).__name__}: {error}"
            reason = f"the generator failed ({failed})"
            return Outcome(gives_way=True, reason=reason, notes={"generator_failed": failed})

    def _read(self, inquiry: Inquiry, grounds: Grounds) -> tuple[Passage, ...]:
        """What the generator is shown."""
        if self._settings.prompt.reads == "evidence":
            return excerpts(grounds.selection, inquiry.passages)
        return inquiry.passages

    def _book(self, inquiry: Inquiry) -> CitationBook:
        names = {passage.document_id: passage.source for passage in inquiry.passages}
        return CitationBook(inquiry.source, names)

    def _made(self, inquiry: Inquiry, outcome: Outcome, grounds: Grounds) -> Answer:
        timings = {**inquiry.timings, "total": time.perf_counter() - inquiry.started}
        text = abstention(inquiry.question) if outcome.abstained else join_sentences(outcome.sentences)
        return Answer(
            question=inquiry.asked or inquiry.question,
            text=text,
            sentences=outcome.sentences,
            citations=outcome.citations,
            abstained=outcome.abstained,
            kind=inquiry.kind,
            verdict=_verdict(outcome, grounds),
            table=outcome.table,
            steps=(inquiry.found,),
            confidence=grounds.confidence * outcome.support,
            passages=inquiry.passages,
            examples=outcome.examples,
            reason=outcome.reason,
            cut=outcome.cut,
            model=outcome.model or self._quoter,
            timings=timings,
            run_id=new_run_id(),
            short_answer=outcome.short_answer,
            conflicts=outcome.conflicts,
            understood=inquiry.question if inquiry.asked not in ("", inquiry.question) else "",
        )


def _with_conflicts(
    inquiry: Inquiry, selection: Selection, outcome: Outcome, book: CitationBook
) -> Generator[AnswerEvent, None, Outcome]:
    """An outcome with what its passages tell in contradiction to each other."""
    units = [evidence.unit for evidence in selection.near_best]
    told = [evidence.unit for evidence in selection.told]
    found = disagreements(selection.question, units, inquiry.passages, told)
    if not found:
        return outcome
    sentences, conflicts = yield from tell_conflicts(inquiry.question, found[:_MOST_CONFLICTS], book)
    return replace(
        outcome,
        sentences=(*outcome.sentences, *sentences),
        citations=book.citations,
        conflicts=conflicts,
    )


def _silent(inquiry: Inquiry, grounds: Grounds) -> dict[str, Any]:
    """What an outcome becomes where nothing can be told."""
    return {
        "sentences": (),
        "citations": (),
        "abstained": True,
        "reason": doubt(inquiry.question, grounds, inquiry.passages) + inquiry.question_back,
        "model": "",
    }


def _not_found(inquiry: Inquiry, grounds: Grounds) -> Outcome:
    return Outcome(**_silent(inquiry, grounds))


def _verdict(outcome: Outcome, grounds: Grounds) -> Verdict:
    """How an answer stands: its confidence labels it, and does not stand in its way."""
    if outcome.abstained:
        return Verdict.NOT_FOUND
    if grounds.confidence * outcome.support < _SURE:
        return Verdict.NEAR
    if outcome.written or len(outcome.sentences) > 1:
        return Verdict.PIECED
    return Verdict.STATED


def _no_embedder() -> None:
    """In place of a second embedder where there is none."""


def _nothing(term: str) -> float:
    """The weight of a word where no passage is weighed."""
    return 0.0


def _last(events: Iterator[AnswerEvent]) -> tuple[Answer, RunRecord]:
    *_, finished = events
    assert isinstance(finished, Finished)
    return finished.answer, finished.record
