"""A reranker behind an endpoint, in either of the two forms that servers speak.

`{"query", "documents"}` answered by `{"results": [{"index", "relevance_score"}]}`: vLLM, Infinity, llama.cpp,
Jina, Cohere. `{"query", "texts"}` answered by `[{"index", "score"}]`: Text Embeddings Inference (TEI).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, Literal

from rag.errors import EndpointError, ModelError
from rag.models.endpoint_client import EndpointClient
from rag.models.tokenizer import encodable
from rag.settings import RerankerSettings

__all__ = ["EndpointReranker"]

_OTHER_FORM: Final = frozenset({400, 422})
"""How a server says that it misses a field."""


class EndpointReranker:
    """Scores from an endpoint. Safe for several threads; which form it speaks is found out once."""

    def __init__(self, settings: RerankerSettings) -> None:
        """Take the settings; nothing is sent yet.

        Raises:
            ConfigurationError: no address is set.
            ModelError: no model is set.
        """
        if settings.model is None:
            raise ModelError("setting reranker.model is not set: name the model as the endpoint knows it")
        self._settings = settings
        self._client = EndpointClient(settings)
        self._form: Literal["documents", "texts"] | None = None

    @property
    def name(self) -> str:
        """The model as the endpoint knows it."""
        return str(self._settings.model)

    def score(self, question: str, texts: Sequence[str]) -> list[float]:
        """The endpoint's score for each text, higher is better.

        Raises:
            EndpointError: the endpoint cannot be reached, refuses, or does not score each text.
        """
        scores: list[float] = []
        size = self._settings.batch_size
        for start in range(0, len(texts), size):
            batch = [encodable(text) or " " for text in texts[start : start + size]]
            scores += self._read(self._asked(encodable(question), batch), len(batch))
        return scores

    def _asked(self, question: str, texts: list[str]) -> Any:
        if self._form != "texts":
            body = {"model": self.name, "query": question, "documents": texts, "top_n": len(texts)}
            try:
                told = self._client.post("/rerank", body)
            except EndpointError as error:
                if self._form == "documents" or error.status not in _OTHER_FORM:
                    raise
            else:
                self._form = "documents"
                return told
        told = self._client.post("/rerank", {"query": question, "texts": texts, "truncate": True})
        self._form = "texts"
        return told

    def _read(self, told: Any, count: int) -> list[float]:
        entries = told.get("results") if isinstance(told, dict) else told
        scores: dict[int, float] = {}
        try:
            for entry in entries or ():
                score = entry["relevance_score"] if "relevance_score" in entry else entry["score"]
                scores[int(entry["index"])] = float(score)
        except (KeyError, TypeError, ValueError):
            scores = {}
        if scores.keys() != set(range(count)) or not all(map(math.isfinite, scores.values())):
            raise EndpointError(
                f"the reranker {self.name!r} at {self._settings.base_url} gave something else than a "
                "score for each text: check reranker.model and reranker.base_url"
            )
        return [scores[index] for index in range(count)]
