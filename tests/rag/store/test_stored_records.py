from __future__ import annotations

from dataclasses import replace

import pytest

from rag.errors import NotFoundError
from rag.schema import Message, RunRecord
from rag.store import Store

RECORD = RunRecord(
    run_id="r1",
    created_at="2026-01-02T03:04:05.678+00:00",
    question="Wo? \ud800",
    library_version=3,
    settings={"retrieval": {"top_k": 8}},
    model="quotes",
    prompt=(Message("system", "s"), Message("user", "u")),
    answer={"text": "here", "citations": [{"start": 1}]},
    timings={"retrieve": 0.25},
    why={"weights": {"dense": 0.5}},
)


def test_runs_come_back_as_they_were_saved(store: Store) -> None:
    store.save_run(RECORD)
    store.save_run(replace(RECORD, run_id="r2", prompt=()))
    assert store.run("r1") == RECORD
    assert [record.run_id for record in store.runs()] == ["r2", "r1"]
    assert [record.run_id for record in store.runs(limit=1)] == ["r2"]
    changed = replace(RECORD, model="other")
    store.save_run(changed)
    assert store.run("r1") == changed
    assert len(store.runs()) == 2
    with pytest.raises(NotFoundError, match="'r3'"):
        store.run("r3")


def test_a_conversation_keeps_its_turns_in_order(store: Store) -> None:
    store.save_run(RECORD)
    store.save_run(replace(RECORD, run_id="r2"))
    first, second = store.create_conversation("First"), store.create_conversation("Second")
    store.add_turn(first, "one?", "r1")
    store.add_turn(first, "and then?", "r2")
    assert store.turns(first) == [("one?", RECORD), ("and then?", replace(RECORD, run_id="r2"))]
    assert store.turns(second) == []
    assert {(c.conversation_id, c.title, c.turns) for c in store.conversations()} == {
        (first, "First", 2),
        (second, "Second", 0),
    }
    store.delete_conversation(first)
    assert [c.conversation_id for c in store.conversations()] == [second]
    assert store.run("r1") == RECORD


def test_the_conversation_last_changed_comes_first(store: Store) -> None:
    store.save_run(RECORD)
    old, new = store.create_conversation("old"), store.create_conversation("new")
    assert [c.conversation_id for c in store.conversations()] == [new, old]
    store.add_turn(old, "?", "r1")
    listed = store.conversations()
    assert listed[0].changed_at >= listed[1].changed_at


def test_conversations_belong_to_people(store: Store) -> None:
    ada, bob = store.create_conversation("Ada's", "ada"), store.create_conversation("Bob's", "bob")
    nobody = store.create_conversation("of nobody")
    assert [c.conversation_id for c in store.conversations("ada")] == [ada]
    assert [c.conversation_id for c in store.conversations("bob")] == [bob]
    assert [c.conversation_id for c in store.conversations()] == [nobody]
    assert store.conversation(ada).person == "ada"


def test_conversations_are_renamed_pinned_and_found_by_words_of_theirs(store: Store) -> None:
    store.save_run(RECORD)
    old, new = store.create_conversation("100% wool_"), store.create_conversation("Roofs")
    store.add_turn(new, "What did the BOATHOUSE cost?", "r1")
    store.change_conversation(old, pinned=True)
    assert [(c.conversation_id, c.pinned) for c in store.conversations()] == [(old, True), (new, False)]
    for words, found in (
        ("boathouse", [new]),
        ("roof", [new]),
        ("0%", [old]),
        ("wool_", [old]),
        ("_", [old]),
        ("%x", []),
    ):
        assert [c.conversation_id for c in store.conversations(matching=words)] == found
    store.change_conversation(old, title="Über Wolle", pinned=False)
    assert [c.conversation_id for c in store.conversations(matching="über")] == [old]
    store.change_conversation(old, title="Wool")
    assert {c.title for c in store.conversations()} == {"Wool", "Roofs"}
    assert not any(c.pinned for c in store.conversations())


def test_a_deleted_conversation_can_be_taken_back_for_a_while(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.save_run(RECORD)
    gone = store.create_conversation("gone")
    store.add_turn(gone, "one?", "r1")
    store.delete_conversation(gone)
    assert store.conversations() == []
    for call in (store.turns, store.conversation, store.delete_conversation):
        with pytest.raises(NotFoundError):
            call(gone)
    store.restore_conversation(gone)
    assert [c.title for c in store.conversations()] == ["gone"]
    assert [question for question, _ in store.turns(gone)] == ["one?"]
    with pytest.raises(NotFoundError):
        store.restore_conversation(gone)  # it is not deleted
    store.delete_conversation(gone)
    monkeypatch.setattr("rag.store.stored_records.now", lambda: "2999-01-01T00:00:00.000+00:00")
    with pytest.raises(NotFoundError):
        store.restore_conversation(gone)
    store.create_conversation("later")
    monkeypatch.undo()
    with pytest.raises(NotFoundError):
        store.restore_conversation(gone)


def test_unknown_conversations_and_runs_are_errors(store: Store) -> None:
    conversation = store.create_conversation("c")
    for call in (
        lambda: store.turns("x"),
        lambda: store.conversation("x"),
        lambda: store.delete_conversation("x"),
        lambda: store.restore_conversation("x"),
        lambda: store.change_conversation("x", title="y"),
        lambda: store.add_turn("x", "?", "r1"),
        lambda: store.add_turn(conversation, "?", "r1"),
        lambda: store.save_feedback("r1", 1),
    ):
        with pytest.raises(NotFoundError):
            call()
    assert store.turns(conversation) == []


def test_feedback_keeps_the_last_word_on_a_run(store: Store) -> None:
    store.save_run(RECORD)
    store.save_feedback("r1", 1)
    store.save_feedback("r1", -1, "There.")
    [given] = store.feedback()
    assert (given.run_id, given.question, given.rating, given.wanted_answer) == (
        "r1",
        "Wo? \ud800",
        -1,
        "There.",
    )
    with pytest.raises(ValueError, match="rating 5"):
        store.save_feedback("r1", 5)  # type: ignore[arg-type]


def test_what_each_model_took_is_summed_over_the_latest_runs(store):
    quoted = replace(RECORD, model="quotes", timings={"total": 0.2}, tokens={"input": 0, "output": 0})
    for number in range(20):
        store.save_run(replace(quoted, run_id=f"q{number}", timings={"total": 0.1 * (number + 1)}))
    settings = {"generator": {"model": "writer"}}
    written = replace(quoted, settings=settings, timings={"generate": 1.0, "total": 2.0})
    store.save_run(replace(written, run_id="w1", model="writer", tokens={"input": 90, "output": 7}))
    store.save_run(replace(written, run_id="w2", tokens={"input": 80, "output": 5}))  # quotes stood in
    store.save_run(replace(quoted, run_id="e", model="endpoint", tokens={}))
    quotes, writer, endpoint = store.model_uses(100)
    assert (quotes.model, len(quotes.seconds), quotes.tokens_read) == ("quotes", 20, 0)
    assert (quotes.percentile(0.5), quotes.percentile(0.95)) == pytest.approx((1.0, 1.9))
    assert (writer.model, writer.seconds, writer.percentile(0.5)) == ("writer", (2.0, 2.0), 2.0)
    assert (writer.tokens_read, writer.tokens_written) == (170, 12)
    assert (endpoint.tokens_read, endpoint.tokens_written) == (None, None)
    assert [use.model for use in store.model_uses(3)] == ["writer", "endpoint"]
