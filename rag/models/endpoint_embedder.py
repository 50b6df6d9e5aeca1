"""An embedder behind an endpoint with OpenAI's `/embeddings`: vLLM, TEI, llama.cpp, Ollama, Citewell."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import Any, Final

import numpy as np

from rag.errors import EndpointError
from rag.models.endpoint_client import EndpointClient
from rag.models.model_protocol import Vectors
from rag.models.tokenizer import encodable, estimated_spans
from rag.schema import Span
from rag.settings import EmbedderSettings

__all__ = ["EndpointEmbedder"]

_MAX_TOKENS: Final = 512
"""What most embedders take; a text's tokens are only estimated here."""
_SPECIAL_TOKENS: Final = 2
_QUESTIONS: Final = 256
_TOO_LONG: Final = frozenset({400, 413, 422})
"""How servers refuse a text that is too long, and much else."""
_SHORT: Final = 64
"""Characters that no server refuses for their length."""


class EndpointEmbedder:
    """Unit vectors from an endpoint. Safe for several threads.

    A library knows it again by the model's name, its prefixes and its input limit, wherever it is served.
    """

    def __init__(self, settings: EmbedderSettings) -> None:
        """Take the settings; nothing is sent yet.

        Raises:
            ConfigurationError: no address is set.
        """
        self._settings = settings
        self._client = EndpointClient(settings)
        self._passage_prefix = settings.passage_prefix or ""
        self._query_prefix = settings.query_prefix or ""

    @property
    def name(self) -> str:
        """The model as the endpoint knows it."""
        return self._settings.model

    @property
    def fingerprint(self) -> str:
        """Name and hash of the prefixes and the input limit; not of the address."""
        facts = repr((self.name, self.max_tokens, self._query_prefix, self._passage_prefix))
        return f"{self.name}@endpoint-{hashlib.sha256(facts.encode()).hexdigest()[:16]}"

    @property
    def max_tokens(self) -> int:
        """Input limit in tokens, special tokens included."""
        return self._settings.max_tokens or _MAX_TOKENS

    @cached_property
    def dimension(self) -> int:
        """Length of a vector; one text is embedded to know it."""
        return int(self._asked(["dimension"]).shape[1])

    def embed_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        """Vectors of shape (len(texts), dimension); `progress` gets the number done so far.

        Raises:
            EndpointError: the endpoint cannot be reached, refuses, or gives other vectors than it should.
        """
        return self._embed(texts, self._passage_prefix, progress)

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimension); a single question is remembered for a while."""
        if len(texts) == 1:
            return self._question(texts[0]).copy()
        return self._embed(texts, self._query_prefix, None)

    @cached_property
    def _question(self) -> Callable[[str], Vectors]:
        return lru_cache(maxsize=_QUESTIONS)(lambda text: self._embed([text], self._query_prefix, None))

    def token_spans(self, text: str) -> list[Span]:
        """About where the model's tokens are, which an endpoint does not tell."""
        return estimated_spans(text)

    def _embed(self, texts: Sequence[str], prefix: str, progress: Callable[[int], None] | None) -> Vectors:
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        size = self._settings.batch_size
        for start in range(0, len(texts), size):
            batch = [self._cut(prefix + encodable(text)) for text in texts[start : start + size]]
            made = self._asked(batch)
            if made.shape[1] != self.dimension:
                raise self._other(f"vectors of {made.shape[1]} numbers, and before of {self.dimension}")
            vectors[start : start + len(batch)] = made
            if progress is not None:
                progress(start + len(batch))
        return vectors

    def _cut(self, text: str) -> str:
        limit = self.max_tokens - _SPECIAL_TOKENS
        spans = estimated_spans(text) if len(text) > limit else []
        return text if len(spans) <= limit else text[: spans[limit - 1].end]

    def _asked(self, texts: list[str]) -> Vectors:
        """The vectors of one request; where it is refused, text by text, each by its beginning if need be.

        Tokens are estimated here, and some servers refuse a text that is too long in place of cutting it.
        """
        try:
            return self._posted(texts)
        except EndpointError as error:
            if error.status not in _TOO_LONG:
                raise
        return np.concatenate([self._shortened(text) for text in texts])

    def _shortened(self, text: str) -> Vectors:
        while True:
            try:
                return self._posted([text])
            except EndpointError as error:
                if error.status not in _TOO_LONG or len(text) <= _SHORT:
                    raise
                text = text[: len(text) * 3 // 4]

    def _posted(self, texts: list[str]) -> Vectors:
        """One request; an empty text, which some servers refuse, is sent as a space."""
        given = [text or " " for text in texts]
        body = {"model": self.name, "input": given, "encoding_format": "float"}
        return self._unit(self._client.post("/embeddings", body), len(texts))

    def _unit(self, told: Any, count: int) -> Vectors:
        """The vectors in the order of their texts, brought to length 1.

        Raises:
            EndpointError: they are not one for each text, all of one length, and of numbers.
        """
        try:
            rows = {int(entry["index"]): entry["embedding"] for entry in told["data"]}
            vectors = np.asarray([rows[index] for index in range(count)], np.float64)
        except (KeyError, TypeError, ValueError):
            raise self._other("something else than a vector for each text") from None
        if len(rows) != count or vectors.ndim != 2 or vectors.shape[1] == 0:
            raise self._other("something else than a vector for each text")
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not np.isfinite(lengths).all() or not (lengths > 0.0).all():
            raise self._other("vectors that are zero, or not of numbers")
        unit: Vectors = (vectors / lengths).astype(np.float32)
        return unit

    def _other(self, what: str) -> EndpointError:
        return EndpointError(
            f"the embedder {self.name!r} at {self._settings.base_url} gave {what}: check embedder.model and "
            "embedder.base_url"
        )
