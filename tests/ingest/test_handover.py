"""A document comes out of its bytes as it went in."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from ingest.handover import ParsedDocument, packed, read_frame, unpacked, write_frame
from rag.schema import Block, BlockKind, Chunk, Document, Page, RowHeader

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=30)
OFFSETS = st.integers(0, 2**40)

PAGES = st.builds(
    Page,
    OFFSETS,
    OFFSETS,
    OFFSETS,
    ANY_TEXT,
    st.none() | st.floats(0, 1e4),
    st.none() | st.floats(0, 1e4),
    st.none() | st.binary(max_size=20),
    st.lists(ANY_TEXT, max_size=2).map(tuple),
)
NAMES = st.lists(ANY_TEXT, max_size=3).map(tuple)
HEADERS = st.builds(RowHeader, NAMES, NAMES, ANY_TEXT, ANY_TEXT, st.integers(0, 2), st.booleans())
BLOCKS = st.builds(
    Block, OFFSETS, OFFSETS, st.sampled_from(list(BlockKind)), st.integers(0, 6), st.none() | HEADERS
)
CHUNKS = st.builds(
    Chunk, OFFSETS, OFFSETS, OFFSETS, OFFSETS, OFFSETS, st.lists(ANY_TEXT, max_size=3).map(tuple), ANY_TEXT
)
DOCUMENTS = st.builds(
    Document,
    source=ANY_TEXT,
    sha256=ANY_TEXT,
    media_type=ANY_TEXT,
    title=ANY_TEXT,
    language=ANY_TEXT,
    text=ANY_TEXT,
    pages=st.lists(PAGES, max_size=4).map(tuple),
    blocks=st.lists(BLOCKS, max_size=4).map(tuple),
    metadata=st.dictionaries(ANY_TEXT, ANY_TEXT, max_size=3),
    warnings=st.lists(ANY_TEXT, max_size=2).map(tuple),
)


@given(DOCUMENTS, st.none() | st.lists(CHUNKS, max_size=4).map(tuple))
def test_a_document_survives_the_way(document, chunks):
    parsed = ParsedDocument(document, chunks, 1.5, 0.25)
    stream = io.BytesIO()
    write_frame(stream, *packed(parsed))
    stream.seek(0)
    frame = read_frame(stream)
    assert frame is not None
    assert unpacked(frame) == parsed
    assert read_frame(stream) is None


@given(st.binary(max_size=40), st.integers(0, 39))
def test_a_frame_that_is_cut_short_is_none(body, kept):
    stream = io.BytesIO()
    write_frame(stream, body)
    whole = stream.getvalue()
    assert read_frame(io.BytesIO(whole[: min(kept, len(whole) - 1)])) is None
