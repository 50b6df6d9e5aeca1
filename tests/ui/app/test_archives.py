import struct
import zipfile

import pytest

from rag.errors import DocumentError, DocumentTooLargeError
from ui.app.archives import is_archive, unpacked


def _archive(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def _names(results):
    return {name: isinstance(place, DocumentError) or place.read_bytes() for name, place in results}


def test_files_of_folders_come_out_and_junk_does_not(tmp_path):
    path = _archive(
        tmp_path / "a.zip",
        {"a/one.txt": b"1", "b/one.txt": b"2", "__MACOSX/x": b"3", ".DS_Store": b"4", "c/.git/x": b"5"},
    )
    assert _names(unpacked(path, tmp_path / "out", 100)) == {"a/one.txt": b"1", "b/one.txt": b"2"}


def test_no_member_leaves_the_folder(tmp_path):
    path = _archive(tmp_path / "a.zip", {"../../evil.txt": b"x", "/etc/evil.txt": b"y", "..\\evil.txt": b"z"})
    list(unpacked(path, tmp_path / "out", 100))
    outside = [p for p in tmp_path.rglob("evil*") if not p.is_relative_to(tmp_path / "out")]
    assert outside == []
    assert len(list((tmp_path / "out").rglob("evil*"))) == 3


def test_one_file_above_the_limit_is_told_and_the_others_go_on(tmp_path):
    path = _archive(tmp_path / "a.zip", {"big.txt": b"x" * 1000, "small.txt": b"y"})
    results = dict(unpacked(path, tmp_path / "out", 100))
    assert isinstance(results["big.txt"], DocumentTooLargeError)
    assert results["small.txt"].read_bytes() == b"y"


def test_an_archive_that_swells_is_stopped(tmp_path):
    path = _archive(tmp_path / "a.zip", {f"{n}.txt": b"x" * 90 for n in range(100)})
    with pytest.raises(DocumentTooLargeError, match="more than 0 MB"):
        list(unpacked(path, tmp_path / "out", 100))
    written = sum(p.stat().st_size for p in (tmp_path / "out").rglob("*") if p.is_file())
    assert written <= 20 * 100


def test_too_many_files_are_refused(tmp_path):
    path = _archive(tmp_path / "a.zip", {f"{n}.txt": b"x" for n in range(2001)})
    with pytest.raises(DocumentTooLargeError, match="2001 files"):
        list(unpacked(path, tmp_path / "out", 100))


def test_an_encrypted_member_says_so(tmp_path):
    data = bytearray(_archive(tmp_path / "a.zip", {"a.txt": b"x"}).read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.index(signature) + offset
        data[at : at + 2] = struct.pack("<H", struct.unpack("<H", data[at : at + 2])[0] | 1)
    (tmp_path / "a.zip").write_bytes(data)
    ((_, error),) = unpacked(tmp_path / "a.zip", tmp_path / "out", 100)
    assert "encrypted" in str(error)


def test_a_damaged_archive_is_a_clear_error(tmp_path):
    data = _archive(tmp_path / "a.zip", {"a.txt": b"hello" * 100}).read_bytes()
    (tmp_path / "a.zip").write_bytes(data[:20] + b"\xff" * 30 + data[50:])
    try:
        ((_, error),) = unpacked(tmp_path / "a.zip", tmp_path / "out", 1000)
    except DocumentError as raised:
        error = raised
    assert "damaged" in str(error)


def test_documents_that_are_zips_are_not_taken_apart(tmp_path):
    docx = _archive(tmp_path / "a.docx", {"[Content_Types].xml": "<x/>", "word/document.xml": "<x/>"})
    assert not is_archive(docx)
    (tmp_path / "a.txt").write_text("no archive")
    assert not is_archive(tmp_path / "a.txt")
    assert is_archive(_archive(tmp_path / "b.zip", {"a.txt": b"x"}))
