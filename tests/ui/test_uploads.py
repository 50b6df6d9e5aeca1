import io
from pathlib import PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import DocumentTooLargeError, EmptyDocumentError
from ui.uploads import safe_name, save_upload


@given(st.text(max_size=400))
def test_a_name_stays_in_its_folder_on_every_system(tmp_path_factory, name):
    safe = safe_name(name)
    folder = tmp_path_factory.getbasetemp() / "uploads"
    assert (folder / safe).resolve().parent == folder.resolve()
    assert PureWindowsPath(safe).name == safe
    assert safe not in {"", ".", ".."}
    assert len(safe.encode()) <= 255


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("half\ud800.txt", "half_.txt"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("/etc/cron.d/x", "x"),
        ("..", "upload"),
        ("", "upload"),
        ("nul.txt", "upload_nul.txt"),
        ("Bericht März 2024.pdf", "Bericht März 2024.pdf"),
        ("年度报告.pdf", "年度报告.pdf"),
        ("<img src=x onerror=alert(1)>.md", "_img src=x onerror=alert(1)_.md"),
        ("x" * 400 + ".pdf", "x" * 196 + ".pdf"),
    ],
)
def test_names(name, safe):
    assert safe_name(name) == safe


def test_an_upload_is_written_whole_into_the_folder(tmp_path):
    content = bytes(range(256)) * 10_000
    path = save_upload(io.BytesIO(content), "../../outside.bin", tmp_path / "uploads", 10_000_000)
    assert path == tmp_path / "uploads" / "outside.bin"
    assert path.read_bytes() == content
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["outside.bin"]


def test_an_upload_above_the_limit_leaves_nothing_and_keeps_what_was_there(tmp_path):
    save_upload(io.BytesIO(b"old"), "a.txt", tmp_path, 10)
    with pytest.raises(DocumentTooLargeError, match=r"a\.txt.*max_upload_megabytes"):
        save_upload(io.BytesIO(b"x" * 11), "a.txt", tmp_path, 10)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == {"a.txt": b"old"}


def test_an_empty_upload_is_refused(tmp_path):
    with pytest.raises(EmptyDocumentError, match=r"a\.txt is empty"):
        save_upload(io.BytesIO(b""), "a.txt", tmp_path, 10)
    assert list(tmp_path.iterdir()) == []
