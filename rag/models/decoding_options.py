"""How tokens are chosen, when a text ends, and what to tell when decoding fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rag.errors import ModelError
from rag.models.causal import Loaded

__all__ = [
    "DecodingOptions",
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
