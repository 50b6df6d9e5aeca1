"""A decoding loop for one prompt: it drafts from the prompt's own words and keeps the prefix's cache.

Grounded answers repeat their passages, so much of what is drafted is right. transformers has prompt lookup
too, but reads the whole prompt again when a cache of its beginning is given, and always proposes as many
tokens, also after a single word that matches, which costs a CPU more than it gains: where an answer restates
its passages, one core writes 21 tokens a second plainly, 24 with transformers' own at its best setting and
46 with this loop, which is handed to its `generate`.

Saxena 2023 (https://github.com/apoorvumang/prompt-lookup-decoding) proposes what followed the last words
where they stood before. How much of it is right grows with how long the match is, and a pass over a long
proposal costs more than one over a single token: the proposal is as long as the match is worth
(SuffixDecoding, Oliaro et al. 2024, section 4), and where proposals are refused, fewer are made.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from rag.models.prefix_cache import STRIDE, PrefixCache, can_be_cropped, read_on

__all__ = ["LookupDecoding", "PromptLookup"]


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


_SHORTEST: Final = 2
"""Tokens that a match has at least: after a single one, anything may follow."""
_PER_TOKEN: Final = 2
"""Tokens proposed for each token of the match."""
_LONGEST_MATCH: Final = 8
_PLACES: Final = 16
"""Latest places of a pair of tokens that are compared."""
_COST: Final = 1.0
"""Tokens that a proposal has to gain on average: a pass over several costs a CPU two to three of one."""
_MEMORY: Final = 0.7
"""Share of the average gain that an older proposal keeps."""
_HOPE: Final = 0.15
"""By how much the average recovers with each token that nothing was proposed for."""


class PromptLookup:
    """Proposes tokens for one text, which grows by `extend`; told by `judged` how many were right."""

    def __init__(self, longest: int) -> None:
        """`longest` is the most tokens proposed at a time; with 0 nothing is."""
        self._longest = longest
        self._tokens: list[int] = []
        self._places: dict[tuple[int, ...], list[int]] = {}
        self._gain = 3.0 * _COST

    def extend(self, tokens: Sequence[int]) -> None:
        """Take in what the text goes on with."""
        for token in tokens:
            self._tokens.append(token)
            end = len(self._tokens) - 1  # what ends before the newest token has something that follows it
            if end >= _SHORTEST:
                pair = tuple(self._tokens[end - _SHORTEST : end])
                self._places.setdefault(pair, []).append(end)

    def propose(self, room: int) -> list[int]:
        """What followed the longest match of the text's end, the latest of equal ones; at most `room`."""
        most = min(self._longest, room)
        if most < 1 or len(self._tokens) < _SHORTEST:
            return []
        place, match = self._best_match()
        if not match:
            return []
        if match < _LONGEST_MATCH and self._gain < _COST:
            self._gain += _HOPE
            return []
        return self._tokens[place : place + min(most, _PER_TOKEN * match)]

    def judged(self, right: int) -> None:
        """How many tokens of the last proposal were right."""
        self._gain = _MEMORY * self._gain + (1 - _MEMORY) * right

    def _best_match(self) -> tuple[int, int]:
        """Where the text goes on after the best match, and how long that is; 0 where there is none."""
        best = (0, 0)
        for place in reversed(self._places.get(tuple(self._tokens[-_SHORTEST:]), [])[-_PLACES:]):
            length = self._match(place)
            if length > best[1]:
                best = (place, length)
        return best

    def _match(self, place: int) -> int:
        """How many tokens before `place` are those at the text's end."""
        most = min(place, _LONGEST_MATCH)
        end = len(self._tokens)
        for length in range(most):
            if self._tokens[place - 1 - length] != self._tokens[end - 1 - length]:
                return length
        return most
