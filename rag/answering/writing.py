"""The written answer: a generator phrases a draft, and code checks it against the evidence."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from rag.answering.drafts import SUPPORT_WORTH, Draft, distinct_sentences, goes_round
from rag.answering.events import AnswerEvent, SentenceReady, TokenWritten
from rag.answering.outcome import Outcome
from rag.answering.wording import join_sentences
from rag.examples import select
from rag.models.thoughts import ThoughtFilter, without_thoughts
from rag.prompting import Prompt, PromptBuilder, says_no_answer
from rag.reading import Alignment, Attributor, CitationBook, TermWeights, Unit, quotable_units
from rag.schema import AnswerSentence, Example, Message, Passage, Stages

if TYPE_CHECKING:
    from langchain_core.example_selectors import BaseExampleSelector
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages.ai import UsageMetadata

__all__ = ["Writer"]

Unsupported = Literal["quote", "mark", "drop", "refuse"]
_DRAWN_AT = 0.7
"""Temperature of further drafts: at the setting's own, often 0, they would all be the same."""


@dataclass(frozen=True)
class Writer:
    """A generator with all that it needs to write an answer that can be checked."""

    generator: BaseChatModel
    name: str
    prompt_builder: PromptBuilder
    selector: BaseExampleSelector | None
    attributor: Attributor
    unsupported: Unsupported
    candidates: int = 1
    cites: bool = False

    def write(
        self,
        question: str,
        passages: Sequence[Passage],
        evidence: Sequence[Unit],
        history: Sequence[Message],
        book: CitationBook,
        weight: TermWeights,
        timings: Stages,
        stop: threading.Event | None,
    ) -> Generator[AnswerEvent, None, Outcome]:
        """Stream the draft, then its checked sentences; returns the outcome.

        `passages` are what the generator reads, `evidence` is what answers the question best in them.
        Whatever the generator raises comes through: the caller falls back to quotes.
        """
        started = time.perf_counter()
        examples = select(self.selector, question) if self.selector is not None else ()
        prompt = self.prompt_builder.build(question, passages, examples, history)
        timings["prompt"] = time.perf_counter() - started
        started = time.perf_counter()
        draft = ""
        try:
            with closing(self._tokens(prompt, timings, stop)) as pieces:
                for text in pieces:
                    draft += text
                    yield TokenWritten(text)
                    if goes_round(draft):
                        break
            draft = without_thoughts(draft)
            others = self._other_drafts(prompt, timings, stop)
        finally:
            timings["generate"] = time.perf_counter() - started
        started = time.perf_counter()
        drafts = self._ranked([draft, *others], prompt, weight)
        stopped = stop is not None and stop.is_set()
        outcome = self._checked(drafts[0], prompt, evidence, book, cut_short=stopped)
        if others:
            outcome = replace(outcome, notes={**outcome.notes, "candidates": [d.rated() for d in drafts]})
        timings["attribute"] = time.perf_counter() - started
        for sentence in outcome.sentences:
            yield SentenceReady(sentence, tuple(outcome.citations[n - 1] for n in sentence.citations))
        return replace(outcome, examples=_kept(examples, prompt))

    def _tokens(self, prompt: Prompt, timings: Stages, stop: threading.Event | None) -> Generator[str]:
        from rag.prompting import chat_messages  # LangChain: not on the way of who only searches

        options = {**self._constraint(prompt), **self._stopped_by(stop)}
        thoughts = ThoughtFilter()
        usage: UsageMetadata | None = None
        try:
            for chunk in self.generator.stream(chat_messages(prompt.messages), **options):
                if stop is not None and stop.is_set():
                    return
                usage = _with_usage(usage, getattr(chunk, "usage_metadata", None))
                text = thoughts.feed(_text(chunk.content))
                if text:
                    yield text
            if held := thoughts.end():
                yield held
        finally:  # not told where it was broken off
            timings.count(usage)

    def _constraint(self, prompt: Prompt) -> dict[str, Any]:
        """Where marks are asked for and the model decodes here, it can write none but those of passages."""
        from rag.models.streaming_chat import StreamingChatModel

        if not self.cites or not prompt.passages or not isinstance(self.generator, StreamingChatModel):
            return {}
        return self.generator.citing(len(prompt.passages))

    def _stopped_by(self, stop: threading.Event | None) -> dict[str, Any]:
        """Our own models heed an event also before the first word, while they read the prompt."""
        from rag.models.streaming_chat import StreamingChatModel

        if stop is None or not isinstance(self.generator, StreamingChatModel):
            return {}
        return {"stop_event": stop}

    def _other_drafts(self, prompt: Prompt, timings: Stages, stop: threading.Event | None) -> list[str]:
        """Drafts drawn beside the likeliest one, all at once."""
        if self.candidates < 2 or (stop is not None and stop.is_set()):
            return []
        from rag.prompting import chat_messages

        asked: list[Any] = [chat_messages(prompt.messages)] * (self.candidates - 1)
        options = {**self._constraint(prompt), **self._stopped_by(stop)}
        drawn = self.generator.batch(asked, temperature=_DRAWN_AT, **options)
        for message in drawn:
            timings.count(getattr(message, "usage_metadata", None))
        return [without_thoughts(_text(message.content)) for message in drawn]

    def _ranked(self, drafts: list[str], prompt: Prompt, weight: TermWeights) -> list[Draft]:
        """Drafts with their sentences aligned, best supported first; the first given wins a tie."""
        units = quotable_units(prompt.passages)
        read: dict[str, Draft] = {}
        for text in drafts:
            if text not in read:
                silent = says_no_answer(text)
                sentences = () if silent else distinct_sentences(text)
                read[text] = Draft(text, silent, tuple(self.attributor.attribute(sentences, units, weight)))
        return sorted(read.values(), key=lambda draft: draft.worth, reverse=True)

    def _checked(
        self, draft: Draft, prompt: Prompt, evidence: Sequence[Unit], book: CitationBook, *, cut_short: bool
    ) -> Outcome:
        told = Outcome(model=self.name, prompt=prompt.messages, cut=prompt.cut, abstained=True)
        if draft.silent:
            return replace(told, gives_way=True, reason="the model finds no answer in the passages")
        alignments = draft.alignments
        notes = {"draft": draft.text, "alignments": [_note(alignment) for alignment in alignments]}
        quotes = self.unsupported == "quote" and not cut_short
        told = replace(told, notes=notes, gives_way=quotes)
        if not alignments:
            return replace(told, reason="the model wrote nothing")
        kept = alignments if self.unsupported == "mark" else draft.borne_out
        if not kept or (self.unsupported == "refuse" and kept != alignments):
            doubted = next(a for a in alignments if a not in draft.borne_out)
            reason = f"the evidence does not support what the model wrote: {doubted.reason}"
            return replace(told, reason=reason)
        if quotes and not draft.rests_on(evidence):
            return replace(told, reason="what the model wrote rests on nothing that answers the question")
        sentences = tuple(_cited(alignment, book) for alignment in kept)
        return replace(
            told,
            abstained=False,
            gives_way=False,
            sentences=sentences,
            citations=book.citations,
            support=sum(SUPPORT_WORTH.get(a.support, 0.0) for a in kept) / len(kept),
            written=join_sentences(sentences),
        )


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


def _with_usage(before: UsageMetadata | None, told: UsageMetadata | None) -> UsageMetadata | None:
    """The tokens so far: some tell them in parts, others all so far with each piece, the prompt's again."""
    from langchain_core.messages.ai import add_usage

    if told is None or before is None:
        return told or before
    is_whole = 0 < told["input_tokens"] == before["input_tokens"]
    return told if is_whole else add_usage(before, told)


def _text(content: Any) -> str:
    """The text of a LangChain message content: a string, or a list of typed parts."""
    if isinstance(content, str):
        return content
    return "".join(part if isinstance(part, str) else part.get("text", "") for part in content)
