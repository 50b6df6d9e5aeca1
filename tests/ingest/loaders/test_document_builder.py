"""How much text a file may give."""

from __future__ import annotations

import pytest

from ingest.loaders import document_builder
from ingest.loaders.document_builder import DocumentBuilder, bounded_by
from rag.schema import Block, BlockKind


def test_a_file_gives_no_more_text_than_its_size_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_builder, "most_unpacked", lambda size: 10 * size)
    with bounded_by(5):
        builder = DocumentBuilder("a.txt", "", "text/plain")
    builder.page_details(geometry=b"of this page")
    builder.block("One line of thirty characters.")
    builder.verbatim("One more line of thirty charac", [Block(0, 30, BlockKind.PARAGRAPH)])
    builder.block("Two")
    document = builder.build()
    assert document.text == "One line of thirty characters."
    assert len(document.blocks) == 1
    assert document.pages[0].geometry is None
    assert document.warnings == (
        "more text than the 50 characters of a file of its size: the rest is left out",
    )


def test_what_a_part_left_out_is_told_of_the_whole() -> None:
    with bounded_by(0):
        part, whole = (DocumentBuilder("a.eml", "", "message/rfc822") for _ in range(2))
    part.write_block("x" * 10_000_001)
    whole.take_counts(part)
    whole.block("A line.")
    assert not whole.is_full
    assert len(whole.build().warnings) == 1
