"""The reader on ONNX Runtime: a small encoder over (question, window) with three heads, without torch.

A reader's folder holds `reader.onnx` (inputs `input_ids`, `token_type_ids`, `attention_mask` of shape
(batch, tokens); outputs `answerable` of shape (batch,) and `tokens` of shape (batch, tokens, 5): start, end,
evidence, yes and no logit of each token, or without the last two), `tokenizer.json`, and `card.json`, which
names both files' SHA-256.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import ModelError, ModelNotFoundError
from rag.models.devices import no_telemetry
from rag.models.reader import Reading, Window
from rag.models.reader_pairs import Pair, PairEncoder, reading
from rag.models.weights import read_json

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

__all__ = ["OnnxReader"]

_WEIGHTS = "reader.onnx"
_TOKENIZER = "tokenizer.json"


class OnnxReader:
    """Reads windows one by one, so that no number depends on what else is read in the same call."""

    def __init__(self, folder: Path, threads: int = 2) -> None:
        """Read the card; weights load, and are checked against it, at the first call.

        Raises:
            ModelNotFoundError: there is no such folder, or it lacks a file.
            ModelError: its card cannot be read.
        """
        for name in ("card.json", _WEIGHTS, _TOKENIZER):
            if not (folder / name).is_file():
                raise ModelNotFoundError(
                    f"{folder} holds no reader (no {name}): check setting reader.model, or set it to 'none'"
                )
        card = read_json(folder / "card.json")
        try:
            self._name = str(card["name"])
            self._max_tokens = int(card["max_tokens"])
            self._max_question_tokens = int(card["max_question_tokens"])
            self._hashes = {name: str(card["sha256"][name]) for name in (_WEIGHTS, _TOKENIZER)}
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"{folder / 'card.json'} lacks a field of a reader's card: {error}") from None
        self._folder = folder
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: tuple[InferenceSession, PairEncoder] | None = None

    @property
    def name(self) -> str:
        """The name on the card."""
        return self._name

    @property
    def fingerprint(self) -> str:
        """The name and the beginning of the weights' hash."""
        return f"{self._name}@{self._hashes[_WEIGHTS][:16]}"

    def read(self, question: str, windows: Sequence[Window]) -> list[Reading]:
        """One reading a window, in their order; what is beyond the model's limit of tokens is not seen.

        Raises:
            ModelError: the files are not those of the card, or cannot be loaded.
        """
        if not windows:
            return []
        session, encoder = self._load()
        pairs = encoder.pairs(question, [window.text for window in windows])
        return [_read(session, pair, window) for pair, window in zip(pairs, windows, strict=True)]

    def _load(self) -> tuple[InferenceSession, PairEncoder]:
        with self._lock:
            if self._loaded is None:
                for name, expected in self._hashes.items():
                    if hashlib.sha256((self._folder / name).read_bytes()).hexdigest() != expected:
                        raise ModelError(
                            f"{self._folder / name} is not the file that card.json describes: get it again"
                        )
                self._loaded = (
                    _session(self._folder / _WEIGHTS, self._threads),
                    PairEncoder(_tokenizer(self._folder), self._max_tokens, self._max_question_tokens),
                )
            return self._loaded


def _read(session: InferenceSession, pair: Pair, window: Window) -> Reading:
    answerable, tokens = session.run(
        ["answerable", "tokens"],
        {
            "input_ids": np.asarray([pair.ids], np.int64),
            "token_type_ids": np.asarray([pair.kinds], np.int64),
            "attention_mask": np.ones((1, len(pair.ids)), np.int64),
        },
    )
    return reading(pair, window, float(answerable[0]), tokens[0])


def _session(path: Path, threads: int) -> Any:
    no_telemetry()
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # the binding raises many kinds, none of which it exports
        raise ModelError(f"the reader's weights {path} cannot be loaded ({error})") from error


def _tokenizer(folder: Path) -> Any:
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_file(str(folder / _TOKENIZER))
    except Exception as error:  # the Rust binding raises bare Exception
        raise ModelError(f"the tokenizer in {folder} cannot be read ({error})") from None
