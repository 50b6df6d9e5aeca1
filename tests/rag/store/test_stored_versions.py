"""Versions of fetched documents: kept with their document, gone with it or with its next version."""

from __future__ import annotations

from rag.store import Store
from tests.fakes import HashingEmbedder, add_to_store, document


def test_a_version_stays_with_its_document_and_goes_with_it(store: Store, embedder: HashingEmbedder) -> None:
    first = add_to_store(store, document("The tide turns at six."), embedder)
    assert store.versions.find(first.document_id) == ""
    for version in ("1", "2", "2"):
        store.versions.keep(first.document_id, version)
        with Store.open(store.path) as again:
            assert again.versions.find(first.document_id) == version
    second = add_to_store(store, document("The tide turns at seven."), embedder)  # of the same source
    assert store.versions.find(first.document_id) == store.versions.find(second.document_id) == ""
    store.versions.keep(first.document_id, "3")
    store.versions.keep(second.document_id, "4")
    assert store.versions.find(first.document_id) == ""
    store.remove_documents([second.document_id])
    assert store.versions.find(second.document_id) == ""
    assert all(check.ok for check in store.check())
