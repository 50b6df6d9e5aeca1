"""The reader on OpenVINO: a small encoder over question and window with three heads, without torch.

A reader's folder holds `reader.npz` (see `rag/models/reader_weights.py`) with a BERT encoder and the heads
`answerable.0`, `answerable.2` and `tokens`, the last of which gives start, end and evidence logit of each
token; `tokenizer.json`; and `card.json`, which names both files' SHA-256. Where the encoder's config has the
universal sentence encoder as `token_input`, that one's package holds the tokenizer.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from rag.errors import ModelError, ModelNotFoundError
from rag.models.bert_graph import Array, Rows, Table, pair_graph
from rag.models.devices import no_telemetry
from rag.models.reader import Reading, Window
from rag.models.reader_pairs import Pair, PairEncoder, reading
from rag.models.reader_weights import read_weights
from rag.models.universal import UNIVERSAL
from rag.models.universal_tokens import TokenWeights, token_weights, universal_tokenizer
from rag.models.weights import read_json

if TYPE_CHECKING:
    from openvino import AsyncInferQueue, Core

__all__ = ["OpenVinoReader"]

_WEIGHTS = "reader.npz"
_TOKENIZER = "tokenizer.json"
_ENCODER = "encoder."


class _Loaded(NamedTuple):
    queue: AsyncInferQueue
    encoder: PairEncoder
    heads: Mapping[str, Array]
    tokens: TokenWeights | None

    def inputs(self, pair: Pair) -> list[np.ndarray]:
        """What the graph takes in."""
        ids = np.asarray(pair.ids)
        kinds = np.asarray([pair.kinds], np.int32)
        if self.tokens is None:
            return [ids[None].astype(np.int32), kinds]
        own = np.maximum(ids - len(self.tokens.rows) + 1, 0).astype(np.int32)
        return [own[None], kinds, self.tokens.embeddings(ids)[None]]


class OpenVinoReader:
    """Reads windows one by one, so that no number depends on what else is read in the same call."""

    def __init__(self, folder: Path, threads: int = 2) -> None:
        """Read the card; weights load, and are checked against it, at the first call.

        Raises:
            ModelNotFoundError: there is no such folder, or it lacks a file.
            ModelError: its card cannot be read.
        """
        _need(folder, "card.json")
        card = read_json(folder / "card.json")
        try:
            self._name = str(card["name"])
            self._max_tokens = int(card["max_tokens"])
            self._max_question_tokens = int(card["max_question_tokens"])
            self._languages = frozenset(map(str, card.get("languages", ["en"])))
            self._hashes = {_WEIGHTS: str(card["sha256"][_WEIGHTS])}
            if _TOKENIZER in card["sha256"]:
                self._hashes[_TOKENIZER] = str(card["sha256"][_TOKENIZER])
        except (KeyError, TypeError, ValueError) as error:
            raise ModelError(f"{folder / 'card.json'} lacks a field of a reader's card: {error}") from None
        _need(folder, *self._hashes)
        self._folder = folder
        self._threads = threads
        self._lock = threading.Lock()
        self._loaded: _Loaded | None = None

    @property
    def name(self) -> str:
        """The name on the card."""
        return self._name

    @property
    def fingerprint(self) -> str:
        """The name and the beginning of the weights' hash."""
        return f"{self._name}@{self._hashes[_WEIGHTS][:16]}"

    @property
    def languages(self) -> frozenset[str]:
        """Those of the card; English where it names none."""
        return self._languages

    def read(self, question: str, windows: Sequence[Window]) -> list[Reading]:
        """One reading a window, in their order; what is beyond the model's limit of tokens is not seen.

        Raises:
            ModelError: the files are not those of the card, or cannot be loaded.
        """
        if not windows:
            return []
        with self._lock:
            loaded = self._loaded = self._loaded or self._load()
            pairs = loaded.encoder.pairs(question, [window.text for window in windows])
            states: dict[int, Array] = {}

            def keep(request: Any, number: int) -> None:
                states[number] = request.get_output_tensor(0).data[0].copy()

            loaded.queue.set_callback(keep)
            for number, pair in enumerate(pairs):
                loaded.queue.start_async(loaded.inputs(pair), number)
            loaded.queue.wait_all()
        found = []
        for number, (pair, window) in enumerate(zip(pairs, windows, strict=True)):
            answerable, tokens = _logits(states[number], loaded.heads)
            found.append(reading(pair, window, answerable, tokens))
        return found

    def _load(self) -> _Loaded:
        for name, expected in self._hashes.items():
            if hashlib.sha256((self._folder / name).read_bytes()).hexdigest() != expected:
                raise ModelError(
                    f"{self._folder / name} is not the file that card.json describes: get it again"
                )
        weights = read_weights(self._folder / _WEIGHTS)
        heads = {
            name: table.whole() if isinstance(table, Rows) else table
            for name, table in weights.tables.items()
            if not name.startswith(_ENCODER)
        }
        is_universal = weights.config.get("token_input") == UNIVERSAL
        if not is_universal and _TOKENIZER not in self._hashes:
            raise ModelError(f"{self._folder / 'card.json'} names no digest of {_TOKENIZER}")
        tokens = token_weights() if is_universal else None
        tokenizer = universal_tokenizer() if is_universal else _tokenizer(self._folder)
        taken_in = {name: table for name, table in heads.items() if name.startswith("input.")}
        tables = {**weights.part(_ENCODER), **taken_in}
        return _Loaded(
            _queue(weights.config, tables, self._threads, tokens),
            PairEncoder(tokenizer, self._max_tokens, self._max_question_tokens),
            heads,
            tokens,
        )


def _logits(states: Array, heads: Mapping[str, Array]) -> tuple[float, Array]:
    """The logit of there being an answer, and those of each token, shape (tokens, 3 or more)."""
    inner = np.tanh(heads["answerable.0.weight"] @ states[0] + heads["answerable.0.bias"])
    answerable = heads["answerable.2.weight"] @ inner + heads["answerable.2.bias"]
    return float(answerable[0]), states @ heads["tokens.weight"].T + heads["tokens.bias"]


def _need(folder: Path, *names: str) -> None:
    for name in names:
        if not (folder / name).is_file():
            raise ModelNotFoundError(
                f"{folder} holds no reader (no {name}): check setting reader.model, or set it to 'none'"
            )


def _queue(
    config: Mapping[str, Any], tables: Mapping[str, Table], threads: int, tokens: TokenWeights | None
) -> AsyncInferQueue:
    """The compiled encoder: in bfloat16 where the processor multiplies it, else in int8 as far as it can."""
    no_telemetry()
    from openvino import AsyncInferQueue, Core

    core = Core()
    if _multiplies_bfloat16(core):
        tables = {
            name: table.whole() if isinstance(table, Rows) and name.startswith("encoder.") else table
            for name, table in tables.items()
        }
    options = {
        "INFERENCE_NUM_THREADS": str(threads),
        "NUM_STREAMS": str(threads),
        "ENABLE_CPU_PINNING": "NO",
        "DYNAMIC_QUANTIZATION_GROUP_SIZE": str(config["hidden_size"]),
    }
    try:
        graph = pair_graph(config, tables, tokens.states if tokens else None)
        return AsyncInferQueue(core.compile_model(graph, "CPU", options), threads)
    except (KeyError, ValueError, RuntimeError) as error:
        raise ModelError(f"the reader's weights cannot be compiled by OpenVINO ({error})") from error


def _multiplies_bfloat16(core: Core) -> bool:
    return "BF16" in core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def _tokenizer(folder: Path) -> Any:
    from tokenizers import Tokenizer

    try:
        return Tokenizer.from_file(str(folder / _TOKENIZER))
    except Exception as error:  # the Rust binding raises bare Exception
        raise ModelError(f"the tokenizer in {folder} cannot be read ({error})") from None
