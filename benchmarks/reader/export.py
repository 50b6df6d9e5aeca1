"""From a checkpoint to what ships: the weights in few levels, the tokenizer, and a card with their hashes.

    python -m benchmarks.reader.export RUN --out FOLDER --card card.json [--begun-with START.pt --share 0.6]

The weights are those of the run's moving average; with `--begun-with` a blend of them and those that the run
began with, which keeps more of what earlier data taught (Wortsman et al. 2022, "Robust fine-tuning of
zero-shot models"). Matrices and embeddings are quantised row by row; the folder is replaced at once.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers import BertConfig

from benchmarks.reader.model import ReaderModel, trimmed
from benchmarks.reader.train import MAX_QUESTION_TOKENS, MAX_TOKENS
from rag.models.reader_weights import write_weights

__all__ = ["average_of", "blended", "export", "write_reader"]

LEVELS: Final = 41
"""Steps of a weight to either side of zero: with them a file of 33 million takes 24 MB."""
_WORDS: Final = "encoder.embeddings.word_embeddings.weight"
_PLACES: Final = "encoder.embeddings.position_embeddings.weight"
_PHONETIC: Final = 0x250
_PUNCTUATION: Final = 0x2000
_CJK: Final = 0x2E80


def average_of(run: Path) -> tuple[ReaderModel, tuple[int, int, float]]:
    """The averaged model of a run's checkpoint, with its counts of steps, pairs and seconds."""
    state = torch.load(run / "checkpoint.pt", weights_only=True, map_location="cpu")
    model = ReaderModel(BertConfig(**state["config"]))
    model.load_state_dict(trimmed(state["average"]))
    steps, pairs, seconds = state["counts"]
    return model.eval(), (int(steps), int(pairs), float(seconds))


def blended(model: ReaderModel, begun_with: Mapping[str, Tensor], share: float) -> ReaderModel:
    """The model with `share` of its weights and the rest of those that its training began with."""
    weights = model.state_dict()
    for name, before in trimmed(begun_with).items():
        if before.is_floating_point():
            weights[name].lerp_(before, 1.0 - share)
    model.load_state_dict(weights)
    return model


def export(
    run: Path,
    out: Path,
    card: dict[str, Any],
    begun_with: Mapping[str, Tensor] | None = None,
    share: float = 1.0,
) -> None:
    """Write the reader's folder; a folder that was there before is replaced when the new one is complete."""
    model, (steps, pairs, seconds) = average_of(run)
    model = blended(model, begun_with or {}, share)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as work:
        new = Path(work) / "reader"
        new.mkdir()
        write_reader(model, Tokenizer.from_file(str(run / "tokenizer.json")), new)
        limits = {"max_tokens": MAX_TOKENS, "max_question_tokens": MAX_QUESTION_TOKENS}
        training = {"steps": steps, "pairs": pairs, "minutes": round(seconds / 60, 1)}
        hashes = {path.name: _sha256(path) for path in sorted(new.iterdir())}
        written = {"name": "citewell-reader", **limits, "training": training, **card, "sha256": hashes}
        (new / "card.json").write_text(json.dumps(written, indent=2, ensure_ascii=False) + "\n", "utf-8")
        old = Path(work) / "old"
        if out.exists():
            out.rename(old)
        new.rename(out)


def write_reader(model: ReaderModel, tokenizer: Tokenizer, folder: Path) -> None:
    """Weights and tokenizer, without the words and places that no English window needs.

    A reader on the universal sentence encoder's tokens needs no tokenizer of its own.
    """
    arrays = {name: tensor.float().numpy() for name, tensor in model.state_dict().items()}
    arrays[_PLACES] = arrays[_PLACES][:MAX_TOKENS]
    config = model.encoder.config.to_dict()
    if model.states is None:
        tree, kept = _tokens_that_occur(tokenizer)
        (folder / "tokenizer.json").write_text(
            json.dumps(tree, ensure_ascii=False, separators=(",", ":")), "utf-8"
        )
        arrays[_WORDS] = arrays[_WORDS][kept]
        config["vocab_size"] = len(kept)
    known = ("model_type", "hidden_act", "hidden_size", "intermediate_size", "layer_norm_eps", "vocab_size")
    counts = ("num_attention_heads", "num_hidden_layers", "pad_token_id")
    levels = {name: LEVELS for name, array in arrays.items() if array.ndim == 2}
    named = (*known, *counts, *(["token_input"] if model.states else []))
    write_weights(folder / "reader.npz", {name: config[name] for name in named}, arrays, levels)


def _tokens_that_occur(tokenizer: Tokenizer) -> tuple[dict[str, Any], list[int]]:
    """The tokenizer without unused entries and letters of other scripts, and the old numbers of the rest."""
    tree = json.loads(tokenizer.to_str())
    numbers = {name: number for name, number in tree["model"]["vocab"].items() if _may_occur(name)}
    kept = sorted(numbers.values())
    new = {old: number for number, old in enumerate(kept)}
    tree["model"]["vocab"] = {name: new[number] for name, number in numbers.items()}
    for token in tree["added_tokens"]:
        token["id"] = new[token["id"]]
    tree["post_processor"] = None  # pairs are put together by `PairEncoder`
    return tree, kept


def _may_occur(token: str) -> bool:
    return not token.startswith("[unused") and all(
        ord(letter) < _PHONETIC or _PUNCTUATION <= ord(letter) < _CJK for letter in token
    )


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    """Read the arguments and export."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("run", type=Path, help="folder of the checkpoint")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--card", type=Path, help="JSON object: what else the card says")
    parser.add_argument("--begun-with", type=Path, help="checkpoint that the run began with, to blend with")
    parser.add_argument("--share", type=float, default=0.6, help="of the run in the blend")
    arguments = parser.parse_args()
    begun = arguments.begun_with and torch.load(arguments.begun_with, weights_only=True)["average"]
    card = json.loads(arguments.card.read_text("utf-8")) if arguments.card else {}
    export(arguments.run, arguments.out, card, begun, arguments.share if begun else 1.0)


if __name__ == "__main__":
    main()
