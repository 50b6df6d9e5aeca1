from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ingest.loaders import load_document, supported_media_types
from ingest.media_type import describe, media_type_of, sniff
from rag.errors import (
    DocumentError,
    DocumentTooLargeError,
    EmptyDocumentError,
    EncryptedDocumentError,
    UnsupportedDocumentError,
)
from rag.settings import IngestSettings


def zipped(**members: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "suffix", "expected"),
    [
        (b"%PDF-1.7\n...", "", "application/pdf"),
        (b"\n\n junk before %PDF-1.4", ".txt", "application/pdf"),
        (b"%\xe2\xe3\n1 0 obj\n<< /Type /Catalog >>", ".pdf", "application/pdf"),
        (b"{\\rtf1 hello}", ".doc", "application/rtf"),
        (b"\x89PNG\r\n\x1a\n", ".pdf", "image/png"),
        (b"plain words", ".md", "text/markdown"),
        (b"plain words", "", "text/plain"),
        (b"<!DOCTYPE html><p>x", "", "text/html"),
        (b"<!-- a --><html lang='en'>", ".csv", "text/html"),
        (b"a,b,c\n1,2,3\n4,5,6\n", "", "text/csv"),
        (b"a\tb\tc\n1\t2\t3\n4\t5\t6\n", "", "text/tab-separated-values"),
        (b"a,b,c\n1,2,3\n4,5,6\n", ".txt", "text/plain"),
        (b"# Title\n\n## Part\n\n```\ncode\n```\n", "", "text/markdown"),
        (b"One, two and three.\nFour, five, and six.\nSeven", "", "text/plain"),
        ("\ufeffwords in UTF-16".encode("utf-16-le"), "", "text/plain"),
        ("words in UTF-16 without a mark".encode("utf-16-be"), "", "text/plain"),
        ("中文文本，没有标记。".encode("gb18030"), "", "text/plain"),
        (bytes(range(256)) * 4, ".txt", "application/octet-stream"),
        (b"\x00\x01\x02junk", ".bin", "application/octet-stream"),  # three of seven
        (bytes(range(8, 256)) * 40, "", "application/octet-stream"),  # an eleventh, and no UTF-8
        (b"a note\x00", "", "text/plain"),
        ("caf\xe9 \x07\n".encode("latin-1"), "", "text/plain"),
    ],
)
def test_the_content_decides_before_the_name(content: bytes, suffix: str, expected: str) -> None:
    assert sniff(content, suffix) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (zipped(word__document_xml="<w/>"), "DOCX"),
        (zipped(xl__workbook_xml="<w/>"), "XLSX"),
        (zipped(ppt__presentation_xml="<w/>"), "PPTX"),
        (zipped(mimetype="application/epub+zip"), "EPUB"),
        (zipped(anything="x"), "a ZIP archive"),
        (b"PK\x03\x04 cut off", "DOCX"),
    ],
)
def test_zip_archives_are_told_by_their_members(content: bytes, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "file.docx"
    path.write_bytes(content)
    assert describe(media_type_of(path).name) == expected


def test_a_text_named_pdf_is_loaded_with_a_warning(load) -> None:
    document = load("Only some words.", "report.pdf")
    assert document.media_type == "text/plain"
    assert document.warnings == ("named .pdf but holds plain text",)


def test_kinds_of_text_without_a_loader_of_their_own_are_plain_text(load) -> None:
    assert load("def f():\n    return 1\n", "code.py").text == "def f():\n    return 1\n"


def test_unknown_binary_data_is_refused_with_the_kinds_that_are_read(load) -> None:
    with pytest.raises(UnsupportedDocumentError, match=r"binary data.*PDF") as caught:
        load(bytes(range(256)) * 8, "data.txt")
    for kind in ("PDF", "DOCX", "HTML", "Markdown", "plain text", "CSV"):
        assert kind in str(caught.value)


def test_known_kinds_without_a_loader_are_refused_by_name(load) -> None:
    with pytest.raises(UnsupportedDocumentError, match="a gzip archive"):
        load(b"\x1f\x8b\x08" + bytes(20), "words.txt.gz")


def test_encrypted_office_files_say_so(load) -> None:
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(EncryptedDocumentError, match="needs a password: give it with --password"):
        load(content, "secret.docx")


def test_an_empty_file_is_refused(load) -> None:
    with pytest.raises(EmptyDocumentError, match="0 bytes"):
        load(b"", "nothing.txt")


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.html", "a.csv"])
def test_white_space_is_no_document(load, name: str) -> None:
    with pytest.raises(EmptyDocumentError):
        load(b" \n\t \n", name)


def test_a_large_file_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(3_000_000)
    with pytest.raises(DocumentTooLargeError, match=r"3\.0 MB.*ingest\.max_file_megabytes"):
        load_document(path, IngestSettings(max_file_megabytes=2.5))


def test_a_missing_file_and_a_folder_are_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="No such file"):
        load_document(tmp_path / "missing.pdf", IngestSettings())
    with pytest.raises(DocumentError, match="not a file"):
        load_document(tmp_path, IngestSettings())


def test_the_source_names_the_document(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("words")
    assert (
        load_document(path, IngestSettings(), "folder/named_report.txt").source == "folder/named_report.txt"
    )
    assert load_document(path, IngestSettings(), "folder/named_report.txt").title == "named report"
    assert load_document(path, IngestSettings()).source == path.as_posix()


def test_equal_bytes_have_equal_hashes(load) -> None:
    first, second = load("same", "a.txt"), load("same", "b.txt")
    assert first.sha256 == second.sha256
    assert first.document_id != second.document_id


def test_reading_text_imports_no_other_format(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("words")
    program = (
        "import sys; from pathlib import Path; from ingest.loaders import load_document;"
        "from rag.settings import IngestSettings;"
        f"load_document(Path({str(path)!r}), IngestSettings());"
        "heavy = ('docx', 'bs4', 'lxml', 'pypdf', 'pypdfium2', 'markdown_it', 'torch');"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_supported_kind_has_a_name() -> None:
    assert all("/" not in describe(name) for name in supported_media_types())
