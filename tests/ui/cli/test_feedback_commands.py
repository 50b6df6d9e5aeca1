"""`citewell feedback` from the command line."""

import json

import pytest

from rag.library import Library
from ui.cli import main


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("feedback")
    (folder / "mill.txt").write_text(
        "The mill by the weir was built in 1884. The miller sold flour to the town."
    )
    with pytest.raises(SystemExit):
        main(["ingest", str(folder / "mill.txt"), "--library", str(folder / "library")])
    return folder / "library"


def run(capsys, library, *arguments):
    with pytest.raises(SystemExit) as stop:
        main(["feedback", *map(str, arguments), "--library", str(library)])
    captured = capsys.readouterr()
    return stop.value.code or 0, captured.out, captured.err


def test_answers_are_approved_rejected_and_exported(library, tmp_path, capsys):
    with Library.open(library) as opened:
        answer = opened.ask("When was the mill by the weir built?")
        other = opened.ask("Who bought the flour of the miller?")
    code, out, _ = run(capsys, library, "approve", answer.run_id, "--json")
    example = json.loads(out)["example"]
    assert code == 0
    assert example["question"] == "When was the mill by the weir built?"
    assert "1884" in example["answer"]
    assert json.loads(out)["reason"] == ""
    assert run(capsys, library, "reject", other.run_id)[0] == 0
    code, out, err = run(capsys, library, "export")
    (line,) = map(json.loads, out.splitlines())
    assert code == 0
    assert line["id"] == answer.run_id
    assert "1 rejected answer left out" in err
    run(capsys, library, "reject", other.run_id, "--wanted", "The town.")
    output = tmp_path / "questions.jsonl"
    code, out, _ = run(capsys, library, "export", "--output", output, "--json")
    assert json.loads(out)["questions"] == len(output.read_text().splitlines()) == 2
    with Library.open(library) as opened:
        assert [kept.example_id for kept in opened.store.examples.all()] == [example["example_id"]]


def test_a_second_answer_to_the_question_is_told_so(library, capsys):
    with Library.open(library) as opened:
        first = opened.ask("What did the miller sell to the town?")
        again = opened.ask("what did the miller sell to the TOWN")
    run(capsys, library, "approve", first.run_id)
    code, out, _ = run(capsys, library, "approve", again.run_id)
    assert code == 0
    assert f"no new example: run {first.run_id} is the example for this question already" in out


def test_a_run_that_is_not_there_is_told(library, capsys):
    code, _, err = run(capsys, library, "approve", "none")
    assert code == 1
    assert "no run 'none'" in err
