import pytest

from rag.errors import NotFoundError, UsageError
from rag.library import Library
from rag.store import Store
from tests.fakes import HashingEmbedder, add_to_store, document


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "library") as opened:
        for name in ("b.txt", "a.txt", "c.txt"):
            add_to_store(opened, document(f"This is {name}.", source=name), HashingEmbedder())
        yield opened


def _sources(store, name):
    (group,) = [group for group in store.collections.all() if group.name == name]
    return [info.source for info in store.documents(list(group.document_ids))]


def _id(store, source):
    return store.document_by_source(source).document_id


def test_a_group_holds_exactly_what_it_was_given(store):
    store.collections.put("Reports", [_id(store, "b.txt"), _id(store, "a.txt"), _id(store, "a.txt")])
    assert _sources(store, "Reports") == ["a.txt", "b.txt"]
    store.collections.put("  Reports ", [_id(store, "c.txt")])
    assert _sources(store, "Reports") == ["c.txt"]
    store.collections.put("Empty")
    assert [group.name for group in store.collections.all()] == ["Empty", "Reports"]


def test_a_document_knows_its_groups(store):
    store.collections.put("Reports", [_id(store, "a.txt"), _id(store, "b.txt")])
    store.collections.put("Drafts", [_id(store, "a.txt")])
    store.collections.put("Empty")
    assert store.collections.by_document() == {
        _id(store, "a.txt"): ["Drafts", "Reports"],
        _id(store, "b.txt"): ["Reports"],
    }


def test_groups_are_there_after_opening_again(store):
    store.collections.put("Reports", [_id(store, "a.txt")])
    with Store.open(store.path) as again:
        assert _sources(again, "Reports") == ["a.txt"]


def test_a_newer_version_of_a_document_stays_in_its_group(store):
    store.collections.put("Reports", [_id(store, "a.txt")])
    add_to_store(store, document("Another text now.", source="a.txt"), HashingEmbedder())
    assert _sources(store, "Reports") == ["a.txt"]


def test_a_removed_document_leaves_its_groups_for_good(store):
    store.collections.put("Reports", [_id(store, "a.txt"), _id(store, "b.txt")])
    with Library.open(store.path) as library:
        library.remove(["a.txt"])
    add_to_store(store, document("It came back.", source="a.txt"), HashingEmbedder())
    assert _sources(store, "Reports") == ["b.txt"]


def test_an_unknown_document_changes_nothing(store):
    store.collections.put("Reports", [_id(store, "a.txt")])
    with pytest.raises(NotFoundError):
        store.collections.put("Reports", [_id(store, "b.txt"), "0" * 16])
    assert _sources(store, "Reports") == ["a.txt"]


def test_a_group_is_renamed_and_removed(store):
    store.collections.put("Old", [_id(store, "a.txt")])
    store.collections.put("Other")
    with pytest.raises(UsageError, match="Other"):
        store.collections.rename("Old", "Other")
    store.collections.rename("Old", "New")
    assert _sources(store, "New") == ["a.txt"]
    store.collections.remove("New")
    assert [group.name for group in store.collections.all()] == ["Other"]
    assert len(store.documents()) == 3
    with pytest.raises(NotFoundError, match="New"):
        store.collections.remove("New")


@pytest.mark.parametrize("name", ["", "  \n ", "x" * 121])
def test_a_name_must_say_something(store, name):
    with pytest.raises(UsageError, match="characters"):
        store.collections.put(name)
