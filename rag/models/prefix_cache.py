"""Key-value caches: of the last prompt, for the next that begins alike; and of several prompts of a batch.

Padding prompts to one length costs a CPU as much as reading more text, and what they begin with alike
(instructions, examples, often passages) would be read once for each. Read one by one, nothing is padded
and the shared beginning is read once; only writing, which is bound by memory, is done for all at once.
A GPU reads a padded batch at once faster than its rows in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rag.models.causal import Loaded

__all__ = ["STRIDE", "PrefixCache", "can_be_cropped", "common_prefix", "read_jointly", "read_on"]


class PrefixCache:
    """Keeps one cache with the tokens it holds. Whoever computes owns it; no two may at once.

    System text and worked examples stand first in every prompt, and a follow-up question repeats its
    conversation: what both prompts begin with is read once.
    """

    def __init__(self) -> None:
        self._tokens: list[int] = []
        self._cache: Any = None

    def take(self, tokens: Sequence[int]) -> Any | None:
        """The kept cache, cut to what it shares with `tokens`; None where they share nothing.

        At least one token is left to be read, because the next one is predicted from it.
        """
        cache, kept = self._cache, self._tokens
        self.clear()
        if cache is None:
            return None
        shared = min(common_prefix(kept, tokens), len(tokens) - 1)
        if shared < 1:
            return None
        cache.crop(shared - len(kept))
        return cache

    def keep(self, tokens: Sequence[int], cache: Any) -> None:
        """Keep a cache that holds exactly `tokens`."""
        if cache.get_seq_length() == len(tokens):
            self._tokens, self._cache = list(tokens), cache

    def clear(self) -> None:
        """Give the memory back."""
        self._tokens, self._cache = [], None


def common_prefix(a: Sequence[int], b: Sequence[int]) -> int:
    """How many items two sequences share from the start."""
    for place, (x, y) in enumerate(zip(a, b, strict=False)):
        if x != y:
            return place
    return min(len(a), len(b))


def can_be_cropped(cache: Any) -> bool:
    """Whether every layer remembers all tokens: sliding windows and recurrent states forget."""
    from transformers.cache_utils import DynamicCache, DynamicLayer

    return type(cache) is DynamicCache and all(type(layer) is DynamicLayer for layer in cache.layers)


STRIDE: Final = 256
"""Tokens read between two looks at whether anybody still waits; a CPU reads no faster in longer strides."""


def read_jointly(
    loaded: Loaded, prompts: Sequence[Sequence[int]], is_stopped: Callable[[], bool]
) -> Any | None:
    """A key-value cache of all prompts but their last tokens, aligned on the right.

    Its tensors have the shape (prompts, heads, longest - 1, head size), zero where a prompt is shorter.
    None where reading together is no better: on a GPU, for a model that forgets (sliding windows,
    recurrent states), and once nobody waits any more.
    """
    import torch
    from transformers import DynamicCache

    if loaded.model.device.type != "cpu":
        return None
    cache: Any = DynamicCache(config=loaded.model.config)
    if not can_be_cropped(cache):
        return None
    shared = min(_shared(prompts), min(map(len, prompts)) - 1)
    read_on(loaded.model, cache, prompts[0][:shared], is_stopped)
    rows: list[list[tuple[Any, Any]]] = []
    for prompt in prompts:
        read_on(loaded.model, cache, prompt[shared : len(prompt) - 1], is_stopped)
        if is_stopped():
            return None
        rows.append([(layer.keys.clone(), layer.values.clone()) for layer in cache.layers])
        cache.crop(shared - (len(prompt) - 1))
    longest = max(map(len, prompts)) - 1
    joint = DynamicCache(config=loaded.model.config)
    for number in range(len(cache.layers)):
        keys, values = (torch.cat([_widened(row[number][part], longest) for row in rows]) for part in (0, 1))
        joint.update(keys, values, number)
    return joint


def read_on(model: Any, cache: Any, tokens: Sequence[int], is_stopped: Callable[[], bool]) -> None:
    """Read tokens into a cache (batch of one), some at a time, until nobody waits any more."""
    import torch

    for start in range(0, len(tokens), STRIDE):
        if is_stopped():
            return
        stride = torch.tensor([list(tokens[start : start + STRIDE])], device=model.device)
        model.base_model(input_ids=stride, past_key_values=cache, use_cache=True)


def _shared(prompts: Sequence[Sequence[int]]) -> int:
    """How many tokens all prompts begin with alike."""
    first, *others = prompts
    return min((common_prefix(first, other) for other in others), default=len(first))


def _widened(tensor: Any, length: int) -> Any:
    """Keys or values of shape (1, heads, n, size) with zeros before them, n then being `length`."""
    import torch

    return torch.nn.functional.pad(tensor, (0, 0, length - tensor.shape[2], 0))
