"""Several prompts at once: the weights are read from memory once for all of them.

A decoding step of one prompt is bound by memory, so that eight prompts take little longer than one.
Prompts are padded on the left; the attention mask hides the padding, so that greedy texts are those of
one prompt at a time. How the prompts are read: `rag.models.joint_reading`.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rag.models.causal import Loaded
from rag.models.decoding_options import DecodingOptions, broken, end_tokens, generation_config, out_of_memory
from rag.models.joint_reading import read_jointly

__all__ = ["Written", "decode_batch", "padded"]


@dataclass(frozen=True, slots=True)
class Written:
    """What followed one prompt; `finish_reason` is `stop`, `length` or `stopped`."""

    text: str
    prompt_tokens: int
    new_tokens: int
    finish_reason: str


def decode_batch(
    loaded: Loaded,
    prompts: Sequence[Sequence[int]],
    options: DecodingOptions,
    stop_event: threading.Event,
    batch_size: int,
) -> list[Written]:
    """Continue each prompt (token ids), in the order given. The caller holds the model's turn.

    Prompts of like length share a batch, so that little is padded. Setting `stop_event` ends the
    computation at the next token; what is written by then is returned.

    Raises:
        ModelError: out of memory, or the model failed.
    """
    by_length = sorted(range(len(prompts)), key=lambda i: len(prompts[i]))
    written: dict[int, Written] = {}
    for start in range(0, len(by_length), batch_size):
        members = by_length[start : start + batch_size]
        texts = _decode(loaded, [prompts[i] for i in members], options, stop_event)
        written.update(zip(members, texts, strict=True))
    return [written[i] for i in range(len(prompts))]


def _decode(
    loaded: Loaded, prompts: list[Sequence[int]], options: DecodingOptions, stop_event: threading.Event
) -> list[Written]:
    import torch

    try:
        ids, mask = padded(loaded, prompts)
        with torch.inference_mode(), torch.random.fork_rng(devices=_devices(loaded)):
            torch.manual_seed(options.seed)
            cache = read_jointly(loaded, prompts, stop_event.is_set)
            output = _generate(loaded, ids, mask, cache, options, stop_event)
    except torch.OutOfMemoryError:
        raise out_of_memory(sum(map(len, prompts))) from None
    except Exception as error:
        raise broken(error) from error
    ends = end_tokens(loaded)
    rows = output[:, ids.shape[1] :].tolist()
    return [_written(loaded, p, row, ends, stop_event) for p, row in zip(prompts, rows, strict=True)]


def _generate(
    loaded: Loaded, ids: Any, mask: Any, cache: Any, options: DecodingOptions, stop_event: threading.Event
) -> Any:
    import torch
    from transformers import StoppingCriteriaList

    def told_to_stop(ids: Any, scores: Any, **_: Any) -> Any:
        return torch.full((ids.shape[0],), stop_event.is_set(), dtype=torch.bool, device=ids.device)

    if stop_event.is_set():
        return ids
    return loaded.model.generate(
        input_ids=ids,
        attention_mask=mask,
        past_key_values=cache,
        generation_config=generation_config(loaded, options),
        stopping_criteria=StoppingCriteriaList([told_to_stop]),
    )


def padded(loaded: Loaded, prompts: list[Sequence[int]]) -> tuple[Any, Any]:
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


def _devices(loaded: Loaded) -> list[Any]:
    return [loaded.model.device] if loaded.model.device.type == "cuda" else []


def _written(
    loaded: Loaded, prompt: Sequence[int], row: list[int], ends: set[int], stop_event: threading.Event
) -> Written:
    """A row up to its end token: what comes after is padding."""
    end = next((place for place, token in enumerate(row) if token in ends), None)
    own = row if end is None else row[: end + 1]
    text = loaded.tokenizer.decode(own, skip_special_tokens=True, clean_up_tokenization_spaces=False)
    reason = "stop" if end is not None else "stopped" if stop_event.is_set() else "length"
    return Written(text, len(prompt), len(own), reason)
