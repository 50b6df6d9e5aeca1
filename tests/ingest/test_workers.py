"""Parsing processes: a file that hangs, crashes or eats memory fails alone and says why."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from ingest.heartbeat import heartbeat
from ingest.workers import ParsingWorker, worker_count
from rag.errors import DocumentError
from rag.settings import load_settings

_SECONDS = 6.0
"""How long a file may take here: a healthy one must be read in it while other tests keep the machine busy."""

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's signals and limits")


def settings_with(**ingest):
    return load_settings("default", {"ingest": ingest}, {})


@pytest.fixture
def worker(faulty_loaders):
    worker = ParsingWorker(settings_with(worker_megabytes=1_500), "nobody's fingerprint")
    yield worker
    worker.close()


def file(folder: Path, text: str, name: str = "a.txt") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_file_is_parsed_and_left_to_be_cut_when_the_embedder_is_not_known(worker, folder):
    parsed = worker.parse(file(folder, "Hello there."), "a.txt")
    assert (parsed.document.text, parsed.document.source, parsed.chunks) == ("Hello there.", "a.txt", None)


def test_the_process_cuts_for_an_embedder_that_it_can_build(folder, embedder):
    from rag.models import build_embedder

    settings = settings_with()
    built = build_embedder(settings)
    worker = ParsingWorker(settings, built.fingerprint)
    try:
        parsed = worker.parse(file(folder, "Hello there. " * 400), "a.txt")
    finally:
        worker.close()
    assert parsed.chunks[-1].end == len(parsed.document.text)
    assert len(parsed.chunks) > 4


@linux
@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("CRASH", r"died \(SIGSEGV\)"),
        ("HUNGRY", "more than 1500 MB of memory"),
        ("BUG", "KeyError: '/Root'"),
    ],
)
def test_a_file_that_kills_its_process_fails_alone(worker, folder, text, says):
    with pytest.raises(DocumentError, match=says):
        worker.parse(file(folder, text), "bad.txt")
    assert worker.parse(file(folder, "Fine.", "b.txt"), "b.txt").document.text == "Fine."


@pytest.mark.parametrize("text", ["HANG", "SPIN"])
def test_a_file_that_hangs_is_stopped_after_its_time(faulty_loaders, folder, text):
    worker = ParsingWorker(settings_with(file_seconds=_SECONDS), "")
    try:
        worker.parse(file(folder, "Warm.", "b.txt"), "b.txt")
        with pytest.raises(DocumentError, match=rf"longer than {_SECONDS:g} s.*ingest\.file_seconds"):
            worker.parse(file(folder, text), "bad.txt")
        assert worker.parse(file(folder, "Fine.", "c.txt"), "c.txt").document.text == "Fine."
    finally:
        worker.close()


def test_a_long_file_is_read_as_long_as_its_pages_come(faulty_loaders, folder):
    worker = ParsingWorker(settings_with(file_seconds=_SECONDS, page_seconds=_SECONDS), "")
    try:
        worker.parse(file(folder, "Warm.", "b.txt"), "b.txt")
        assert worker.parse(file(folder, "PAGES 8 1"), "scan.txt").document.text == "PAGES 8 1"
        with pytest.raises(
            DocumentError, match=rf"one page of it longer than {_SECONDS:g} s.*ingest\.page_seconds"
        ):
            worker.parse(file(folder, "PAGES 2 60"), "stuck.txt")
    finally:
        worker.close()


def test_pages_without_end_do_not_move_the_end_of_a_file(faulty_loaders, folder, monkeypatch):
    monkeypatch.setattr("ingest.reading_time._TIMES", 1.0)
    worker = ParsingWorker(settings_with(file_seconds=_SECONDS, page_seconds=_SECONDS), "")
    try:
        with pytest.raises(DocumentError, match=rf"longer than {_SECONDS:g} s.*ingest\.file_seconds"):
            worker.parse(file(folder, "PAGES 6000 0.1"), "book.txt")
        assert worker.parse(file(folder, "Fine.", "c.txt"), "c.txt").document.text == "Fine."
    finally:
        worker.close()


def test_a_heartbeat_without_a_listener_does_nothing():
    heartbeat()


def test_what_libraries_print_does_not_reach_the_frames(worker, folder):
    assert worker.parse(file(folder, "CHATTY but fine."), "a.txt").document.text == "CHATTY but fine."


def test_processes_are_replaced_after_some_files(faulty_loaders, folder, monkeypatch):
    monkeypatch.setattr("ingest.workers._FILES_PER_PROCESS", 2)
    worker = ParsingWorker(settings_with(), "")
    pids = []
    try:
        for number in range(5):
            path = file(folder, f"PID of file {number}", f"{number}.txt")
            worker.parse(path, path.name)
            pids.append(path.with_suffix(".pid").read_text())
    finally:
        worker.close()
    assert [pids.count(pid) for pid in dict.fromkeys(pids)] == [2, 2, 1]
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_there_are_never_more_processes_than_files_or_cores():
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    assert worker_count(settings_with(), 1) == 1
    assert worker_count(settings_with(), 10_000) == cores
    assert worker_count(settings_with(workers=3), 10_000) == 3


def test_a_hanging_file_among_others(folder, run, faulty_loaders, settings):
    for number, text in enumerate(["One.", "HANG", "CRASH", "Four."]):
        file(folder, text, f"{number}.txt")
    chosen = settings.model_copy(
        update={"ingest": settings.ingest.model_copy(update={"file_seconds": _SECONDS})}
    )
    statuses = {name: result.status for name, result in run(folder, settings=chosen).items()}
    assert statuses == {"0.txt": "added", "1.txt": "failed", "2.txt": "failed", "3.txt": "added"}
