"""Killed at any instant, or out of disk: a document is in or out, and all invariants hold."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rag.store import Store
from tests.fakes import HashingEmbedder, add_to_store, document
from tests.searching import examples

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = Path(__file__).with_name("writer_process.py")
_LONGEST = 0.6
"""Seconds after its first step that a writer lives at most: some twenty steps."""


def start(library: Path, name: str, steps: int, seed: int, *limit: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(SCRIPT), str(library), name, str(steps), str(seed), *map(str, limit)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )


def replayed(lines: list[str]) -> dict[str, str]:
    """What a writer had put in by its own account: source to SHA-256."""
    held: dict[str, str] = {}
    for line in lines:
        source, _, sha256 = line[1:].rstrip().partition(" ")
        if line.startswith("+"):
            held[source] = sha256
        elif line.startswith("-"):
            held.pop(source, None)
    return held


def assert_sound(store: Store) -> dict[str, str]:
    assert [check for check in store.check() if not check.ok] == []
    for info in store.documents():
        text = store.text(info.document_id)
        assert hashlib.sha256(text.encode()).hexdigest() == info.sha256
        original = store.original(info.document_id)
        assert original is not None
        assert original.read_text() == text
    return {info.source: info.sha256 for info in store.documents()}


def kill_at_all_moments(library: Path, kills: int, seed: int) -> None:
    rng = random.Random(seed)
    # one in each equal part of the time, so that a few kills reach what many random ones would
    moments = [_LONGEST * (turn + rng.random()) / kills for turn in range(kills)]
    rng.shuffle(moments)
    held: dict[str, str] = {}
    for turn in range(kills):
        process = start(library, "w", 100_000, rng.randrange(10**9))
        assert process.stdout is not None
        lines = [process.stdout.readline()]
        time.sleep(moments[turn])
        process.kill()
        lines += process.stdout.readlines()
        process.stdout.close()
        process.wait()
        reported = replayed([f"+{source} {sha256}" for source, sha256 in held.items()] + lines)
        with Store.open(library) as store:
            held = assert_sound(store)
            # the step after the last one that was reported may be done or not
            different = {s for s in held.keys() | reported.keys() if held.get(s) != reported.get(s)}
            assert len(different) <= 1, (turn, different)
            embedder = HashingEmbedder()
            hits = store.dense_search(embedder.fingerprint, embedder.embed_questions(["w1 w2"]), 10_000)
            assert len(hits[0]) == store.chunk_count()


@pytest.mark.timeout(1_200)
def test_killed_writers_leave_documents_wholly_in_or_out(tmp_path: Path) -> None:
    kill_at_all_moments(tmp_path / "library", kills=examples(12), seed=2)


@pytest.mark.parametrize("limit", [400_000, 1_000_000])
def test_a_full_disk_is_told_and_loses_nothing(tmp_path: Path, limit: int) -> None:
    """A limit on the size of files stands in for the disk: writes beyond it fail, as on a full one."""
    library = tmp_path / "library"
    Store.open(library).close()
    process = start(library, "w", 500, 3, limit)
    output, _ = process.communicate(timeout=120)
    lines = output.splitlines()
    assert lines[-1].startswith("!StoreError"), lines[-1]
    assert process.returncode == 0
    with Store.open(library) as store:
        assert assert_sound(store) == replayed(lines)
        add_to_store(store, document("space again", "after.txt"), HashingEmbedder())


def test_two_processes_write_while_others_read(tmp_path: Path) -> None:
    library, embedder = tmp_path / "library", HashingEmbedder()
    Store.open(library).close()
    writers = [start(library, name, 25, seed) for seed, name in enumerate(["left", "right"])]
    with Store.open(library) as store:
        seen = 0
        while any(writer.poll() is None for writer in writers):
            for info in store.documents():
                chunks = store.chunks(range(info.chunks)) if seen % 5 == 0 else []
                assert all(chunk.text for chunk in chunks)
            hits = store.dense_search(embedder.fingerprint, embedder.embed_questions(["w1 w2 w3"]), 20)
            store.lexical_search("w1 w2 w3", 20)
            seen += len(hits[0])
        outputs = [writer.communicate()[0].splitlines() for writer in writers]
        assert [len(lines) for lines in outputs] == [25, 25]
        assert not any(line.startswith("!") for lines in outputs for line in lines)
        assert assert_sound(store) == replayed(outputs[0]) | replayed(outputs[1])
    assert seen > 0
