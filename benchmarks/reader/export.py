"""From a checkpoint to what ships: an ONNX file in int8, the tokenizer, and a card with their hashes.

    python -m benchmarks.reader.export RUN --out FOLDER --card card.json [--begun-with START.pt --share 0.6]

Needs the packages `onnx` and `onnxscript`, which the program itself does not. The weights are those of the
run's moving average; with `--begun-with` a blend of them and those that the run began with, which keeps more
of what earlier data taught (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models"). Matrices are
quantised by channel, embeddings by row; the folder is replaced at once.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from transformers import BertConfig

from benchmarks.reader.model import ReaderModel
from benchmarks.reader.train import MAX_QUESTION_TOKENS, MAX_TOKENS

__all__ = ["average_of", "export", "write_onnx"]


def average_of(run: Path) -> tuple[ReaderModel, tuple[int, int, float]]:
    """The averaged model of a run's checkpoint, with its counts of steps, pairs and seconds."""
    state = torch.load(run / "checkpoint.pt", weights_only=True, map_location="cpu")
    model = ReaderModel(BertConfig(**state["config"]))
    model.load_state_dict(state["average"])
    steps, pairs, seconds = state["counts"]
    return model.eval(), (int(steps), int(pairs), float(seconds))


def blended(model: ReaderModel, begun_with: Mapping[str, Tensor], share: float) -> ReaderModel:
    """The model with `share` of its weights and the rest of those that its training began with.

    Rows of a head that the others lack stay as they are.
    """
    weights = model.state_dict()
    for name, before in begun_with.items():
        if before.is_floating_point():
            rows = weights[name][: len(before)]
            rows.lerp_(before, 1.0 - share)
    model.load_state_dict(weights)
    return model


def write_onnx(model: ReaderModel, path: Path) -> None:
    """The model in float32, for batches and lengths of any size."""
    ids = torch.tensor([[101, 2054, 102, 3231, 2003, 102], [101, 2054, 102, 3231, 2003, 102]])
    kinds = torch.tensor([[0, 0, 0, 1, 1, 1], [0, 0, 0, 1, 1, 1]])
    batch, tokens = torch.export.Dim("batch", min=1, max=64), torch.export.Dim("tokens", min=2, max=512)
    shapes = ({0: batch, 1: tokens},) * 3
    inputs: tuple[Tensor, ...] = (ids, kinds, torch.ones_like(ids))
    torch.onnx.export(
        model,
        inputs,
        str(path),
        input_names=["input_ids", "token_type_ids", "attention_mask"],
        output_names=["answerable", "tokens"],
        dynamic_shapes=shapes,
        dynamo=True,
        external_data=False,
    )


def export(
    run: Path,
    out: Path,
    card: dict[str, Any],
    begun_with: Mapping[str, Tensor] | None = None,
    share: float = 1.0,
) -> None:
    """Write the reader's folder; a folder that was there before is replaced when the new one is complete."""
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.shape_inference import quant_pre_process

    from benchmarks.reader.rows import tables_by_row

    model, (steps, pairs, seconds) = average_of(run)
    model = blended(model, begun_with or {}, share)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent) as work:
        plain, ready, new = Path(work) / "plain.onnx", Path(work) / "ready.onnx", Path(work) / "reader"
        new.mkdir()
        write_onnx(model, plain)
        quant_pre_process(str(plain), str(ready), skip_symbolic_shape=True)
        quantize_dynamic(
            str(ready),
            str(new / "reader.onnx"),
            op_types_to_quantize=["MatMul", "Gemm"],
            per_channel=True,
            reduce_range=True,  # 7 bits: without VNNI the products of 8 bits overflow
            weight_type=QuantType.QInt8,
        )
        whole = onnx.load(str(new / "reader.onnx"))
        tables_by_row(whole)
        for node in whole.graph.node:  # the exporter notes where its code lies on the machine
            del node.metadata_props[:]
        onnx.save(whole, str(new / "reader.onnx"))
        shutil.copy(run / "tokenizer.json", new / "tokenizer.json")
        limits = {"max_tokens": MAX_TOKENS, "max_question_tokens": MAX_QUESTION_TOKENS}
        training = {"steps": steps, "pairs": pairs, "minutes": round(seconds / 60, 1)}
        hashes = {name: _sha256(new / name) for name in ("reader.onnx", "tokenizer.json")}
        written = {"name": "citewell-reader", **limits, "training": training, **card, "sha256": hashes}
        (new / "card.json").write_text(json.dumps(written, indent=2, ensure_ascii=False) + "\n", "utf-8")
        old = Path(work) / "old"
        if out.exists():
            out.rename(old)
        new.rename(out)


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
