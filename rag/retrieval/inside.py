"""Inside the documents that a question is about: which of their passages, once the documents are known.

A question that names a document ("What was Acme's capital expenditure in 2021?"), or that is asked of
chosen documents, has two parts: which document, and where in it. For the second part the library is
the wrong measure: all passages of the document share its subject, its name and half of the question's
words. Here every chunk of these documents is scored, and each signal is told in standard deviations
from its mean among them:

    trust · z(dense) + 0.3 · z(lexical) + 0.25 · z(expansion)

so what the documents' chunks have in common, the name first of all, counts for nothing, and a passage
has to stand out among its own. The lexical signal counts a third of the dense one: inside one document the
same words stand on every other page, and paraphrase tells more; where the embedder is blind, `trust`
takes the dense one away. The expansion is pseudo-relevance feedback (Lavrenko and Croft 2001,
"Relevance-based language models", in its simplest form): the words by which the best chunks lead on,
which are the document's own terms for what the question calls otherwise. It counts least, since it
knows of the question only what the first round found.

Why this should hold on a library never seen: there are no words of any subject in it; the documents
are recognised by names alone (`rag.retrieval.naming`); and standard deviations mean the same for any
embedder, document and language.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from rag.models.model_protocol import Vectors
from rag.retrieval.dense_trust import Scale
from rag.schema import Hit
from rag.store import Store

__all__ = ["Inside", "inside", "meant"]

_CERTAIN: Final = 0.5
"""From half of a name that only one document has, a document counts as named."""
_RIVAL: Final = 0.6
"""Documents named nearly as clearly as the clearest may be meant as well: another year of the report."""
_FEWEST: Final = 10
_MOST: Final = 5_000
"""Chunks; among fewer nothing stands out, and more are a library, not a document."""
_LEXICAL: Final = 0.3
_EXPANSION: Final = 0.25
_FIRST: Final = 5


@dataclass(frozen=True)
class Inside:
    """How far chunks stand out, in standard deviations, and the lexical leg's scores of them, by id."""

    scores: Mapping[int, float] = field(default_factory=dict)
    lexical: Mapping[int, float] = field(default_factory=dict)


def meant(clarity: Mapping[str, float]) -> list[str]:
    """The documents that a question means, by how clearly it names each; none if no name is certain."""
    most = max(clarity.values(), default=0.0)
    if most < _CERTAIN:
        return []
    return sorted(document for document, value in clarity.items() if value >= _RIVAL * most)


def inside(
    store: Store,
    fingerprint: str,
    question: str,
    vector: Vectors | None,
    trust: float,
    documents: Mapping[str, int],
    expansion: Callable[[Sequence[int]], Sequence[str]],
) -> Inside:
    """How far each chunk of the documents stands out among them.

    Nothing where they have too few chunks to compare, or too many to compare all.

    Args:
        store: The library's store.
        fingerprint: The embedder's.
        question: As asked.
        vector: The question's, shape (dimension,), or None without a dense leg.
        trust: In the dense leg, 0 to 1.
        documents: Numbers of chunks by document id.
        expansion: Gives the words by which some chunks, best first, lead on.
    """
    count = sum(documents.values())
    if not _FEWEST <= count <= _MOST:
        return Inside()
    names = sorted(documents)
    dense: Sequence[Hit] = ()
    if vector is not None and trust > 0.0:
        dense = store.dense_search(fingerprint, vector[None, :], count, names)[0]
    lexical = store.lexical_search(question, count, names)
    scores = _sum((trust, _standardized(dense, count)), (_LEXICAL, _standardized(lexical, count)))
    first = sorted(scores, key=lambda chunk_id: (-scores[chunk_id], chunk_id))[:_FIRST]
    words = " ".join(expansion(first))
    expanded = store.lexical_search(words, count, names) if words else ()
    return Inside(
        _sum((1.0, scores), (_EXPANSION, _standardized(expanded, count))),
        {hit.chunk_id: hit.score for hit in lexical},
    )


def _standardized(hits: Sequence[Hit], count: int) -> dict[int, float]:
    """Scores in standard deviations above the mean of `count` chunks, those not found scoring 0."""
    if not hits:
        return {}
    scores = np.array([hit.score for hit in hits] + [0.0] * (count - len(hits)))
    values = Scale.of(scores).standardized(scores)
    return {hit.chunk_id: float(value) for hit, value in zip(hits, values, strict=False)}


def _sum(*parts: tuple[float, Mapping[int, float]]) -> dict[int, float]:
    sums: dict[int, float] = {}
    for weight, scores in parts:
        for chunk_id, score in scores.items():
            sums[chunk_id] = sums.get(chunk_id, 0.0) + weight * score
    return sums
