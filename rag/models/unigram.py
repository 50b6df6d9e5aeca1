"""A SentencePiece unigram model as a Rust tokenizer, for spans at speed.

Reads the three fields that matter of `sentencepiece_model.proto` by their wire format; the
sentencepiece library is not needed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from rag.errors import ModelError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["unigram_tokenizer"]

_MODEL_PIECES, _MODEL_NORMALIZER = 1, 3
_PIECE_TEXT, _PIECE_SCORE = 1, 2
_NORMALIZER_CHARSMAP = 2


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
            piece = dict(_fields(value))
            score = struct.unpack("<f", piece.get(_PIECE_SCORE, b"\0\0\0\0"))[0]
            pieces.append((piece[_PIECE_TEXT].decode(), score))
        elif number == _MODEL_NORMALIZER:
            charsmap = dict(_fields(value)).get(_NORMALIZER_CHARSMAP, b"")
    if not pieces or not charsmap:
        raise ValueError("no pieces or no character map in it")
    return pieces, charsmap


def _fields(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The (number, raw value) pairs of one protocol buffer message."""
    place = 0
    while place < len(data):
        key, place = _varint(data, place)
        kind = key & 7
        if kind == 0:
            _, end = _varint(data, place)
        elif kind == 2:
            size, place = _varint(data, place)
            end = place + size
        else:
            end = place + {1: 8, 5: 4}[kind]
        yield key >> 3, data[place:end]
        place = end


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place
