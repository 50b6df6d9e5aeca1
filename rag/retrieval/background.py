"""What a library's passages are like in general: the background that similarities are judged against.

The candidates of a question are no background for it. They are the nearest of all chunks, so the best of
them stands out little among them, and the less the larger the library is. A sample spread evenly over
the library is what they were drawn from. Only its chunks in the language of the lexical leg's best
passages count: an embedder that does not know a language sees all texts in it alike, which shows when
they are compared with each other, and not when they are compared with texts that it does know.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.errors import NotFoundError
from rag.models.model_protocol import Vectors
from rag.store import Store

__all__ = ["Background", "LibraryBackground"]

_SAMPLE: Final = 512
_FEWEST: Final = 50
"""Fewer chunks in a language give no steady mean and spread."""
_GROWTH: Final = 0.1
"""A sample serves until the library has grown or shrunk by a tenth."""
_LANGUAGES: Final = 65_536


@dataclass(frozen=True)
class Background:
    """m chunks with their ids and vectors, shape (m, dimension), that stand for `count` in the library."""

    ids: NDArray[np.int64]
    vectors: Vectors
    count: float


class LibraryBackground:
    """The sample of one library, used by all questions; safe to use from several threads."""

    def __init__(self, store: Store, fingerprint: str) -> None:
        self._store = store
        self._fingerprint = fingerprint
        self._lock = threading.Lock()
        self._sampled = 0
        self._all: Background | None = None
        self._in_language: NDArray[np.str_] = np.empty(0, np.str_)
        self._languages: dict[str, str] = {}

    def like(self, document_ids: Sequence[str]) -> Background | None:
        """The sampled chunks in the language of most of these documents; None if there are too few."""
        with self._lock:
            sample = self._sample()
            if sample is None:
                return None
            languages = [language for language in self._of(document_ids) if language]
            if not languages:
                return sample
            chosen = self._in_language == Counter(languages).most_common(1)[0][0]
        count = int(chosen.sum())
        if count < _FEWEST:
            return None
        return Background(sample.ids[chosen], sample.vectors[chosen], sample.count * count / len(chosen))

    def _sample(self) -> Background | None:
        count = self._store.chunk_count()
        if self._all is None or abs(count - self._sampled) > _GROWTH * self._sampled:
            self._sampled, self._all = count, self._taken(count)
        return self._all

    def _taken(self, count: int) -> Background | None:
        spread = self._store.spread_chunks(_SAMPLE)
        if len(spread) < _FEWEST:
            return None
        chunk_ids, document_ids = zip(*spread, strict=True)
        try:
            vectors = self._store.chunk_vectors(self._fingerprint, chunk_ids)
        except NotFoundError:  # one was deleted meanwhile: the next question finds the library settled
            return None
        self._in_language = np.array(self._of(document_ids))
        return Background(np.array(chunk_ids, np.int64), vectors, float(count))

    def _of(self, document_ids: Sequence[str]) -> list[str]:
        """The documents' languages, empty where not known."""
        unknown = list({document for document in document_ids if document not in self._languages})
        if unknown:
            if len(self._languages) > _LANGUAGES:
                self._languages.clear()
                unknown = list(set(document_ids))
            found = {info.document_id: info.language for info in self._store.documents(unknown)}
            self._languages.update(found)
        return [self._languages.get(document, "") for document in document_ids]
