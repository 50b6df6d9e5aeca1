"""Many sessions that ask one library at once."""

from __future__ import annotations

import threading

import pytest

from rag.library import Library
from rag.parts import Parts
from rag.schema import Answer
from tests.fakes import add_to_store, document
from ui.app.asking import Asking
from ui.app.components.conversations import keep_turn
from ui.app.conversation import Conversation
from ui.app.shared import Shared

PLACES = ["harbour", "windmill", "observatory", "cannery", "lighthouse", "tannery", "chapel", "quarry"]
SESSIONS = 20


@pytest.fixture
def library(tmp_path, hashed):
    with Library.open(tmp_path / "library") as opened:
        for number, place in enumerate(PLACES):
            text = f"The {place} was built in {1800 + number} by {place.title()} and Sons. It stands empty."
            add_to_store(opened.store, document(text, source=f"{place}.txt"), opened.embedder)
        yield opened


def _ask(shared: Shared, question: str, conversation: Conversation) -> Asking:
    asking = Asking(
        shared.library,
        question,
        ready=shared.ready,
        on_end=lambda asking: keep_turn(shared.library.store, conversation, asking),
    )
    return asking.start()


def _answer(asking: Asking) -> Answer:
    *_, last = asking.follow()
    assert asking.error is None
    assert last.answer is not None
    return last.answer


def test_twenty_sessions_at_once_get_their_own_answers(library):
    shared = Shared(library)
    questions = [f"When was the {PLACES[n % len(PLACES)]} built?" for n in range(SESSIONS)]
    alone = {question: library.ask(question).text for question in set(questions)}
    conversations = [Conversation() for _ in questions]
    askings = [_ask(shared, *pair) for pair in zip(questions, conversations, strict=True)]
    for question, asking, conversation in zip(questions, askings, conversations, strict=True):
        answer = _answer(asking)
        assert answer.text == alone[question]
        assert [turn.question for turn in conversation.turns] == [question]
        assert conversation.turns[0].answer == answer
    kept = library.store.conversations()
    assert len(kept) == SESSIONS
    assert {item.turns for item in kept} == {1}


def test_models_are_built_once_for_all_sessions(library, monkeypatch):
    built = []
    build = Parts._answerer.func
    monkeypatch.setattr(Parts._answerer, "func", lambda self: built.append(1) or build(self))
    shared = Shared(library)
    threads = [threading.Thread(target=shared.ready) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(built) == 1


def test_a_document_that_goes_while_it_is_asked_about_is_no_error(library):
    shared = Shared(library)
    askings = [_ask(shared, f"When was the {place} built?", Conversation()) for place in PLACES * 2]
    library.remove([f"{place}.txt" for place in PLACES[:4]])
    for asking in askings:
        _answer(asking)


def test_a_stopped_question_says_nothing_about_the_documents(library):
    conversation = Conversation()
    asking = Asking(
        library, "When was the harbour built?", on_end=lambda a: keep_turn(library.store, conversation, a)
    )
    asking.stop()
    asking.start()
    *_, _last = asking.follow()
    (turn,) = conversation.turns
    assert turn.stopped
    assert turn.answer is None
    assert library.store.conversations() == []
