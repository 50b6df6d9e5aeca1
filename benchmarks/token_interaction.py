"""A small learned reader of question and sentence over token states that the embedder computes anyway.

A cross-encoder reads both texts together in every layer; with a few hundred questions there is too
little to train one. Here the transformer stays as it is: each text's token states are taken from its
middle and last layer, and only what compares them is learned (about 250,000 numbers). Three things add
up: each question token's best match among the sentence's tokens, weighted by how much that token counts
(Khattab and Zaharia 2020, "ColBERT", with learned weights); the cosine of the means; and the best token
of the kind that is asked for, as a reader would find it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from rag.models.packaged import packaged_path

__all__ = ["TokenInteraction", "TokenStates"]

_MODEL = "packaged:all-MiniLM-L6-v2"
_LAYERS = (3, 6)
_WIDTH = 384
_STATES = _WIDTH * len(_LAYERS)
_TOKENS = 80
_BATCH = 48
_NEVER = -1e4


class TokenStates:
    """Token states of texts, kept in a folder; a batch of them comes padded and with a mask."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._parts: list[NDArray[np.float16]] = []
        self._places: dict[str, tuple[int, int, int]] = {}
        for path in sorted(folder.glob("*.json")):
            self._read(path)

    def add(self, texts: Iterable[str], name: str) -> None:
        """Compute the states of texts that are not known and keep them under `name`."""
        new = [text for text in dict.fromkeys(texts) if text not in self._places]
        if not new:
            return
        states = _compute(new)
        path = self._folder / f"{name}.json"
        np.save(path.with_suffix(".npy"), np.concatenate(states))
        np.save(path.with_suffix(".len.npy"), np.array([len(state) for state in states]))
        path.write_text(json.dumps(new), "utf-8")
        self._read(path)

    def batch(self, texts: Sequence[str]) -> tuple[Tensor, Tensor]:
        """States of unit length by layer, shape (texts, tokens, width), and which are tokens of the text."""
        found = [self._parts[part][a:b] for part, a, b in (self._places[text] for text in texts)]
        most = max(len(states) for states in found)
        padded = torch.zeros(len(found), most, _STATES)
        mask = torch.zeros(len(found), most, dtype=torch.bool)
        for row, states in enumerate(found):
            padded[row, : len(states)] = torch.from_numpy(states.astype(np.float32))
            mask[row, 1 : max(2, len(states) - 1)] = True
        by_layer = padded.view(len(found), most, len(_LAYERS), _WIDTH)
        return nn.functional.normalize(by_layer, dim=-1).flatten(2), mask

    def _read(self, path: Path) -> None:
        texts = json.loads(path.read_text("utf-8"))
        ends = np.cumsum(np.load(path.with_suffix(".len.npy"))).tolist()
        for text, start, end in zip(texts, [0, *ends], ends, strict=False):
            self._places[text] = (len(self._parts), start, end)
        self._parts.append(np.load(path.with_suffix(".npy"), mmap_mode="r"))


class TokenInteraction(nn.Module):
    """Scores of sentences, each for its question; higher is better, 0 about as likely as not."""

    def __init__(self, rank: int = 64) -> None:
        super().__init__()
        self.counts = nn.Linear(_STATES, 1)
        self.kept = nn.Parameter(torch.full((_STATES,), 0.5))
        self.left = nn.Parameter(torch.randn(_STATES, rank) * 0.02)
        self.right = nn.Parameter(torch.randn(_STATES, rank) * 0.02)
        self.asked = nn.Linear(2 * _STATES, rank)
        self.told = nn.Linear(_STATES, rank)
        self.telling = nn.Linear(_STATES, 1)
        self.scales = nn.Parameter(torch.tensor([12.0, 8.0, 4.0]))
        self.bias = nn.Parameter(torch.tensor(-6.0))
        for start in (self.counts, self.telling):
            nn.init.zeros_(start.weight)

    def forward(
        self, question: Tensor, in_question: Tensor, text: Tensor, in_text: Tensor, owner: Tensor
    ) -> Tensor:
        """Scores of shape (texts,); `owner` is the row of each text's question."""
        of_question, of_text = _mean(question, in_question), _mean(text, in_text)
        cosine = nn.functional.cosine_similarity(of_question[owner, -_WIDTH:], of_text[:, -_WIDTH:])
        found = torch.stack(
            [
                self._matches(question, in_question, text, in_text, owner),
                cosine,
                self._kind(torch.cat([of_question, question[:, 1]], -1), text, in_text, owner),
            ]
        )
        return self.scales @ found + self.bias

    def _matches(
        self, question: Tensor, in_question: Tensor, text: Tensor, in_text: Tensor, owner: Tensor
    ) -> Tensor:
        weights = nn.functional.softplus(self.counts(question)[..., 0] + 1) * in_question
        weights = weights / weights.sum(-1, keepdim=True)
        likeness = (question * self.kept)[owner] @ text.transpose(1, 2)
        likeness = likeness + 4 * (question @ self.left)[owner] @ (text @ self.right).transpose(1, 2)
        best = likeness.masked_fill(~in_text[:, None], _NEVER).max(-1).values
        return (best * weights[owner]).sum(-1)

    def _kind(self, asked: Tensor, text: Tensor, in_text: Tensor, owner: Tensor) -> Tensor:
        likeness = (self.told(text) @ self.asked(asked)[owner][..., None])[..., 0]
        scores = (2 * likeness + self.telling(text)[..., 0]).masked_fill(~in_text, _NEVER)
        return torch.logsumexp(4 * scores, -1) / 4


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    return (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)


@torch.inference_mode()
def _compute(texts: Sequence[str]) -> list[NDArray[np.float16]]:
    """States of shape (tokens, width) a text, the special tokens first and last."""
    from transformers import AutoModel, AutoTokenizer

    folder = packaged_path(_MODEL)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder).eval()
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    states: dict[int, NDArray[np.float16]] = {}
    for start in range(0, len(order), _BATCH):
        rows = order[start : start + _BATCH]
        given = tokenizer(
            [texts[row] for row in rows],
            padding=True,
            truncation=True,
            max_length=_TOKENS,
            return_tensors="pt",
        )
        layers = model(**given, output_hidden_states=True).hidden_states
        joined = torch.cat([layers[layer] for layer in _LAYERS], -1).half().numpy()
        for row, state, length in zip(rows, joined, given["attention_mask"].sum(1).tolist(), strict=True):
            states[row] = state[:length].copy()
    return [states[i] for i in range(len(texts))]
