"""A decoding loop for one prompt: it drafts from the prompt's own words and keeps the prefix's cache.

`rag.models.drafting` proposes what followed the last words where they stood before; the model checks the
whole proposal in one pass. Grounded answers repeat their passages, so much of it is right. transformers
has prompt lookup too, but reads the whole prompt again when a cache of its beginning is given, and always
proposes ten tokens, also after a single word that matches, which costs a CPU more than it gains; this loop
is handed to its `generate`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rag.models.drafting import PromptLookup
from rag.models.joint_reading import STRIDE, read_on
from rag.models.prefix_cache import PrefixCache, can_be_cropped

__all__ = ["LookupDecoding"]


@dataclass
class LookupDecoding:
    """`model.generate(…, custom_generate=LookupDecoding(prefix, 10, take))` for a batch of one.

    The tokens chosen are those of plain decoding: a drafted token is taken only where it is the one
    that the model chooses (or draws, when it samples) at that place.
    """

    prefix: PrefixCache
    drafted: int
    take: Callable[[Any], None] | None = None
    """Handed tokens as they are chosen, shape (n,)."""
    is_stopped: Callable[[], bool] = field(default=lambda: False)
    """Looked at while a long prompt is read; after that, `generate`'s stopping criteria decide."""
    passes: int = 0
    """Forward passes of the last decoding."""

    def __call__(
        self,
        model: Any,
        input_ids: Any,
        logits_processor: Any,
        stopping_criteria: Any,
        generation_config: Any,
        **model_kwargs: Any,
    ) -> Any:
        """Token ids of prompt and continuation, shape (1, length)."""
        import torch

        cache = model_kwargs["past_key_values"]
        reusable = can_be_cropped(cache)
        if reusable:
            cache = self.prefix.take(input_ids[0].tolist()) or cache
            self._read(model, input_ids, cache)
        lookup = PromptLookup(self.drafted if reusable else 0)
        lookup.extend(input_ids[0].tolist())
        ids = input_ids
        while not self.is_stopped():
            drafted = self._drafted(lookup, ids, int(generation_config.max_length))
            logits = self._logits(model, ids, drafted, cache)
            chosen = _choose(ids, drafted, logits, logits_processor, generation_config)
            right = chosen.shape[1] - 1
            if drafted.shape[1]:
                lookup.judged(right)
            if refused := drafted.shape[1] - right:
                cache.crop(-refused)
            ids = torch.cat((ids, chosen), dim=1)
            lookup.extend(chosen[0].tolist())
            if self.take is not None:
                self.take(chosen[0].cpu())
            if bool(stopping_criteria(ids, None).all()):
                break
        if reusable:
            self.prefix.keep(ids[0, : cache.get_seq_length()].tolist(), cache)
        return ids

    def _read(self, model: Any, ids: Any, cache: Any) -> None:
        """Most of a long prompt, a stride at a time, so that a stop need not wait for all of it."""
        if model.device.type == "cpu":
            unread = ids[0, cache.get_seq_length() : -1].tolist()
            whole = len(unread) // STRIDE * STRIDE  # the rest is read with the last token
            read_on(model, cache, unread[:whole], self.is_stopped)

    def _drafted(self, lookup: PromptLookup, ids: Any, longest: int) -> Any:
        """Drafted token ids, shape (1, any number); never so many that the length could pass its limit."""
        drafted = lookup.propose(longest - ids.shape[1] - 1)
        return ids.new_tensor([drafted]) if drafted else ids[:, :0]

    def _logits(self, model: Any, ids: Any, drafted: Any, cache: Any) -> Any:
        """Scores of the token after `ids` and after each drafted one, shape (1, drafted + 1, vocabulary)."""
        import torch

        unread = torch.cat((ids[:, cache.get_seq_length() :], drafted), dim=1)
        wanted = drafted.shape[1] + 1
        only = {"logits_to_keep": wanted} if _keeps_logits(type(model)) else {}
        output = model(input_ids=unread, past_key_values=cache, use_cache=True, **only)
        self.passes += 1
        return output.logits[:, -wanted:].float()


def _choose(ids: Any, drafted: Any, logits: Any, logits_processor: Any, generation_config: Any) -> Any:
    """The tokens that plain decoding would take one by one, as far as the draft was right; (1, n >= 1)."""
    import torch

    chosen = ids[:, :0]
    ends = generation_config._eos_token_tensor
    for place in range(logits.shape[1]):
        scores = logits_processor(torch.cat((ids, chosen), dim=1), logits[:, place])
        if generation_config.do_sample:
            token = torch.multinomial(scores.softmax(dim=-1), num_samples=1)
        else:
            token = scores.argmax(dim=-1, keepdim=True)
        chosen = torch.cat((chosen, token), dim=1)
        ended = ends is not None and bool(torch.isin(token, ends).any())
        if ended or place == drafted.shape[1] or int(token) != int(drafted[0, place]):
            break
    return chosen


def _keeps_logits(kind: type) -> bool:
    return "logits_to_keep" in inspect.signature(kind.forward).parameters  # type: ignore[attr-defined]
