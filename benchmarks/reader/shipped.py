"""A shipped reader turned back into what a training begins with.

    python -m benchmarks.reader.shipped data/reader --out BEGIN
    python -m benchmarks.reader.train DATA... --encoder BEGIN --start BEGIN/checkpoint.pt --out RUN

Rounding to few levels costs little, and a short training makes it good.
"""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

import torch
from transformers import BertConfig

from benchmarks.reader.model import ReaderModel, trimmed
from rag.models.bert_graph import Rows
from rag.models.reader_weights import read_weights
from rag.models.universal_tokens import universal_tokenizer

__all__ = ["begin_with", "weights_of", "write_beginning"]


def weights_of(folder: Path) -> ReaderModel:
    """The model that was exported to the folder, in float32.

    Raises:
        ModelError: its weights cannot be read.
    """
    config, tables = read_weights(folder / "reader.npz")
    places = tables["encoder.embeddings.position_embeddings.weight"].shape[0]
    model = ReaderModel(BertConfig(**config, max_position_embeddings=places))
    weights = {
        name: torch.from_numpy(table.whole() if isinstance(table, Rows) else table)
        for name, table in tables.items()
    }
    model.load_state_dict(trimmed(weights))
    return model.eval()


def begin_with(folder: Path, out: Path) -> None:
    """Write what a training of the shipped reader begins with."""
    model = weights_of(folder)
    write_beginning(model, out)
    if model.states is None:
        shutil.copy(folder / "tokenizer.json", out / "tokenizer.json")


def write_beginning(model: ReaderModel, out: Path) -> None:
    """Write a folder with the reader's encoder and a checkpoint for `train --start`.

    A reader on the universal sentence encoder's tokens gets that one's tokenizer, too.
    """
    model.encoder.save_pretrained(out)
    if model.states is not None:
        universal_tokenizer().save(str(out / "tokenizer.json"))
    state = {"config": model.encoder.config.to_dict(), "average": model.state_dict(), "counts": (0, 0, 0.0)}
    torch.save(state, out / "checkpoint.pt")


def main() -> None:
    """Read the arguments and write the folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folder", type=Path, help="a reader's folder")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    arguments = parser.parse_args()
    begin_with(arguments.folder, arguments.out)


if __name__ == "__main__":
    main()
