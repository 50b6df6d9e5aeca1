"""Decoding in a thread, so that text can be taken while it is made, and stopped at any token."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rag.errors import ModelError
from rag.models.causal import CausalModel, Loaded
from rag.models.decoding_options import (
    DecodingOptions,
    broken,
    end_tokens,
    generation_config,
    grammar_processors,
    out_of_memory,
)
from rag.models.lookup_decoding import LookupDecoding
from rag.models.prefix_cache import PrefixCache
from rag.models.shared_decoding import decode_together

__all__ = ["Decoding", "until"]

_LOOKUP_TOKENS = 15
"""Most tokens that prompt lookup proposes at a time: a CPU checks them in twice the time of one."""


@dataclass(slots=True, eq=False)
class Decoding:
    """One decoding of one prompt (the tokenizer's output of batch size 1).

    Its text comes from `pieces()`, or is whole after `rag.models.shared_decoding.decode_batch`; then
    `finish_reason` is `stop` (the model ended), `length` (`max_new_tokens` reached) or `stopped` (told to).
    Decodings that wait for the same weights at the same time are computed together, at most `together` of
    them.
    """

    weights: CausalModel
    loaded: Loaded
    prompt: Any
    options: DecodingOptions
    stop_event: threading.Event = field(default_factory=threading.Event)
    together: int = 1
    tokens: list[int] = field(default_factory=list, init=False)
    finish_reason: str = field(default="", init=False)
    failure: ModelError | None = field(default=None, init=False)
    _closed: threading.Event = field(default_factory=threading.Event, init=False)
    _streamer: Any = field(default=None, init=False)

    @property
    def prompt_tokens(self) -> int:
        """Length of the prompt."""
        return int(self.prompt["input_ids"].shape[1])

    @property
    def text(self) -> str:
        """What was written so far."""
        tokenizer = self.loaded.tokenizer
        return str(
            tokenizer.decode(self.tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        )

    def pieces(self) -> Iterator[str]:
        """Text as soon as whole words are there. Closing the iterator ends the computation too.

        Raises:
            ModelError: the model failed, for instance for want of memory.
        """
        from transformers import TextIteratorStreamer

        self._streamer = TextIteratorStreamer(
            self.loaded.tokenizer, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )
        worker = threading.Thread(target=self._run, name="citewell-decoding", daemon=True)
        worker.start()
        try:
            yield from (piece for piece in self._streamer if piece)
            worker.join()
        finally:
            self._closed.set()
            worker.join()
        if self.failure is not None:
            raise self.failure

    def fits(self, other: object) -> bool:
        """Whether another decoding can share a batch: each row chooses by its own options."""
        return isinstance(other, Decoding) and other.loaded is self.loaded

    @property
    def told_to_stop(self) -> bool:
        """Whether nobody wants more of it."""
        return self._closed.is_set() or self.stop_event.is_set()

    def take(self, tokens: Any) -> None:
        """Tokens that were chosen, a tensor of shape (n,); the last may be an end token."""
        self.tokens += tokens.tolist()
        if self._streamer is not None:
            self._streamer.put(tokens)
        if self.tokens[-1] in end_tokens(self.loaded):
            self.finish("stop")
        elif len(self.tokens) >= self.options.max_new_tokens:
            self.finish("length")

    def finish(self, reason: str) -> None:
        """No more tokens come; only the first reason counts."""
        if not self.finish_reason:
            self.finish_reason = reason
            if self._streamer is not None:
                self._streamer.end()

    @property
    def finished(self) -> bool:
        """Whether its text is whole."""
        return bool(self.finish_reason)

    def fail(self, failure: ModelError) -> None:
        """The computation ended by an error, which `pieces` raises."""
        self.failure = failure
        self.finish("stopped")

    def _run(self) -> None:
        turn, waiting = self.weights.turn, self.weights.waiting
        waiting.enter(self)
        try:
            if not turn.acquire_unless(lambda: self.told_to_stop or self.finished):
                return  # told to stop, or taken along meanwhile
            try:
                taken = waiting.take(self, self.together)
                if len(taken) == 1:
                    self._alone()
                elif taken:
                    decode_together(taken)
            finally:
                turn.release()
        finally:
            waiting.leave(self)
            self.finish("stopped")

    def _alone(self) -> None:
        import torch

        try:
            with torch.inference_mode():
                self._generate()
        except torch.OutOfMemoryError:
            self.fail(out_of_memory(self.prompt_tokens))
        except Exception as error:
            self.fail(broken(error))

    def _generate(self) -> None:
        import torch
        from transformers import LogitsProcessorList, StoppingCriteriaList

        model = self.loaded.model
        prefix = self.weights.prefix if self.options.reuse_prefix else PrefixCache()
        lookup = _LOOKUP_TOKENS if self.options.prompt_lookup else 0
        devices = [model.device] if model.device.type == "cuda" else []
        with torch.random.fork_rng(devices=devices):
            torch.manual_seed(self.options.seed)
            model.generate(
                **self.prompt,
                generation_config=generation_config(self.loaded, self.options),
                stopping_criteria=StoppingCriteriaList([self._criterion]),
                logits_processor=LogitsProcessorList(grammar_processors(self.loaded, self.options)),
                custom_generate=LookupDecoding(prefix, lookup, self.take, lambda: self.told_to_stop),
            )

    def _criterion(self, ids: Any, scores: Any, **_: Any) -> Any:
        import torch

        return torch.full((ids.shape[0],), self.told_to_stop, dtype=torch.bool, device=ids.device)


def until(pieces: Iterator[str], stops: list[str]) -> Iterator[str]:
    """The text before the first of some stop strings, which may lie across pieces."""
    longest = max(map(len, stops), default=0)
    held = ""
    for piece in pieces:
        held += piece
        found = [place for place in (held.find(stop) for stop in stops) if place >= 0]
        if found:
            yield held[: min(found)]
            return
        ready = len(held) - max(longest - 1, 0)
        if ready > 0:
            yield held[:ready]
            held = held[ready:]
    if held:
        yield held
