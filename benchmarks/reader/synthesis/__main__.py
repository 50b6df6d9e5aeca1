"""`python -m benchmarks.reader.synthesis OUT --groups N --seed S`: files of 5,000 groups and the held-out ones."""

# ruff: noqa: E501 - a template stands on one line

from __future__ import annotations

import argparse
from itertools import islice
from pathlib import Path

from benchmarks.reader.synthesis.build import balanced, groups, write

_PER_FILE = 5000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reader.synthesis", description=__doc__)
    parser.add_argument("out", type=Path, help="folder for synth-NN.jsonl.gz and heldout.jsonl.gz")
    parser.add_argument("--groups", type=int, default=60000, help="how many for training")
    parser.add_argument(
        "--heldout", type=int, default=2000, help="how many of domains that training never sees"
    )
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    records = groups(given.groups, given.seed)
    for number in range(-(-given.groups // _PER_FILE)):
        path = given.out / f"synth-{number:02d}.jsonl.gz"
        print(path, write(path, islice(records, _PER_FILE)), flush=True)
    path = given.out / "heldout.jsonl.gz"
    kinds = 13
    every = groups(given.heldout * 10, given.seed, heldout=True)
    print(path, write(path, balanced(every, -(-given.heldout // kinds), kinds)))


if __name__ == "__main__":
    main()
