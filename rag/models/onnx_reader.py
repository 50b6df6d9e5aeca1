"""The reader on ONNX Runtime: a small encoder over (question, window) with three heads, without torch.

A reader's folder holds `reader.onnx` (inputs `input_ids`, `token_type_ids`, `attention_mask` of shape
(batch, tokens); outputs `answerable` of shape (batch,) and `tokens` of shape (batch, tokens, 3): start, end
and evidence logit of each token), `tokenizer.json`, and `card.json`, which names both files' SHA-256.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rag.errors import ModelError, ModelNotFoundError
from rag.models.reader import UNSEEN, Reading, Window
from rag.models.reader_spans import best_spans
from rag.models.tokenizer import encodable
from rag.models.weights import read_json

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

__all__ = ["OnnxReader"]

_WEIGHTS = "reader.onnx"
_TOKENIZER = "tokenizer.json"
_SPECIAL_TOKENS = 3
"""[CLS] question [SEP] window [SEP]."""


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
        self._loaded: tuple[InferenceSession, Tokenizer] | None = None

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
        session, tokenizer = self._load()
        asked = tokenizer.encode(encodable(question), add_special_tokens=False)
        texts = tokenizer.encode_batch(
            [encodable(window.text) for window in windows], add_special_tokens=False
        )
        return [
            self._read_one(session, tokenizer, asked, text, window)
            for text, window in zip(texts, windows, strict=True)
        ]

    def _read_one(
        self, session: InferenceSession, tokenizer: Tokenizer, asked: Encoding, text: Encoding, window: Window
    ) -> Reading:
        question = asked.ids[: self._max_question_tokens]
        room = self._max_tokens - len(question) - _SPECIAL_TOKENS
        offsets = np.asarray(text.offsets[:room], np.int64).reshape(-1, 2)
        start, separator = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
        ids = [start, *question, separator, *text.ids[:room], separator]
        first = len(question) + 2
        kinds = [0] * first + [1] * (len(ids) - first)
        answerable, tokens = session.run(
            ["answerable", "tokens"],
            {
                "input_ids": np.asarray([ids], np.int64),
                "token_type_ids": np.asarray([kinds], np.int64),
                "attention_mask": np.ones((1, len(ids)), np.int64),
            },
        )
        logits = np.asarray(tokens[0], np.float64)
        seen = logits[first : first + len(offsets)]
        null = float(logits[0, 0] + logits[0, 1])
        return Reading(
            answerable=float(answerable[0]),
            evidence=_evidence(seen[:, 2], offsets, window.units),
            null=null,
            spans=best_spans(seen[:, 0], seen[:, 1], null, offsets, window),
        )

    def _load(self) -> tuple[InferenceSession, Tokenizer]:
        with self._lock:
            if self._loaded is None:
                for name, expected in self._hashes.items():
                    if hashlib.sha256((self._folder / name).read_bytes()).hexdigest() != expected:
                        raise ModelError(
                            f"{self._folder / name} is not the file that card.json describes: install it again"
                        )
                self._loaded = _session(self._folder / _WEIGHTS, self._threads), _tokenizer(self._folder)
            return self._loaded


def _session(path: Path, threads: int) -> Any:
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
        tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))
    except Exception as error:  # the Rust binding raises bare Exception
        raise ModelError(f"the tokenizer in {folder} cannot be read ({error})") from None
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def _evidence(logits: np.ndarray, offsets: np.ndarray, units: Sequence[tuple[int, int]]) -> tuple[float, ...]:
    """The mean logit of each unit's visible tokens (a linear head over the mean of their states)."""
    scores = []
    for start, end in units:
        inside = (offsets[:, 0] < end) & (offsets[:, 1] > start)
        scores.append(float(logits[inside].mean()) if inside.any() else UNSEEN)
    return tuple(scores)
