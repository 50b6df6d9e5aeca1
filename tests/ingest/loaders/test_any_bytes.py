"""Whatever a file of a kind holds, it becomes a document or a clear error."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.loaders import load_document
from rag.errors import DocumentError
from rag.settings import IngestSettings
from tests.searching import examples

STARTS = {
    "a.rtf": b"{\\rtf1\\ansi ",
    "a.json": b'{"a": ',
    "a.jsonl": b'{"a": 1}\n',
    "a.eml": b"Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\n",
    "a.py": b"def f():\n",
    "a.png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "a.tif": b"II*\x00\x08\x00\x00\x00",
    "a.gif": b"GIF89a",
}
PARTS = (
    "word/document.xml",
    "xl/workbook.xml",
    "ppt/presentation.xml",
    "content.xml",
    "META-INF/container.xml",
)


def outcome(path: Path, check) -> None:
    """Any other error than a `DocumentError` fails the test."""
    with suppress(DocumentError):
        check(load_document(path, IngestSettings(ocr="off")))


@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("name", STARTS)
@given(rest=st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_files_that_only_begin_well(tmp_path: Path, check, name: str, rest: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(STARTS[name] + rest)
    outcome(path, check)


@settings(max_examples=examples(20), suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("kind", ["", "application/epub+zip", "application/vnd.oasis.opendocument.text"])
@given(part=st.sampled_from(PARTS), content=st.binary(max_size=200) | st.just(b"<a><b/></a>"))
def test_packages_of_nonsense(tmp_path: Path, check, kind: str, part: str, content: bytes) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        if kind:
            archive.writestr("mimetype", kind)
        archive.writestr(part, content)
    path = tmp_path / "a.bin"
    path.write_bytes(buffer.getvalue())
    outcome(path, check)
