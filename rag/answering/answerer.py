"""The question's way to its answer: search, evidence, confidence, quotes or a checked draft."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from rag.answering.calibration import Calibrator
from rag.answering.comparing import Comparisons
from rag.answering.events import AnswerEvent, Finished, PassagesFound, Searching
from rag.answering.inquiry import Inquiry, check_question, spelt, suggested
from rag.answering.library_answers import answer_at_once
from rag.answering.outcome import Outcome
from rag.answering.run_records import Grounds, new_run_id, run_record
from rag.answering.summary import Summaries
from rag.answering.tables import Calculator, Chooser, Operation, Scanned, Scanner
from rag.answering.teller import Teller
from rag.answering.term_weights import given_term_weights, library_term_weights
from rag.answering.understanding import Kind, Understanding
from rag.answering.understanding.understand import embedder_by_language
from rag.answering.weighing import Weigher
from rag.answering.whole_reading import Telling, calculated, compared, scanned, summarised
from rag.answering.wording import abstention, join_sentences
from rag.answering.writing import Writer
from rag.models import Reader
from rag.models.model_protocol import Embedder
from rag.prompting import PromptBuilder
from rag.reading import (
    Attributor,
    EvidenceSelector,
    PassageSource,
    SecondEmbedder,
    SentenceVectors,
    read_question,
)
from rag.retrieval import HybridRetriever
from rag.retrieval.numbered import missing_labels
from rag.schema import Answer, AnswerSentence, Message, Passage, RunRecord, Stages, Verdict
from rag.settings import Settings
from rag.store import Store

if TYPE_CHECKING:
    from langchain_core.example_selectors import BaseExampleSelector
    from langchain_core.language_models import BaseChatModel

__all__ = ["Answerer"]

_SURE_APART: Final = 0.9
"""How surely a table has to be meant that is in another document than the best evidence."""


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
        readers: Sequence[Reader] = (),
        selector: BaseExampleSelector | None = None,
        prompt_builder: PromptBuilder | None = None,
        calibrator: Calibrator | None = None,
        second_embedder: SecondEmbedder | None = None,
        chooser: Chooser | None = None,
    ) -> None:
        self._store = store
        self._retriever = retriever
        self._settings = settings
        sentences = SentenceVectors(embedder) if embedder is not None else None
        evidence = EvidenceSelector(sentences, readers, second=second_embedder)
        self._weigher = Weigher(
            store, retriever, evidence, settings, calibrator=calibrator, second_embedder=second_embedder
        )
        self._summaries = Summaries(store, retriever, sentences, second_embedder)
        self._quoter = f"quotes ({embedder.name})" if embedder is not None else "quotes"
        self._understanding = self._understands(generator, embedder, second_embedder)
        writer: Writer | None = None
        if generator is not None and prompt_builder is not None and settings.generator.writes:
            writer = Writer(
                generator,
                settings.generator.model,
                prompt_builder,
                selector,
                Attributor(sentences),
                settings.answering.unsupported,
                settings.generator.candidates,
                settings.prompt.cites,
            )
        self._scanner = Scanner(store, chooser)
        self._comparisons = Comparisons(store, retriever, self._weigher)
        by_language = embedder_by_language(embedder, second_embedder)
        self._calculator = Calculator(self._scanner, chooser, by_language, store.path / "index")
        self._teller = Teller(writer, settings.prompt.reads)

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
        timings = Stages()
        asked, question = question, self._understanding.stand_alone(question, history, timings)
        weight = given_term_weights(passages)
        source = PassageSource(passages)
        inquiry = Inquiry(question, tuple(passages), source, weight, history, timings, None, asked)
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
        timings = Stages()
        understood = self._understanding.understand(question, history, timings)
        asked, question = understood.asked, spelt(understood)
        timings["understand"] = time.perf_counter() - started
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
                inquiry = replace(inquiry, kind=understood.kind.value)
                yield from self._whole(summarised(inquiry, summary, self._teller))
                return
        searched = time.perf_counter()
        retrieval = self._retriever.retrieve(question, documents=documents)
        passages = self._weigher.merge(retrieval)
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
        yield from self._answered(inquiry, understood.kind)

    def _answered(self, inquiry: Inquiry, kind: Kind) -> Iterator[AnswerEvent]:
        """Computed, side by side, of all records of a table, or else of the best evidence."""
        question = read_question(inquiry.question)
        computed = None
        if kind is not Kind.YES_NO:
            computed = self._calculator.calculate(question, inquiry.passages)
        if computed is not None:
            yield from self._whole(calculated(inquiry, computed))
            return
        found = self._scanner.scan(question, inquiry.passages)
        field = found.request.field if found is not None else ""
        if (sides := self._comparisons.compare(inquiry, kind, field)) is not None:
            yield from self._whole(compared(inquiry, sides, self._teller))
            return
        inquiry, grounds = self._weigher.weigh(inquiry)
        names_others = kind is Kind.COMPARISON and grounds.unknown  # "plan D or plan E" of A to C
        if found is not None and not (names_others or _is_told_elsewhere(inquiry, grounds, found)):
            yield from self._whole(scanned(inquiry, found))
        else:
            yield from self._told(inquiry, grounds)

    def _understands(
        self, generator: BaseChatModel | None, embedder: Embedder | None, second: SecondEmbedder | None
    ) -> Understanding:
        by_generator = self._settings.answering.follow_ups == "generator" and self._settings.generator.writes
        follows = self._settings.answering.follow_ups != "off"
        writer = generator if by_generator else None
        return Understanding(self._store, embedder, second, writer, follows=follows)

    def _at_once(self, text: str, inquiry: Inquiry) -> Iterator[AnswerEvent]:
        """An answer from the catalog, or about the program: nothing is searched, nothing is cited."""
        grounds = replace(self._weigher.grounds(inquiry), confidence=1.0)
        outcome = Outcome(sentences=(AnswerSentence(text, own_words=True),), model="catalog")
        answer = self._made(inquiry, outcome, grounds)
        yield self._finished(inquiry, answer, outcome, grounds)

    def _whole(self, reading: Telling) -> Iterator[AnswerEvent]:
        """An answer that was pieced together of all that was read, not of the best evidence."""
        told = yield from reading
        inquiry, outcome = told.inquiry, told.outcome
        grounds = replace(self._weigher.grounds(replace(inquiry, passages=())), confidence=told.confidence)
        answer = replace(
            self._made(inquiry, outcome, grounds),
            verdict=told.verdict,
            coverage=told.coverage,
            steps=told.steps,
        )
        yield self._finished(inquiry, answer, outcome, grounds)

    def _respond(self, inquiry: Inquiry) -> Iterator[AnswerEvent]:
        """From passages to the answer."""
        yield from self._told(*self._weigher.weigh(inquiry))

    def _told(self, inquiry: Inquiry, grounds: Grounds) -> Iterator[AnswerEvent]:
        """From what was weighed to the answer."""
        outcome = yield from self._teller.tell(inquiry, grounds)
        answer = self._made(inquiry, outcome, grounds)
        yield self._finished(inquiry, answer, outcome, grounds)

    def _finished(self, inquiry: Inquiry, answer: Answer, outcome: Outcome, grounds: Grounds) -> Finished:
        tokens = inquiry.timings.tokens
        return Finished(
            answer, run_record(answer, outcome, grounds, self._settings, self._store.version, tokens)
        )

    def _made(self, inquiry: Inquiry, outcome: Outcome, grounds: Grounds) -> Answer:
        inquiry.timings["total"] = time.perf_counter() - inquiry.started
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
            coverage=outcome.coverage,
            steps=(inquiry.found,),
            confidence=grounds.confidence * outcome.support,
            passages=inquiry.passages,
            examples=outcome.examples,
            reason=outcome.reason,
            cut=outcome.cut,
            model=outcome.model or self._quoter,
            timings=inquiry.timings,
            run_id=new_run_id(),
            short_answer=outcome.short_answer,
            conflicts=outcome.conflicts,
            understood=inquiry.question if inquiry.asked not in ("", inquiry.question) else "",
        )


def _is_told_elsewhere(inquiry: Inquiry, grounds: Grounds, scanned: Scanned) -> bool:
    """Whether another document than the table's, or of one value another place, says it more surely.

    A table in a document from which the best evidence does not come has to be surer by itself. A clause that
    is asked for by its number is no row.
    """
    if grounds.of_part or missing_labels(inquiry.question, (p.text for p in inquiry.passages)):
        return True
    ranked, record = grounds.selection.ranked, scanned.collection.records[0]
    best = ranked[0].unit if ranked else record.unit
    is_surer = grounds.bears and grounds.confidence > scanned.right
    if scanned.request.operation is Operation.VALUE:
        told = {(unit.document_id, unit.start) for r in scanned.told for unit in r.units}
        return is_surer or (grounds.bears and (best.document_id, best.start) not in told)
    return best.document_id != record.unit.document_id and (is_surer or scanned.right < _SURE_APART)


def _verdict(outcome: Outcome, grounds: Grounds) -> Verdict:
    """How an answer stands: its confidence labels it, and does not stand in its way."""
    if outcome.abstained:
        return Verdict.NOT_FOUND
    if not grounds.stands(outcome.support):
        return Verdict.NEAR
    if outcome.written or len({n for sentence in outcome.sentences for n in sentence.citations}) > 1:
        return Verdict.PIECED
    return Verdict.STATED


def _nothing(term: str) -> float:
    """The weight of a word where no passage is weighed."""
    return 0.0


def _last(events: Iterator[AnswerEvent]) -> tuple[Answer, RunRecord]:
    *_, finished = events
    assert isinstance(finished, Finished)
    return finished.answer, finished.record
