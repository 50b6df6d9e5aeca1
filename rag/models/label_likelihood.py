"""Classification by likelihood: the label that a causal model finds likeliest after a prompt."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any, Final

from rag.errors import UsageError
from rag.models.causal import CausalModel, Loaded
from rag.models.prefix_cache import can_be_cropped

__all__ = ["LabelLikelihood"]

_BATCH: Final = 16
_END: Final = "\n"


class LabelLikelihood:
    """Chooses argmax over labels of log p(label, end of line | prompt), after Brown et al. 2020, section 2.4.

    The end of the line is part of a label, or `card` could not be less likely than `card payment`. The
    prompt is read once and its keys and values serve all labels. A label is no likelier than its first
    token, so labels are tried in the order of their first tokens until none can win any more: exact, and
    of many labels few are computed.
    """

    def __init__(self, weights: CausalModel) -> None:
        """Take the weights, which load at the first call."""
        self._weights = weights

    @property
    def name(self) -> str:
        """The model as people call it."""
        return self._weights.name

    def most_likely(self, prompt: str, labels: Sequence[str]) -> int:
        """The index of the likeliest label; the first of equal ones.

        Raises:
            UsageError: there is no label, or prompt and label do not fit into the model's window.
            ModelError: the model cannot be loaded.
        """
        if not labels:
            raise UsageError("there is no label to choose from")
        loaded = self._weights.load()
        read = _ids(loaded, prompt)
        written = [_ids(loaded, f" {label}{_END}") for label in labels]
        if len(read) + max(map(len, written)) > loaded.window:
            raise UsageError(
                f"the prompt has {len(read)} tokens, more than the {loaded.window} of {self.name} with a "
                "label: show fewer examples (--k)"
            )
        with self._weights.turn:
            return _likeliest(loaded, read, written)


def _ids(loaded: Loaded, text: str) -> list[int]:
    ids: list[int] = loaded.tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids


def _likeliest(loaded: Loaded, prompt: list[int], labels: list[list[int]]) -> int:
    import torch

    with torch.inference_mode():
        ids = torch.tensor([prompt], device=loaded.model.device)
        read: Any = loaded.model(input_ids=ids, use_cache=True, logits_to_keep=1)
        first = read.logits[0, -1].float().log_softmax(0)
        bounds = [float(first[label[0]]) for label in labels]
        order = sorted(range(len(labels)), key=lambda i: (-bounds[i], i))
        scores: dict[int, float] = {}
        for start in range(0, len(order), _BATCH):
            rows = order[start : start + _BATCH]
            if scores and bounds[rows[0]] < max(scores.values()):
                break
            rest = _continued(loaded, read.past_key_values, len(prompt), [labels[row] for row in rows])
            scores.update((row, bounds[row] + more) for row, more in zip(rows, rest, strict=True))
    return min(scores, key=lambda i: (-scores[i], i))


def _continued(loaded: Loaded, cache: Any, length: int, labels: list[list[int]]) -> list[float]:
    """Log-probability of each label's tokens after its first, given the prompt's cache, which stays."""
    import torch

    longest = max(map(len, labels))
    if longest == 1:
        return [0.0] * len(labels)
    device = loaded.model.device
    padded = torch.tensor([label + [0] * (longest - len(label)) for label in labels], device=device)
    counts = torch.tensor([len(label) for label in labels], device=device)
    shared = _shared(loaded, cache, len(labels))
    # what is padded stands behind what counts, so causal attention never sees it
    logits: Any = loaded.model(
        input_ids=padded[:, :-1],
        past_key_values=shared,
        position_ids=torch.arange(length, length + longest - 1, device=device)[None].expand(len(labels), -1),
        use_cache=True,
    ).logits
    chosen = logits.float().log_softmax(2).gather(2, padded[:, 1:, None])[..., 0]
    places = torch.arange(1, longest, device=device)
    totals: list[float] = (chosen * (places < counts[:, None])).sum(dim=1).tolist()
    return totals


def _shared(loaded: Loaded, cache: Any, count: int) -> Any:
    """A cache for a batch, whose rows all show the one given: the model appends to it by making a new one."""
    from transformers import DynamicCache

    if not can_be_cropped(cache):  # other kinds of cache write in place
        copied = deepcopy(cache)
        copied.batch_repeat_interleave(count)
        return copied
    shared = DynamicCache(config=loaded.model.config)
    for number, layer in enumerate(cache.layers):
        keys, values = (part.expand(count, -1, -1, -1) for part in (layer.keys, layer.values))
        shared.update(keys, values, number)
    return shared
