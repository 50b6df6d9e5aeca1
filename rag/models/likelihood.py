"""Evidence scored by how likely it makes the question (Ponte and Croft 1998; Sachan et al. 2022, UPR)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rag.models.causal import CausalModel, Loaded

__all__ = ["QuestionLikelihood"]

_BEFORE = "Passage: "
_BETWEEN = "\nQuestion:"
_BATCH = 8
_TEXT_TOKENS = 384
"""Longer texts are cut: a question is asked of sentences and short passages."""


class QuestionLikelihood:
    """The mean log-probability of the question's tokens after each text, under a causal model.

    score(q, t) = 1/|q| Σᵢ log p(qᵢ | t, q₁ … qᵢ₋₁)
    """

    def __init__(self, weights: CausalModel) -> None:
        """Take the weights, which load at the first call."""
        self._weights = weights

    @property
    def name(self) -> str:
        """The model and what is read off it."""
        return f"question-likelihood:{self._weights.name}"

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """One mean log-probability a text; comparable for one question only.

        Raises:
            ModelNotFoundError: the model's weights are not on this machine.
            ModelError: they cannot be loaded.
        """
        if not texts or not question.strip():
            return [0.0] * len(texts)
        loaded = self._weights.load()
        asked = _ids(loaded, " " + question.strip())
        contexts = [_context(loaded, text) for text in texts]
        shortest_first = sorted(range(len(texts)), key=lambda i: len(contexts[i]))
        scores = [0.0] * len(texts)
        with self._weights.turn:
            for start in range(0, len(texts), _BATCH):
                rows = shortest_first[start : start + _BATCH]
                batch = _mean_log_probabilities(loaded, [contexts[row] for row in rows], asked)
                for row, score in zip(rows, batch, strict=True):
                    scores[row] = score
        return scores


def _ids(loaded: Loaded, text: str) -> list[int]:
    ids: list[int] = loaded.tokenizer(text, add_special_tokens=False)["input_ids"]
    return ids


def _context(loaded: Loaded, text: str) -> list[int]:
    start = loaded.tokenizer.bos_token_id
    kept = _ids(loaded, _BEFORE + text.strip())[:_TEXT_TOKENS]
    return [*([start] if start is not None else []), *kept, *_ids(loaded, _BETWEEN)]


def _mean_log_probabilities(loaded: Loaded, contexts: list[list[int]], question: list[int]) -> list[float]:
    """Padded on the left, the question ends every row, and only its logits are computed."""
    import torch

    longest = max(map(len, contexts))
    device = loaded.model.device
    pads = [longest - len(context) for context in contexts]
    rows = [[0] * pad + context + question for pad, context in zip(pads, contexts, strict=True)]
    ids = torch.tensor(rows, device=device)
    places = torch.arange(ids.shape[1], device=device)
    starts = torch.tensor(pads, device=device)[:, None]
    with torch.inference_mode():
        logits: Any = loaded.model(
            input_ids=ids,
            attention_mask=(places >= starts).long(),
            position_ids=(places - starts).clamp(min=0),
            use_cache=False,
            logits_to_keep=len(question) + 1,
        ).logits
    before = logits[:, :-1].float()
    target = torch.tensor(question, device=device)[None, :, None].expand(len(contexts), -1, 1)
    chosen = before.gather(2, target)[..., 0] - before.logsumexp(dim=2)
    means: list[float] = chosen.mean(dim=1).tolist()
    return means
