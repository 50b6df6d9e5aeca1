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

from benchmarks.reader.universal import UniversalStates
from benchmarks.reader.windows import Example
from rag.models.reader_pairs import Pair
from rag.models.universal import UNIVERSAL

__all__ = ["Batch", "ReaderModel", "collate", "losses", "trimmed"]

TOKEN_LOGITS = 3
"""Start, end, evidence."""
_NEVER = -1e4


class ReaderModel(nn.Module):
    """Encoder with a head at [CLS] (is the answer here) and one on every token (start, end, evidence).

    Its tokens have embeddings of its own, or, where the config's `token_input` names the universal sentence
    encoder, the states of that one.
    """

    def __init__(self, config: BertConfig) -> None:
        """Make one with random weights; `from_encoder` takes those of a folder."""
        super().__init__()
        # Without dropout an epoch or two on a small model learns more, and steps are faster.
        config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
        config._attn_implementation = "eager"
        self.encoder = BertModel(config, add_pooling_layer=False)
        self.states: UniversalStates | None = None
        if getattr(config, "token_input", None) == UNIVERSAL:
            self.states = UniversalStates()
            self.input = nn.Linear(self.states.width, config.hidden_size)
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
        """Logits at [CLS], shape (batch,), and start, end and evidence of each token: (batch, tokens, 3)."""
        given = {"token_type_ids": token_type_ids, "attention_mask": attention_mask}
        if self.states is None:
            states = self.encoder(input_ids=input_ids, **given).last_hidden_state.float()
        else:
            embedded = self._embedded(self.states, input_ids, attention_mask)
            states = self.encoder(inputs_embeds=embedded, **given).last_hidden_state.float()
        return self.answerable(states[:, 0]).squeeze(-1), self.tokens(states)

    def _embedded(self, states: UniversalStates, ids: Tensor, attention_mask: Tensor) -> Tensor:
        """What the encoder gets of each token; the reader's own tokens have embeddings of their own."""
        own = self.encoder.embeddings.word_embeddings((ids - states.tokens).clamp(min=0))
        given = self.input(states(ids, attention_mask)).to(own.dtype)
        return torch.where((ids < states.tokens)[..., None], given, own)


def trimmed(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Weights without rows of the tokens' head that the model does not have."""
    return {
        name: given[:TOKEN_LOGITS] if name.startswith("tokens.") else given for name, given in weights.items()
    }


@dataclass(frozen=True, slots=True)
class Batch:
    """Windows of whole groups, padded, with what the heads shall say.

    `groups` numbers the group of each window. `null` and the token masks `starts` and `ends` say where the
    answer may begin and end; `spans_known` says for which windows. `units` lists (window, first token, one
    past the last, evidence or not).
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
    )


def _tokens(pair: Pair, start: int, end: int) -> tuple[int, int] | None:
    """First and one-past-last token that touch the characters; None where none is visible."""
    touched = np.flatnonzero((pair.offsets[:, 0] < end) & (pair.offsets[:, 1] > start))
    return None if not len(touched) else (pair.first + int(touched[0]), pair.first + int(touched[-1]) + 1)


def losses(batch: Batch, answerable: Tensor, tokens: Tensor) -> dict[str, Tensor]:
    """Mean loss of each head: `answerable`, `listwise`, `span`, `evidence`."""
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


def _evidence(batch: Batch, logits: Tensor) -> Tensor:
    if not len(batch.units):
        return logits.sum() * 0.0
    row, first, last, marked = batch.units.T
    sums = functional.pad(logits.cumsum(1), (1, 0))
    means = (sums[row, last] - sums[row, first]) / (last - first)
    weight = torch.where(marked.bool(), 2.0, 1.0)
    return functional.binary_cross_entropy_with_logits(means, marked.float(), weight)
