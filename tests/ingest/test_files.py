"""Which files a path, a folder or a glob stands for, and what they are called."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.files import find_files, safe_name


def write(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"This is {name}.")


def names(folder: Path, found) -> list[str]:
    assert not [file.error for file in found if file.error]
    return [os.path.relpath(file.source, folder.resolve()) for file in found]


def test_a_folder_gives_its_files_sorted_without_hidden_ones_and_junk(tmp_path):
    write(tmp_path, "b.txt", "a.txt", "sub/c.md", "sub/.secret", ".git/config", "Thumbs.db", "~$b.docx")
    write(tmp_path, "__pycache__/x.pyc", "node_modules/y.js", ".DS_Store")
    assert names(tmp_path, find_files([tmp_path])) == ["a.txt", "b.txt", "sub/c.md"]


def test_a_hidden_file_that_is_named_itself_is_taken(tmp_path):
    write(tmp_path, ".notes.txt")
    assert names(tmp_path, find_files([tmp_path / ".notes.txt"])) == [".notes.txt"]


def test_a_library_inside_a_folder_is_passed_over(tmp_path):
    write(tmp_path, "a.txt", "library/catalog.sqlite", "library/files/kept.pdf")
    assert names(tmp_path, find_files([tmp_path])) == ["a.txt"]


def test_globs_match_sorted_and_into_folders(tmp_path):
    write(tmp_path, "b.md", "a.md", "c.txt", "deep/er/d.md")
    assert names(tmp_path, find_files([f"{tmp_path}/*.md"])) == ["a.md", "b.md"]
    assert names(tmp_path, find_files([f"{tmp_path}/**/*.md"])) == ["a.md", "b.md", "deep/er/d.md"]


def test_a_file_whose_name_holds_a_glob_mark_is_itself(tmp_path):
    write(tmp_path, "report [final]*.txt", "report f.txt")
    assert names(tmp_path, find_files([tmp_path / "report [final]*.txt"])) == ["report [final]*.txt"]


def test_each_file_comes_once_however_often_it_is_named(tmp_path):
    write(tmp_path, "a.txt")
    (tmp_path / "link.txt").symlink_to(tmp_path / "a.txt")
    given_paths = [tmp_path / "a.txt", tmp_path, tmp_path / "sub" / ".." / "a.txt", tmp_path / "link.txt"]
    assert names(tmp_path, find_files(given_paths)) == ["a.txt"]


def test_folders_that_link_back_to_themselves_end(tmp_path):
    write(tmp_path, "sub/a.txt")
    (tmp_path / "sub" / "up").symlink_to(tmp_path, target_is_directory=True)
    assert names(tmp_path, find_files([tmp_path])) == ["sub/a.txt"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("missing.pdf", "no such file or folder"),
        ("*.pdf", "no file matches"),
        ("x" * 5_000, "cannot read|no such file"),
        ("nul\0l.txt", "null"),
    ],
)
def test_what_is_not_there_is_told_and_the_rest_goes_on(tmp_path, name, says):
    write(tmp_path, "a.txt")
    bad, good = find_files([f"{tmp_path}/{name}", tmp_path / "a.txt"])
    assert re.search(says, bad.error)
    assert not good.error


def test_a_broken_link_and_a_pipe_are_refused_by_name_and_passed_over_in_folders(tmp_path):
    (tmp_path / "dangling.txt").symlink_to(tmp_path / "gone.txt")
    os.mkfifo(tmp_path / "pipe")
    assert find_files([tmp_path]) == []
    link, pipe = find_files([tmp_path / "dangling.txt", tmp_path / "pipe"])
    assert "broken symbolic link" in link.error
    assert "not a regular file" in pipe.error


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_a_name_that_is_not_utf8_has_a_source_that_can_be_stored(tmp_path):
    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    with open(path, "wb") as file:
        file.write(b"Hello.")
    (found,) = find_files([tmp_path])
    assert found.source == f"{tmp_path.resolve().as_posix()}/caf\ufffd.txt"
    assert found.path.read_bytes() == b"Hello."


def test_an_upload_is_called_by_its_file_name(tmp_path):
    write(tmp_path, "tmp123.bin", "other.txt")
    path = tmp_path / "tmp123.bin"
    upload, other = find_files([path, tmp_path / "other.txt"], {path: "../../etc/Report\n 2024.pdf"})
    assert upload.source == "Report 2024.pdf"
    assert other.source == (tmp_path / "other.txt").resolve().as_posix()


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\notes.docx", "notes.docx"),
        ("/absolute/x.txt", "x.txt"),
        ("folder/", "folder"),
        ("..", "upload"),
        ("", "upload"),
        ("\x00\r\n", "upload"),
        ("a\x00b\x1b[31m.txt", "ab[31m.txt"),
        ("年度报告.pdf", "年度报告.pdf"),
        ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
    ],
)
def test_names_from_outside_are_reduced_to_their_last_part(name, safe):
    assert safe_name(name) == safe


@given(st.text())
def test_no_name_escapes_its_folder(name):
    safe = safe_name(name)
    assert safe
    assert safe not in {".", ".."}
    assert not set(safe) & set("/\\\n\r\0")
