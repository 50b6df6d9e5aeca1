"""Decodings of several users in one batch, each with its own stream, its own end and its own stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Protocol

from rag.errors import ModelError
from rag.models.batch_decoding import padded
from rag.models.causal import Loaded
from rag.models.decoding_options import DecodingOptions, broken, generation_config, out_of_memory
from rag.models.joint_reading import read_jointly

__all__ = ["SharedDecoding", "decode_together"]


class SharedDecoding(Protocol):
    """One user's decoding, as a batch needs it; `rag.models.decoding.Decoding` is one."""

    loaded: Loaded
    prompt: Any
    options: DecodingOptions

    @property
    def told_to_stop(self) -> bool:
        """Whether nobody wants more of it."""
        ...

    @property
    def finished(self) -> bool:
        """Whether its text is whole."""
        ...

    def begin(self) -> None:
        """Its prompt is about to be read."""
        ...

    def take(self, tokens: Any) -> None:
        """Tokens that were chosen, shape (n,)."""
        ...

    def finish(self, reason: str) -> None:
        """No more tokens come."""
        ...

    def fail(self, failure: ModelError) -> None:
        """The computation ended by an error."""
        ...


def decode_together(decodings: Sequence[SharedDecoding]) -> None:
    """Compute greedy decodings that fit together; the caller holds the turn.

    Each is handed its tokens as they are chosen, and is finished as soon as it ends, reaches its own
    length or is told to stop; the computation ends with the last. A failure is the failure of all.
    """
    import torch

    tokens = [decoding.prompt["input_ids"][0].tolist() for decoding in decodings]
    try:
        with torch.inference_mode():
            _generate(decodings, tokens)
    except torch.OutOfMemoryError:
        failure = out_of_memory(sum(map(len, tokens)))
    except Exception as error:
        failure = broken(error)
    else:
        return
    for decoding in decodings:
        if not decoding.finished:
            decoding.fail(failure)


def _generate(decodings: Sequence[SharedDecoding], prompts: Sequence[Sequence[int]]) -> None:
    from transformers import StoppingCriteriaList

    loaded = decodings[0].loaded
    ids, mask = padded(loaded, list(prompts))
    for decoding in decodings:
        decoding.begin()
    longest = max(decoding.options.max_new_tokens for decoding in decodings)
    cache = read_jointly(loaded, prompts, lambda: all(decoding.told_to_stop for decoding in decodings))
    if all(decoding.told_to_stop for decoding in decodings):
        return
    loaded.model.generate(
        input_ids=ids,
        attention_mask=mask,
        past_key_values=cache,
        generation_config=generation_config(loaded, replace(decodings[0].options, max_new_tokens=longest)),
        stopping_criteria=StoppingCriteriaList([_Rows(decodings)]),
    )


class _Rows:
    """Hands each row its last token, and tells which rows are done."""

    def __init__(self, decodings: Sequence[SharedDecoding]) -> None:
        self._decodings = decodings

    def __call__(self, ids: Any, scores: Any, **_: Any) -> Any:
        import torch

        last = ids[:, -1:].cpu()
        for decoding, token in zip(self._decodings, last, strict=True):
            if decoding.told_to_stop:
                decoding.finish("stopped")
            elif not decoding.finished:
                decoding.take(token)
        done = [decoding.finished for decoding in self._decodings]
        return torch.tensor(done, dtype=torch.bool, device=ids.device)
