"""A library on the disk: whom it lets in, what it deletes, what it says when it was damaged or changed."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest import ingest_paths
from ingest.files import find_files
from rag.errors import CitewellError, LibraryReadOnlyError, StoreError
from rag.library import Library
from rag.settings import load_settings
from rag.store import UPLOADS, Store
from rag.store.durable import replacing
from rag.temporary import TemporaryFolder, clear_left_behind
from tests.fakes import HashingEmbedder, add_to_store, document, with_ingest
from ui.app.evaluating import Evaluations
from ui.cli import main

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes and links of POSIX")

ROOT = Path(__file__).resolve().parents[2]


def stored(store: Store, text: str, original: Path) -> None:
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    add_to_store(store, document(text, original.name, sha256=sha256), HashingEmbedder(), original=original)


def filled(library: Path) -> Path:
    """A library of some documents with originals, a conversation and published indexes; closed."""
    with Store.open(library) as store:
        for number in range(4):
            text = f"number {number} " + " ".join(f"w{(number * 7 + i) % 90}" for i in range(200))
            original = library / f"{number}.source"
            original.write_text(text)
            stored(store, text, original)
            original.unlink()
        store.create_conversation("a title")
        store.collections.put("group", [store.documents()[0].document_id])
        store.publish()
    return library


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("sound") / "library")


@pytest.fixture
def library(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "library"))


def used(path: Path) -> list[str]:
    """Everything that reads a library, once; the checks that fail."""
    embedder = HashingEmbedder()
    with Store.open(path, create=False) as store:
        failed = [check.name for check in store.check() if not check.ok]
        for info in store.documents():
            store.document(info.document_id)
            store.original(info.document_id)
            store.document_chunks(info.document_id)
            store.similar_documents(info.document_id)
        for read in (store.conversations, store.runs, store.feedback, store.collections.by_document):
            read()
        hits = store.dense_search(embedder.fingerprint, embedder.embed_questions(["number 3 w5"]), 5)[0]
        found = store.chunks([h.chunk_id for h in hits + store.lexical_search("number 3 w5", 5)])
        store.chunk_headings(found)
        store.chunk_rows(found)
        _ = store.embedder_settings
    return failed


def modes(folder: Path) -> set[tuple[str, int]]:
    """The kinds and modes of a folder and all that is in it."""
    return {
        ("folder" if path.is_dir() else "file", path.stat().st_mode & 0o777)
        for path in [folder, *folder.rglob("*")]
    }


class TestWhomItLetsIn:
    @pytest.fixture(autouse=True)
    def _usual_umask(self) -> Iterator[None]:
        before = os.umask(0o022)
        yield
        os.umask(before)

    def test_all_that_a_library_holds_is_its_owners_alone(self, tmp_path: Path) -> None:
        path = filled(tmp_path / "deep" / "library")
        with Store.open(path) as store:  # with its log open
            add_to_store(store, document("one more"), HashingEmbedder())
            assert modes(path) == {("folder", 0o700), ("file", 0o600)}
            store.rebuild()
        assert modes(path) == {("folder", 0o700), ("file", 0o600)}

    def test_an_empty_folder_that_was_there_becomes_private_and_a_full_one_stays(
        self, tmp_path: Path
    ) -> None:
        empty, full = tmp_path / "empty", tmp_path / "full"
        for folder in (empty, full):
            folder.mkdir(mode=0o755)
        (full / "others.txt").write_text("not ours")
        for folder in (empty, full):
            Store.open(folder).close()
        assert empty.stat().st_mode & 0o777 == 0o700
        assert full.stat().st_mode & 0o777 == 0o755
        assert (full / "catalog.sqlite").stat().st_mode & 0o777 == 0o600

    @pytest.mark.parametrize("mode", [0o600, 0o400, 0o644, 0o666])
    def test_the_copy_of_an_original_is_private_whatever_the_source_was(
        self, tmp_path: Path, mode: int
    ) -> None:
        source = tmp_path / "salaries.txt"
        source.write_text("Eve earns 50,000.")
        source.chmod(mode)
        text = source.read_text()
        with Store.open(tmp_path / "library") as store:
            stored(store, text, source)
            [kept] = (tmp_path / "library" / "files").iterdir()
        assert kept.stat().st_mode & 0o777 == 0o600

    def test_temporary_folders_are_private(self) -> None:
        with TemporaryFolder() as folder:
            assert folder.stat().st_mode & 0o777 == 0o700


class TestNotesAndLinks:
    @pytest.mark.parametrize(
        "names",
        [
            ["../../precious.txt"],
            ["../../precious"],
            ["{outside}"],
            ["../catalog.sqlite"],
            ["..", ".", "", "a" * 64 + "/../../../precious.txt"],
            [None, 7, ["x"], {"a": 1}],
            {"a": "../../precious.txt"},
            "../../precious.txt",
            7,
        ],
    )
    def test_a_note_from_elsewhere_deletes_nothing_outside(
        self, library: Path, tmp_path: Path, names: object
    ) -> None:
        outside = [tmp_path / "precious.txt", tmp_path / "precious.copy", tmp_path / "precious.txt.copy"]
        for path in outside:
            path.write_text("keep me")
        note = json.dumps(names).replace("{outside}", str(tmp_path / "precious.txt"))
        (library / "files" / "0.pending").write_text(note)
        assert used(library) == []
        assert [path.read_text() for path in outside] == ["keep me"] * 3
        assert not (library / "files" / "0.pending").exists()

    @pytest.mark.parametrize("part", ["files", "index", "index/lexical", UPLOADS, "evaluations", "reserve"])
    def test_a_part_that_is_a_link_elsewhere_is_refused(
        self, library: Path, tmp_path: Path, part: str
    ) -> None:
        outside = tmp_path / "outside"
        (outside / "old").mkdir(parents=True)
        (outside / "precious.txt").write_text("keep me")
        path = library / part
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
        path.symlink_to(outside)
        with pytest.raises(StoreError, match="symbolic link"):
            used(library)
        assert sorted(p.name for p in outside.iterdir()) == ["old", "precious.txt"]

    @pytest.mark.parametrize(
        "part", ["catalog.sqlite", "reserve", "index/publish.lock", "index/a.json", "files/0.pending"]
    )
    def test_a_pipe_in_the_place_of_a_file_is_not_waited_for(self, library: Path, part: str) -> None:
        (library / part).unlink(missing_ok=True)
        os.mkfifo(library / part)
        with pytest.raises(StoreError, match="pipe"):
            used(library)

    def test_an_original_that_is_a_link_is_not_given_out(self, library: Path, tmp_path: Path) -> None:
        secret = tmp_path / "secret.txt"
        secret.write_text("the key")
        for kept in (library / "files").iterdir():
            kept.unlink()
            kept.symlink_to(secret)
        with Store.open(library) as store:
            assert {store.original(info.document_id) for info in store.documents()} == {None}
            assert "missing" in next(check.detail for check in store.check() if check.name == "originals")

    def test_a_link_where_a_copy_is_to_be_made_is_not_written_through(
        self, library: Path, tmp_path: Path
    ) -> None:
        source, victim = tmp_path / "a.txt", tmp_path / "victim.txt"
        source.write_text("new text")
        victim.write_text("keep me")
        name = hashlib.sha256(b"new text").hexdigest() + ".txt"
        for planted in (name, f"{name}.copy"):
            (library / "files" / planted).symlink_to(victim)
        with Store.open(library) as store:
            stored(store, "new text", source)
        assert victim.read_text() == "keep me"
        assert (library / "files" / name).read_text() == "new text"
        assert not (library / "files" / name).is_symlink()

    @pytest.mark.parametrize("file", ["../../elsewhere.faiss", "/etc/passwd", 7, None, ["x"]])
    def test_the_manifest_of_an_index_names_no_file_elsewhere(self, library: Path, file: object) -> None:
        for manifest in [*(library / "index").glob("*.json"), *(library / "index/lexical").glob("*.json")]:
            tree = json.loads(manifest.read_text())
            for entry in tree.get("segments", [tree]):
                entry["file"] = file
            manifest.write_text(json.dumps(tree))
        assert set(used(library)) <= {"vector cache", "lexical cache"}


def changed_by_sql(statement: str) -> Callable[[Path], None]:
    def change(library: Path) -> None:
        connection = sqlite3.connect(library / "catalog.sqlite")
        with connection:
            connection.execute("PRAGMA foreign_keys = OFF")
            connection.execute(statement)
        connection.close()

    return change


class TestWhatWasChanged:
    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE texts SET text = CAST(replace(CAST(text AS TEXT), 'number 3', 'number 9') AS BLOB)",
            "UPDATE chunks SET headings = '[\"Not at all\"]' WHERE id = 3",
            "UPDATE chunks SET context = 'Price | Colour' WHERE id = 3",
            "UPDATE pages SET label = 'iv' WHERE document = 2",
            "UPDATE documents SET title = 'Another' WHERE id = 2",
            "UPDATE documents SET source = '/somewhere/else.pdf' WHERE id = 2",
            'UPDATE documents SET metadata = \'{"author": "Eve"}\' WHERE id = 2',
            "UPDATE documents SET warnings = '[]' || ' ' WHERE id = 2",
            "INSERT INTO blocks VALUES (2, 0, 5, 'heading', 1, NULL)",
        ],
    )
    def test_text_that_was_changed_is_noticed(self, library: Path, statement: str) -> None:
        assert used(library) == []
        changed_by_sql(statement)(library)
        assert "stored as it came in" in used(library)

    def test_recutting_and_removing_leave_the_digests_right(self, library: Path) -> None:
        with Store.open(library) as store:
            text = store.text(store.documents()[0].document_id)
            add_to_store(store, document(text, "0.txt"), HashingEmbedder(), size=50)
            store.remove_documents([store.documents()[1].document_id])
        assert used(library) == []


class TestDamage:
    """Told as an error of ours, or mended: never a traceback of SQLite, JSON, FAISS or Python."""

    @pytest.mark.parametrize("seed", range(8))
    def test_bytes_that_were_flipped_cut_off_or_overwritten(
        self, sound: Path, tmp_path: Path, seed: int
    ) -> None:
        chance = random.Random(seed)
        files = [p.relative_to(sound) for p in sound.rglob("*") if p.is_file() and p.suffix != ".lock"]
        for number in range(6):
            library = Path(shutil.copytree(sound, tmp_path / str(number)))
            damaged = library / chance.choice([*files, *[Path("catalog.sqlite")] * len(files)])
            content = bytearray(damaged.read_bytes())
            match chance.randrange(3):
                case 0:
                    for _ in range(chance.choice([1, 30, 300])):
                        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
                case 1:
                    del content[chance.randrange(len(content)) :]
                case _:
                    start, size = chance.randrange(len(content)), chance.choice([16, 512, 4_096])
                    content[start : start + size] = chance.randbytes(len(content[start : start + size]))
            damaged.write_bytes(content)
            told_or_mended(library)

    def test_every_file_emptied_or_cut_in_the_middle(self, sound: Path, tmp_path: Path) -> None:
        files = [p.relative_to(sound) for p in sound.rglob("*") if p.is_file()]
        assert len(files) > 8
        for number, file in enumerate(files):
            for share in (0, 2):
                library = Path(shutil.copytree(sound, tmp_path / f"{number}-{share}"))
                content = (library / file).read_bytes()
                (library / file).write_bytes(content[: len(content) // share if share else 0])
                told_or_mended(library)

    @pytest.mark.parametrize("version", [-1, 0, 1, 5, 11, 99, 2**31 - 1, -(2**31)])
    def test_a_foreign_schema_version_is_told(self, library: Path, version: int) -> None:
        changed_by_sql(f"PRAGMA user_version = {version}")(library)
        with pytest.raises(StoreError, match=r"damaged|update Citewell"):
            used(library)

    def test_a_database_of_another_program_is_told(self, library: Path) -> None:
        changed_by_sql("PRAGMA application_id = 7")(library)
        with pytest.raises(StoreError, match="another program"):
            used(library)

    @pytest.mark.parametrize("table", ["documents", "texts", "chunks", "library", "vectors", "lexical_terms"])
    def test_a_table_that_is_gone_is_told(self, library: Path, table: str) -> None:
        changed_by_sql(f"DROP TABLE {table}")(library)
        with pytest.raises(StoreError, match="catalog"):
            used(library)

    @pytest.mark.parametrize(
        "column",
        [
            *("documents.metadata", "documents.warnings", "documents.characters", "documents.first_chunk"),
            *("documents.file", "chunks.headings", "chunks.start", "pages.warnings", "texts.text"),
            *("vectors.vector", "embedders.dimension", "library.terms", "lexical_postings.postings"),
            *("sketches.signature", "conversations.title"),
        ],
    )
    def test_a_value_that_no_citewell_wrote(self, sound: Path, tmp_path: Path, column: str) -> None:
        table, name = column.split(".")
        for number, value in enumerate(["'junk'", "x'ff00'", "-7", "1e300", "'[]'"]):
            library = Path(shutil.copytree(sound, tmp_path / str(number)))
            changed_by_sql(f"UPDATE {table} SET {name} = {value} WHERE rowid = 1")(library)
            told_or_mended(library)

    @pytest.mark.parametrize("nested", ["[" * 100_000, '{"a":' * 100_000])
    def test_json_that_is_nested_without_end(self, sound: Path, tmp_path: Path, nested: str) -> None:
        notes = [p.relative_to(sound) for p in sound.rglob("*.json")] + [Path("files/0.pending")]
        assert len(notes) > 2
        for number, note in enumerate(notes):
            library = Path(shutil.copytree(sound, tmp_path / f"note{number}"))
            (library / note).write_text(nested)
            told_or_mended(library)
        for number, column in enumerate(["documents.metadata", "chunks.headings", "pages.warnings"]):
            table, name = column.split(".")
            library = Path(shutil.copytree(sound, tmp_path / f"column{number}"))
            changed_by_sql(f"UPDATE {table} SET {name} = '{nested}' WHERE rowid = 1")(library)
            told_or_mended(library)

    def test_the_command_line_tells_it_in_one_line(self, library: Path) -> None:
        (library / "catalog.sqlite").write_bytes(b"SQLite format 3\0" + b"\xff" * 5_000)
        ended = subprocess.run(
            [sys.executable, "-c", "from ui.cli import main; main()", "check", "--library", str(library)],
            capture_output=True, text=True, cwd=ROOT, check=False,
        )  # fmt: skip
        assert ended.returncode == 1
        assert "Traceback" not in ended.stderr
        assert str(library) in ended.stderr


def told_or_mended(library: Path) -> None:
    with contextlib.suppress(CitewellError):
        used(library)


_READER = """
import json, sys
from pathlib import Path
from rag.errors import LibraryReadOnlyError
from rag.store import Store
from tests.fakes import HashingEmbedder, add_to_store, document
embedder = HashingEmbedder()
with Store.open(Path(sys.argv[1]), create=False) as store:
    for line in sys.stdin:
        found = store.lexical_search("number 3 w5", 3)
        near = store.dense_search(embedder.fingerprint, embedder.embed_questions(["number 3"]), 3)[0]
        try:
            add_to_store(store, document("more"), embedder)
            refused = False
        except LibraryReadOnlyError:
            refused = True
        failed = [check.name for check in store.check() if not check.ok]
        told = [store.read_only, refused, len(store.documents()), len(found), len(near), failed]
        print(json.dumps(told), flush=True)
"""


def without_rights_of_root() -> list[str]:
    """What to put before a command, so that modes hold for it even where the tests run as root."""
    if os.geteuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("root cannot lay down its rights here: setpriv (util-linux) is missing")
    return ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


def written(store: Store, text: str) -> None:
    add_to_store(store, document(text, f"{text}.txt"), HashingEmbedder())


class TestReadOnly:
    @pytest.fixture
    def shared(self, sound: Path) -> Iterator[Path]:
        """A library where every user may read and none may write."""
        with tempfile.TemporaryDirectory() as place:
            library = Path(shutil.copytree(sound, Path(place, "library")))
            for path in [Path(place), library, *library.rglob("*")]:
                path.chmod(0o555 if path.is_dir() else 0o444)
            yield library
            for path in [Path(place), library, *library.rglob("*")]:
                path.chmod(0o755 if path.is_dir() else 0o644)

    @pytest.fixture
    def ask(self, shared: Path) -> Iterator[Callable[[], list[object]]]:
        """What a process of somebody who may not write finds, each time that it is asked."""
        command = [*without_rights_of_root(), sys.executable, "-c", _READER, str(shared)]
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        with subprocess.Popen(
            command, cwd=ROOT, text=True, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:

            def answer() -> list[object]:
                assert process.stdin is not None
                assert process.stdout is not None
                process.stdin.write("again\n")
                process.stdin.flush()
                return json.loads(process.stdout.readline())

            yield answer
        assert process.returncode == 0

    def test_a_folder_that_may_not_be_looked_into_is_told(self, sound: Path, tmp_path: Path) -> None:
        library = Path(shutil.copytree(sound, tmp_path / "library"))
        library.chmod(0)
        command = [*without_rights_of_root(), sys.executable, "-c", "from ui.cli import main; main()", "list"]
        environment = {**os.environ, "CITEWELL_LIBRARY": str(library)}
        ended = subprocess.run(
            command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
        library.chmod(0o700)
        assert (ended.returncode, "Traceback" in ended.stderr) == (1, False)
        assert "Permission denied" in ended.stderr

    def test_somebody_who_may_not_write_reads_all_and_changes_nothing(
        self, shared: Path, ask: Callable[[], list[object]]
    ) -> None:
        before = {path: path.read_bytes() for path in shared.rglob("*") if path.is_file()}
        assert ask() == [True, True, 4, 3, 3, []]
        assert {path: path.read_bytes() for path in shared.rglob("*") if path.is_file()} == before

    def test_what_its_owner_adds_meanwhile_is_seen(
        self, shared: Path, ask: Callable[[], list[object]]
    ) -> None:
        assert ask()[2] == 4
        for path in [shared, *shared.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        with Store.open(shared) as store:
            written(store, "fifth")
            (shared / "catalog.sqlite-shm").chmod(0o644)
            (shared / "catalog.sqlite-wal").chmod(0o644)
            assert ask()[2] == 5
        assert ask()[2] == 5

    @pytest.fixture
    def mounted(self, sound: Path, tmp_path: Path) -> Iterator[Path]:
        """A library on a file system that takes no writes from anybody."""
        place = tmp_path / "disk"
        place.mkdir()
        if subprocess.run(
            ["mount", "-t", "tmpfs", "tmpfs", place], capture_output=True, check=False
        ).returncode:
            pytest.skip("a file system cannot be mounted here")
        shutil.copytree(sound, place / "library")
        subprocess.run(["mount", "-o", "remount,ro", place], check=True)
        yield place / "library"
        subprocess.run(["umount", "-l", place], check=True)

    def test_a_library_on_a_read_only_disk_is_searched_checked_and_asked(self, mounted: Path) -> None:
        assert used(mounted) == []
        settings = load_settings(
            overrides={"generator": {"provider": "none"}, "answering": {"abstain_below": 0.0}}, environment={}
        )
        with Store.open(mounted) as store:
            answer = Library(store, settings, HashingEmbedder()).ask("What is number 3?")
            assert answer.citations
            with pytest.raises(LibraryReadOnlyError, match="can only be read"):
                store.create_conversation("no")

    def test_a_log_that_was_left_is_told(self, mounted: Path) -> None:
        place = mounted.parent
        subprocess.run(["mount", "-o", "remount,rw", place], check=True)
        (mounted / "catalog.sqlite-wal").write_bytes(b"x" * 100)
        subprocess.run(["mount", "-o", "remount,ro", place], check=True)
        with pytest.raises(StoreError, match="left while it was being written"):
            used(mounted)


class TestLinksInWhatIsGiven:
    @pytest.fixture
    def given(self, tmp_path: Path) -> Path:
        """A folder with links to a file and a folder in it, and to a file and a folder outside."""
        outside, given = tmp_path / "outside", tmp_path / "given"
        for folder in (outside, given / "inner"):
            folder.mkdir(parents=True)
        (outside / "secret.txt").write_text("The key is under the mat.")
        (given / "inner" / "report.txt").write_text("The roof cost 900 francs.")
        (given / "to-inner").symlink_to(given / "inner")
        (given / "to-report.txt").symlink_to(given / "inner" / "report.txt")
        (given / "to-secret.txt").symlink_to(outside / "secret.txt")
        (given / "to-outside").symlink_to(outside)
        (given / "chain.txt").symlink_to(given / "to-secret.txt")
        return given

    def found(self, *paths: Path | str, follow_links: bool = False) -> tuple[str, list[str]]:
        """All text that would be read, and the errors."""
        files = find_files(paths, follow_links=follow_links)
        texts = "".join(file.path.read_text() for file in files if not file.error)
        return texts, [file.error for file in files if file.error]

    @pytest.mark.parametrize("pattern", ["", "*", "**/*", "*/*.txt", "to-*"])
    def test_links_that_lead_out_are_told(self, given: Path, pattern: str) -> None:
        text, errors = self.found(f"{given}/{pattern}" if pattern else given)
        assert "roof" in text
        assert "key" not in text
        assert errors
        assert all("leads out of what was given" in error for error in errors)

    def test_a_link_that_is_named_is_read(self, given: Path) -> None:
        assert self.found(given / "to-secret.txt") == ("The key is under the mat.", [])

    def test_links_into_another_given_folder_are_read(self, given: Path, tmp_path: Path) -> None:
        text, errors = self.found(given, tmp_path / "outside")
        assert ("key" in text, errors) == (True, [])

    def test_the_option_reads_them_all_in_the_whole_way(self, given: Path, tmp_path: Path) -> None:
        for follow_links in (False, True):
            settings = with_ingest(load_settings(environment={}), follow_links=follow_links)
            with Store.open(tmp_path / f"library-{follow_links}") as store:
                results = list(ingest_paths([given], store, HashingEmbedder(), settings))
                text = "".join(store.text(info.document_id) for info in store.documents())
            assert ("key" in text, any(result.error for result in results)) == (
                follow_links,
                not follow_links,
            )


_UPLOADER = """
import sys, time
from pathlib import Path
from rag.temporary import TemporaryFolder
folders = [TemporaryFolder(), TemporaryFolder(Path(sys.argv[1]))]
for folder in folders:
    (folder.path / "upload.pdf").write_text("half of it")
print(*(folder.path for folder in folders), sep="\\n", flush=True)
time.sleep(600)
"""


_WRITER = """
import sys, time
from pathlib import Path
from ingest.loaders.unlocking import unlocked
from rag.evaluation.answer_evaluation import write_judged
from rag.store.durable import replacing

def slowly():
    print("writing", flush=True)
    time.sleep(600)
    yield

def slow_open(path, copy, password):
    copy.write_text("a protected text")
    print("writing", flush=True)
    time.sleep(600)

library, what = Path(sys.argv[1]), sys.argv[2]
if what == "calibration":
    with replacing(library / "calibration.json") as file:
        file.write(b"half of it")
        next(slowly())
elif what == "index":
    with replacing(library / "index" / "0.faiss") as file:
        next(slowly())
elif what == "evaluation":
    write_judged(library / "evaluations" / "0.judged.jsonl", slowly())
else:
    from ingest.loaders import unlocking
    unlocking._OPENS["x"] = slow_open
    with unlocked(library / "catalog.sqlite", "a", "x", ["p"]):
        pass
"""


def entries(*folders: Path) -> set[Path]:
    return {path for folder in folders for path in folder.rglob("*")}


class TestWhatAKilledProcessWasWriting:
    @pytest.mark.parametrize("what", ["calibration", "index", "evaluation", "opened copy"])
    def test_the_next_start_of_any_command_clears_it_and_nothing_under_way(
        self, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
    ) -> None:
        def start() -> None:
            with pytest.raises(SystemExit) as ended:
                main(["list", "--library", str(library)])
            assert not ended.value.code

        place = tmp_path / "system"
        for folder in (place, library / "evaluations"):
            folder.mkdir()
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(place)}
        monkeypatch.setattr("tempfile.tempdir", str(place))
        start()
        before = entries(library, place)
        command = [sys.executable, "-c", _WRITER, str(library), what]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "writing\n"
            under_way = entries(library, place)
            assert under_way > before
            start()
            assert entries(library, place) == under_way
            process.send_signal(signal.SIGKILL)
        run = [sys.executable, "-c", "from ui.cli import main; main()", "list", "--library", str(library)]
        subprocess.run(run, env=environment, check=True, capture_output=True, cwd=ROOT)
        assert entries(library, place) == before

    def test_what_an_earlier_version_left_is_cleared_and_no_file_of_another_name(self, library: Path) -> None:
        (library / f"calibration.json.{'0a' * 16}.tmp").write_text("half of it")
        kept = [library / "notes.tmp", library / f"{'0' * 32}", library / "a.json.0.tmp"]
        for path in kept:
            path.write_text("not ours")
        Store.open(library).close()
        assert not list(library.glob("calibration.json.*"))
        assert all(path.exists() for path in kept)

    def test_beside_a_file_elsewhere_the_next_that_is_written_there_clears_it(self, tmp_path: Path) -> None:
        (tmp_path / "citewell-temporary-dead").mkdir()
        (tmp_path / "dead").mkdir()
        with replacing(tmp_path / "calibration.json") as file:
            file.write(b"{}")
        assert sorted(path.name for path in tmp_path.iterdir()) == ["calibration.json", "dead"]
        assert (tmp_path / "calibration.json").stat().st_mode & 0o777 == 0o600

    def test_evaluations_are_their_owners_alone(self, tmp_path: Path) -> None:
        def unopened() -> Library:
            raise StoreError("no library")

        before = os.umask(0o022)
        try:
            kept = Evaluations(tmp_path / "evaluations")
            line = json.dumps({"id": "1", "question": "Who?", "answers": ["Eve"]})
            kept.start("a", line, unopened, {})
        finally:
            os.umask(before)
        assert modes(tmp_path / "evaluations") == {("folder", 0o700), ("file", 0o600)}


class TestUploadsOfAKilledProcess:
    def test_the_next_start_of_any_command_clears_them_and_no_living_ones(
        self, library: Path, tmp_path: Path
    ) -> None:
        place = tmp_path / "system"
        place.mkdir()
        (library / UPLOADS).mkdir()
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(place)}
        command = [sys.executable, "-c", _UPLOADER, str(library / UPLOADS)]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            folders = [Path(process.stdout.readline().strip()) for _ in range(2)]

            def start() -> list[bool]:
                line = [
                    sys.executable,
                    "-c",
                    "from ui.cli import main; main()",
                    "list",
                    "--library",
                    str(library),
                ]
                subprocess.run(line, env=environment, check=True, capture_output=True, cwd=ROOT)
                return [folder.exists() for folder in folders]

            assert start() == [True, True]
            process.send_signal(signal.SIGKILL)
            process.wait()
            assert start() == [False, False]

    def test_nothing_of_others_is_cleared(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
        outside = tmp_path / "outside"
        outside.mkdir()
        (outside / "precious.txt").write_text("keep me")
        (tmp_path / "other-program").mkdir()
        (tmp_path / "citewell-temporary-file").write_text("no folder")
        (tmp_path / "citewell-temporary-link").symlink_to(outside)
        (tmp_path / "citewell-temporary-dead").mkdir()
        (tmp_path / "citewell-library").mkdir()  # the name that a library has where none is given
        with TemporaryFolder() as alive:
            clear_left_behind()
            left = {path.name for path in tmp_path.iterdir()} - {alive.name}
            assert alive.is_dir()
        kept = {"citewell-temporary-file", "citewell-temporary-link", "citewell-library"}
        assert left == {"outside", "other-program", *kept}
        assert (outside / "precious.txt").exists()
