import dataclasses
import io
import json

import docx
from hypothesis import given
from hypothesis import strategies as st

from rag.schema import Answer, AnswerSentence, Box, Citation, Example, Passage, Place, Support
from rag.wire import answer_from_json, answer_json
from ui.app.conversation import Conversation, Turn, as_json, as_markdown
from ui.app.conversation_docx import as_docx

ANSWER = Answer(
    question="How much?",
    text="It cost 12 crowns. It rained.",
    sentences=(
        AnswerSentence("It cost 12 crowns.", (1,)),
        AnswerSentence("It rained.", (), Support.UNSUPPORTED),
    ),
    citations=(
        Citation(
            1,
            "d1",
            "a/<b>.pdf",
            2,
            10,
            28,
            "It cost 12 crowns.",
            (Box(2, 1.0, 2.0, 3.0, 4.0),),
            place=Place("page", "2"),
        ),
    ),
    abstained=False,
    confidence=0.75,
    passages=(Passage("d1", "a/<b>.pdf", "B", 2, 0, 40, "…", 0.5, {"dense": 0.4}, (), ("H",), "fused"),),
    examples=(Example("e1", "q", "a", ("p",)),),
    cut=("passage 8",),
    model="m",
    timings={"retrieve": 0.1},
    run_id="r1",
)


def test_an_answer_comes_back_from_its_json_whole():
    assert answer_from_json(json.loads(json.dumps(answer_json(ANSWER)))) == ANSWER


def test_history_holds_what_was_answered():
    abstained = Answer("?", "No.", (), (), True, 0.1)
    conversation = Conversation(
        turns=[Turn("one", ANSWER), Turn("two", None, "it failed"), Turn("three", abstained)]
    )
    assert [(message.role, message.content) for message in conversation.history()] == [
        ("user", "one"),
        ("assistant", ANSWER.text),
    ]
    assert len(Conversation(turns=[Turn("q", ANSWER)] * 20).history(longest=3)) == 6


def test_markdown_has_footnotes_for_citations():
    text = as_markdown(Conversation(turns=[Turn("How *much*?", ANSWER)]))
    assert "## How \\*much\\*?" in text
    assert "It cost 12 crowns.[^1-1] It rained." in text
    assert "[^1-1]: \\<b\\>.pdf, page 2: “It cost 12 crowns.”" in text


def test_items_of_a_list_start_lines_in_markdown():
    first, second = ANSWER.sentences
    listed = dataclasses.replace(ANSWER, sentences=(first, dataclasses.replace(second, starts_line=True)))
    text = as_markdown(Conversation(turns=[Turn("How?", listed)]))
    assert "It cost 12 crowns.[^1-1]  \nIt rained." in text


def test_a_word_document_has_questions_answers_and_quotes():
    first, second = ANSWER.sentences
    listed = dataclasses.replace(ANSWER, sentences=(first, dataclasses.replace(second, starts_line=True)))
    made = docx.Document(io.BytesIO(as_docx(Conversation(turns=[Turn("How much?", listed)]))))
    assert [(p.style.name, p.text) for p in made.paragraphs] == [
        ("Heading 1", "How much?"),
        ("Normal", "It cost 12 crowns.[1]"),
        ("Normal", "It rained."),
        ("Quote", "[1] <b>.pdf, page 2: “It cost 12 crowns.”"),
    ]


def test_what_documents_say_opens_no_block_of_markdown():
    told = ("~~~ x", "- y", "=== z", "--- ", "half \ud800")
    sentences = tuple(AnswerSentence(text, (1,), starts_line=True) for text in told)
    listed = Conversation(turns=[Turn("How?", dataclasses.replace(ANSWER, sentences=sentences))])
    lines = as_markdown(listed).splitlines()
    assert not any(line.startswith(("~~~", "- ", "===", "---")) for line in lines)
    assert as_json(listed).encode("utf-8")


@given(st.text(), st.text())
def test_exports_take_any_text(question, error):
    conversation = Conversation(turns=[Turn(question, None, error)])
    assert as_markdown(conversation).count("\n##") == 0
    assert (
        json.loads(as_json(conversation))["turns"][0]["question"]
        == question.encode("utf-8", "replace").decode()
    )
    assert len(docx.Document(io.BytesIO(as_docx(conversation))).paragraphs) == 2


def test_a_turn_that_is_asked_again_sees_only_what_came_before_it():
    conversation = Conversation(turns=[Turn(str(number), ANSWER) for number in range(4)])
    asked = [message.content for message in conversation.history(before=2) if message.role == "user"]
    assert asked == ["0", "1"]
    assert conversation.history(before=0) == ()


def test_an_answer_tells_what_it_was_about():
    (_, told) = Conversation(turns=[Turn("one", ANSWER)]).history()
    assert told.about == ("H", "B")
