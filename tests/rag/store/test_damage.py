"""A full disk, damaged files and a crowd: told plainly, or mended, and nothing is lost."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.errors import StoreError
from rag.store import Store
from tests.fakes import HashingEmbedder, add_to_store, document

ROOT = Path(__file__).resolve().parents[3]
_READER = """
import sys, time
from pathlib import Path
from rag.errors import NotFoundError
from rag.store import Store
from tests.fakes import HashingEmbedder
embedder, seen = HashingEmbedder(), 0
with Store.open(Path(sys.argv[1]), create=False) as store:
    while not Path(sys.argv[2]).exists():
        for info in store.documents():
            try:
                assert len(store.text(info.document_id)) == info.characters
            except NotFoundError:  # a writer has just removed it
                continue
        hits = store.dense_search(embedder.fingerprint, embedder.embed_questions(["w1 w2"]), 20)[0]
        found = store.chunks([hit.chunk_id for hit in hits]) + store.chunks(
            [hit.chunk_id for hit in store.lexical_search("w1 w2 w3", 20)])
        assert all(chunk.text for chunk in found)
        seen += len(found)
print(seen)
"""


@pytest.fixture
def small_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A file system of 3 MB, or of as many as a test asks for."""
    folder = tmp_path / "disk"
    folder.mkdir()
    size = f"size={getattr(request, 'param', 3)}m"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip(f"a file system cannot be mounted here: {mounted.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_disk_that_is_really_full_is_told_and_loses_nothing(small_disk: Path, embedder: HashingEmbedder):
    kept: list[str] = []

    def fill(store: Store) -> None:
        for number in range(1_000):
            text = f"number {number} " + " ".join(f"w{(number * 7 + i) % 900}" for i in range(2_000))
            kept.append(add_to_store(store, document(text, f"{number}.txt"), embedder).source)

    with Store.open(small_disk / "library") as store:
        with pytest.raises(StoreError, match=r"full|No space left"):
            fill(store)
        assert len(kept) > 3
        assert sorted(info.source for info in store.documents()) == sorted(kept)
        subprocess.run(["mount", "-o", "remount,size=8m", str(small_disk)], check=True)  # space is freed
        store.remove_documents([info.document_id for info in store.documents() if info.source in kept[:2]])
        add_to_store(store, document("There is room again.", "after.txt"), embedder)
    with Store.open(small_disk / "library") as store:
        assert [check for check in store.check() if not check.ok] == []
        assert sorted(info.source for info in store.documents()) == sorted([*kept[2:], "after.txt"])


@pytest.mark.parametrize("small_disk", [24], indirect=True)
@pytest.mark.parametrize("reopened", [False, True])
def test_documents_can_be_removed_when_not_a_byte_is_free(
    small_disk: Path, embedder: HashingEmbedder, reopened: bool
):
    def fill_up() -> None:
        with (small_disk / "others").open("ab", buffering=0) as file, contextlib.suppress(OSError):
            while file.write(bytes(4_096)):
                pass

    with Store.open(small_disk / "library") as store:
        texts = [f"number {n} " + " ".join(f"w{(n * 7 + i) % 900}" for i in range(4_000)) for n in range(20)]
        for number, text in enumerate(texts):
            add_to_store(store, document(text, f"{number}.txt"), embedder)
        if not reopened:
            fill_up()
            store.remove_documents([info.document_id for info in store.documents()][:15])
    if reopened:
        fill_up()
        with Store.open(small_disk / "library") as store:
            store.remove_documents([info.document_id for info in store.documents()][:15])
    with Store.open(small_disk / "library") as store:
        assert len(store.documents()) == 5
        add_to_store(store, document("There is room inside.", "after.txt"), embedder)
        (small_disk / "others").unlink()
    with Store.open(small_disk / "library") as store:
        assert [check for check in store.check() if not check.ok] == []
        assert (store.path / "reserve").is_file()


def test_a_flipped_page_is_refused_with_a_plain_message(store: Store, embedder: HashingEmbedder):
    for number in range(8):
        add_to_store(store, document(f"number {number} " + "words " * 900, f"{number}.txt"), embedder)
    store.close()
    path = store.path / "catalog.sqlite"
    page = bytearray(path.read_bytes())
    for start in range(4_096, len(page), 4_096):  # all but the first: the header says that all is well
        page[start : start + 200] = bytes(byte ^ 0xFF for byte in page[start : start + 200])
    path.write_bytes(page)
    with pytest.raises(StoreError, match=r"damaged|malformed"), Store.open(store.path) as opened:
        opened.documents()


def test_a_page_that_is_damaged_among_good_ones_is_found_by_check(store: Store, embedder: HashingEmbedder):
    for number in range(30):
        add_to_store(store, document(f"number {number} " + "words " * 900, f"{number}.txt"), embedder)
    store.close()
    path = store.path / "catalog.sqlite"
    content = bytearray(path.read_bytes())
    middle = len(content) // 2 // 4_096 * 4_096
    content[middle : middle + 4_096] = bytes(byte ^ 0x55 for byte in content[middle : middle + 4_096])
    path.write_bytes(content)
    assert _damage_told(store.path)


def _damage_told(library: Path) -> bool:
    """By `check`, or already when the library is opened."""
    try:
        with Store.open(library) as opened:
            return any(not check.ok for check in opened.check())
    except StoreError as error:
        return "damaged" in str(error)


@pytest.mark.parametrize("damage", [b"", b"nonsense"])
def test_damaged_index_files_are_rebuilt(store: Store, embedder: HashingEmbedder, damage: bytes):
    for number in range(6):
        add_to_store(store, document(f"number {number} words", f"{number}.txt"), embedder)
    store.publish()
    query = embedder.embed_questions(["number 3"])
    expected = store.dense_search(embedder.fingerprint, query, 6)
    words = store.lexical_search("number 3", 6)
    store.close()
    files = [path for path in (store.path / "index").rglob("*") if path.is_file() and path.suffix != ".lock"]
    assert len(files) >= 3
    for path in files:
        path.write_bytes(damage)
    with Store.open(store.path) as opened:
        assert opened.dense_search(embedder.fingerprint, query, 6) == expected
        assert opened.lexical_search("number 3", 6) == words
        opened.publish()
        assert [check for check in opened.check() if not check.ok] == []


@pytest.mark.timeout(240)
def test_two_processes_write_and_eight_read_at_once(tmp_path: Path):
    library, done = tmp_path / "library", tmp_path / "done"
    with Store.open(library) as store:
        add_to_store(store, document("w1 w2 w3 at the start", "first"), HashingEmbedder())
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    script = str(Path(__file__).with_name("writer_process.py"))
    writers = [
        subprocess.Popen(
            [sys.executable, script, str(library), name, "12", str(seed)],
            stdout=subprocess.PIPE, text=True, env=environment,
        )
        for seed, name in enumerate(["left", "right"])
    ]  # fmt: skip
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", _READER, str(library), str(done)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
        )
        for _ in range(8)
    ]  # fmt: skip
    waiting = [threading.Thread(target=writer.wait) for writer in writers]
    for thread in waiting:
        thread.start()
    for thread in waiting:
        thread.join()
    done.touch()
    outputs = [writer.communicate()[0].splitlines() for writer in writers]
    assert [len(lines) for lines in outputs] == [12, 12]
    assert not any(line.startswith("!") for lines in outputs for line in lines)
    for reader in readers:
        out, error = reader.communicate(timeout=60)
        assert reader.returncode == 0, error
        assert int(out) > 0
    with Store.open(library) as store:
        assert [check for check in store.check() if not check.ok] == []


def test_a_schema_whose_bytes_are_no_text_is_told_as_damage(tmp_path: Path) -> None:
    """SQLite's message quotes the bytes, which Python cannot decode."""
    with Store.open(tmp_path / "library"):
        pass
    (file,) = (path for path in (tmp_path / "library").iterdir() if b"CREATE TABLE" in path.read_bytes())
    file.write_bytes(file.read_bytes().replace(b"CREATE TABLE", b"CREATE \xf8ABLE"))
    with pytest.raises(StoreError, match="damaged"):
        Store.open(tmp_path / "library", create=False)
