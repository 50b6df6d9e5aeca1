"""How many tokens a text takes: by the model's own tokenizer, else by a careful estimate."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, Final

__all__ = ["estimate_tokens", "token_counter"]

_BYTES_PER_TOKEN: Final = 3
_DIGIT: Final = re.compile(r"\d")


def token_counter(generator: Any) -> Callable[[str], int]:
    """The counter of a generator that brings `count_tokens(text)`; the estimate for any other.

    LangChain's own `get_num_tokens` is left alone: where a model does not override it, it asks a
    model hub for the tokenizer of GPT-2.
    """
    counter: Callable[[str], int] | None = getattr(generator, "count_tokens", None)
    return counter if callable(counter) else estimate_tokens


def estimate_tokens(text: str) -> int:
    """A count on the safe side: a digit is a token, of all else three bytes of UTF-8 are one.

    English takes about 4.3 bytes a token and Chinese 3 to 4.5 in today's vocabularies, of which
    many split numbers into single digits.
    """
    digits = len(_DIGIT.findall(text))
    size = len(_DIGIT.sub("", text).encode("utf-8", "surrogatepass"))
    return digits + math.ceil(size / _BYTES_PER_TOKEN)
