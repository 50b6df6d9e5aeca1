"""A reader's weights as they ship: a compressed NPZ file of matrices in few levels with a scale a row.

A file holds, by their names within the model, each matrix as `NAME` (int8) with `NAME.scale` (float16, one a
row), and everything else in float16; `config` is the encoder's `config.json` as bytes.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from rag.errors import ModelError
from rag.models.bert_graph import Array, Rows, Table

__all__ = ["ReaderWeights", "read_weights", "write_weights"]

_CONFIG: Final = "config"
_SCALE: Final = ".scale"


class ReaderWeights(NamedTuple):
    """What `config.json` says of the encoder, and the tables of encoder and heads by name."""

    config: Mapping[str, Any]
    tables: Mapping[str, Table]

    def part(self, prefix: str) -> dict[str, Table]:
        """The tables whose names begin so, by what follows."""
        return {
            name.removeprefix(prefix): table for name, table in self.tables.items() if name.startswith(prefix)
        }


def write_weights(
    path: Path, config: Mapping[str, Any], arrays: Mapping[str, Array], levels: Mapping[str, int]
) -> None:
    """Write the arrays; those named in `levels` as matrices of so many steps to either side of zero.

    The scale of a row is the one among a few that leaves the least squared error: cutting the largest
    weights off a little makes all the others finer.
    """
    found: dict[str, np.ndarray] = {_CONFIG: np.frombuffer(json.dumps(dict(config)).encode(), np.uint8)}
    for name, array in arrays.items():
        if name not in levels:
            found[name] = array.astype(np.float16)
            continue
        found[name], found[name + _SCALE] = _in_levels(array, levels[name])
    np.savez_compressed(path, allow_pickle=False, **found)


def _in_levels(array: Array, levels: int) -> tuple[np.ndarray, np.ndarray]:
    largest = np.maximum(np.abs(array).max(1, keepdims=True), 1e-7)
    best = least = None
    for share in (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7):
        scale = (largest * share / levels).astype(np.float16).astype(np.float32)
        near = np.clip(np.rint(array / scale), -levels, levels)
        error = ((near * scale - array) ** 2).sum(1, keepdims=True)
        if best is None or least is None:
            best, least = scale, error
        best, least = np.where(error < least, scale, best), np.minimum(error, least)
    assert best is not None
    return np.clip(np.rint(array / best), -levels, levels).astype(np.int8), best.astype(np.float16)


def read_weights(path: Path) -> ReaderWeights:
    """Read such a file.

    Raises:
        ModelError: it is no such file.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        config = json.loads(arrays.pop(_CONFIG).tobytes())
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise ModelError(f"the reader's weights {path} cannot be read ({error}): get them again") from None
    scales = {name: arrays.pop(name).astype(np.float32) for name in list(arrays) if name.endswith(_SCALE)}
    return ReaderWeights(
        config,
        {
            name: Rows(array, scales[name + _SCALE]) if name + _SCALE in scales else array.astype(np.float32)
            for name, array in arrays.items()
        },
    )
