"""The written answer: a generator phrases a draft, and code checks it against the evidence."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from rag.answering.events import AnswerEvent, SentenceReady, TokenWritten
from rag.answering.outcome import Outcome
from rag.attribution import Alignment, Attributor, CitationBook, TermWeights, quotable_units, split_draft
from rag.examples import select
from rag.prompting import Prompt, PromptBuilder, says_no_answer
from rag.schema import AnswerSentence, Example, Message, Passage, Support

if TYPE_CHECKING:
    from langchain_core.example_selectors import BaseExampleSelector
    from langchain_core.language_models import BaseChatModel

__all__ = ["Writer"]

Unsupported = Literal["mark", "drop", "refuse"]
_WORTH = {Support.SUPPORTED: 1.0, Support.PARTIAL: 0.5}


@dataclass(frozen=True)
class Writer:
    """A generator with all that it needs to write an answer that can be checked."""

    generator: BaseChatModel
    name: str
    prompt_builder: PromptBuilder
    selector: BaseExampleSelector | None
    attributor: Attributor
    unsupported: Unsupported

    def write(
        self,
        question: str,
        passages: Sequence[Passage],
        history: Sequence[Message],
        book: CitationBook,
        weight: TermWeights,
        timings: dict[str, float],
        stop: threading.Event | None,
    ) -> Generator[AnswerEvent, None, Outcome]:
        """Stream the draft, then its checked sentences; returns the outcome.

        Whatever the generator raises comes through: the caller falls back to quotes.
        """
        started = time.perf_counter()
        examples = select(self.selector, question) if self.selector is not None else ()
        prompt = self.prompt_builder.build(question, passages, examples, history)
        timings["prompt"] = time.perf_counter() - started
        started = time.perf_counter()
        draft = ""
        for text in self._tokens(prompt, stop):
            draft += text
            yield TokenWritten(text)
        timings["generate"] = time.perf_counter() - started
        started = time.perf_counter()
        outcome = self._checked(draft, prompt, book, weight)
        timings["attribute"] = time.perf_counter() - started
        for sentence in outcome.sentences:
            yield SentenceReady(sentence, tuple(outcome.citations[n - 1] for n in sentence.citations))
        return replace(outcome, examples=_kept(examples, prompt))

    def _tokens(self, prompt: Prompt, stop: threading.Event | None) -> Iterator[str]:
        from rag.prompting import chat_messages  # LangChain: not on the way of who only searches

        for chunk in self.generator.stream(chat_messages(prompt.messages)):
            if stop is not None and stop.is_set():
                return
            text = _text(chunk.content)
            if text:
                yield text

    def _checked(self, draft: str, prompt: Prompt, book: CitationBook, weight: TermWeights) -> Outcome:
        told = Outcome(model=self.name, prompt=prompt.messages, cut=prompt.cut)
        if says_no_answer(draft):
            return replace(told, abstained=True, reason="the model finds no answer in the passages")
        alignments = self.attributor.attribute(split_draft(draft), quotable_units(prompt.passages), weight)
        notes = {"draft": draft, "alignments": [_note(alignment) for alignment in alignments]}
        if not alignments:
            return replace(told, abstained=True, reason="the model wrote nothing", notes=notes)
        unborne = [a for a in alignments if a.support in (Support.UNSUPPORTED, Support.CONTRADICTED)]
        kept = [a for a in alignments if self.unsupported != "drop" or a not in unborne]
        if not kept or (self.unsupported == "refuse" and unborne):
            reason = f"the evidence does not bear out what the model wrote: {unborne[0].reason}"
            return replace(told, abstained=True, reason=reason, notes=notes)
        sentences = tuple(_cited(alignment, book) for alignment in kept)
        support = sum(_WORTH.get(a.support, 0.0) for a in kept) / len(kept)
        return replace(told, sentences=sentences, citations=book.citations, support=support, notes=notes)


def _cited(alignment: Alignment, book: CitationBook) -> AnswerSentence:
    numbers = [
        book.cite(unit.document_id, unit.start, unit.end, unit.text, alignment.support)
        for unit in alignment.units
    ]
    return AnswerSentence(alignment.text, tuple(numbers), alignment.support)


def _note(alignment: Alignment) -> dict[str, Any]:
    return {
        "text": alignment.text,
        "support": alignment.support.value,
        "coverage": round(alignment.coverage, 3),
        "reason": alignment.reason,
    }


def _kept(examples: Sequence[Example], prompt: Prompt) -> tuple[Example, ...]:
    """The examples that found room in the prompt."""
    texts = [message.content for message in prompt.messages]
    return tuple(e for e in examples if any(e.question in text for text in texts))


def _text(content: Any) -> str:
    """The text of a LangChain message content: a string, or a list of typed parts."""
    if isinstance(content, str):
        return content
    return "".join(part if isinstance(part, str) else part.get("text", "") for part in content)
