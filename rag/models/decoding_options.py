"""How tokens are chosen, when a text ends, and what to tell when decoding fails.

What transformers applies to a whole batch holds for all rows alike and looks at the padding too: a
repetition penalty would weigh on the end token that rows are padded with. Here a row sees the tokens of
its own text only, so that what it writes is what it would write alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rag.errors import ModelError
from rag.models.causal import Loaded

__all__ = [
    "DecodingOptions",
    "Row",
    "RowChoices",
    "broken",
    "end_tokens",
    "generation_config",
    "grammar_processors",
    "logits_processors",
    "out_of_memory",
]


@dataclass(frozen=True, slots=True)
class DecodingOptions:
    """How tokens are chosen; at temperature 0 the likeliest one, whatever `top_k`, `top_p` and `seed` say.

    `prompt_lookup` and `reuse_prefix` change the time, not the text. `grammar` is one of
    `rag.models.grammar`; empty, the model may write anything.
    """

    max_new_tokens: int = 256
    temperature: float = 0.0
    top_k: int = 50
    top_p: float = 1.0
    repetition_penalty: float = 1.0
    seed: int = 0
    prompt_lookup: bool = True
    reuse_prefix: bool = True
    grammar: str = ""


def generation_config(loaded: Loaded, options: DecodingOptions) -> Any:
    """Every choice said outright: what is left out, transformers takes from the model's own defaults."""
    from transformers import GenerationConfig

    sampling = {"temperature": options.temperature, "top_k": options.top_k, "top_p": options.top_p}
    greedy = options.temperature == 0
    end = sorted(end_tokens(loaded))
    return GenerationConfig(
        max_new_tokens=options.max_new_tokens,
        do_sample=not greedy,
        repetition_penalty=options.repetition_penalty,
        eos_token_id=end or None,
        pad_token_id=loaded.tokenizer.pad_token_id if not end else end[0],
        **({} if greedy else sampling),
    )


def logits_processors(loaded: Loaded, options: DecodingOptions) -> list[Any]:
    """All that makes a batch of one choose by the options, in the order in which `generate` applies them."""
    from transformers import (
        RepetitionPenaltyLogitsProcessor,
        TemperatureLogitsWarper,
        TopKLogitsWarper,
        TopPLogitsWarper,
    )

    processors: list[Any] = []
    if options.repetition_penalty != 1.0:
        processors.append(RepetitionPenaltyLogitsProcessor(options.repetition_penalty))
    processors.extend(grammar_processors(loaded, options))
    if options.temperature > 0:
        processors.append(TemperatureLogitsWarper(options.temperature))
        if options.top_k:
            processors.append(TopKLogitsWarper(options.top_k))
        if options.top_p < 1.0:
            processors.append(TopPLogitsWarper(options.top_p))
    return processors


def grammar_processors(loaded: Loaded, options: DecodingOptions) -> list[Any]:
    """The processor of the grammar, where there is one.

    Raises:
        UsageError: the grammar is broken.
    """
    if not options.grammar:
        return []
    from rag.models.grammar import GrammarProcessor

    vocabulary = int(loaded.model.get_output_embeddings().weight.shape[0])
    return [GrammarProcessor(loaded.tokenizer, vocabulary, options.grammar)]


def end_tokens(loaded: Loaded) -> set[int]:
    """The model's own end tokens and the tokenizer's, which for chat models may be another."""
    own = loaded.model.generation_config.eos_token_id
    ends = set(own if isinstance(own, list) else [own]) | {loaded.tokenizer.eos_token_id}
    return {int(end) for end in ends if end is not None}


def out_of_memory(prompt_tokens: int) -> ModelError:
    """What to tell when the prompts do not fit."""
    return ModelError(
        f"out of memory with {prompt_tokens} tokens of prompts: lower prompt.budget_tokens, "
        "generator.max_new_tokens or generator.batch_size, or choose a smaller model"
    )


def broken(error: Exception) -> ModelError:
    """What to tell of any other failure."""
    return ModelError(f"the model failed while it wrote: {type(error).__name__}: {error}")


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
