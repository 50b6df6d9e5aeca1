"""Libraries of any size that behave like real ones: made from a sample of real texts and vectors.

Words are drawn from the sample's own frequencies, with a tail of invented rare words, since a larger
library has a larger vocabulary (Heaps' law), and each document says some words more than others.
Vectors are mixtures of neighbouring real ones with noise of the covariance that real ones have.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from rag.models.model_protocol import Vectors
from rag.schema import Chunk, Document, Page
from rag.store import Store
from rag.text import text_hash

__all__ = ["Sample", "Words", "grow", "read_sample", "resampled_vectors"]

_WORDS_A_CHUNK: Final = 60
_CHUNKS_A_DOCUMENT: Final = 500
_RARE_WORDS: Final = 600_000
_RARE_SHARE: Final = 0.08
_TOPIC_WORDS: Final = 150
_TOPIC_SHARE: Final = 0.25
_NEIGHBOURS: Final = 15


@dataclass(frozen=True)
class Sample:
    """Real texts and real questions."""

    texts: tuple[str, ...]
    questions: tuple[str, ...]


def read_sample(data: Path, texts: int, questions: int, seed: int = 0) -> Sample:
    """Texts and questions of all BEIR folders under `data` that are in Latin script, a random choice.

    Raises:
        FileNotFoundError: there is no such folder.
    """
    found: dict[str, list[str]] = {"corpus": [], "queries": []}
    for name, gathered in found.items():
        for path in sorted(data.glob(f"*/{name}.jsonl")):
            with path.open(encoding="utf-8") as lines:
                texts_there = [str(json.loads(line)["text"])[:2_000] for line in lines]
            gathered += [text for text in texts_there if text and _latin(text)]
    if not found["corpus"] or not found["queries"]:
        raise FileNotFoundError(f"no BEIR folder (corpus.jsonl, queries.jsonl) under {data}")
    random = np.random.default_rng(seed)
    some = random.permutation(len(found["corpus"]))[:texts]
    ordinary = [text for text in found["queries"] if 8 <= len(text.split()) <= 15]
    asked = random.permutation(len(ordinary))[:questions]
    return Sample(tuple(found["corpus"][i] for i in some), tuple(ordinary[i] for i in asked))


def _latin(text: str) -> bool:
    return sum(map(str.isascii, text)) > 0.95 * len(text)


class Words:
    """A vocabulary with its frequencies."""

    def __init__(self, texts: tuple[str, ...]) -> None:
        counts = Counter(word for text in texts for word in re.findall(r"\w+", text))
        real = np.array(list(counts.values()), np.float64)
        rare = 1.0 / (np.arange(_RARE_WORDS) + 50.0)
        shares = np.concatenate([real / real.sum() * (1.0 - _RARE_SHARE), rare / rare.sum() * _RARE_SHARE])
        self._edges = np.cumsum(shares)
        self._words = [*counts, *(f"{'qxzvkj'[i % 6]}{i:x}" for i in range(_RARE_WORDS))]

    def chunks(self, count: int, random: np.random.Generator) -> list[str]:
        """The texts of a document's chunks, each with about sixty words."""
        drawn = self._drawn(count * _WORDS_A_CHUNK, random)
        topic = self._drawn(_TOPIC_WORDS, random)
        of_topic = random.random(len(drawn)) < _TOPIC_SHARE
        drawn[of_topic] = random.choice(topic, int(of_topic.sum()))
        rows = drawn.reshape(count, _WORDS_A_CHUNK).tolist()
        return [" ".join(map(self._words.__getitem__, row)) + ".\n" for row in rows]

    def _drawn(self, count: int, random: np.random.Generator) -> NDArray[np.int64]:
        places = np.searchsorted(self._edges, random.random(count) * self._edges[-1])
        return np.minimum(places, len(self._words) - 1)


def resampled_vectors(real: Vectors, random: np.random.Generator) -> Iterator[Vectors]:
    """Endless batches of unit vectors, shape (a document's chunks, dimension), from `real` ones."""
    near = np.argsort(-(real @ real.T), axis=1)[:, 1 : _NEIGHBOURS + 1]
    while True:
        one = random.integers(0, len(real), _CHUNKS_A_DOCUMENT)
        other = near[one, random.integers(0, near.shape[1], len(one))]
        share = random.uniform(0.3, 1.0, (len(one), 1)).astype(np.float32)
        noise = real[random.integers(0, len(real), len(one))] - real[random.integers(0, len(real), len(one))]
        strength = random.uniform(0.07, 0.35, (len(one), 1)).astype(np.float32)
        mixed = share * real[one] + (1.0 - share) * real[other] + strength * noise
        yield mixed / np.linalg.norm(mixed, axis=1, keepdims=True)


def grow(
    store: Store,
    chunks: int,
    fingerprint: str,
    words: Words,
    vectors: Iterator[Vectors],
    seed: int = 0,
    part: int = 0,
    parts: int = 1,
) -> Iterator[int]:
    """Add the documents that a library of so many chunks has and this one lacks; yields each one's chunks.

    Several processes may grow one library: each of `parts` makes every so manieth document. A
    document's words depend on `seed` and its number, not on who makes it.
    """
    there = {info.source for info in store.documents()}
    for number in range(part, -(-chunks // _CHUNKS_A_DOCUMENT), parts):
        source, size = (
            f"synthetic-{number}.txt",
            min(_CHUNKS_A_DOCUMENT, chunks - number * _CHUNKS_A_DOCUMENT),
        )
        if source in there:
            continue
        texts = words.chunks(size, np.random.default_rng([seed, number]))
        document, cut = _document(source, texts)
        hashes = [text_hash(f"{number} {i} {text}") for i, text in enumerate(texts)]
        store.add_document(document, cut, fingerprint, hashes, next(vectors)[: len(texts)])
        yield size


def _document(source: str, texts: list[str]) -> tuple[Document, list[Chunk]]:
    text = "".join(texts)
    ends = np.cumsum([len(part) for part in texts]).tolist()
    document = Document(
        source=source,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        media_type="text/plain",
        title="",
        language="en",
        text=text,
        pages=(Page(1, 0, len(text)),),
    )
    return document, [Chunk(i, end - len(texts[i]), end, 1, 1) for i, end in enumerate(ends)]
