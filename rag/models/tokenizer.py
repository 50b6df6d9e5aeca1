"""Token spans and counts by the Rust `tokenizers` alone: no torch, no transformers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rag.errors import ModelError
from rag.schema import Span
from rag.text.language import CJK

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["SpanTokenizer", "encodable", "estimated_spans"]

_SURROGATE = re.compile("[\ud800-\udfff]")


def encodable(text: str) -> str:
    """The text with lone surrogates, which UTF-8 cannot hold, as U+FFFD; offsets stay the same."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


_PIECE: Final = re.compile(rf"[{CJK}]|(?:(?![{CJK}])\w){{1,6}}|[^\w\s]")


def estimated_spans(text: str) -> list[Span]:
    """About where the tokens of a subword vocabulary are, for models that do not tell theirs."""
    return [Span(*match.span()) for match in _PIECE.finditer(text)]


class SpanTokenizer:
    """A model's tokenizer without truncation, padding or special tokens. Safe for several threads."""

    def __init__(self, folder: Path) -> None:
        """Read `tokenizer.json`.

        Raises:
            ModelError: the folder has none, or it cannot be read.
        """
        path = folder / "tokenizer.json"
        if not path.is_file():
            raise ModelError(
                f"the model in {folder} has no tokenizer.json: save it again with a current transformers"
            )
        from tokenizers import Tokenizer

        try:
            self._tokenizer: Tokenizer = Tokenizer.from_file(str(path))
        except Exception as error:  # the Rust binding raises bare Exception
            raise ModelError(
                f"the tokenizer {path} cannot be read ({error}): fetch the model again"
            ) from None
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    @property
    def special_tokens(self) -> int:
        """How many special tokens the model adds to one text."""
        return int(self._tokenizer.num_special_tokens_to_add(False))

    def spans(self, text: str) -> list[Span]:
        """The character span of each token; empty spans are left out."""
        offsets = self._tokenizer.encode(encodable(text), add_special_tokens=False).offsets
        return [Span(start, end) for start, end in offsets if end > start]

    def count(self, text: str) -> int:
        """How many tokens the text is, special tokens not counted."""
        return len(self._tokenizer.encode(encodable(text), add_special_tokens=False))

    def ids(self, texts: Sequence[str], max_tokens: int) -> list[list[int]]:
        """Token ids with special tokens, cut from the right to `max_tokens`."""
        limit = max_tokens - self.special_tokens
        encodings = self._tokenizer.encode_batch_fast(
            [encodable(text) for text in texts], add_special_tokens=False
        )
        for encoding in encodings:
            encoding.truncate(limit)
        return [self._tokenizer.post_process(encoding).ids for encoding in encodings]
