"""An ingest that is killed leaves whole documents, no process behind, and can be run again."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from rag.store import Store
from tests.waiting import wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc and SIGKILL")

_RUN = """
import json, sys
from pathlib import Path
from ingest import ingest_paths
from rag.settings import load_settings
from rag.store import Store
from tests.fakes import HashingEmbedder
settings = load_settings("default", {"ingest": {"workers": 2, "batch_chunks": 4}}, {})
with Store.open(Path(sys.argv[1])) as store:
    for result in ingest_paths(sys.argv[2:], store, HashingEmbedder(), settings):
        print(json.dumps([result.source, result.status]), flush=True)
"""


def start(library: Path, *folders: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _RUN, str(library), *map(str, folders)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        start_new_session=True,
    )


def parsing_processes() -> set[int]:
    found = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if b"ingest.parsing_process" in path.read_bytes():
                found.add(int(path.parent.name))
        except OSError:
            continue
    return found


def children(pid: int) -> set[int]:
    return {int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()} | {
        int(word)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for word in (task / "children").read_text().split()
    }


def write(folder: Path, count: int) -> None:
    folder.mkdir()
    for number in range(count):
        text = f"Note {number} of {folder.name} tells of pump {number}. " * 30
        (folder / f"{number:03}.txt").write_text(text)


@pytest.mark.parametrize("seed", range(2))
def test_a_kill_leaves_whole_documents_and_no_process(tmp_path, seed):
    folder, library = tmp_path / "documents", tmp_path / "library"
    write(folder, 40)
    chance = random.Random(seed)
    process = start(library, folder)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(chance.random())
    workers = children(process.pid)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    with Store.open(library) as store:
        assert all(check.ok for check in store.check())
        for info in store.documents():
            assert store.text(info.document_id) == Path(info.source).read_text()
    wait_until(lambda: not workers & parsing_processes(), tries=600, pause=0.1)
    again = start(library, folder)
    out, _ = again.communicate(timeout=120)
    assert again.returncode == 0
    assert {json.loads(line)[1] for line in out.splitlines()} <= {"added", "unchanged"}
    with Store.open(library) as store:
        assert len(store.documents()) == 40
        assert all(check.ok for check in store.check())


def test_two_processes_ingest_at_once(tmp_path):
    library = tmp_path / "library"
    folders = [tmp_path / name for name in ("one", "two")]
    for folder in folders:
        write(folder, 20)
    processes = [start(library, folder) for folder in folders]
    for process in processes:
        out, _ = process.communicate(timeout=120)
        assert process.returncode == 0
        assert [json.loads(line)[1] for line in out.splitlines()] == ["added"] * 20
    with Store.open(library) as store:
        assert len(store.documents()) == 40
        assert all(check.ok for check in store.check())
