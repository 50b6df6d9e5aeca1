"""A reader of English set onto the universal sentence encoder's tokens: the beginning of one of 15 languages.

    python -m benchmarks.reader.graft data/reader --out BEGIN
    python -m benchmarks.reader.train DATA... --encoder BEGIN --start BEGIN/checkpoint.pt --frozen 1 --out RUN

Its layers stay. The embeddings of its word pieces are replaced by a linear map of the token states, fitted by
least squares on the English passages, so that a word of another language gets about the embedding of its
translation (as in Tran 2020, "From English to foreign languages"). Training makes the map good.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers import BertConfig

from benchmarks.reader.model import ReaderModel
from benchmarks.reader.shipped import weights_of, write_beginning
from benchmarks.reader.written import FOLDER, is_english
from rag.models.universal import UNIVERSAL
from rag.models.universal_tokens import SPECIAL, universal_tokenizer

__all__ = ["graft"]

_RIDGE: Final = 1e-3
"""Of the mean squared state: keeps directions that hardly vary from being blown up."""
_WORDS: Final = "encoder.embeddings.word_embeddings.weight"


def graft(english: ReaderModel, tokenizer: Tokenizer, texts: Iterator[str]) -> tuple[ReaderModel, float]:
    """The reader on the new tokens, and the share of the embeddings' variance that the map explains."""
    config = BertConfig(
        **{**english.encoder.config.to_dict(), "vocab_size": len(SPECIAL), "token_input": UNIVERSAL}
    )
    model = ReaderModel(config)
    weights = english.state_dict()
    words = weights.pop(_WORDS)
    weights[_WORDS] = words[[tokenizer.token_to_id(token) for token in SPECIAL]]
    matrix, bias, explained = _fitted(model, tokenizer, words, texts)
    weights["input.weight"], weights["input.bias"] = matrix, bias
    model.load_state_dict(weights)
    return model.eval(), explained


def _fitted(
    model: ReaderModel, tokenizer: Tokenizer, words: Tensor, texts: Iterator[str]
) -> tuple[Tensor, Tensor, float]:
    """The map's matrix and bias by ridge regression over the tokens of all texts."""
    assert model.states is not None
    width, size = model.states.width, words.shape[1]
    square = np.zeros((width + 1, width + 1))
    product = np.zeros((width + 1, size))
    total, summed, count = 0.0, np.zeros(size), 0
    universal = universal_tokenizer()
    for text in texts:
        own = universal.encode(text, add_special_tokens=False)
        ids = torch.tensor([own.ids])
        states = model.states(ids, torch.ones_like(ids))[0].numpy()
        places, targets = _aligned(text, own.offsets, tokenizer, words.numpy())
        given = np.concatenate([states[places], np.ones((len(places), 1))], 1)
        square += given.T @ given
        product += given.T @ targets
        total += float((targets**2).sum())
        summed += targets.sum(0)
        count += len(targets)
    ridge = np.eye(width + 1) * _RIDGE * np.trace(square) / (width + 1)
    ridge[-1, -1] = 0.0
    found = np.linalg.solve(square + ridge, product)
    error = total - 2 * (found * product).sum() + (found * (square @ found)).sum()
    explained = 1.0 - error / (total - float((summed**2).sum()) / count)
    tensor = torch.from_numpy(found.astype(np.float32))
    return tensor[:-1].T.contiguous(), tensor[-1], float(explained)


def _aligned(
    text: str, offsets: list[tuple[int, int]], tokenizer: Tokenizer, words: np.ndarray
) -> tuple[list[int], np.ndarray]:
    """Tokens that share characters with word pieces, and the mean embedding of these pieces."""
    pieces = tokenizer.encode(text, add_special_tokens=False)
    at = np.full(len(text) + 1, -1)
    for number, (start, end) in enumerate(pieces.offsets):
        at[start:end] = number
    places, targets = [], []
    for place, (start, end) in enumerate(offsets):
        met = np.unique(at[start:end])
        met = met[met >= 0]
        if len(met):
            places.append(place)
            targets.append(words[np.asarray(pieces.ids)[met]].mean(0))
    return places, np.array(targets).reshape(len(places), words.shape[1])


def _texts() -> Iterator[str]:
    for path in sorted(FOLDER.glob("*.jsonl")):
        if is_english(path):
            for line in path.read_text("utf-8").splitlines()[::3]:
                passage = json.loads(line)
                yield passage["context"] + "\n" + passage["text"]
                yield "\n".join(asked["question"] for asked in passage["questions"])


def main() -> None:
    """Read the arguments and write the folder."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("folder", type=Path, help="the English reader's folder")
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    arguments = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(arguments.folder / "tokenizer.json"))
    model, explained = graft(weights_of(arguments.folder), tokenizer, _texts())
    print(f"the map explains {explained:.3f} of the embeddings' variance")
    write_beginning(model, arguments.out)


if __name__ == "__main__":
    main()
