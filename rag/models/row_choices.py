"""Each row of a batch chooses its tokens by itself: by its own options, its own grammar, its own seed.

What transformers applies to a whole batch holds for all rows alike and looks at the padding too: a
repetition penalty would weigh on the end token that rows are padded with. Here a row sees the tokens of
its own text only, so that what it writes is what it would write alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rag.models.causal import Loaded
from rag.models.decoding_options import DecodingOptions, end_tokens, logits_processors

__all__ = ["Row", "RowChoices"]


class Row:
    """How one text chooses: a token for the ids so far and the scores of the next."""

    def __init__(self, loaded: Loaded, prompt_tokens: int, options: DecodingOptions) -> None:
        """Take the length of the prompt without padding, and the options.

        Raises:
            UsageError: the grammar of the options is broken.
        """
        import torch

        self.prompt_tokens = prompt_tokens
        self._processors = logits_processors(loaded, options)
        self._generator = None
        if options.temperature > 0:
            self._generator = torch.Generator(loaded.model.device).manual_seed(options.seed)

    def choose(self, ids: Any, scores: Any) -> Any:
        """Scores of shape (vocabulary,), all -inf but that of the chosen token; `ids` without padding."""
        import torch

        if not self._processors and self._generator is None:
            return scores  # the likeliest is taken
        scores = scores[None]
        for processor in self._processors:
            scores = processor(ids[None], scores)
        if self._generator is None:
            token = scores.argmax(dim=-1)
        else:
            token = torch.multinomial(scores.softmax(dim=-1), 1, generator=self._generator)[:, 0]
        only = torch.full_like(scores, -torch.inf)
        only[0, token] = 0.0
        return only[0]


class RowChoices:
    """A logits processor for a greedy `generate` over rows that are padded on the left."""

    def __init__(self, loaded: Loaded, rows: Sequence[Row]) -> None:
        """Take the rows in their order."""
        self._rows = rows
        self._longest = max(row.prompt_tokens for row in rows)
        self._ends = end_tokens(loaded)

    def __call__(self, ids: Any, scores: Any) -> Any:
        """Scores of shape (rows, vocabulary) for ids of shape (rows, length)."""
        import torch

        last = ids[:, -1].tolist() if ids.shape[1] > self._longest else [None] * len(self._rows)
        chosen = [
            scores[number]
            if last[number] in self._ends  # its text is whole; padding follows
            else row.choose(ids[number, self._longest - row.prompt_tokens :], scores[number])
            for number, row in enumerate(self._rows)
        ]
        return torch.stack(chosen)
