"""Train the reader: folders of data in, checkpoints out. Can be stopped and taken up again at any time.

    python -m benchmarks.reader.train DATA... --encoder FOLDER --out FOLDER --minutes 60 --apart EVALUATION

Bfloat16 is used where the processor or the GPU does it well. The learning rate rises for the first part
and falls to nothing at the end of the time, counted over all runs of the same output folder.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numpy as np
import torch

from benchmarks.reader.form import Group, Overlap, evaluation_texts, read_groups
from benchmarks.reader.mix import Source, batches
from benchmarks.reader.model import Batch, ReaderModel, losses
from benchmarks.reader.tokens import reader_tokenizer
from rag.models.devices import choose_device, choose_dtype
from rag.models.reader_pairs import PairEncoder

__all__ = ["Run", "Schedule", "train"]

MAX_TOKENS, MAX_QUESTION_TOKENS = 256, 64
_WEIGHTS = {"answerable": 1.0, "listwise": 0.4, "span": 0.8, "evidence": 1.2}
_LOG_EVERY = 50
_LOW_LAYERS = 2


@dataclass(frozen=True, slots=True)
class Schedule:
    """How the learning rate goes over the share of the run that is done, and what is frozen until when."""

    peak: float = 2e-4
    warm_up: float = 0.04
    frozen_until: float = 0.4

    def rate(self, done: float) -> float:
        """The learning rate when the share `done` (0 to 1) of the run is over: up, then down to nothing."""
        if done < self.warm_up:
            return self.peak * max(done, 1e-3) / self.warm_up
        return self.peak * max(0.0, (1.0 - done) / (1.0 - self.warm_up))


@dataclass(slots=True)
class Run:
    """What a training run has done so far, kept in its checkpoint."""

    model: ReaderModel
    average: ReaderModel
    optimizer: torch.optim.Optimizer
    steps: int = 0
    pairs: int = 0
    seconds: float = 0.0
    by_source: dict[str, int] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """Write the checkpoint whole, or not at all."""
        part = path.with_suffix(".part")
        state = {
            "config": self.model.encoder.config.to_dict(),
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "counts": (self.steps, self.pairs, self.seconds),
        }
        torch.save(state, part)
        part.replace(path)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint."""
        state = torch.load(path, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.steps, self.pairs, self.seconds = state["counts"]


def train(
    run: Run, stream: Iterator[Batch], schedule: Schedule, *, minutes: float, decay: float = 0.996
) -> Iterator[dict[str, float]]:
    """Take steps until the time is over; gives the mean losses after every 50 steps.

    `run.average` follows the model as an exponential moving average with `decay`.
    """
    device = next(run.model.parameters()).device
    totals: dict[str, float] = {}
    run.model.train()
    while run.seconds < minutes * 60:
        began = time.monotonic()
        done = run.seconds / (minutes * 60)
        _freeze(run.model, done < schedule.frozen_until)
        for group in run.optimizer.param_groups:
            group["lr"] = schedule.rate(done)
        batch = _on(next(stream), device)
        with _autocast(device):
            answerable, tokens = run.model(batch.input_ids, batch.token_type_ids, batch.attention_mask)
        found = losses(batch, answerable, tokens)
        torch.stack([_WEIGHTS[name] * loss for name, loss in found.items()]).sum().backward()
        torch.nn.utils.clip_grad_norm_(run.model.parameters(), 1.0)
        run.optimizer.step()
        run.optimizer.zero_grad(set_to_none=True)
        run.steps += 1
        run.pairs += len(batch.answerable)
        _follow(run.average, run.model, min(decay, (1 + run.steps) / (10 + run.steps)))
        run.seconds += time.monotonic() - began
        for name, loss in found.items():
            totals[name] = totals.get(name, 0.0) + loss.item() / _LOG_EVERY
        if run.steps % _LOG_EVERY == 0:
            yield {"steps": run.steps, "pairs": run.pairs, "minutes": run.seconds / 60, **totals}
            totals = {}


def _freeze(model: ReaderModel, frozen: bool) -> None:
    """Leave embeddings and the two lowest layers as they are at first, which also saves a fifth of the time."""
    for part in (model.encoder.embeddings, *model.encoder.encoder.layer[:_LOW_LAYERS]):
        for parameter in part.parameters():
            parameter.requires_grad = not frozen


def _follow(average: ReaderModel, model: ReaderModel, decay: float) -> None:
    with torch.no_grad():
        mine = [
            ours
            for ours, theirs in zip(average.parameters(), model.parameters(), strict=True)
            if theirs.requires_grad
        ]
        theirs = [parameter for parameter in model.parameters() if parameter.requires_grad]
        torch._foreach_lerp_(mine, theirs, 1.0 - decay)


def _on(batch: Batch, device: torch.device) -> Batch:
    if device.type == "cpu":
        return batch
    return Batch(**{name: getattr(batch, name).to(device) for name in Batch.__dataclass_fields__})


def _autocast(device: torch.device) -> AbstractContextManager[Any]:
    dtype = choose_dtype("auto", device)
    return torch.autocast(device.type, dtype, enabled=dtype == torch.bfloat16)


def load_sources(folders: list[Path], apart: Path | None, left_out: set[str], made: set[str]) -> list[Source]:
    """Read all files of the folders, leave out what the reader is measured on, and index the rest."""
    overlap = Overlap(*evaluation_texts(apart)) if apart else None
    groups: dict[str, list[Group]] = {}
    for folder in folders:
        for path in sorted([*folder.glob("*.jsonl"), *folder.glob("*.jsonl.gz")]):
            name = path.name.split(".")[0]
            if name in left_out or name.startswith("support_"):
                continue
            synthetic = folder.name in made
            kept = groups.setdefault(folder.name if synthetic else name, [])
            before = len(kept)
            read = list(read_groups(path))
            kept.extend(group for group in read if synthetic or overlap is None or not overlap.touches(group))
            print(f"{name}: {len(kept) - before} of {len(read)} groups", flush=True)
    return [Source(name, kept, name in made) for name, kept in groups.items() if kept]


def main() -> None:
    """Read the arguments, train, and measure now and then."""
    arguments = _arguments()
    torch.manual_seed(arguments.seed)
    np.random.seed(arguments.seed)
    torch.set_num_threads(arguments.threads)
    arguments.out.mkdir(parents=True, exist_ok=True)
    weights: Mapping[str, float] = json.loads(arguments.weights)
    sources = load_sources(arguments.data, arguments.apart, set(arguments.leave_out), set(arguments.made))
    device = torch.device(choose_device("auto"))
    model = ReaderModel.from_encoder(arguments.encoder).to(device)
    average = ReaderModel.from_encoder(arguments.encoder).to(device)
    average.load_state_dict(model.state_dict())
    run = Run(
        model,
        average,
        torch.optim.AdamW(model.parameters(), lr=arguments.rate, weight_decay=0.01, fused=True),
    )
    tokenizer = reader_tokenizer(arguments.encoder)
    tokenizer.save(str(arguments.out / "tokenizer.json"))
    checkpoint = arguments.out / "checkpoint.pt"
    if checkpoint.is_file():
        run.load(checkpoint)
        print(
            f"goes on after {run.steps} steps, {run.pairs} pairs, {run.seconds / 60:.1f} minutes", flush=True
        )
    encoder = PairEncoder(tokenizer, MAX_TOKENS, MAX_QUESTION_TOKENS)
    stream = batches(sources, weights, encoder, arguments.batch_tokens, arguments.seed + run.steps)
    saved = time.monotonic()
    schedule = Schedule(peak=arguments.rate, frozen_until=arguments.frozen_until)
    for report in train(run, stream, schedule, minutes=arguments.minutes):
        shown = {name: round(value, 4) for name, value in report.items()}
        print(json.dumps({"at": time.strftime("%H:%M:%S"), **shown}), flush=True)
        if time.monotonic() - saved > arguments.save_every * 60:
            run.save(checkpoint)
            saved = time.monotonic()
    run.save(checkpoint)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument(
        "data", nargs="+", type=Path, help="folders of *.jsonl or *.jsonl.gz in the documented form"
    )
    parser.add_argument(
        "--encoder", type=Path, required=True, help="folder of a BERT-like encoder to begin with"
    )
    parser.add_argument("--out", type=Path, required=True, help="folder of the checkpoint")
    parser.add_argument(
        "--apart", type=Path, help="folder of evaluation sets: what overlaps them is left out"
    )
    parser.add_argument("--leave-out", nargs="*", default=[], help="names of sources not to use")
    parser.add_argument("--made", nargs="*", default=[], help="names of folders whose data a program wrote")
    parser.add_argument(
        "--weights", default="{}", help="JSON: how often a source is drawn, 1 where not named"
    )
    parser.add_argument("--minutes", type=float, default=60.0, help="length of the whole training")
    parser.add_argument("--rate", type=float, default=2e-4, help="highest learning rate")
    parser.add_argument(
        "--frozen-until", type=float, default=0.4, help="share of the time with frozen lower layers"
    )
    parser.add_argument("--batch-tokens", type=int, default=3_000, help="padded tokens of a batch")
    parser.add_argument("--save-every", type=float, default=3.0, help="minutes between checkpoints")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
