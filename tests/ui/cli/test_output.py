"""What people read on a terminal: quotes as quotes, the program's own words as its own, doubts as doubts."""

from __future__ import annotations

import dataclasses
import json
import re

import pytest

from rag.schema import Answer, AnswerSentence, Citation, Coverage, DocumentInfo, Message, RunRecord, Verdict
from rag.wire import answer_json
from ui.cli.output import (
    print_answer,
    print_documents,
    print_json,
    print_line,
    print_run,
    print_runs,
    write_error,
)

QUOTED = Answer(
    question="What did the roof cost?",
    text="The roof cost 12 crowns.",
    sentences=(AnswerSentence("The roof cost 12 crowns.", (1,)),),
    citations=(Citation(1, "d1", "one.txt", 1, 0, 24, "The roof cost 12 crowns."),),
    abstained=False,
    confidence=0.75,
    verdict=Verdict.STATED,
    run_id="0123456789ab",
)
GREETING = dataclasses.replace(
    QUOTED, text="Hello!", sentences=(AnswerSentence("Hello!", own_words=True),), citations=(), confidence=1.0
)
COUNTED = dataclasses.replace(
    QUOTED,
    text="2 of 6: Kangoo, e-Vito.",
    sentences=(AnswerSentence("2 of 6: Kangoo, e-Vito.", (1,), own_words=True),),
    verdict=Verdict.PIECED,
    coverage=Coverage(1, 1, 1, 6, 6),
)
REFUSED = Answer(
    "Who?", "I could not find it.", (), (), True, 0.66, reason="nothing is near", run_id="0123456789ab"
)


@pytest.fixture
def told(capsys: pytest.CaptureFixture[str]):
    def printed(answer: Answer) -> str:
        print_answer(answer)
        return capsys.readouterr().out

    return printed


def test_a_quote_stands_between_marks_behind_a_bar_and_has_a_confidence(told):
    out = told(QUOTED)
    assert "  │ “The roof cost 12 crowns.” [1]\n" in out
    assert "stated   confidence 75%" in out


def test_the_own_words_of_the_program_are_no_quote_and_a_greeting_has_no_confidence(told):
    out = told(GREETING)
    assert out.startswith("Hello!\n")
    assert not set("“│%") & set(out)
    assert "stated" not in out


def test_a_count_is_no_quote_but_what_it_cites_is(told):
    first, *rest = told(COUNTED).splitlines()
    assert first == "    2 of 6: Kangoo, e-Vito. [1]"  # what documents say never stands at the start
    assert "  │ “The roof cost 12 crowns.”" in rest
    assert "confidence 75%" in rest[-1]
    assert "read 6 of 6 parts of 1 document" in rest


def test_a_refusal_tells_no_percentage(told):
    out = told(REFUSED)
    assert "%" not in out
    assert "\nNothing is near.\n" in out
    assert "\n\n\n" not in told(dataclasses.replace(REFUSED, reason=""))
    assert "not found   0.00 s   run 0123456789ab" in out


def test_an_answer_that_is_only_near_is_told_as_doubtful(told):
    out = told(dataclasses.replace(QUOTED, verdict=Verdict.NEAR, confidence=0.4))
    assert "doubtful: near, but perhaps no answer   confidence 40%" in out


def test_an_answer_that_was_kept_is_told_to_come_from_memory(told):
    kept = dataclasses.replace(QUOTED, cached=True, timings={"total": 1.5})
    assert "from memory, first answered in 1.50 s   run" in told(kept)
    assert "memory" not in told(QUOTED)


def test_one_of_a_thing_is_told_in_the_singular(capsys):
    one = DocumentInfo("d1", "one.txt", "", "text/plain", "One", "en", 1, 1, 20, "2026")
    print_documents([one], {}, {})
    assert re.findall(r"1 \w+", capsys.readouterr().out) == ["1 page", "1 chunk", "1 document"]


def test_what_an_answer_leaves_open_is_one_sentence_at_its_end(told):
    reason = "quoted, because the model that writes failed: no connection to http://127.0.0.1:8000/v1"
    *_, note, last = told(dataclasses.replace(QUOTED, reason=reason)).splitlines()
    assert note == f"Q{reason[1:]}."
    assert last.startswith("stated")


HOSTILE = "\x1b]0;owned\x07\x1b[2J\r\x9b5m\u202e\u2028⚕\ufe0f"
ACTS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]")


def test_nothing_that_a_caller_or_a_document_says_acts_on_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    answer = dataclasses.replace(
        QUOTED,
        question=f"Who {HOSTILE}?",
        text=HOSTILE,
        sentences=(AnswerSentence(HOSTILE, (1,)), AnswerSentence(HOSTILE, own_words=True)),
        reason=HOSTILE,
    )
    prompt = (Message("user", HOSTILE),)
    run = RunRecord("0", "2026", HOSTILE, 1, {}, "m", prompt, answer_json(answer), {"total": 1.0})
    print_answer(answer)
    print_runs([run])
    print_run(run)
    print_json({"question": HOSTILE})
    print_line(HOSTILE, bold=True)
    write_error(HOSTILE)
    seen = capsys.readouterr()
    assert ACTS.findall(seen.out + seen.err) == []
    assert "⟨U+001B⟩[2J" in seen.out
    assert "⟨U+001B⟩[2J" in seen.err
    assert "⚕\ufe0f" in seen.out  # a variant that a symbol needs


def test_json_says_all_characters(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"question": HOSTILE, "tag": "\U000e0041"}, lines=True)
    assert json.loads(capsys.readouterr().out) == {"question": HOSTILE, "tag": "\U000e0041"}
