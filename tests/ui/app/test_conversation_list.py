"""The sidebar's conversations: renamed, pinned, found, deleted and taken back."""

from __future__ import annotations

import pytest

from rag.library import Library
from tests.ui.app.sample import html

ROOF = "How much did the boathouse roof repair cost?"
BOOKS = "How much did the library spend on books in 2023?"


@pytest.fixture
def library(library_path):
    with Library.open(library_path) as opened:
        yield opened


def _asked(app, question):
    app.chat_input[0].set_value(question).run()
    assert not app.exception


def _titles(app):
    return [button.label for button in app.button if button.key and button.key.startswith("load-")]


def test_a_conversation_is_renamed_and_pinned(app, library):
    _asked(app.run(), ROOF)
    app.button(key="new-conversation").click().run()
    _asked(app, BOOKS)
    newer, older = library.store.conversations()
    assert (newer.title, older.title) == (BOOKS, ROOF)
    app.text_input(key=f"title-{older.conversation_id}").set_value("  The   roof ").run()
    app.button(key=f"pin-{older.conversation_id}").click().run()
    assert _titles(app)[0] == "The roof"
    assert library.store.conversations()[0].pinned
    app.text_input(key=f"title-{older.conversation_id}").set_value(" ").run()
    app.button(key=f"pin-{older.conversation_id}").click().run()
    assert _titles(app)[1] == "The roof"  # no empty title, and at its old place


def test_a_deleted_conversation_leaves_the_list_and_can_be_taken_back(app, library):
    _asked(app.run(), ROOF)
    (kept,) = library.store.conversations()
    app.button(key=f"forget-{kept.conversation_id}").click().run()
    assert (library.store.conversations(), len(library.runs())) == ([], 1)
    assert app.title[0].value == "Ask your documents"
    assert any(ROOF[:20] in caption.value for caption in app.caption)
    app.button(key="undo-delete").click().run()
    assert [item.conversation_id for item in library.store.conversations()] == [kept.conversation_id]
    app.button(key=f"load-{kept.conversation_id}").click().run()
    assert "18,750" in html(app)


def test_many_conversations_are_all_there_and_found_by_their_words(app, library):
    _asked(app.run(), ROOF)
    (run,) = library.runs()
    for number in range(11):
        made = library.store.create_conversation(f"Talk {number}")
        library.store.add_turn(made, f"What of the {number}th pump?", run.run_id)
    assert len(_titles(app.run())) == 8
    app.toggle(key="all-conversations").set_value(True).run()
    assert len(_titles(app)) == 12
    app.text_input(key="conversation-search").set_value("10th PUMP").run()
    assert _titles(app) == ["Talk 10"]
    app.text_input(key="conversation-search").set_value("giraffe").run()
    assert _titles(app) == []
    assert any("No conversation" in caption.value for caption in app.caption)


def test_others_see_none_of_it_and_go_on_in_a_copy(app, library, monkeypatch):
    monkeypatch.setenv("CITEWELL_UI__HOST", "0.0.0.0")
    _asked(app.run(), ROOF)
    assert (len(_titles(app)), library.store.conversations()) == (1, [])
    kept = app.query_params["conversation"]
    another = type(app).from_file(app._script_path, default_timeout=60)
    assert _titles(another.run()) == []
    assert not any(ROOF in button.label for button in another.button)  # nor among what was asked before
    another.switch_page("views/why_view.py").run()
    assert not another.selectbox
    another.switch_page("views/status_view.py").run()
    assert ROOF not in html(another)
    shared = type(app).from_file(app._script_path, default_timeout=60)
    shared.query_params["conversation"] = kept
    assert "18,750" in html(shared.run())
    assert _titles(shared) == []
    shared.button(key="why-0").click().run()
    assert shared.selectbox(key="run").options[0].endswith(ROOF)  # of what was shown, why as well
    shared.switch_page("views/ask_view.py").run()
    _asked(shared, BOOKS)
    assert shared.query_params["conversation"] != kept
    assert len(_titles(shared)) == 1
    assert [question for question, _ in library.store.turns(kept)] == [ROOF]
    copied = library.store.turns(shared.query_params["conversation"])
    assert [question for question, _ in copied] == [ROOF, BOOKS]
