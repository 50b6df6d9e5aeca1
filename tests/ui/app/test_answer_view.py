"""An answer with all that it may hold, drawn by itself."""

import dataclasses

import pytest
from streamlit.testing.v1 import AppTest

from rag.schema import Answer, AnswerSentence, Citation, Conflict, Place, ShortAnswer
from tests.ui.app.sample import html

EVIL = "<script>alert(1)</script>"
ANSWER = Answer(
    question="And the roof?",
    text="The roof cost 12 crowns. Others say 15 crowns.",
    sentences=(
        AnswerSentence("The roof cost 12 crowns.", (1,)),
        AnswerSentence("Others say 15 crowns.", (2,)),
    ),
    citations=(
        Citation(1, "d1", "a/one.pdf", 2, 0, 24, "The roof cost 12 crowns.", place=Place("page", "2")),
        Citation(2, "d2", f"b/{EVIL}.pdf", 3, 0, 21, "Others say 15 crowns."),
    ),
    abstained=False,
    confidence=0.75,
    understood=f"What did the roof {EVIL} cost?",
    short_answer=ShortAnswer("12 crowns", "d1", 14, 23, 1),
    conflicts=(Conflict(("12 crowns", f"15 crowns {EVIL}"), (1, 2)),),
)


def _draw():
    import streamlit as st

    from ui.app.components.answer import turn_view
    from ui.app.conversation import Turn

    turn_view(None, Turn("And the roof?", st.session_state["drawn"]), 0, {})


def _drawn(answer):
    app = AppTest.from_function(_draw, default_timeout=30)
    app.session_state["drawn"] = answer
    app.run()
    assert not app.exception
    return app


def test_the_question_as_understood_and_the_short_answer_stand_above():
    shown = html(_drawn(ANSWER))
    assert "Understood as:" in shown
    assert "<strong>12 crowns</strong>" in shown
    assert shown.index("Understood as:") < shown.index("12 crowns</strong>") < shown.index("The roof cost")


def test_an_item_starts_a_line():
    first, second = ANSWER.sentences
    listed = dataclasses.replace(ANSWER, sentences=(first, dataclasses.replace(second, starts_line=True)))
    assert html(_drawn(listed)).count('<br><span class="cw-sentence">Others say') == 1
    assert "<br>" not in html(_drawn(ANSWER))


def test_a_short_answer_that_is_all_that_is_said_is_not_said_twice():
    alone = dataclasses.replace(ANSWER, text="12 crowns.", conflicts=())
    assert "cw-short" not in html(_drawn(alone))


@pytest.mark.parametrize("side", [0, 1])
def test_each_side_of_a_contradiction_is_told_and_opens_its_place(side):
    app = _drawn(ANSWER)
    assert "The documents disagree:" in html(app)
    assert "one.pdf, page 2" in html(app)
    app.button(key=f"side-0-0-{side}").click().run()
    opened = app.session_state["citewell"].opened
    assert (opened.document_id, opened.number) == (f"d{side + 1}", side + 1)


def test_nothing_of_it_becomes_part_of_the_page():
    app = _drawn(ANSWER)
    assert "<script" not in html(app)
    assert html(app).count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 2


def test_a_greeting_and_a_refusal_have_no_confidence():
    assert any("75 %" in badge.value for badge in _drawn(ANSWER).get("markdown"))
    said = (AnswerSentence("Hello!", own_words=True),)
    greeting = dataclasses.replace(ANSWER, text="Hello!", sentences=said, citations=(), conflicts=())
    for answer in (greeting, dataclasses.replace(ANSWER, abstained=True)):
        assert not any("%" in element.value for element in _drawn(answer).get("markdown"))
