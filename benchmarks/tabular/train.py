"""Train the chooser: `python -m benchmarks.tabular.train --out data/tables [--epochs 6]`.

Each question comes with the choices that its table admits. Columns that it does not need are left out at
random, and now and then one that it does: then it asks for nothing. Losses are binary cross entropy of every
choice and cross entropy of the operation, with none as one of them. The average of the weights over the last
part of training ships (Izmailov et al. 2018), as float16. At the end the tables that were kept apart tell how
often requests are right, by their sureness. Several networks ship, of which the mean counts.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from torch import Tensor
from torch.nn import functional

from benchmarks.tabular.measure import Judged, judged, told
from benchmarks.tabular.network import HEADS, ChooserNet, collate
from benchmarks.tabular.questions import FOLDER, Asked, asked_elsewhere, asked_of, read_tables
from rag.answering.tables.choice_layout import Laid, laid_out
from rag.answering.tables.choices import Operation
from rag.answering.tables.chooser import Chooser, log_odds

__all__ = ["Example", "examples_of", "train", "write"]

_BATCH = 48
_LARGE = ("question", "names", "values", "around")
_UNTITLED = 0.15
_ELSEWHERE = 3
"""How many questions of a table are put to another one, and to one of the same domain."""
_MANY = 40
"""Choices of a question from which on some that it does not ask for are left out."""
_SPARED = 0.3
_LACKING = 0.15
_AGAIN = 0.25
"""The share of earlier tables that are learned again with new ones, lest they be forgotten."""
_AVERAGED = 0.35
"""The last part of training over which weights are averaged."""
_MARKED = 3.0
"""The weight of a choice that is asked for."""


@dataclass(frozen=True)
class Example:
    """A question laid out, with what it asks for and the column of each choice."""

    laid: Laid
    marks: np.ndarray
    columns: np.ndarray
    operations: np.ndarray


def examples_of(asked: Iterable[Asked]) -> Iterator[Example]:
    """The questions whose choices hold all that they ask for."""
    for one in asked:
        if one.is_whole and one.choices:
            laid = laid_out(one.question, one.collection, one.choices)
            halves = {name: getattr(laid, name).astype(np.float16) for name in _LARGE}
            laid = replace(laid, **halves)
            numbers = {name: i for i, name in enumerate(one.collection.columns)}
            columns = np.array([numbers.get(choice.column, -1) for choice in one.choices])
            operations = np.array([choice.operation is not None for choice in one.choices])
            yield Example(laid, np.array(one.marks, np.float32), columns, operations)


def thinned(example: Example, rng: random.Random) -> Example:
    """The question with fewer columns and choices; without one that it needs it asks for nothing."""
    needed = sorted(set(example.columns[example.marks > 0].tolist()) - {-1})
    others = sorted(set(example.columns.tolist()) - {-1, *needed})
    gone = [column for column in others if rng.random() < _SPARED]
    lacks = bool(needed) and rng.random() < _LACKING
    if lacks:
        gone.append(rng.choice(needed))
    kept = ~np.isin(example.columns, gone)
    many = int(kept.sum())
    if many > _MANY:
        share = 0.5 * (1 - _MANY / many)
        drawn = np.array([rng.random() < share for _ in kept])
        kept &= ~(drawn & (example.marks == 0) & ~example.operations)
    laid = example.laid
    title = laid.title * float(rng.random() > _UNTITLED)
    parts = (laid.names, laid.values, laid.around, laid.kinds, laid.numbers)
    laid = Laid(laid.question, title, *(part[kept] for part in parts))
    marks = example.marks[kept] * (0.0 if lacks else 1.0)
    return Example(laid, marks.astype(np.float32), example.columns[kept], example.operations[kept])


def train(
    examples: Sequence[Example],
    *,
    epochs: int,
    rate: float = 1.2e-3,
    size: int = 128,
    seed: int = 0,
    begin: Mapping[str, np.ndarray] | None = None,
) -> ChooserNet:
    """A network trained on the examples, from weights to `begin` with or none, with averaged weights."""
    torch.manual_seed(seed)
    rng = random.Random(seed)
    net = ChooserNet(size)
    if begin is not None:
        net.load_state_dict({name: torch.from_numpy(part.astype(np.float32)) for name, part in begin.items()})
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=0.02)
    steps = epochs * -(-len(examples) // _BATCH) + epochs
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rate, total_steps=steps, pct_start=0.1)
    averaged = torch.optim.swa_utils.AveragedModel(net)
    started, done = time.monotonic(), 0
    for epoch in range(epochs):
        losses = []
        for batch in _batches(examples, rng):
            loss = _loss(net(collate([one.laid for one in batch])), batch)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
            done += 1
            if done > (1 - _AVERAGED) * steps:
                averaged.update_parameters(net)
        seconds = time.monotonic() - started
        print(f"epoch {epoch}: loss {np.mean(losses):.3f}, {seconds:.0f} s", flush=True)
    found = averaged.module if int(averaged.n_averaged) else net
    assert isinstance(found, ChooserNet)
    return found.eval()


def _batches(examples: Sequence[Example], rng: random.Random) -> Iterator[list[Example]]:
    """All examples, drawn anew; those of like length together."""
    order = rng.sample(range(len(examples)), len(examples))
    batches = []
    for start in range(0, len(order), 20 * _BATCH):
        some = [thinned(examples[i], rng) for i in order[start : start + 20 * _BATCH]]
        some = sorted((one for one in some if len(one.marks)), key=lambda one: len(one.marks))
        batches = [some[i : i + _BATCH] for i in range(0, len(some), _BATCH)]
        rng.shuffle(batches)
        yield from batches


def _loss(logits: Tensor, batch: Sequence[Example]) -> Tensor:
    marks, mask, operations = torch.zeros_like(logits), torch.zeros_like(logits), torch.zeros_like(logits)
    for i, one in enumerate(batch):
        here = slice(0, len(one.marks))
        marks[i, here] = torch.from_numpy(one.marks)
        operations[i, here] = torch.from_numpy(one.operations.astype(np.float32))
        mask[i, here] = 1.0
    weights = mask * (1.0 + (_MARKED - 1.0) * marks)
    each = functional.binary_cross_entropy_with_logits(logits, marks, weights, reduction="sum") / len(batch)
    among = logits.masked_fill(operations == 0, -1e4)
    among = torch.cat([among, among.new_zeros(len(batch), 1)], 1)
    asked = marks * operations
    none = torch.full((len(batch),), logits.shape[1])
    target = torch.where(asked.sum(1) > 0, asked.argmax(1), none)
    return each + functional.cross_entropy(among, target)


def weights_of(net: ChooserNet) -> dict[str, np.ndarray]:
    """Its weights as they ship, by their names."""
    return {name: part.detach().numpy().astype(np.float16) for name, part in net.state_dict().items()}


def write(nets: Sequence[ChooserNet], out: Path, found: Sequence[Judged], card: dict[str, object]) -> None:
    """Write the weights and the card, with what the tables kept apart say of sureness."""
    out.mkdir(parents=True, exist_ok=True)
    parts: dict[str, Any] = {}
    for i, net in enumerate(nets):
        parts.update({f"{i}.{name}": part for name, part in weights_of(net).items()})
    path = out / "chooser.npz"
    np.savez_compressed(path, **parts)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    sureness = _fitted(found)
    text = json.dumps({**card, "heads": HEADS, "sureness": sureness, "sha256": {path.name: digest}}, indent=1)
    (out / "card.json").write_text(text + "\n", "utf-8")


def _fitted(found: Sequence[Judged]) -> dict[str, object]:
    """Slope and offsets by operation of the log odds that a request is right, over those of its sureness."""
    followed = [(one.request.operation, one) for one in found if one.request is not None]
    kinds = list(Operation)
    x = [[log_odds(one.sureness), *(float(kind is own) for kind in kinds)] for own, one in followed]
    fit = LogisticRegression(C=1.0).fit(x, [one.is_right for _, one in followed])
    slope, *offsets = (float(weight) for weight in fit.coef_[0])
    own = [round(offset + float(fit.intercept_[0]), 4) for offset in offsets]
    return {
        "slope": round(slope, 4),
        "offsets": dict(zip((kind.value for kind in kinds), own, strict=True)),
    }


def main() -> None:
    """Train, measure and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--out", type=Path, required=True, help="folder for the weights and the card")
    parser.add_argument("--tables", type=Path, default=FOLDER, help="folder of tables with questions")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--rate", type=float, default=1.2e-3, help="the highest learning rate")
    parser.add_argument("--begin", type=Path, help="folder with networks to go on from")
    parser.add_argument("--new", nargs="*", help="files of which all is learned; of others one table in four")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--networks", type=int, default=2, help="how many are trained; their mean counts")
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    known = tables = list(read_tables(given.tables, held_out=False))
    started = time.monotonic()
    rng = random.Random(given.seed)
    if given.new is not None:
        tables = [one for one in known if one["file"] in given.new or rng.random() < _AGAIN]
    examples = [example for table in tables for example in examples_of(asked_of(table))]
    for table in tables:
        alike = [one for one in tables if one["file"] == table["file"] and one is not table]
        for other in (rng.choice(tables), rng.choice(alike or tables)):
            elsewhere = list(asked_elsewhere(table, other)) if other is not table else []
            examples += examples_of(rng.sample(elsewhere, min(len(elsewhere), _ELSEWHERE)))
    print(
        f"{len(examples)} questions on {len(tables)} tables, {time.monotonic() - started:.0f} s", flush=True
    )
    begin = [None] * given.networks if given.begin is None else Chooser(given.begin).networks
    nets = [
        train(examples, epochs=given.epochs, rate=given.rate, seed=given.seed + i, begin=weights)
        for i, weights in enumerate(begin)
    ]
    found = judged([weights_of(net) for net in nets], HEADS, read_tables(given.tables, held_out=True))
    print(told(found))
    minutes = round((time.monotonic() - started) / 60, 1)
    training: dict[str, object] = {"epochs": given.epochs, "rate": given.rate, "minutes": minutes}
    if given.begin is not None:
        before = json.loads((given.begin / "card.json").read_text("utf-8"))["training"]
        training = {**before, "then": {**training, "new": given.new or "all"}}
    write(nets, given.out, found, _card(known, training))


def _card(tables: Sequence[dict[str, Any]], training: dict[str, object]) -> dict[str, object]:
    asked = sum(len(table["questions"]) for table in tables)
    return {
        "name": "citewell-chooser",
        "description": "Says what a question asks of a table: operation, columns, conditions.",
        "licence": "Apache-2.0",
        "language": "Arabic, Chinese, Dutch, English, French, German, Italian, Japanese, Korean, Polish,"
        " Portuguese, Russian, Spanish, Thai, Turkish, and questions in one about tables in another",
        "data": f"{asked:,} questions on {len(tables):,} invented tables",
        "base": "token states of the multilingual universal sentence encoder (Apache-2.0), unchanged",
        "limits": [
            "one table at a time, one operation: no differences, no ranks but the first, no joins",
            "numbers and days are compared as code reads them, and must be written in the question",
        ],
        "training": training,
        "operations": [operation.value for operation in Operation],
    }


if __name__ == "__main__":
    main()
