"""Shipped int8 weights turned back into a checkpoint to go on training from.

    python -m benchmarks.reader.shipped data/reader --encoder FOLDER --out start.pt

Rounding to int8 costs little, and a short training makes it good. What training does not change, the
embeddings and the lowest layer, comes from the encoder as it was. Needs the package `onnx`.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

import numpy as np
import torch
from torch import Tensor

from benchmarks.reader.model import ReaderModel, take

__all__ = ["weights_of"]

_UNCHANGED: Final = ("encoder.embeddings.", "encoder.encoder.layer.0.")
_ATTENTION: Final = ("query", "key", "value")


def weights_of(folder: Path, encoder: Path) -> ReaderModel:
    """The model that was exported to the folder, in float32.

    Raises:
        ValueError: the file holds other matrices than a model with this encoder.
    """
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(folder / "reader.onnx")).graph
    arrays = {table.name: numpy_helper.to_array(table) for table in graph.initializer}
    model = ReaderModel.from_encoder(encoder)
    state = {name: torch.tensor(arrays[name]) for name in model.state_dict() if name in arrays}
    used = [name for node in graph.node for name in node.input]
    names = [name for name in dict.fromkeys(used) if name.endswith("_quantized") and name in arrays]
    wanted = _names(len(model.encoder.encoder.layer))
    if len(names) != len(wanted):
        raise ValueError(f"{folder} holds {len(names)} matrices, {len(wanted)} were expected")
    for name, target in zip(names, wanted, strict=True):
        state[target] = _matrix(arrays, name)
    take(model, {name: values for name, values in state.items() if not name.startswith(_UNCHANGED)})
    return model.eval()


def _names(layers: int) -> list[str]:
    """The matrices in the order in which the graph uses them."""
    names = []
    for number in range(layers):
        layer = f"encoder.encoder.layer.{number}"
        names += [f"{layer}.attention.self.{part}.weight" for part in _ATTENTION]
        names += [f"{layer}.{part}.dense.weight" for part in ("attention.output", "intermediate", "output")]
    return [*names, "tokens.weight", "answerable.0.weight", "answerable.2.weight"]


def _matrix(arrays: dict[str, np.ndarray], name: str) -> Tensor:
    whole, scales = arrays[name].astype(np.float32), arrays[name.removesuffix("quantized") + "scale"]
    return torch.from_numpy(whole * scales).T.contiguous()


def main() -> None:
    """Read the arguments and write the checkpoint."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folder", type=Path, help="a reader's folder")
    parser.add_argument("--encoder", type=Path, required=True, help="the encoder it was trained from")
    parser.add_argument("--out", type=Path, required=True, help="checkpoint for `train --start`")
    arguments = parser.parse_args()
    model = weights_of(arguments.folder, arguments.encoder)
    state = {"config": model.encoder.config.to_dict(), "average": model.state_dict(), "counts": (0, 0, 0.0)}
    torch.save(state, arguments.out)


if __name__ == "__main__":
    main()
