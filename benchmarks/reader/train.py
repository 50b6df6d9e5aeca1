"""Train the reader: folders of data in, checkpoints out. Can be stopped and taken up again at any time.

    python -m benchmarks.reader.train DATA... --encoder FOLDER --out FOLDER --minutes 60 --apart EVALUATION

The encoder computes in bfloat16 where the processor or the GPU does it well. The learning rate rises for
the first part and falls to nothing at the end of the time, counted over all runs of the same output folder.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "passive")

import numpy as np
import torch

from benchmarks.reader.form import Group, Overlap, evaluation_texts, read_groups
from benchmarks.reader.mix import Source, batches
from benchmarks.reader.model import Batch, ReaderModel, losses
from benchmarks.reader.tokens import reader_tokenizer
from benchmarks.reader.weights import Trained
from rag.models.devices import choose_device, choose_dtype
from rag.models.reader_pairs import PairEncoder

__all__ = ["Run", "Schedule", "train"]

MAX_TOKENS, MAX_QUESTION_TOKENS = 256, 64
_WEIGHTS = {"answerable": 1.0, "listwise": 0.4, "span": 0.9, "evidence": 1.2}
_LOG_EVERY = 50


@dataclass(frozen=True, slots=True)
class Schedule:
    """How the learning rate goes over the share of the run that is done."""

    peak: float = 3e-4
    warm_up: float = 0.05

    def rate(self, done: float) -> float:
        """The learning rate when the share `done` (0 to 1) of the run is over: up, then down to nothing."""
        if done < self.warm_up:
            return self.peak * max(done, 1e-3) / self.warm_up
        return self.peak * max(0.0, (1.0 - done) / (1.0 - self.warm_up))


@dataclass(slots=True)
class Run:
    """A model in training and what was done so far, kept in a checkpoint."""

    trained: Trained
    steps: int = 0
    pairs: int = 0
    seconds: float = 0.0

    def save(self, path: Path) -> None:
        """Write the checkpoint whole, or not at all."""
        part = path.with_suffix(".part")
        torch.save({**self.trained.state(), "counts": (self.steps, self.pairs, self.seconds)}, part)
        part.replace(path)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint."""
        state = torch.load(path, weights_only=True)
        self.trained.load(state)
        self.steps, self.pairs, self.seconds = state["counts"]


def train(
    run: Run,
    stream: Iterator[Batch],
    schedule: Schedule,
    *,
    minutes: float | None = None,
    steps: int | None = None,
) -> Iterator[dict[str, float]]:
    """Train for so many minutes or steps, those before a restart counted; gives mean losses now and then."""
    model = run.trained.model
    device = next(model.parameters()).device
    totals: dict[str, float] = {}
    model.train()
    while (done := _done(run, minutes, steps)) < 1.0:
        began = time.monotonic()
        batch = _on(next(stream), device)
        found = losses(batch, *model(batch.input_ids, batch.token_type_ids, batch.attention_mask))
        torch.stack([_WEIGHTS[name] * loss for name, loss in found.items()]).sum().backward()
        run.trained.step(schedule.rate(done))
        run.steps += 1
        run.pairs += len(batch.answerable)
        run.seconds += time.monotonic() - began
        for name, loss in found.items():
            totals[name] = totals.get(name, 0.0) + loss.item() / _LOG_EVERY
        if run.steps % _LOG_EVERY == 0:
            yield {"steps": run.steps, "pairs": run.pairs, "minutes": run.seconds / 60, **totals}
            totals = {}


def _done(run: Run, minutes: float | None, steps: int | None) -> float:
    """Which share of the run is over."""
    if minutes is None and steps is None:
        raise ValueError("a run needs an end: give minutes or steps")
    return max(run.seconds / (minutes * 60) if minutes else 0.0, run.steps / steps if steps else 0.0)


def _on(batch: Batch, device: torch.device) -> Batch:
    if device.type == "cpu":
        return batch
    return Batch(**{name: getattr(batch, name).to(device) for name in Batch.__dataclass_fields__})


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
    device = choose_device("auto")
    model = ReaderModel.from_encoder(arguments.encoder).to(device)
    run = Run(Trained(model, dtype=choose_dtype("auto", device), frozen=arguments.frozen))
    tokenizer = reader_tokenizer(arguments.encoder)
    tokenizer.save(str(arguments.out / "tokenizer.json"))
    checkpoint = arguments.out / "checkpoint.pt"
    if arguments.start and not checkpoint.is_file():
        run.trained.begin_with(torch.load(arguments.start, weights_only=True))
    if checkpoint.is_file():
        run.load(checkpoint)
        print(
            f"goes on after {run.steps} steps, {run.pairs} pairs, {run.seconds / 60:.1f} minutes", flush=True
        )
    encoder = PairEncoder(tokenizer, MAX_TOKENS, MAX_QUESTION_TOKENS)
    stream = batches(sources, weights, encoder, arguments.batch_tokens, arguments.seed + run.steps)
    saved = time.monotonic()
    schedule = Schedule(peak=arguments.rate)
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
        "--start", type=Path, help="checkpoint of an earlier run whose weights a new run begins with"
    )
    parser.add_argument(
        "--apart", type=Path, help="folder of evaluation sets: what overlaps them is left out"
    )
    parser.add_argument("--leave-out", nargs="*", default=[], help="names of sources not to use")
    parser.add_argument("--made", nargs="*", default=[], help="names of folders whose data a program wrote")
    parser.add_argument(
        "--weights", default="{}", help="JSON: how often a source is drawn, 1 where not named"
    )
    parser.add_argument("--minutes", type=float, default=60.0, help="length of the whole training")
    parser.add_argument("--rate", type=float, default=3e-4, help="highest learning rate")
    parser.add_argument(
        "--frozen", type=int, default=2, help="parts from below that stay: embeddings, layers"
    )
    parser.add_argument("--batch-tokens", type=int, default=3_000, help="padded tokens of a batch")
    parser.add_argument("--save-every", type=float, default=3.0, help="minutes between checkpoints")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
