"""Archives are folders of files: what comes out, what is refused, and that nothing leaves its folder."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from ingest.archives import ArchiveLimits, _listed, holds, is_archive, unpacked, with_archives_unpacked
from ingest.files import find_files
from ingest.pruning import prune_vanished
from rag.errors import DocumentError, DocumentTooLargeError
from tests.fakes import zipped
from tests.searching import examples

LIMITS = ArchiveLimits(100, 2_000, files=50)


def archive(path: Path, files: dict[str, bytes]) -> Path:
    path.write_bytes(zipped(files))
    return path


def contents(results) -> dict[str, bytes | str]:
    return {
        name: str(place) if isinstance(place, DocumentError) else place.read_bytes()
        for name, place in results
    }


def test_files_of_folders_come_out_and_junk_does_not(tmp_path):
    files = {"a/one.txt": b"1", "b/one.txt": b"2", "__MACOSX/x": b"3", ".DS_Store": b"4", "c/.git/x": b"5"}
    path = archive(tmp_path / "a.zip", files)
    assert contents(unpacked(path, tmp_path / "out", LIMITS)) == {"a/one.txt": b"1", "b/one.txt": b"2"}


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_members_whose_names_fall_together_all_come_out(tmp_path):
    path = tmp_path / "a.zip"
    names = ["fees.txt", "fees.txt", "x/../fees.txt", "a\x1b.txt", "a.txt", "fees (2).txt", "d", "d/e"]
    with zipfile.ZipFile(path, "w") as made:
        for number, name in enumerate(names):
            made.writestr(name, str(number))
    told = [
        "fees.txt",
        "fees (2).txt",
        "x/fees.txt",
        "a.txt",
        "a (2).txt",
        "fees (2) (2).txt",
        "d (2)",
        "d/e",
    ]
    expected = {name: str(number).encode() for number, name in enumerate(told)}
    assert contents(unpacked(path, tmp_path / "out", LIMITS)) == expected
    assert all(holds(path / name) for name in told)
    assert not holds(path / "fees (3).txt")


@settings(max_examples=examples(30), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(
        ["../../evil.txt", "/etc/evil.txt", "..\\evil.txt", "C:\\evil.txt", "a/../../evil.txt"]
    )
    | st.text(min_size=1, max_size=30)
)
def test_no_member_leaves_the_folder(tmp_path, name):
    inside = tmp_path / "deep" / "inside"
    inside.mkdir(parents=True, exist_ok=True)
    try:
        path = archive(inside / "a.zip", {name: b"x"})
    except (UnicodeEncodeError, ValueError, IndexError):  # a name that zipfile cannot write
        return
    before = {p for p in tmp_path.rglob("*") if not p.is_relative_to(inside / "out")}
    for inner, _ in unpacked(path, inside / "out", LIMITS):
        assert not {"", ".", ".."} & set(inner.split("/"))
    assert {p for p in tmp_path.rglob("*") if not p.is_relative_to(inside / "out")} == before


def test_one_file_above_the_limit_is_told_and_the_others_go_on(tmp_path):
    path = archive(tmp_path / "a.zip", {"big.txt": b"x" * 1000, "small.txt": b"y"})
    results = dict(unpacked(path, tmp_path / "out", LIMITS))
    assert isinstance(results["big.txt"], DocumentTooLargeError)
    assert "ingest.max_file_megabytes" in str(results["big.txt"])
    assert results["small.txt"].read_bytes() == b"y"


def test_an_archive_that_swells_is_stopped(tmp_path):
    path = archive(tmp_path / "a.zip", {f"{n}.txt": b"x" * 90 for n in range(40)})
    with pytest.raises(DocumentTooLargeError, match="unpacks to more than 0 MB"):
        list(unpacked(path, tmp_path / "out", LIMITS))
    assert sum(p.stat().st_size for p in (tmp_path / "out").rglob("*") if p.is_file()) <= 2_000


def test_too_many_files_are_refused_also_when_they_lie_in_inner_archives(tmp_path):
    many = {f"{n}.txt": b"x" for n in range(51)}
    with pytest.raises(DocumentTooLargeError, match="more than 50 files"):
        list(unpacked(archive(tmp_path / "a.zip", many), tmp_path / "out", LIMITS))
    half = zipped({f"{n}.txt": b"x" for n in range(30)})
    limits = ArchiveLimits(10_000, 100_000, files=50)
    nested = archive(tmp_path / "b.zip", {"1.zip": half, "2.zip": half})
    with pytest.raises(DocumentTooLargeError, match="more than 50 files"):
        list(unpacked(nested, tmp_path / "out2", limits))


def test_archives_in_archives_are_unpacked_to_a_depth(tmp_path):
    data = {"pearl.txt": b"pearl"}
    for _ in range(3):
        data = {"inner.zip": zipped(data), "beside.txt": b"b"}
    limits = ArchiveLimits(10_000, 100_000)
    results = contents(unpacked(archive(tmp_path / "a.zip", data), tmp_path / "out", limits))
    assert results["inner.zip/inner.zip/beside.txt"] == b"b"
    assert "too deep" in results["inner.zip/inner.zip/inner.zip"]


def test_an_encrypted_member_says_so(tmp_path):
    data = bytearray(zipped({"a.txt": b"x"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(signature) + offset
        data[at : at + 2] = struct.pack("<H", struct.unpack("<H", data[at : at + 2])[0] | 1)
    (tmp_path / "a.zip").write_bytes(data)
    ((_, error),) = unpacked(tmp_path / "a.zip", tmp_path / "out", LIMITS)
    assert "encrypted" in str(error)


@settings(max_examples=examples(60), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(at=st.integers(0, 300), junk=st.binary(min_size=1, max_size=40))
@example(at=187, junk=b"\0")
def test_a_damaged_archive_is_a_clear_error_or_comes_out(tmp_path, at, junk):
    data = zipped({"a.txt": b"hello" * 100, "b/c.txt": b"more"})
    path = tmp_path / "a.zip"
    path.write_bytes(data[:at] + junk + data[at + len(junk) :])
    try:
        for _, place in unpacked(path, tmp_path / "out", ArchiveLimits(10_000, 100_000)):
            assert isinstance(place, DocumentError | Path)
    except DocumentError as error:
        message = str(error)
    else:
        return
    assert "a.zip" in message


def test_documents_that_are_zips_are_not_taken_apart(tmp_path):
    assert not is_archive(archive(tmp_path / "a.docx", {"word/document.xml": b"<x/>"}))
    assert not is_archive(archive(tmp_path / "a.epub", {"mimetype": b"application/epub+zip"}))
    (tmp_path / "a.txt").write_text("no archive")
    assert not is_archive(tmp_path / "a.txt")
    assert is_archive(archive(tmp_path / "b.zip", {"a.txt": b"x"}))


def test_found_archives_become_their_files_and_leave_nothing_behind(tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    archive(folder / "a.zip", {"x/one.txt": b"1", "empty.txt": b""})
    archive(folder / "none.zip", {})
    (folder / "two.txt").write_text("2")
    with with_archives_unpacked(find_files([folder]), 1.0) as files:
        found = {Path(file.source).relative_to(folder.resolve()).as_posix(): file for file in files}
        assert found["a.zip/x/one.txt"].path.read_bytes() == b"1"
        assert found["two.txt"].path == folder / "two.txt"
        assert "0 bytes" in found["a.zip/empty.txt"].error
        assert "no files" in found["none.zip"].error
        unpacked_at = found["a.zip/x/one.txt"].path
    assert not unpacked_at.exists()


def test_an_archive_is_read_once_for_all_that_it_holds(tmp_path):
    path = tmp_path / "many.zip"
    path.write_bytes(zipped({f"d/{number}.txt": "x" for number in range(50)}))
    before = _listed.cache_info().misses
    assert all(holds(path / f"d/{number}.txt") for number in range(50))
    assert _listed.cache_info().misses == before + 1
    path.write_bytes(zipped({"d/other.txt": "x"}))
    assert not holds(path / "d/1.txt")


def test_an_archive_holds_what_it_lists(tmp_path):
    path = archive(tmp_path / "a.zip", {"x/one.txt": b"1", "inner.zip": zipped({"y.txt": b"y"})})
    assert holds(path / "x/one.txt")
    assert holds(path / "inner.zip/y.txt")
    assert not holds(path / "x/two.txt")
    assert not holds(tmp_path / "b.zip/x/one.txt")


def test_each_file_of_an_archive_is_a_document_and_stays_until_it_leaves_the_archive(run, store, folder):
    path = archive(folder / "a.zip", {"x/one.txt": b"The first text.", "two.txt": b"The second text."})
    assert {name: result.status for name, result in run(folder).items()} == {
        "one.txt": "added",
        "two.txt": "added",
    }
    assert {result.status for result in run(folder).values()} == {"unchanged"}
    assert prune_vanished([folder], store) == []
    archive(path, {"two.txt": b"The second text."})
    assert [info.name for info in prune_vanished([folder], store)] == ["one.txt"]
