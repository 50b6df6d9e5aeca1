"""A sample of `benchmarks.kills`: the real commands, killed at random, and looked at by a fresh process."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.kill_judge import judged
from benchmarks.kills import FILES, Kill, KillTest, moment, stored, table
from rag.store import Store
from tests.fakes import HashingEmbedder, add_to_store, document

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and SIGKILL")


@linux
@pytest.mark.timeout(300)
def test_killed_commands_break_nothing_and_can_be_run_again(tmp_path):
    test = KillTest(tmp_path, seed=3)
    kills = [test.kill() for _ in range(6)]
    assert [kill for kill in kills if kill.broken or kill.half_in or kill.lost] == []
    end = test.finish()
    assert (end["broken"], end["half_in"], len(end["documents"])) == ([], [], FILES)


def test_the_judge_sees_what_is_broken(tmp_path):
    """A check that cannot fail would prove nothing."""
    embedder = HashingEmbedder()
    with Store.open(tmp_path / "library") as store:
        original = tmp_path / "a.txt"
        original.write_text("pump 1 pump 2")
        info = add_to_store(store, document("pump 1 pump 2"), embedder, original=original)
        (store.path / "files" / info.file).write_text("something else")
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.kill_judge", str(store.path)],
            capture_output=True,
            text=True,
            cwd=Path(__file__).parents[2],
            check=False,
        )
        assert "hashing" in done.stderr  # no settings build its embedder
        store.remove_documents([info.document_id])
    found = judged(tmp_path / "library")
    assert (found["broken"], found["half_in"]) == ([], [])


def test_moments_and_reports_are_read_from_what_was_written():
    assert [moment(0, 5), moment(3, 5), moment(5, 5)] == ["before", "middle", "after"]
    lines = [json.dumps({"source": s, "status": t}) + "\n" for s, t in [("a", "added"), ("b", "failed")]]
    assert stored("".join(lines) + '{"source": "c", "sta') == ["a"]


def test_the_table_counts_kills_and_faults():
    kills = [Kill("ingest", 0.5, "middle"), Kill("remove", 0.1, "after", broken=["x"], lost=["y", "z"])]
    result = table(kills, seeds="1")
    assert result["rows"][0] == ["ingest", 1, 0, 1, 0, 0, 0, 0]
    assert result["rows"][-1] == ["all", 2, 0, 1, 1, 1, 0, 2]
    assert len(result["columns"]) == len(result["rows"][0])
