"""Asking a small library and judging what it says."""

import json
from dataclasses import replace

import pytest

from rag.errors import UsageError
from rag.evaluation import AnswerJudge, evaluate_answers, read_judged
from rag.evaluation.judgement import is_right, judge
from rag.evaluation.questions import AnswerQuestion, Gold, given_passages
from rag.library import Library
from rag.schema import Answer, Citation, ShortAnswer
from rag.settings import load_settings
from tests.fakes import add_to_store, document

MILL = "The mill by the weir was built in 1884. The miller sold flour to the bakers of the town."
BRIDGE = "The bridge over the river was opened in 1912. Carts paid two pence to cross it."
BUILT = AnswerQuestion(
    "built",
    "When was the mill by the weir built?",
    ("1884",),
    True,
    "en",
    Gold((("The mill by the weir was built in 1884.",),), documents=("mill.txt",)),
)
NONE = AnswerQuestion("none", "Which wines does the vicar like?", (), False, "en")


@pytest.fixture
def library(store, embedder):
    for name, text in {"mill.txt": MILL, "bridge.txt": BRIDGE}.items():
        add_to_store(store, document(text, name), embedder)
    return Library(store, load_settings(), embedder)


def answer(text, quote="", *, abstained=False, confidence=0.8, **fields):
    citations = (Citation(1, "d", "mill.txt", 1, 0, len(quote), quote),) if quote else ()
    return Answer("?", text, (), citations, abstained, confidence, **fields)


def judged(question, given, best=None, text=MILL):
    return judge(question, given, best or given, lambda _, a, b: text[a:b], seconds=0.1, features={})


def test_a_right_answer_is_scored_by_text_and_by_place():
    line = judged(BUILT, answer("It was built in 1884.", "The mill by the weir was built in 1884."))
    assert line.right is True
    assert line.scores["contained"] == line.scores["citation_f1"] == 1.0
    assert line.scores["f1"] == pytest.approx(2 / 6)
    assert (line.quotes, line.verified) == (1, 1)


def test_silence_is_right_only_where_there_is_no_answer():
    silent = answer("nothing found", abstained=True, confidence=0.1)
    best = answer("1884", "The mill by the weir was built in 1884.", confidence=0.1)
    asked = judged(BUILT, silent, best)
    assert asked.scores["f1"] == asked.scores["contained"] == asked.scores["citation_recall"] == 0.0
    assert "citation_precision" not in asked.scores
    assert (asked.right, asked.confidence) == (True, 0.1)
    assert judged(NONE, silent).scores == {"exact_match": 1.0, "f1": 1.0}
    assert judged(NONE, answer("Claret.")).scores == {"exact_match": 0.0, "f1": 0.0}
    assert judged(NONE, answer("Claret.")).right is False


def test_a_quote_that_is_not_in_the_document_does_not_verify():
    assert judged(BUILT, answer("1884", "The mill was built in 1885.")).verified == 0


def test_the_short_answer_counts_for_exact_match_and_has_to_verify():
    short = ShortAnswer("1884", "d", MILL.index("1884"), MILL.index("1884") + 4, 1)
    said = answer("It was built in 1884.", "The mill by the weir was built in 1884.", short_answer=short)
    line = judged(BUILT, said)
    assert (line.short_answer, line.scores["exact_match"], line.scores["f1"]) == ("1884", 1.0, 1.0)
    assert (line.quotes, line.verified) == (2, 2)
    moved = judged(BUILT, replace(said, short_answer=replace(short, start=3, end=7)))
    assert (moved.quotes, moved.verified) == (2, 1)


@pytest.mark.parametrize(
    ("gold", "said", "quote", "right"),
    [
        (Gold(documents=("mill.txt",)), "In 1884.", "in 1884", True),
        (Gold(documents=("bridge.txt",)), "In 1884.", "in 1884", False),
        (Gold(), "In 1884.", "in 1884", True),
        (Gold(), "In 1912.", "in 1912", False),
        (Gold(pages=(("mill.txt", 1),)), "By two brothers.", "by two", True),
        (Gold(pages=(("mill.txt", 2),)), "In 1884.", "in 1884", False),
    ],
)
def test_right_is_what_the_file_can_tell(gold, said, quote, right):
    assert is_right(replace(BUILT, gold=gold), answer(said, quote)) is right


def test_nothing_is_said_of_a_question_whose_answer_is_not_known():
    assert is_right(replace(BUILT, answers=(), gold=Gold()), answer("In 1884.", "in 1884")) is None


def test_a_library_is_asked_and_its_quotes_verify(library, tmp_path):
    lines = evaluate_answers(library, [BUILT, NONE], tmp_path / "out.jsonl")
    assert [line.question_id for line in lines] == ["built", "none"]
    assert lines[0].right is True
    assert all(line.quotes == line.verified for line in lines)
    assert all(line.features for line in lines)
    assert read_judged(tmp_path / "out.jsonl") == lines


def test_passages_that_come_with_a_question_are_read_instead(library):
    asked = replace(BUILT, passages=given_passages(["The mill by the weir was built in 1790."]))
    (line,) = evaluate_answers(library, [asked])
    assert "1790" in json.dumps(line.citations) or line.abstained
    assert "1884" not in line.answer


def test_confidence_is_known_where_the_threshold_keeps_silent(library):
    never = library.settings.answering.model_copy(update={"abstain_below": 1.0})
    silent = library.answering(never)
    (line,) = evaluate_answers(silent, [BUILT])
    (told,) = evaluate_answers(library, [BUILT])
    assert line.abstained
    assert line.right is told.right is True
    assert line.confidence == pytest.approx(told.confidence)


def test_a_run_goes_on_where_it_stopped_unless_something_changed(library, tmp_path, monkeypatch):
    output = tmp_path / "out.jsonl"
    evaluate_answers(library, [BUILT], output)
    with output.open("a") as file:
        file.write('{"id": "no')  # what an interruption leaves
    asked = []
    real = AnswerJudge.judged
    monkeypatch.setattr(AnswerJudge, "judged", lambda self, q: asked.append(q.question_id) or real(self, q))
    both = evaluate_answers(library, [NONE, BUILT], output)
    assert asked == ["none"]
    assert [line.question_id for line in both] == ["none", "built"]
    assert read_judged(output) == both
    other = library.settings.answering.model_copy(update={"max_sentences": 1})
    changed = library.answering(other)
    evaluate_answers(changed, [BUILT, replace(NONE, answers=("x",), answerable=True)], output)
    assert asked == ["none", "built", "none"]


def test_a_file_of_another_kind_is_not_overwritten(library, tmp_path):
    output = tmp_path / "questions.jsonl"
    output.write_text('{"question": "When?"}\n{"question": "Who?"}\n')
    with pytest.raises(UsageError, match="line 1"):
        evaluate_answers(library, [BUILT], output)
    assert output.read_text().startswith('{"question": "When?"}')
