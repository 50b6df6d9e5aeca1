"""The chooser in torch: what is trained, and what `rag/answering/tables/chooser.py` computes in numpy.

Choices attend to each other and to the question's tokens (Vaswani et al. 2017), so that of two dates the one
is taken that the words are about, and of several operations one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor, nn

from rag.answering.tables.choice_layout import KINDS, NUMBERS, WIDTH, Laid

__all__ = ["HEADS", "ChooserNet", "collate"]

HEADS = 4


class Attention(nn.Module):
    """Attention of `heads` heads, of states before it to states that are looked at."""

    def __init__(self, size: int, dropout: float) -> None:
        super().__init__()
        self.of = nn.Linear(size, size)
        self.given = nn.Linear(size, 2 * size)
        self.out = nn.Linear(size, size)
        self.dropout = dropout

    def forward(self, states: Tensor, seen: Tensor, mask: Tensor) -> Tensor:
        """States (batch, n, size), seen (batch, m, size) and its mask (batch, m)."""
        q, k, v = self.of(states), *self.given(seen).chunk(2, -1)
        q, k, v = (part.unflatten(-1, (HEADS, -1)).transpose(1, 2) for part in (q, k, v))
        dropout = self.dropout if self.training else 0.0
        found = nn.functional.scaled_dot_product_attention(q, k, v, mask[:, None, None, :], dropout)
        return self.out(found.transpose(1, 2).flatten(2))


class Layer(nn.Module):
    """Attention to the question where there is one, to all of one's own kind, and a layer for each alone."""

    def __init__(self, size: int, dropout: float, *, asks: bool) -> None:
        super().__init__()
        if asks:
            self.norm_ask = nn.LayerNorm(size)
            self.ask = Attention(size, dropout)
        self.norm_each = nn.LayerNorm(size)
        self.each = Attention(size, dropout)
        self.norm_alone = nn.LayerNorm(size)
        self.wide = nn.Linear(size, 2 * size)
        self.narrow = nn.Linear(2 * size, size)
        self.drop = nn.Dropout(dropout)

    def forward(
        self, states: Tensor, mask: Tensor, asked: Tensor | None = None, asked_mask: Tensor | None = None
    ) -> Tensor:
        """States (batch, n, size), the question's (batch, m, size), each with its mask."""
        if asked is not None and asked_mask is not None:
            states = states + self.drop(self.ask(self.norm_ask(states), asked, asked_mask))
        own = self.norm_each(states)
        states = states + self.drop(self.each(own, own, mask))
        wide = nn.functional.gelu(self.wide(self.norm_alone(states)), approximate="tanh")
        return states + self.drop(self.narrow(self.drop(wide)))


class ChooserNet(nn.Module):
    """One logit a choice: how likely the question asks for it."""

    def __init__(self, size: int = 128, layers: int = 2, dropout: float = 0.15) -> None:
        super().__init__()
        self.question = nn.Linear(WIDTH, size)
        self.question_norm = nn.LayerNorm(size)
        self.question_layer = Layer(size, dropout, asks=False)
        self.name = nn.Linear(WIDTH, size)
        self.value = nn.Linear(WIDTH, size)
        self.around = nn.Linear(WIDTH, size)
        self.title = nn.Linear(WIDTH, size)
        self.kind = nn.Embedding(KINDS, size)
        self.kind_asked = nn.Embedding(KINDS, size)
        self.kind_around = nn.Embedding(KINDS, size)
        self.numbers = nn.Linear(NUMBERS, size)
        self.wide = nn.Linear(8 * size, 2 * size)
        self.narrow = nn.Linear(2 * size, size)
        self.layers = nn.ModuleList([Layer(size, dropout, asks=True) for _ in range(layers)])
        self.norm = nn.LayerNorm(size)
        self.logit = nn.Linear(size, 1)
        self.drop = nn.Dropout(dropout)

    def forward(self, batch: Sequence[Tensor]) -> Tensor:
        """Logits (questions, choices) of what `collate` gives."""
        tokens, token_mask, title, known, *places, kinds, numbers, mask = batch
        asked = self.question_layer(self.question_norm(self.question(tokens)), token_mask)
        weights = token_mask[:, :, None].float()
        whole = self.drop((asked * weights).sum(1, keepdim=True) / weights.sum(1, keepdim=True))
        ways = (self.name, self.value, self.around)
        name, value, around = (way(known)[place] for way, place in zip(ways, places, strict=True))
        parts = (
            *(whole * name, whole * value, name, value, around * self.kind_around(kinds)),
            *(whole * self.kind_asked(kinds), self.kind(kinds), self.numbers(numbers)),
        )
        wide = nn.functional.gelu(self.wide(torch.cat(parts, -1)), approximate="tanh")
        states = torch.cat([self.narrow(self.drop(wide)), self.title(title)[:, None]], 1)
        mask = nn.functional.pad(mask, (0, 1), value=True)
        for layer in self.layers:
            states = layer(states, mask, asked, token_mask)
        found: Tensor = self.logit(self.norm(states[:, :-1])).squeeze(-1)
        return found


def collate(laid: Sequence[Laid]) -> list[Tensor]:
    """Questions side by side, filled up with zeros: tokens, mask, title, choices, their mask.

    Choices share columns and values: the vectors of all are given once each, then their places among them.
    """
    count, most = len(laid), max(len(one.kinds) for one in laid)
    longest = max(len(one.question) for one in laid)
    tokens = np.zeros((count, longest, WIDTH), np.float32)
    token_mask, mask = np.zeros((count, longest), bool), np.zeros((count, most), bool)
    title = np.stack([np.asarray(one.title, np.float32) for one in laid])
    places = np.zeros((3, count, most), np.int64)
    known: dict[bytes, int] = {np.zeros(WIDTH, laid[0].names.dtype).tobytes(): 0}
    kinds, numbers = np.zeros((count, most), np.int64), np.zeros((count, most, NUMBERS), np.float32)
    for i, one in enumerate(laid):
        here = slice(0, len(one.kinds))
        tokens[i, : len(one.question)] = one.question
        token_mask[i, : len(one.question)] = True
        for place, rows in zip(places, (one.names, one.values, one.around), strict=True):
            place[i, here] = [known.setdefault(row.tobytes(), len(known)) for row in rows]
        kinds[i, here], numbers[i, here], mask[i, here] = one.kinds, one.numbers, True
    vectors = np.stack([np.frombuffer(row, laid[0].names.dtype) for row in known]).astype(np.float32)
    parts = (tokens, token_mask, title, vectors, *places, kinds, numbers, mask)
    return [torch.from_numpy(part) for part in parts]
