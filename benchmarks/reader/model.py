"""The reader as a torch model: one pass of a BERT-like encoder, three heads, and their losses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertConfig, BertModel

from benchmarks.reader.form import SAYS
from benchmarks.reader.windows import Example
from rag.models.reader_pairs import Pair

__all__ = ["Batch", "ReaderModel", "collate", "losses", "take"]

TOKEN_LOGITS = 5
"""Start, end, evidence, yes, no."""
_SAYS_WEIGHTS = (0.1, 1.0, 1.0)
_NEVER = -1e4


class ReaderModel(nn.Module):
    """Encoder with a head at [CLS] (is the answer here) and one on every token (start, end, evidence)."""

    def __init__(self, config: BertConfig) -> None:
        """Make one with random weights; `from_encoder` takes those of a folder."""
        super().__init__()
        # Without dropout an epoch or two on a small model learns more, and steps are faster.
        config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
        config._attn_implementation = "eager"
        self.encoder = BertModel(config, add_pooling_layer=False)
        self.answerable = nn.Sequential(
            nn.Linear(config.hidden_size, config.hidden_size), nn.Tanh(), nn.Linear(config.hidden_size, 1)
        )
        self.tokens = nn.Linear(config.hidden_size, TOKEN_LOGITS)
        nn.init.normal_(self.tokens.weight, std=0.02)

    @classmethod
    def from_encoder(cls, folder: Path) -> ReaderModel:
        """The encoder of a transformers folder, with new heads."""
        model = cls(BertConfig.from_pretrained(folder))
        model.encoder = BertModel.from_pretrained(
            folder, config=model.encoder.config, add_pooling_layer=False, attn_implementation="eager"
        ).float()
        return model

    def forward(
        self, input_ids: Tensor, token_type_ids: Tensor, attention_mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Logits at [CLS], shape (batch,), and of each token, shape (batch, tokens, 5).

        The last are start, end and evidence of every token, and yes and no, which count at [CLS].
        """
        states = self.encoder(
            input_ids=input_ids, token_type_ids=token_type_ids, attention_mask=attention_mask
        ).last_hidden_state.float()
        return self.answerable(states[:, 0]).squeeze(-1), self.tokens(states)


def take(model: ReaderModel, weights: Mapping[str, Tensor]) -> None:
    """Load weights whose heads may say less than the model's; what they lack stays as it is.

    Raises:
        ValueError: weights of another shape.
    """
    own = model.state_dict()
    for name, given in weights.items():
        if given.shape[1:] != own[name].shape[1:] or len(given) > len(own[name]):
            raise ValueError(f"{name} has shape {tuple(given.shape)}, the model {tuple(own[name].shape)}")
        own[name][: len(given)] = given
    model.load_state_dict(own)


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows of whole groups, padded, with what the heads shall say.

    `groups` numbers the group of each window. `null` and the token masks `starts` and `ends` say where the
    answer may begin and end; `spans_known` says for which windows. `units` lists (window, first token, one
    past the last, evidence or not). `says` is 0 for neither, 1 for yes, 2 for no and -1 where nobody knows.
    """

    input_ids: Tensor
    token_type_ids: Tensor
    attention_mask: Tensor
    window_mask: Tensor
    groups: Tensor
    answerable: Tensor
    starts: Tensor
    ends: Tensor
    spans_known: Tensor
    units: Tensor
    says: Tensor


def collate(pairs: Sequence[Pair], examples: Sequence[Example], groups: Sequence[int]) -> Batch:
    """Pad pairs and turn characters into tokens. What lies beyond the visible tokens is left out."""
    count, length = len(pairs), max(len(pair.ids) for pair in pairs)
    ids, kinds, attention, inside, starts, ends = (np.zeros((count, length), np.int64) for _ in range(6))
    known, units = np.zeros(count, bool), []
    for row, (pair, example) in enumerate(zip(pairs, examples, strict=True)):
        size = len(pair.ids)
        ids[row, :size], kinds[row, :size], attention[row, :size] = pair.ids, pair.kinds, 1
        inside[row, 0] = inside[row, pair.first : pair.first + len(pair.offsets)] = 1
        for start, end in example.spans or ():
            tokens = _tokens(pair, start, end)
            if tokens is not None:
                starts[row, tokens[0]] = ends[row, tokens[1] - 1] = 1
        if example.spans is not None and not starts[row].any():
            starts[row, 0] = ends[row, 0] = 1
        # A span that was cut off teaches neither that it is there nor that it is not.
        known[row] = example.spans is not None and not (example.spans and starts[row, 0])
        for (start, end), marked in zip(example.units, example.evidence or (), strict=False):
            tokens = _tokens(pair, start, end)
            if tokens is not None:
                units.append((row, *tokens, int(marked)))
    return Batch(
        *(torch.from_numpy(array) for array in (ids, kinds, attention)),
        window_mask=torch.from_numpy(inside.astype(bool)),
        groups=torch.tensor(groups),
        answerable=torch.tensor([float(example.answerable) for example in examples]),
        starts=torch.from_numpy(starts.astype(bool)),
        ends=torch.from_numpy(ends.astype(bool)),
        spans_known=torch.from_numpy(known),
        units=torch.tensor(units, dtype=torch.int64).reshape(-1, 4),
        says=torch.tensor([-1 if e.says is None else SAYS.index(e.says) for e in examples]),
    )


def _tokens(pair: Pair, start: int, end: int) -> tuple[int, int] | None:
    """First and one-past-last token that touch the characters; None where none is visible."""
    touched = np.flatnonzero((pair.offsets[:, 0] < end) & (pair.offsets[:, 1] > start))
    return None if not len(touched) else (pair.first + int(touched[0]), pair.first + int(touched[-1]) + 1)


def losses(batch: Batch, answerable: Tensor, tokens: Tensor) -> dict[str, Tensor]:
    """Mean loss of each head: `answerable`, `listwise`, `span`, `evidence`, `says`."""
    answerable, tokens = answerable.float(), tokens.float()
    found = {"answerable": functional.binary_cross_entropy_with_logits(answerable, batch.answerable)}
    found["listwise"] = _listwise(batch, answerable)
    masked = tokens[:, :, :2].masked_fill(~batch.window_mask[:, :, None], _NEVER)
    logs = masked.log_softmax(1)
    start = _marginal(logs[:, :, 0], batch.starts)
    end = _marginal(logs[:, :, 1], batch.ends)
    share = batch.spans_known.float()
    found["span"] = ((start + end) * 0.5 * share).sum() / share.sum().clamp(min=1.0)
    found["evidence"] = _evidence(batch, tokens[:, :, 2])
    found["says"] = _says(batch, tokens[:, 0, 3:])
    return found


def _marginal(logs: Tensor, allowed: Tensor) -> Tensor:
    """Minus the log of the probability of any allowed place, for each window."""
    return -logs.masked_fill(~allowed, _NEVER).logsumexp(1)


def _listwise(batch: Batch, logits: Tensor) -> Tensor:
    """Cross entropy over the windows of each group that has an answerable one and another."""
    same = batch.groups[:, None] == batch.groups[None, :]
    spread = logits[None, :].masked_fill(~same, _NEVER).logsumexp(1)
    right = batch.answerable.bool()
    mixed = (same & ~right[None, :]).any(1) & right
    return ((spread - logits) * mixed).sum() / mixed.sum().clamp(min=1)


def _says(batch: Batch, logits: Tensor) -> Tensor:
    """Cross entropy of neither, yes and no; the logit of neither is 0, and its many windows count less."""
    known = batch.says >= 0
    if not known.any():
        return logits.sum() * 0.0
    three = functional.pad(logits, (1, 0))[known]
    return functional.cross_entropy(three, batch.says[known], weight=three.new_tensor(_SAYS_WEIGHTS))


def _evidence(batch: Batch, logits: Tensor) -> Tensor:
    if not len(batch.units):
        return logits.sum() * 0.0
    row, first, last, marked = batch.units.T
    sums = functional.pad(logits.cumsum(1), (1, 0))
    means = (sums[row, last] - sums[row, first]) / (last - first)
    weight = torch.where(marked.bool(), 2.0, 1.0)
    return functional.binary_cross_entropy_with_logits(means, marked.float(), weight)
