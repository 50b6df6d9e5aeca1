"""Headers of table rows come out of the store as they went in, and older libraries still work."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

import rag.store.database as migrate_module
from rag.schema import Block, BlockKind, Chunk, RowHeader
from rag.store import Store
from rag.store.blocks import packed_header, unpacked_header
from tests.fakes import HashingEmbedder, add_to_store, document

TEXT = "\t2022\t2021\nSales\t5\t4\nCost\t3\t2\nPlain text."
HEADER = RowHeader(("", "2022", "2021"), ("Group",), "Title", "in millions")
NAMES = RowHeader(("", "", ""), caption="Title", is_header=True)
BLOCKS = (
    Block(0, 10, BlockKind.TABLE_ROW, header=NAMES),
    Block(11, 20, BlockKind.TABLE_ROW, header=HEADER),
    Block(21, 29, BlockKind.TABLE_ROW, header=HEADER),
    Block(30, len(TEXT), BlockKind.PARAGRAPH),
)

NAMES_OF_ANY_KIND = st.text(st.characters(exclude_categories=()), max_size=10)


@given(
    st.builds(
        RowHeader,
        st.lists(NAMES_OF_ANY_KIND, max_size=3).map(tuple),
        st.lists(NAMES_OF_ANY_KIND, max_size=2).map(tuple),
        NAMES_OF_ANY_KIND,
        NAMES_OF_ANY_KIND,
        st.integers(0, 2),
        st.booleans(),
    )
)
def test_a_header_survives_packing(header: RowHeader) -> None:
    packed_header(header).encode()
    assert unpacked_header(packed_header(header)) == header


def test_blocks_come_back_with_their_headers(store: Store, embedder: HashingEmbedder) -> None:
    info = add_to_store(store, document(TEXT, blocks=BLOCKS), embedder)
    assert store.blocks(info.document_id) == list(BLOCKS)
    assert store.table_rows(info.document_id, 15, len(TEXT)) == list(BLOCKS[1:3])
    connection = sqlite3.connect(store.path / "catalog.sqlite")
    assert connection.execute("SELECT count(*) FROM row_headers").fetchone() == (2,)  # each header once
    store.remove_documents([info.document_id])
    assert connection.execute("SELECT count(*) FROM row_headers").fetchone() == (0,)
    connection.close()


def test_a_chunk_comes_with_its_rows_also_those_without_a_header(
    store: Store, embedder: HashingEmbedder
) -> None:
    text = "Shop: A; Town: B\nShop: C; Town: D\n\nPlain."
    records = (Block(0, 16, BlockKind.TABLE_ROW), Block(17, 33, BlockKind.TABLE_ROW))
    source = document(text, blocks=(*records, Block(35, 41, BlockKind.PARAGRAPH)))
    add_to_store(store, source, embedder, [Chunk(0, 0, 17, 1, 1), Chunk(1, 17, 41, 1, 1)])
    assert store.chunk_rows(store.chunks([1, 2])) == [[records[0]], [records[1]]]
    assert store.table_rows(source.document_id, 0, 41) == []


def test_what_stands_above_a_chunk_is_kept_and_found(store: Store, embedder: HashingEmbedder) -> None:
    source = document(TEXT, blocks=BLOCKS)
    chunks = [Chunk(0, 0, 21, 1, 1), Chunk(1, 21, len(TEXT), 1, 1, (), "Zanzibar | 2022")]
    add_to_store(store, source, embedder, chunks)
    hit = store.lexical_search("Zanzibar", 5)[0]
    assert store.chunks([hit.chunk_id])[0].context == "Zanzibar | 2022"
    assert all(check.ok for check in store.check())


def test_a_library_from_before_the_headers_still_works(tmp_path: Path, embedder: HashingEmbedder) -> None:
    path = tmp_path / "old" / "catalog.sqlite"
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    for number, script in migrate_module.migrations().items():
        if number < 5:
            connection.executescript(script)
    connection.execute(f"PRAGMA application_id = {0x43697465}")
    connection.execute("PRAGMA user_version = 4")
    connection.execute(
        "INSERT INTO documents VALUES (1,'0123456789abcdef','a.txt','s','text/plain','a','en',1,4,1,0,"
        "'2024','{}','[]',NULL)"
    )
    connection.execute("INSERT INTO texts VALUES (1, 0, CAST('a\tb\n' AS BLOB))")
    connection.execute("INSERT INTO pages VALUES (1,1,0,4,'',NULL,NULL,'[]',NULL)")
    connection.execute("INSERT INTO blocks VALUES (1, 0, 3, 'table_row', 0)")
    connection.commit()
    connection.close()
    with Store.open(path.parent) as opened:
        assert opened.blocks("0123456789abcdef") == [Block(0, 3, BlockKind.TABLE_ROW)]
        assert opened.table_rows("0123456789abcdef", 0, 4) == []
        add_to_store(opened, document(TEXT, "b.txt", blocks=BLOCKS), embedder)
        assert len(opened.documents()) == 2
