"""Many prompts whose texts are wanted whole, some at a time: the weights are read once for each batch."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from rag.errors import ModelError
from rag.models.causal import Loaded
from rag.models.decoding_options import DecodingOptions, end_tokens
from rag.models.shared_decoding import decode_together
from rag.models.turn import Turn

__all__ = ["Wanted", "decode_batch"]


@dataclass(slots=True, eq=False)
class Wanted:
    """One text that is wanted; `finish_reason` is `stop`, `length` or `stopped`.

    `prompt` is the tokenizer's output of batch size 1.
    """

    loaded: Loaded
    prompt: Any
    options: DecodingOptions
    stop_event: threading.Event
    tokens: list[int] = field(default_factory=list)
    finish_reason: str = ""
    failure: ModelError | None = None

    @property
    def prompt_tokens(self) -> int:
        """Length of the prompt."""
        return int(self.prompt["input_ids"].shape[1])

    @property
    def text(self) -> str:
        """What was written."""
        tokenizer = self.loaded.tokenizer
        return str(
            tokenizer.decode(self.tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)
        )

    @property
    def told_to_stop(self) -> bool:
        """Whether nobody wants more of it."""
        return self.stop_event.is_set()

    @property
    def finished(self) -> bool:
        """Whether its text is whole."""
        return bool(self.finish_reason)

    def begin(self) -> None:
        """Its prompt is about to be read."""

    def take(self, tokens: Any) -> None:
        """Tokens that were chosen, shape (n,)."""
        self.tokens += tokens.tolist()
        if self.tokens[-1] in end_tokens(self.loaded):
            self.finish("stop")
        elif len(self.tokens) >= self.options.max_new_tokens:
            self.finish("length")

    def finish(self, reason: str) -> None:
        """No more tokens come; only the first reason counts."""
        self.finish_reason = self.finish_reason or reason

    def fail(self, failure: ModelError) -> None:
        """The computation ended by an error."""
        self.failure = failure
        self.finish("stopped")


def decode_batch(wanted: Sequence[Wanted], turn: Turn, batch_size: int) -> None:
    """Write each text, `batch_size` at once; whoever else waits for the turn gets it in between.

    Prompts of like length share a batch, so that little is padded. One that is told to stop, waiting or
    in the middle, keeps what is written by then.

    Raises:
        ModelError: out of memory, or the model failed.
    """
    by_length = sorted(wanted, key=lambda one: one.prompt_tokens)
    for start in range(0, len(by_length), batch_size):
        members = by_length[start : start + batch_size]
        if turn.acquire_unless(lambda: all(one.told_to_stop for one in members)):  # noqa: B023
            try:
                decode_together(members)
            finally:
                turn.release()
        for one in members:
            if one.failure is not None:
                raise one.failure
            one.finish("stopped")
