import json
import time

import pytest

from rag.errors import UsageError
from rag.library import Library
from tests.waiting import wait_until
from ui.app.evaluating import Evaluations

ROOF = "How much did the boathouse roof repair cost?"


def _lines(count):
    return "".join(
        json.dumps({"id": str(number), "question": f"{ROOF} {number}", "answers": ["18,750"]}) + "\n"
        for number in range(count)
    )


def _ended(evaluations):
    wait_until(lambda: evaluations.running is None)


@pytest.fixture
def library(library_path):
    with Library.open(library_path) as opened:
        yield opened


def test_a_run_is_kept_with_what_was_set_for_it(library, tmp_path):
    evaluations = Evaluations(tmp_path / "kept")
    started = evaluations.start("first", _lines(3), lambda: library, {"top_k": 2})
    _ended(evaluations)
    (kept,) = Evaluations(tmp_path / "kept").all()
    assert kept == started
    assert (kept.questions, kept.changed) == (3, {"top_k": 2})
    assert [line.question_id for line in evaluations.judged(kept.evaluation_id)] == ["0", "1", "2"]
    evaluations.forget(kept.evaluation_id)
    assert list((tmp_path / "kept").iterdir()) == []


def test_stop_ends_it_after_a_question_and_keeps_what_was_judged(library, tmp_path):
    evaluations = Evaluations(tmp_path)

    def stopped_at_once():
        evaluations.stop()
        return library

    started = evaluations.start("long", _lines(50), stopped_at_once, {})
    _ended(evaluations)
    assert len(evaluations.judged(started.evaluation_id)) == 1
    assert evaluations.error is None


def test_one_runs_at_a_time(library, tmp_path):
    evaluations = Evaluations(tmp_path)
    evaluations.start("first", _lines(2), lambda: time.sleep(0.3) or library, {})
    with pytest.raises(UsageError, match="under way"):
        evaluations.start("second", _lines(1), lambda: library, {})
    _ended(evaluations)
    assert [kept.name for kept in evaluations.all()] == ["first"]


def test_what_goes_wrong_is_told_and_the_next_one_can_run(library, tmp_path):
    evaluations = Evaluations(tmp_path)

    def broken():
        raise UsageError("no such model")

    evaluations.start("broken", _lines(1), broken, {})
    _ended(evaluations)
    assert evaluations.error == "no such model"
    evaluations.start("again", _lines(1), lambda: library, {})
    _ended(evaluations)
    assert evaluations.error is None


@pytest.mark.parametrize("name", ["../../catalog", "", "20260101-000000-000/../x"])
def test_no_name_leads_out_of_the_folder(tmp_path, name):
    with pytest.raises(UsageError, match="no evaluation"):
        Evaluations(tmp_path).judged(name)
