"""The mixture: how much of each ability, drawn with one seed, checked group by group."""

from __future__ import annotations

import gzip
import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.reader.synthesis import acronyms, clauses, frames, mails, pairs, polar, statements, subjects
from benchmarks.reader.synthesis.checks import check
from benchmarks.reader.synthesis.window import Group
from benchmarks.reader.synthesis.wording import styled

__all__ = ["balanced", "groups", "write"]

Maker = Callable[[Random, bool], Group | None]


def _of(layouts: str, make: Callable[..., Group | None]) -> Maker:
    names = layouts.split()
    return lambda rng, heldout: make(rng, rng.choice(names), heldout)


MIXTURE: list[tuple[float, Maker]] = [
    (8, _of("table table columns", subjects.subject_group)),
    (4, subjects.reverse),
    (9, statements.matrix_group),
    (9, _of("sections sections directory faq", subjects.subject_group)),
    (4, clauses.clause_group),
    (3, clauses.step_group),
    (7, _of("form records listing log form", subjects.subject_group)),
    (4, mails.mail_group),
    (11, _of("table table directory sections listing form records prose", subjects.near_miss)),
    (7, pairs.pair_group),
    (4, pairs.change_group),
    (7, _of("prose portraits portraits", subjects.subject_group)),
    (13, frames.frame_group),
    (9, frames.other_language_group),
    (2, statements.tick_group),
    (3, polar.polar_group),
    (2, polar.premise_group),
    (4, acronyms.acronym_group),
    (7, _of("table sections directory listing form records portraits columns", subjects.unanswerable)),
]


def groups(count: int, seed: int, heldout: bool = False) -> Iterator[dict[str, Any]]:
    """`count` checked records; the same for the same count, seed and choice of domains."""
    rng = Random(f"{seed}/{heldout}")
    makers, weights = [m for _, m in MIXTURE], [w for w, _ in MIXTURE]
    made = 0
    while made < count:
        group = rng.choices(makers, weights)[0](rng, heldout)
        if group is None:
            continue
        question = group.question if group.kind == "other_language" else styled(rng, group.question)
        windows = rng.sample(group.windows, len(group.windows))
        record = Group(question, group.kind, tuple(windows), group.key, group.short).record()
        if any(not p["text"] or len(p["text"].split()) > 320 for p in record["passages"]):
            continue
        check(record)
        made += 1
        yield record


def balanced(records: Iterator[dict[str, Any]], per_kind: int, kinds: int) -> Iterator[dict[str, Any]]:
    """The first `per_kind` records of each kind, until `kinds` kinds are full."""
    taken: Counter[str] = Counter()
    for record in records:
        if taken[record["kind"]] < per_kind:
            taken[record["kind"]] += 1
            yield record
            if sum(count == per_kind for count in taken.values()) == kinds:
                return


def write(path: Path, records: Iterator[dict[str, Any]]) -> int:
    """The records as gzipped JSON lines; the file appears when it is whole."""
    partial, count = path.with_name(path.name + ".part"), 0
    with partial.open("wb") as raw, gzip.GzipFile("", "wb", 6, raw, mtime=0) as out:
        for record in records:
            out.write((json.dumps(record, ensure_ascii=False) + "\n").encode())
            count += 1
    os.replace(partial, path)
    return count
