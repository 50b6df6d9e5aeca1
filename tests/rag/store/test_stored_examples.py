from __future__ import annotations

import pytest

from rag.errors import NotFoundError
from rag.schema import Example, RunRecord
from rag.store import Store
from tests.fakes import HashingEmbedder, add_to_store, document

EXAMPLE = Example("e1", "When?", "1884 [1].", ("Built in 1884.", "Or later."), "date")


def run(store: Store, run_id: str = "r1") -> None:
    store.save_run(RunRecord(run_id, "", "When?", 1, {}, "quotes", (), {}, {}))


def test_examples_come_back_in_the_order_of_approval(store: Store, embedder: HashingEmbedder) -> None:
    info = add_to_store(store, document("Built in 1884."), embedder)
    other = Example("e2", "Who? \ud800", "Ana.")
    run(store)
    run(store, "r2")
    store.examples.add("r1", EXAMPLE, [info.document_id, info.document_id])
    store.examples.add("r2", other, [])
    assert store.examples.all() == (EXAMPLE, other)
    with Store.open(store.path) as again:
        assert again.examples.all() == (EXAMPLE, other)
    assert store.examples.remove("r1")
    assert not store.examples.remove("r1")
    assert store.examples.all() == (other,)


def test_a_run_has_one_example(store: Store) -> None:
    run(store)
    store.examples.add("r1", EXAMPLE, [])
    changed = Example("e3", "When?", "In 1884.")
    store.examples.add("r1", changed, [])
    assert store.examples.all() == (changed,)


def test_an_example_leaves_with_any_document_of_its_evidence(store: Store, embedder: HashingEmbedder) -> None:
    first = add_to_store(store, document("Built in 1884.", "a.txt"), embedder)
    second = add_to_store(store, document("Or later.", "b.txt"), embedder)
    kept = Example("e2", "Who?", "Ana.")
    run(store)
    run(store, "r2")
    store.examples.add("r1", EXAMPLE, [first.document_id, second.document_id])
    store.examples.add("r2", kept, [second.document_id])
    store.remove_documents([first.document_id])
    assert store.examples.all() == (kept,)
    add_to_store(store, document("Another text altogether.", "b.txt"), embedder)
    assert store.examples.all() == ()


def test_examples_need_a_run_and_documents_that_are_there(store: Store) -> None:
    with pytest.raises(NotFoundError, match="no run 'r1'"):
        store.examples.add("r1", EXAMPLE, [])
    run(store)
    with pytest.raises(NotFoundError, match="ask the question again"):
        store.examples.add("r1", EXAMPLE, ["gone"])
    assert store.examples.all() == ()
