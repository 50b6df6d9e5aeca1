"""Chunks of tables: no row cut, what stands above a row carried along, all within the embedder's limit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ingest.chunkers import StructureChunker
from ingest.loaders.document_builder import DocumentBuilder
from rag.schema import BlockKind, Chunk, Document
from rag.settings import ChunkingSettings
from rag.text import embedding_text
from tests.fakes import HashingEmbedder

ROWS = [["", "2022", "2021"], *[[f"Item {i}", f"{i},100", f"{i},200"] for i in range(30)]]


def table(rows: list[list[str]], before: str = "", after: str = "", caption: str = "") -> Document:
    builder = DocumentBuilder("a.html", "0" * 64, "text/html")
    builder.title = "Report"
    builder.block(before)
    builder.table(rows, caption)
    builder.block(after)
    return builder.build()


def chunked(source: Document, max_tokens: int = 60, limit: int = 128, context: bool = True) -> list[Chunk]:
    chunker = StructureChunker(ChunkingSettings(max_tokens=max_tokens, min_tokens=8, context=context))
    return chunker.chunks(source, HashingEmbedder(max_tokens=limit))


def test_later_chunks_of_a_table_carry_the_names_of_its_columns() -> None:
    source = table(ROWS, "Some words first.", caption="Sales by item (in millions)")
    chunks = chunked(source)
    assert len(chunks) > 3
    assert chunks[0].context == ""
    assert {chunk.context for chunk in chunks[1:]} == {
        "Sales by item (in millions)\nin millions\n2022 | 2021"
    }


def test_a_chunk_in_a_group_of_rows_names_the_group() -> None:
    rows = [ROWS[0], *ROWS[1:8], ["Expenses:"], *ROWS[8:]]
    last = chunked(table(rows))[-1]
    assert last.context.endswith("\nExpenses")


def test_prose_after_a_table_has_no_part_in_it() -> None:
    source = table(ROWS, after=" ".join(f"Sentence number {i} is here." for i in range(20)))
    last = chunked(source)[-1]
    assert "Sentence" in source.text[last.start : last.end]
    assert last.context == ""


def test_without_context_nothing_is_carried() -> None:
    assert not any(chunk.context for chunk in chunked(table(ROWS), context=False))


WORDS = st.sampled_from(["", "2022", "1,204", "Sales of goods", "Total", "Cost:", "—", "(in millions)"])


@given(
    st.lists(st.lists(WORDS, min_size=1, max_size=5), min_size=1, max_size=30),
    st.text("ab. \n", max_size=60),
    st.integers(24, 80),
)
def test_rows_stay_whole_and_chunks_fit(rows: list[list[str]], prose: str, max_tokens: int) -> None:
    source = table([*rows, ["end", "1"]], prose, prose, "A caption (in millions)")
    embedder = HashingEmbedder(max_tokens=96)
    chunks = chunked(source, max_tokens, 96)
    assert "".join(source.text[chunk.start : chunk.end] for chunk in chunks) == source.text
    borders = {chunk.start for chunk in chunks}
    for block in source.blocks:
        if block.kind is BlockKind.TABLE_ROW:
            assert not any(block.start < border < block.end for border in borders)
    for chunk in chunks:
        text = source.text[chunk.start : chunk.end]
        embedded = embedding_text(source.title, chunk.headings, text, chunk.context)
        assert len(embedder.token_spans(embedded)) <= 96
        own = len(embedder.token_spans(f"{chunk.context}\n{text}"))
        assert own <= max_tokens or len(embedder.token_spans(text)) >= max_tokens - 20
