"""Chunks tile the text, fit the embedder, and keep to the document's structure."""

from __future__ import annotations

import dataclasses
import sys
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.chunkers import StructureChunker
from rag.schema import Block, BlockKind, Chunk, Document
from rag.settings import ChunkingSettings
from rag.text import context_line, embedding_text
from tests.fakes import HashingEmbedder, document
from tests.searching import examples

KINDS = {
    "#": BlockKind.HEADING,
    "-": BlockKind.LIST_ITEM,
    "|": BlockKind.TABLE_ROW,
    ">": BlockKind.CODE,
    "^": BlockKind.HEADER,
    "_": BlockKind.FOOTER,
}


def outlined(*lines: str, **fields: object) -> Document:
    """A document from lines such as `## Heading`, `| row`, `^ running header` or plain paragraphs.

    A form feed before a line starts a page.
    """
    text, blocks = "", []
    for line in lines:
        if line.startswith("\f"):
            text, line = text + "\f", line[1:]
        mark = line[:1]
        kind = KINDS.get(mark, BlockKind.PARAGRAPH)
        level = len(line) - len(line.lstrip("#")) if kind is BlockKind.HEADING else 0
        body = line.lstrip(mark).strip() if kind is not BlockKind.PARAGRAPH else line
        blocks.append(Block(len(text), len(text) + len(body), kind, level))
        text += body + ("\n" if kind in (BlockKind.TABLE_ROW, BlockKind.CODE) else "\n\n")
    return document(text, blocks=tuple(blocks), title="", **fields)


def chunked(
    source: Document, max_tokens: int = 30, min_tokens: int = 6, embedder: HashingEmbedder | None = None
) -> list[Chunk]:
    chunker = StructureChunker(ChunkingSettings(max_tokens=max_tokens, min_tokens=min_tokens))
    return chunker.chunks(source, embedder or HashingEmbedder(max_tokens=256))


def texts(source: Document, chunks: list[Chunk]) -> list[str]:
    return [source.text[chunk.start : chunk.end] for chunk in chunks]


def sentence(words: int, name: str = "w") -> str:
    return " ".join([f"The {name}", *[f"{name}{i}" for i in range(words - 3)]]) + "."


def paragraph(sentences: int, name: str = "w") -> str:
    return " ".join(sentence(10, f"{name}{i}x") for i in range(sentences))


def assert_tiles(source: Document, chunks: list[Chunk]) -> None:
    if not source.text.strip():
        assert chunks == []
        return
    assert "".join(texts(source, chunks)) == source.text
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    assert all(text.strip() for text in texts(source, chunks))


@st.composite
def any_documents(draw: st.DrawFn) -> Document:
    """Any Unicode under any layout of blocks, also one that overlaps or runs past the end."""
    words = st.sampled_from(
        [
            *[
                "The",
                "cat",
                "sat.",
                "Mr.",
                "paid",
                "$1,234.50!",
                "报告期内，营业收入增长。",
                "データ",
                "데이터",
            ],
            *["\n", "\n\n", "\f", "\t", " ", "​", "́", "\x00", "\ud800", "🜁", "x" * 70, " " * 90],
        ]
    )
    pieces = draw(st.lists(st.one_of(words, st.text(max_size=12)), max_size=120))
    text = draw(st.sampled_from(["", " "])).join(pieces)
    block = st.builds(
        Block,
        st.integers(0, len(text) + 3),
        st.integers(0, len(text) + 9),
        st.sampled_from(list(BlockKind)),
        st.integers(0, 6),
    )
    blocks = sorted(draw(st.lists(block, max_size=12)), key=lambda b: b.start)
    return document(text, blocks=tuple(blocks), title=draw(st.sampled_from(["", "A title"])))


@given(any_documents(), st.integers(16, 60), st.integers(0, 40), st.integers(16, 128))
@settings(max_examples=examples(150))
def test_chunks_tile_any_text_under_any_layout(
    source: Document, max_tokens: int, min_tokens: int, model_limit: int
) -> None:
    embedder = HashingEmbedder(max_tokens=model_limit)
    chunks = chunked(source, max_tokens, min_tokens, embedder)
    assert_tiles(source, chunks)
    for chunk in chunks:
        whole = embedding_text(source.title, chunk.headings, source.text[chunk.start : chunk.end])
        assert len(embedder.token_spans(whole)) <= model_limit - 2
        own = len(embedder.token_spans(source.text[chunk.start : chunk.end]))
        assert own <= max_tokens + 1  # a block that ends inside a word makes two words of it
        assert 1 <= chunk.first_page <= chunk.last_page <= len(source.pages)


def test_a_heading_stays_with_its_first_paragraph_and_starts_a_chunk() -> None:
    source = outlined(
        "# One", paragraph(2, "a"), "# Two", "## Two and a half", paragraph(2, "b"), paragraph(2, "c")
    )
    found = texts(source, chunked(source))
    assert [text.split("\n")[0] for text in found] == ["One", "Two", found[2].split("\n")[0]]
    assert "Two and a half" in found[1]
    assert "b0x" in found[1]


def test_a_first_paragraph_too_long_for_its_heading_gives_it_its_first_sentences() -> None:
    source = outlined("# One heading of some words", paragraph(3, "a"))
    found = texts(source, chunked(source))
    assert found[0].startswith("One heading of some words\n\nThe a0x")
    assert all(text.strip().endswith(".") for text in found)


def test_headings_tell_the_path_of_a_chunk() -> None:
    source = outlined(
        "# Part", paragraph(2, "a"), "## Item  7", paragraph(2, "b"), "# Other", paragraph(2, "c")
    )
    assert [chunk.headings for chunk in chunked(source)] == [("Part",), ("Part", "Item 7"), ("Other",)]


def test_paragraphs_are_cut_at_their_borders_before_their_sentences() -> None:
    source = outlined(paragraph(2, "a"), paragraph(2, "b"), paragraph(2, "c"))
    assert [text.strip() for text in texts(source, chunked(source))] == [
        paragraph(2, "a"),
        paragraph(2, "b"),
        paragraph(2, "c"),
    ]


def test_small_paragraphs_of_a_section_fill_a_chunk() -> None:
    source = outlined(*[sentence(8, f"p{i}x") for i in range(6)])
    sizes = [len(text.split("\n\n")) - 1 for text in texts(source, chunked(source, max_tokens=28))]
    assert sizes == [3, 3]


def test_a_long_sentence_is_cut_between_words() -> None:
    source = outlined("word " * 100 + "end.")
    found = texts(source, chunked(source))
    assert len(found) >= 4
    assert all(text.endswith((" ", "\n")) for text in found)


def test_rows_of_a_table_are_never_cut() -> None:
    rows = [f"| Item {i}\t{i}00\t{i}50\t{i}75" for i in range(40)]
    source = outlined("# Table", *rows)
    chunks = chunked(source)
    starts = {block.start for block in source.blocks}
    assert len(chunks) > 5
    assert all(chunk.start in starts for chunk in chunks)


def test_a_row_over_the_limit_is_cut_between_cells() -> None:
    row = "\t".join(f"cell number {i} here" for i in range(30))
    source = outlined("| " + row, "| a\tb")
    found = texts(source, chunked(source))
    assert all(text.startswith("cell") for text in found[:-1])
    assert all(len(text.split()) <= 30 for text in found)


def test_running_headers_and_footers_start_no_chunk() -> None:
    lines = ["^ Annual report"]
    for page in range(8):
        lines += [paragraph(2, f"p{page}x"), f"_ {page}", "\f^ Annual report"]
    source = outlined(*lines, paragraph(2, "last"))
    chunks = chunked(source)
    running = {b.start for b in source.blocks if b.kind in (BlockKind.HEADER, BlockKind.FOOTER)}
    assert len(chunks) == 9
    assert not running & {chunk.start for chunk in chunks[1:]}
    assert [(c.first_page, c.last_page) for c in chunks] == [(i, i) for i in range(1, 10)]


def test_a_paragraph_that_goes_on_over_a_page_may_stay_together() -> None:
    source = outlined("The first half of a sentence", "\fgoes on over here.")
    (chunk,) = chunked(source)
    assert (chunk.first_page, chunk.last_page) == (1, 2)


def test_small_sections_join_the_neighbour_that_shares_more_of_their_path() -> None:
    source = outlined("# A", "## A1", paragraph(1, "a"), "## A2", "Tiny.", "# B", paragraph(1, "b"))
    found = texts(source, chunked(source))
    assert len(found) == 2
    assert "Tiny." in found[0]


def test_a_short_line_before_a_paragraph_is_not_left_behind() -> None:
    source = outlined(paragraph(2, "a"), "A heading that nobody marked", paragraph(2, "b"))
    assert [text.split()[0] for text in texts(source, chunked(source, max_tokens=32))] == ["The", "A"]


def test_an_introduction_stays_with_what_it_introduces() -> None:
    source = outlined(sentence(9, "a"), sentence(9, "b"), "It holds that:", *["- " + sentence(5)] * 3)
    found = texts(source, chunked(source, max_tokens=30))
    assert [text.split("\n")[0] for text in found][1:] == ["It holds that:"]


def test_code_is_cut_between_lines() -> None:
    source = outlined("> " + "\n".join(f"value_{i} = compute(value_{i - 1}, {i})" for i in range(40)))
    assert all(text.startswith("value_") for text in texts(source, chunked(source)))


def test_a_model_with_a_short_input_bounds_the_chunk_with_its_context() -> None:
    embedder = HashingEmbedder(max_tokens=32)
    source = dataclasses.replace(
        outlined("# One", "## Two", paragraph(9, "a")), title="A title of some seven words or eight"
    )
    chunks = chunked(source, max_tokens=200, embedder=embedder)
    for chunk, text in zip(chunks, texts(source, chunks), strict=True):
        assert len(embedder.token_spans(embedding_text(source.title, chunk.headings, text))) <= 30


def test_a_long_heading_path_gives_way_to_the_text() -> None:
    embedder = HashingEmbedder(max_tokens=48)
    long = " ".join(f"word{i}" for i in range(14))
    source = outlined(f"# {long} one", f"## {long} two", f"### {long} three", paragraph(9, "a"))
    for chunk in chunked(source, max_tokens=200, embedder=embedder):
        assert len(embedder.token_spans(context_line("", chunk.headings))) <= 16


def test_a_text_without_spaces_is_bounded_in_characters() -> None:
    source = document("QUJD" * 20_000, title="")
    chunks = chunked(source, max_tokens=100)
    assert_tiles(source, chunks)
    assert max(chunk.end - chunk.start for chunk in chunks) <= 200


def test_chinese_is_cut_after_its_own_marks() -> None:
    text = "报告期内公司实现营业收入一百亿元，同比增长。" * 12
    source = document(text, title="")
    assert all(piece.endswith("。") for piece in texts(source, chunked(source, max_tokens=60)))


def test_lone_surrogates_do_no_harm() -> None:
    source = document("a \ud800 b. " * 60, title="")
    assert_tiles(source, chunked(source))


@pytest.mark.parametrize(
    "line", ["1\t2\n", "a\n\n", "Some words of a plain sentence stand here. ", "x"], ids=repr
)
def test_work_grows_with_the_length_and_not_with_its_square(line: str) -> None:
    def lines_run(length: int) -> int:
        """How many lines of Python the chunker runs through."""
        source = document(line * (length // len(line)), title="")
        embedder = HashingEmbedder(max_tokens=256)
        spans = embedder.token_spans(source.text)
        embedder.token_spans = lambda text: spans if text == source.text else []  # type: ignore[method-assign]
        count = 0

        def trace(frame: FrameType, event: str, argument: object) -> Any:
            nonlocal count
            count += event == "line"
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            chunked(source, max_tokens=200, embedder=embedder)
        finally:
            sys.settrace(before)
        return count

    lines_run(10_000)  # what is loaded at first use does not count
    assert lines_run(80_000) < 12 * lines_run(10_000)  # 8 times as long; the square would be 64
