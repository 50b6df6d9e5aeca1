"""A folder that is followed: what comes in and goes, what waits, what a locked library or an error costs."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.report import Report
from ingest.watching import FolderFollower
from rag.settings import Settings
from rag.store import Store
from tests.fakes import HashingEmbedder
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def follower(
    folder: Path, store: Store, settings: Settings, embedder: HashingEmbedder, monkeypatch: pytest.MonkeyPatch
) -> FolderFollower:
    monkeypatch.setattr("ingest.watching.open_embedder", lambda store, settings: embedder)
    return FolderFollower(folder, store, settings, lambda: Report(as_json=True))


@pytest.fixture
def look(follower: FolderFollower, capsys: pytest.CaptureFixture[str]) -> Callable[[], list[str]]:
    """Look once; what is told of each file, by its name alone."""

    def look() -> list[str]:
        follower.catch_up(threading.Event())
        out, err = capsys.readouterr()
        told = [(result["status"], result["source"]) for result in map(json.loads, out.splitlines())]
        told += [tuple(line.split(": ")[0].split()[:2]) for line in err.splitlines() if "removed  " in line]
        return sorted(f"{status} {Path(source).name}" for status, source in told)

    return look


def test_what_changes_comes_in_once_it_is_still_and_what_vanishes_goes(
    folder: Path, look: Callable[[], list[str]], follower: FolderFollower, store: Store
) -> None:
    (folder / "a.txt").write_text("The tide turns at six.")
    (folder / "b.txt").write_text("The pier is closed.")
    (folder / ".hidden").write_text("no")
    assert look() == ["added a.txt", "added b.txt"]
    assert look() == []
    assert not follower.unfinished
    (folder / "deep").mkdir()
    (folder / "deep" / "c.txt").write_text("The quay")
    (folder / "b.txt").unlink()
    assert look() == ["removed b.txt"]  # c may still be written
    assert follower.unfinished
    (folder / "deep" / "c.txt").write_text("The quay is new.")
    assert look() == []
    assert look() == ["added c.txt"]
    assert not follower.unfinished
    (folder / "a.txt").write_text("The tide turns at seven, today.")
    assert look() == []
    assert look() == ["updated a.txt"]
    assert sorted(info.name for info in store.documents()) == ["a.txt", "c.txt"]


def test_a_bad_file_costs_itself_and_is_not_tried_again_until_it_changes(
    folder: Path, look: Callable[[], list[str]]
) -> None:
    (folder / "bad.pdf").write_bytes(b"%PDF-1.7 nothing")
    (folder / "good.txt").write_text("The tide turns at six.")
    assert look() == ["added good.txt", "failed bad.pdf"]
    assert look() == []
    (folder / "bad.pdf").write_text("It is a text now.")
    assert look() == []
    assert look() == ["added bad.pdf"]


def test_what_went_while_nobody_looked_goes_at_the_start_but_not_with_an_empty_folder(
    folder: Path, look: Callable[[], list[str]], store: Store, settings: Settings
) -> None:
    (folder / "a.txt").write_text("The tide turns at six.")
    (folder / "b.txt").write_text("The pier is closed.")
    look()
    again = FolderFollower(folder, store, settings, lambda: Report(as_json=True))
    for path in (folder / "a.txt", folder / "b.txt"):
        path.rename(path.with_suffix(".txt.away"))
        path.with_suffix(".txt.away").rename(folder.parent / path.name)
    again.catch_up(threading.Event())
    assert len(store.documents()) == 2
    (folder.parent / "a.txt").rename(folder / "a.txt")
    FolderFollower(folder, store, settings, lambda: Report(as_json=True)).catch_up(threading.Event())
    assert [info.name for info in store.documents()] == ["a.txt"]


def test_a_folder_that_is_away_or_on_another_disk_takes_nothing_along(
    folder: Path, look: Callable[[], list[str]], store: Store, follower: FolderFollower
) -> None:
    (folder / "a.txt").write_text("The tide turns at six.")
    look()
    folder.rename(folder.parent / "away")
    assert look() == []
    folder.mkdir()
    follower._device += 1  # as of a mount point whose disk is not there
    assert look() == []
    assert len(store.documents()) == 1


def test_a_library_that_another_process_writes_is_waited_for(
    folder: Path, look: Callable[[], list[str]], store: Store, follower: FolderFollower
) -> None:
    (folder / "a.txt").write_text("The tide turns at six.")
    look()
    (folder / "b.txt").write_text("The pier is closed.")
    (folder / "a.txt").unlink()
    assert look() == ["removed a.txt"]
    store._database._busy_seconds = 0.1
    store._database.close()
    store._database._closed = False  # with connections that wait as long
    writer = sqlite3.connect(store.path / "catalog.sqlite", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    assert look() == ["failed b.txt"]
    assert follower.unfinished
    (folder / "c.txt").write_text("The quay is new.")
    (folder / "b.txt").unlink()
    assert look() == []
    writer.execute("ROLLBACK")
    writer.close()
    assert look() == ["added c.txt"]


def test_removals_wait_for_a_locked_library(
    folder: Path, look: Callable[[], list[str]], store: Store, follower: FolderFollower
) -> None:
    (folder / "a.txt").write_text("The tide turns at six.")
    (folder / "b.txt").write_text("The pier is closed.")
    look()
    store._database._busy_seconds = 0.1
    store._database.close()
    store._database._closed = False
    writer = sqlite3.connect(store.path / "catalog.sqlite", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    (folder / "a.txt").unlink()
    assert look() == []
    assert follower.unfinished
    writer.execute("ROLLBACK")
    writer.close()
    assert look() == ["removed a.txt"]


def test_a_folder_that_cannot_be_looked_into_keeps_its_documents_and_the_rest_goes_on(
    folder: Path,
    look: Callable[[], list[str]],
    store: Store,
    follower: FolderFollower,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed = folder / "closed"
    closed.mkdir()
    (closed / "a.txt").write_text("The tide turns at six.")
    (folder / "b.txt").write_text("The pier is closed.")
    look()
    (closed / "a.txt").rename(folder.parent / "a.txt")  # out of sight
    (folder / "b.txt").unlink()
    plain = Path.stat

    def stat(self: Path, **how: bool) -> os.stat_result:
        if self.parent == closed:
            raise PermissionError(13, "Permission denied", str(self))
        return plain(self, **how)

    with monkeypatch.context() as refusing:
        refusing.setattr(Path, "stat", stat)
        assert look() == ["removed b.txt"]

    def failing(*_: object, **named: object) -> None:
        raise PermissionError("Permission denied")

    (folder / "c.txt").write_text("The quay is new.")
    look()
    with monkeypatch.context() as refusing:
        refusing.setattr("ingest.watching.ingest_paths", failing)
        assert look() == []
        assert follower.unfinished
    assert look() == ["added c.txt"]


def test_messages_that_are_gone_from_a_followed_mail_folder_go(
    folder: Path, look: Callable[[], list[str]]
) -> None:
    import mailbox

    from tests.ingest.sources.test_mailboxes import PIER, ROOF, with_messages

    with_messages(folder / "Maildir", ROOF, PIER, maildir=True)
    assert look() == ["added pier@example.org", "added roof@example.org"]
    box = mailbox.Maildir(folder / "Maildir")
    box.remove(next(iter(box.keys())))
    look()
    assert [line.split()[0] for line in look()] == ["removed", "unchanged"]


@pytest.mark.parametrize(("end", "with_files"), [(signal.SIGTERM, True), (signal.SIGINT, False)])
def test_the_command_follows_until_it_is_told_to_end(
    end: signal.Signals, with_files: bool, folder: Path, tmp_path: Path
) -> None:
    said = tmp_path / "said"
    command = [sys.executable, "-m", "ui", "watch", str(folder), "--library", str(tmp_path / "library")]
    with said.open("w") as output:
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | {"CITEWELL_INGEST__WORKERS": "1"},
            stdout=output,
            stderr=output,
        )

    def wait_for(what: str) -> None:
        wait_until(lambda: process.poll() is not None or what in said.read_text())
        assert what in said.read_text()

    try:
        wait_for("following")
        if with_files:
            (folder / "a.txt").write_text("The tide turns at six.")
            wait_for("added ")
            (folder / "a.txt").unlink()
            wait_for("removed ")
        process.send_signal(end)
        assert process.wait(timeout=60) == 0, said.read_text()
    finally:
        process.kill()
        process.wait()
    with Store.open(tmp_path / "library") as store:
        assert store.documents() == []
