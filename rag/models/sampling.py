"""The sampling arguments of a call: checked as the settings of the same names are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError

from rag.errors import UsageError
from rag.settings import GeneratorSettings

__all__ = ["checked_sampling", "seeds_apart"]

_CHECKED: Final = (*("max_new_tokens", "temperature", "top_k", "top_p", "repetition_penalty", "seed"),)


def checked_sampling(given: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments with LangChain's `max_tokens` under our name, and numbers as numbers.

    Raises:
        UsageError: a value is out of its range; the message names it.
    """
    arguments = dict(given)
    if "max_tokens" in arguments:
        arguments["max_new_tokens"] = arguments.pop("max_tokens")
    named = {name: arguments[name] for name in _CHECKED if arguments.get(name) is not None}
    try:
        checked = GeneratorSettings.model_validate(named)
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(f"{first['loc'][0]} = {first['input']!r} is not accepted: {first['msg']}") from None
    kept = {name: value for name, value in arguments.items() if name not in _CHECKED}
    return {**kept, **{name: getattr(checked, name) for name in named}}


def seeds_apart(prompts: Sequence[Hashable], seed: int) -> list[int]:
    """A seed for each prompt: who asks the same several times at once wants several drafts."""
    seen: Counter[Hashable] = Counter()
    seeds = []
    for prompt in prompts:
        seeds.append(seed + seen[prompt])
        seen[prompt] += 1
    return seeds
