"""Several decodings in one batch, each with its own options, its own stream, its own end and its own stop.

A decoding step of one prompt is bound by memory, so that eight prompts take little longer than one.
Prompts are padded on the left; the attention mask hides the padding, and each row chooses its tokens by
itself (`rag.models.decoding_options`), so that texts are those of one prompt at a time. How the prompts are
read: `rag.models.prefix_cache`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rag.models.causal import Loaded
from rag.models.decoding_options import (
    DecodingOptions,
    Row,
    RowChoices,
    broken,
    end_tokens,
    generation_config,
    out_of_memory,
)
from rag.models.prefix_cache import read_jointly
from rag.models.turn import Turn

if TYPE_CHECKING:
    from rag.models.decoding import Decoding

__all__ = ["decode_batch", "decode_together", "padded"]


def decode_batch(decodings: Sequence[Decoding], turn: Turn, batch_size: int) -> None:
    """Write each text whole, `batch_size` at once; whoever else waits for the turn gets it in between.

    Prompts of like length share a batch, so that little is padded. One that is told to stop, waiting or
    in the middle, keeps what is written by then.

    Raises:
        ModelError: out of memory, or the model failed.
    """
    by_length = sorted(decodings, key=lambda one: one.prompt_tokens)
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


def decode_together(decodings: Sequence[Decoding]) -> None:
    """Compute decodings of the same weights; the caller holds the turn.

    Each is handed its tokens as they are chosen, and is finished as soon as it ends, reaches its own
    length or is told to stop; the computation ends with the last. A failure is the failure of all.
    """
    import torch

    rows: list[Row] = []
    able: list[Decoding] = []
    for decoding in decodings:
        try:
            rows.append(Row(decoding.loaded, int(decoding.prompt["input_ids"].shape[1]), decoding.options))
            able.append(decoding)
        except Exception as error:  # a broken grammar is the failure of its own decoding
            decoding.fail(broken(error))
    if not able:
        return
    decodings = able
    tokens = [decoding.prompt["input_ids"][0].tolist() for decoding in decodings]
    try:
        with torch.inference_mode():
            _generate(decodings, tokens, rows)
    except torch.OutOfMemoryError:
        failure = out_of_memory(sum(map(len, tokens)))
    except Exception as error:
        failure = broken(error)
    else:
        return
    for decoding in decodings:
        if not decoding.finished:
            decoding.fail(failure)


def _generate(decodings: Sequence[Decoding], prompts: Sequence[Sequence[int]], rows: Sequence[Row]) -> None:
    from transformers import LogitsProcessorList, StoppingCriteriaList

    loaded = decodings[0].loaded
    ids, mask = padded(loaded, prompts)
    longest = max(decoding.options.max_new_tokens for decoding in decodings)
    cache = read_jointly(loaded, prompts, lambda: all(decoding.told_to_stop for decoding in decodings))
    if all(decoding.told_to_stop for decoding in decodings):
        return
    loaded.model.generate(
        input_ids=ids,
        attention_mask=mask,
        past_key_values=cache,
        generation_config=generation_config(loaded, DecodingOptions(max_new_tokens=longest)),
        logits_processor=LogitsProcessorList([RowChoices(loaded, rows)]),
        stopping_criteria=StoppingCriteriaList([_Rows(decodings)]),
    )


def padded(loaded: Loaded, prompts: Sequence[Sequence[int]]) -> tuple[Any, Any]:
    """Token ids and attention mask, both (prompts, longest), padded on the left."""
    import torch

    longest = max(map(len, prompts))
    filler = loaded.tokenizer.pad_token_id
    filler = min(end_tokens(loaded), default=0) if filler is None else filler
    ids = torch.full((len(prompts), longest), filler, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, prompt in enumerate(prompts):
        ids[row, longest - len(prompt) :] = torch.tensor(list(prompt))
        mask[row, longest - len(prompt) :] = 1
    return ids.to(loaded.model.device), mask.to(loaded.model.device)


class _Rows:
    """Hands each row its last token, and tells which rows are done."""

    def __init__(self, decodings: Sequence[Decoding]) -> None:
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
