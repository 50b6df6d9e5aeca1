"""Files made on the spot, and what must hold for every document that a loader makes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.loaders import load_document
from rag.geometry import PageGeometry
from rag.schema import Document
from rag.settings import IngestSettings

Load = Callable[..., Document]


def check_document(document: Document) -> None:
    text = document.text
    text.encode("utf-8")
    assert not any(ord(c) < 32 and c not in "\n\t\f" for c in text)
    assert [page.number for page in document.pages] == list(range(1, len(document.pages) + 1))
    position = 0
    for page in document.pages:
        assert page.start == position
        assert page.end >= page.start
        position = page.end
        assert text[page.start : page.end].count("\f") == (page is not document.pages[-1])
        assert page is document.pages[-1] or text[page.end - 1] == "\f"
        if page.geometry is not None:
            assert len(PageGeometry.from_bytes(page.geometry).boxes) == page.end - page.start
    assert position == len(text)
    position = 0
    for block in document.blocks:
        assert position <= block.start < block.end <= len(text)
        piece = text[block.start : block.end]
        assert piece.strip()
        assert piece == piece.strip() or block.kind == "code"
        assert "\f" not in piece
        if block.kind == "heading":
            assert 1 <= block.level <= 6
        else:
            assert block.level == 0 or (block.kind == "table_row" and block.level > 0)
        position = block.end
    assert document.title.strip()
    assert document.language


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Writes bytes (or text as UTF-8) under a name, loads the file and checks the document."""

    def load_bytes(content: bytes | str, name: str, **settings: float) -> Document:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        document = load_document(path, IngestSettings(**settings))  # type: ignore[arg-type]
        check_document(document)
        return document

    return load_bytes


@pytest.fixture
def check() -> Callable[[Document], None]:
    return check_document


@pytest.fixture
def blocks() -> Callable[[Document], list[tuple[str, str]]]:
    """A document's blocks as kind (with the level of headings) and text."""

    def listed(document: Document) -> list[tuple[str, str]]:
        return [
            (f"{block.kind}{level}", document.text[block.start : block.end])
            for block in document.blocks
            for level in ((block.level or "") if block.kind == "heading" else "",)
        ]

    return listed
