"""Whatever the text and whatever the order of things, what comes out is what went in."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from rag.geometry import PageGeometry
from rag.schema import Block, BlockKind, Page
from rag.store import Store, texts
from tests.fakes import HashingEmbedder, add_to_store, document, pages_of
from tests.searching import examples

ANY_TEXT = st.text(
    st.one_of(
        st.characters(),  # any code point but surrogates
        st.sampled_from("\f\n\t\0 aé中😀\U0001f469\u200d\U00020000\ud800\udfff\u0301ﬁ"),
    ),
    max_size=300,
)
EMBEDDER = HashingEmbedder()


@contextmanager
def fresh() -> Iterator[Store]:
    with tempfile.TemporaryDirectory() as folder, Store.open(Path(folder) / "library") as store:
        yield store


@given(ANY_TEXT, st.integers(1, 40), st.integers(1, 50), st.data())
@settings(max_examples=examples(60))
def test_slices_are_python_slices(text: str, piece: int, size: int, data: st.DataObject) -> None:
    offset = st.one_of(st.none(), st.integers(-len(text) - 2, len(text) + 2))
    before, texts.PIECE = texts.PIECE, piece
    try:
        with fresh() as store:
            info = add_to_store(store, document(text), EMBEDDER, size=size)
            assert store.text(info.document_id) == text
            for _ in range(5):
                start, end = data.draw(offset) or 0, data.draw(offset)
                assert store.text(info.document_id, start, end) == text[start:end]
            for chunk in store.document_chunks(info.document_id):
                assert chunk.text == text[chunk.start : chunk.end]
            assert "".join(chunk.text for chunk in store.document_chunks(info.document_id)) == text
            assert [(p.start, p.end) for p in store.pages(info.document_id)] == [
                (p.start, p.end) for p in pages_of(text)
            ]
            assert [check for check in store.check() if not check.ok] == []
    finally:
        texts.PIECE = before


@given(
    st.text(max_size=20),
    st.text(max_size=20),
    st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=3),
    st.lists(st.text(max_size=5), max_size=3),
    st.one_of(st.none(), st.floats(1, 5_000)),
)
@settings(max_examples=examples(40))
def test_names_labels_and_warnings_come_back(
    source: str, title: str, metadata: dict[str, str], warnings: list[str], width: float | None
) -> None:
    text = "some text"
    boxes = np.array([[1, 2, 3, 4]] * len(text), np.float32)
    page = Page(1, 0, 9, title, width, width, PageGeometry(boxes).to_bytes(), tuple(warnings))
    given_document = document(
        text,
        source,
        [page],
        title=title,
        metadata=metadata,
        warnings=tuple(warnings),
        blocks=(Block(0, 9, BlockKind.LIST_ITEM),),
    )
    with fresh() as store:
        info = add_to_store(store, given_document, EMBEDDER)
        assert (info.source, info.title, info.metadata) == (source, title, metadata)
        assert info.warnings == tuple(warnings)
        assert store.page(info.document_id, 1) == page
        assert store.resolve(info.document_id) == store.document_by_source(source) == info


WORDS = ["apple", "pear", "plum", "中文", "😀", "10-k"]


class Library(RuleBasedStateMachine):
    """Two stores on one folder and a dictionary that says what they should hold."""

    @initialize()
    def start(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        path = Path(self.folder.name) / "library"
        self.stores = (Store.open(path), Store.open(path))
        self.expected: dict[str, str] = {}

    def teardown(self) -> None:
        if hasattr(self, "folder"):
            for store in self.stores:
                store.close()
            self.folder.cleanup()

    @rule(
        which=st.integers(0, 1),
        source=st.sampled_from(["a", "b", "c"]),
        words=st.lists(st.sampled_from(WORDS), max_size=12),
        original=st.booleans(),
    )
    def add(self, which: int, source: str, words: list[str], original: bool) -> None:
        text = " ".join(words)
        path = Path(self.folder.name) / source
        path.write_text(text)
        add_to_store(
            self.stores[which], document(text, source), EMBEDDER, size=10, original=path if original else None
        )
        self.expected[source] = text

    @precondition(lambda self: self.expected)
    @rule(which=st.integers(0, 1), data=st.data())
    def remove(self, which: int, data: st.DataObject) -> None:
        chosen = data.draw(st.sets(st.sampled_from(sorted(self.expected)), min_size=1))
        ids = [info.document_id for info in self.stores[which].documents() if info.source in chosen]
        assert {info.source for info in self.stores[which].remove_documents(ids)} == chosen
        for source in chosen:
            del self.expected[source]

    @rule(which=st.integers(0, 1))
    def publish(self, which: int) -> None:
        self.stores[which].publish()

    @rule(which=st.integers(0, 1))
    def reopen(self, which: int) -> None:
        self.stores[which].close()
        stores = list(self.stores)
        stores[which] = Store.open(self.stores[which].path)
        self.stores = (stores[0], stores[1])

    @rule(which=st.integers(0, 1), word=st.sampled_from(WORDS))
    def search(self, which: int, word: str) -> None:
        store = self.stores[which]
        vectors = EMBEDDER.embed_questions([word])
        [dense] = store.dense_search(EMBEDDER.fingerprint, vectors, 100)
        assert {chunk.chunk_id for chunk in store.chunks([hit.chunk_id for hit in dense])} == {
            hit.chunk_id for hit in dense
        }
        assert len(dense) == sum(-(-len(text) // 10) for text in self.expected.values())
        assert dense == sorted(dense, key=lambda hit: (-hit.score, hit.chunk_id))
        lexical = store.chunks([hit.chunk_id for hit in store.lexical_search(word, 100)])
        whole_words = {chunk.source for chunk in lexical if word in chunk.text.split()}
        assert whole_words == {
            source
            for source, text in self.expected.items()
            if any(word in text[start : start + 10].split() for start in range(0, len(text), 10))
            and word != "😀"
        }

    @invariant()
    def the_library_holds_what_it_should(self) -> None:
        if hasattr(self, "stores"):
            for store in self.stores:
                listed = {info.source: store.text(info.document_id) for info in store.documents()}
                assert listed == self.expected
                assert [check for check in store.check() if not check.ok] == []


TestLibrary = Library.TestCase
TestLibrary.settings = settings(max_examples=examples(15), stateful_step_count=15)
