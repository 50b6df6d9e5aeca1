"""The second embedder's vectors: made when a question first needs them, and searched like the library's own.

The embedder of most libraries knows one language. For a question in another one the vectors of the second
embedder take the place of its own in the dense leg, over the documents in the question's language.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np

from rag.errors import NotFoundError, StoreError
from rag.models.model_protocol import Embedder, Vectors
from rag.schema import Hit
from rag.store import Store
from rag.text import embedding_text, is_foreign, likeliest_language

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SecondIndex", "SecondVectors"]

_NEW: Final = 512
"""Chunks that one question embeds at most, some seconds."""
_FIRST_KNOWS: Final = "en"
"""The language of the packaged embedder."""


class SecondVectors:
    """Vectors of chunks by the second embedder, kept in the library beside its own."""

    def __init__(self, store: Store, embedder: Embedder) -> None:
        self._store = store
        self.embedder = embedder

    def of(
        self, chunk_ids: Sequence[int], first: Callable[[], Sequence[int]] | None = None
    ) -> tuple[list[int], Vectors]:
        """The chunks that have vectors, some of them from now on, and these, shape (n, dimension).

        `first` says which chunks are to be embedded first where there are many.
        """
        ids, vectors = self._store.second_vectors(self.embedder.fingerprint, chunk_ids)
        lacking = set(chunk_ids) - set(ids)
        if not lacking:
            return ids, vectors
        new = sorted(lacking)
        if len(new) > _NEW:
            promising = first() if first is not None else ()
            new = [*dict.fromkeys([*(i for i in promising if i in lacking), *new])][:_NEW]
        chunks = self._store.chunks(new)
        made = self.embedder.embed_passages(
            [embedding_text(c.title, c.headings, c.text, c.context) for c in chunks]
        )
        added = [chunk.chunk_id for chunk in chunks]
        with suppress(StoreError):  # a library that cannot be written to now can be asked all the same
            self._store.keep_second_vectors(self.embedder.fingerprint, added, made)
        return [*ids, *added], np.concatenate([vectors, made]) if ids else made


class SecondIndex:
    """A store whose dense leg is that of the second embedder, for questions that the first does not know.

    All but vectors is the store's own, so that it stands wherever a `Store` does.
    """

    def __init__(self, store: Store, make: Callable[[], Embedder | None]) -> None:
        self._store = store
        self._make = make
        self._held: tuple[tuple[int, tuple[str, ...]], NDArray[np.int64], Vectors] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    @cached_property
    def embedder(self) -> Embedder | None:
        """The second embedder; None where there is none."""
        return self._make()

    @property
    def as_store(self) -> Store:
        """This index as what it stands for."""
        return cast(Store, self)

    def serves(self, question: str) -> bool:
        """Whether a question is in another language than the first embedder's, and all vectors are there.

        Where many are missing, each question makes some of them, and those before the last go without.
        """
        if not is_foreign(question, _FIRST_KNOWS):
            return False
        languages = [name for name in self._store.languages() if not is_foreign(question, name)]
        if likeliest_language(question) not in languages or self.embedder is None:
            return False
        key = (self._store.version, tuple(sorted(languages)))
        if self._held is None or self._held[0] != key:
            wanted = self._store.chunks_in(languages)
            ids, vectors = SecondVectors(self._store, self.embedder).of(wanted)
            if len(ids) < len(wanted):
                return False
            order = np.argsort(np.array(ids, np.int64), kind="stable")
            self._held = key, np.array(ids, np.int64)[order], vectors[order]
        return True

    def dense_search(
        self, fingerprint: str, vectors: Vectors, top_k: int, documents: Sequence[str] | None = None
    ) -> list[list[Hit]]:
        """For each question vector its nearest chunks in its language, as `Store.dense_search`."""
        _, ids, held = self._ready()
        if documents is not None:
            kept = np.isin(ids, np.array(self._store.chunks_in(self._store.languages(), documents), np.int64))
            ids, held = ids[kept], held[kept]
        found = []
        for cosines in vectors @ held.T:
            best = np.lexsort((ids, -cosines))[:top_k]
            found.append([Hit(int(ids[i]), float(cosines[i])) for i in best])
        return found

    def chunk_vectors(self, fingerprint: str, chunk_ids: Sequence[int]) -> Vectors:
        """The vectors of chunks in the order asked, made where need be.

        Raises:
            NotFoundError: a chunk is no longer there.
        """
        _, ids, held = self._ready()
        wanted = np.array(chunk_ids, np.int64)
        places = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
        vectors = held[places]
        others = [int(i) for i in wanted[ids[places] != wanted]]
        if others:
            assert self.embedder is not None
            found, made = SecondVectors(self._store, self.embedder).of(others)
            by_id = dict(zip(found, made, strict=True))
            if missing := set(others) - set(found):
                raise NotFoundError(f"chunks {sorted(missing)} are no longer there")
            for row in np.flatnonzero(ids[places] != wanted):
                vectors[row] = by_id[int(wanted[row])]
        return vectors

    def _ready(self) -> tuple[tuple[int, tuple[str, ...]], NDArray[np.int64], Vectors]:
        if self._held is None:
            raise RuntimeError("ask `serves` before searching")
        return self._held
