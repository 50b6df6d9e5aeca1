"""`citewell reindex` and what `list` says of documents that are alike, as people and scripts see them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rag.store import Store
from ui.cli import main

UNIVERSAL = "packaged:universal-sentence-encoder-multilingual"
ROOT = Path(__file__).resolve().parents[3]
NOTE = " ".join(f"Pump {i} of the harbour was serviced on day {i * 3}." for i in range(30))


@pytest.fixture
def library(tmp_path, citewell):
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "a.txt").write_text(NOTE)
    (notes / "b.txt").write_text(NOTE)
    (notes / "c.txt").write_text(NOTE + " One more line was added to it.")
    assert citewell("ingest", str(notes))[0] == 0
    return tmp_path / "library"


@pytest.fixture
def citewell(tmp_path, capfdbinary):
    def run(*arguments):
        with pytest.raises(SystemExit) as stop:
            main([*arguments, "--library", str(tmp_path / "library")])
        captured = capfdbinary.readouterr()
        return stop.value.code or 0, captured.out.decode(), captured.err.decode()

    return run


def test_the_embedder_is_changed_and_the_library_opened_with_it(library, citewell):
    code, out, _ = citewell("reindex", "--embedder", UNIVERSAL, "--json")
    told = json.loads(out)
    assert code == 0
    assert told["finished"]
    assert told["embedder"].startswith("universal-sentence-encoder-multilingual@")
    assert told["former_embedder"].startswith("all-MiniLM-L6-v2@")
    assert told["documents"] == 3
    assert "vectors" in told["rebuilt"]
    code, out, _ = citewell("search", "which pump", "--json")
    assert code == 0
    assert json.loads(out)["passages"]
    assert citewell("check")[0] == 0
    code, _, error = citewell("search", "pump", "--set", "embedder.model=packaged:all-MiniLM-L6-v2")
    assert code == 2
    assert "citewell reindex --embedder packaged:all-MiniLM-L6-v2" in error
    code, out, _ = citewell("reindex")
    assert code == 0
    assert out.startswith("nothing had changed; the indexes were rebuilt: 3 documents")


def test_documents_that_are_alike_are_listed_as_such(library, citewell):
    listed = {Path(d["source"]).name: d for d in json.loads(citewell("list", "--json")[1])["documents"]}
    assert Path(listed["a.txt"]["duplicate_of"]).name == "b.txt"
    assert listed["c.txt"]["duplicate_of"] is None
    assert {Path(other["source"]).name for other in listed["c.txt"]["similar_to"]} == {"a.txt", "b.txt"}
    assert all(0.8 <= other["share"] <= 1 for other in listed["c.txt"]["similar_to"])
    assert "the same file as" in citewell("list")[1]


def test_collections_are_listed_with_their_documents(library, citewell):
    with Store.open(library) as store:
        ids = {Path(info.source).name: info.document_id for info in store.documents()}
        store.collections.put("Harbour", [ids["a.txt"], ids["c.txt"]])
        store.collections.put("2026", [ids["a.txt"]])
    listed = {Path(d["source"]).name: d for d in json.loads(citewell("list", "--json")[1])["documents"]}
    assert {name: document["collections"] for name, document in listed.items()} == {
        "a.txt": ["2026", "Harbour"],
        "b.txt": [],
        "c.txt": ["Harbour"],
    }
    assert "in 2026, Harbour" in citewell("list")[1]


def test_an_unknown_model_is_told_and_changes_nothing(library, citewell):
    code, out, error = citewell("reindex", "--embedder", "packaged:no-such-model")
    assert (code, out) == (1, "")
    assert "no-such-model" in error
    assert citewell("search", "pump")[0] == 0


def test_there_is_nothing_to_reindex_without_a_library(citewell):
    assert "citewell ingest" in citewell("reindex")[2]


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_ctrl_c_says_what_is_kept_and_how_to_go_on(library, citewell):
    with Store.open(library) as store:
        before = store.embedder
    process = subprocess.Popen(
        [sys.executable, "-c", "from ui.cli import main; main()", "reindex", "--embedder", UNIVERSAL,
         "--library", str(library), "--set", "ingest.batch_chunks=1", "--set", "chunking.max_tokens=16"],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )  # fmt: skip
    assert process.stderr is not None
    while "embedding" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=60)
    assert process.returncode == 1, out
    assert "the library is searched as before" in error
    assert "Run the same command again to go on" in error
    with Store.open(library) as store:
        assert store.embedder == before
        assert all(check.ok for check in store.check())
