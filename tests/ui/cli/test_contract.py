"""The command line contract: keys, exit codes, and nothing but JSON on standard output."""

import json
import re

import pytest

from rag.resources import presets
from ui.cli import main

ANSWER = {
    "id",
    "question",
    "answer",
    "abstained",
    "confidence",
    "sentences",
    "citations",
    "passages",
    "examples",
    "model",
    "timings",
    "run_id",
}
CITATION = {"number", "document_id", "source", "page", "start", "end", "quote", "support"}
PASSAGE = {"document_id", "source", "page", "start", "end", "text", "score", "scores"}
DOCUMENT = {"document_id", "source", "title", "media_type", "language", "pages", "chunks", "added_at"}
RESULT = {"source", "status", "document_id", "pages", "chunks", "warnings", "error", "seconds"}


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli")
    notes = folder / "notes"
    notes.mkdir()
    (notes / "harbour.txt").write_text(
        "The harbour office opens at nine. The crane lifts twelve tonnes.\n\n"
        "Boats over 20 metres need a pilot.\n"
    )
    (notes / "minutes.md").write_text(
        "# Minutes\n\nThe council met on 3 March 2024. Ines Okafor took the minutes.\n"
    )
    path = folder / "library"
    with pytest.raises(SystemExit) as stop:
        main(["ingest", str(notes), "--library", str(path), "--json"])
    assert stop.value.code == 0
    return path


@pytest.fixture
def citewell(library, capfdbinary):
    def run(*arguments, at=library):
        with pytest.raises(SystemExit) as stop:
            main([*arguments, "--library", str(at)])
        captured = capfdbinary.readouterr()
        return stop.value.code or 0, captured.out.decode(), captured.err.decode()

    return run


def test_people_are_told_the_seconds_that_an_answer_took(citewell):
    _, out, _ = citewell("ask", "When does the harbour office open?", "--no-cache", "--json")
    answer = json.loads(out)
    _, out, _ = citewell("ask", "When does the harbour office open?")  # the one kept
    seconds, run = re.search(r"([0-9.]+) s   run (\w+)", out).groups()
    assert run == answer["run_id"]
    assert float(seconds) == pytest.approx(answer["timings"]["total"], abs=0.006)  # both are rounded


def test_settings_are_shown_as_they_are_written(citewell, library):
    _, out, _ = citewell("settings")
    assert f"library = {library}" in out.splitlines()


def test_ingest_writes_a_line_a_file(citewell, tmp_path):
    (tmp_path / "one.txt").write_text("One note about the tide tables of the harbour.\n")
    code, out, _ = citewell("ingest", str(tmp_path / "one.txt"), "--json", at=tmp_path / "new")
    [result] = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert result.keys() >= RESULT
    assert (result["status"], result["pages"], result["error"]) == ("added", 1, None)
    code, out, _ = citewell("ingest", str(tmp_path / "one.txt"), "--json", at=tmp_path / "new")
    assert json.loads(out)["status"] == "unchanged"


def test_ingest_goes_on_after_a_bad_file_and_says_so_in_its_exit_code(citewell, tmp_path):
    (tmp_path / "good.txt").write_text("The tide turns at six.\n")
    (tmp_path / "empty.txt").touch()
    code, out, _ = citewell(
        "ingest", str(tmp_path), str(tmp_path / "missing.pdf"), "--json", at=tmp_path / "library"
    )
    results = {json.loads(line)["source"].rsplit("/", 1)[-1]: json.loads(line) for line in out.splitlines()}
    assert code == 1
    assert {name: result["status"] for name, result in results.items()} == {
        "good.txt": "added",
        "empty.txt": "failed",
        "missing.pdf": "failed",
    }
    assert results["missing.pdf"]["error"]


def test_search(citewell):
    code, out, _ = citewell("search", "Who took the minutes?", "--top-k", "1", "--json")
    found = json.loads(out)
    assert code == 0
    assert found["question"] == "Who took the minutes?"
    [passage] = found["passages"]
    assert passage.keys() >= PASSAGE
    assert "Ines Okafor" in passage["text"]


def test_ask(citewell):
    code, out, _ = citewell("ask", "Who took the minutes?", "--json")
    answer = json.loads(out)
    assert code == 0
    assert answer.keys() >= ANSWER
    assert not answer["abstained"]
    assert "Ines Okafor" in answer["answer"]
    for sentence in answer["sentences"]:
        assert sentence.keys() >= {"text", "citations", "support"}
    for citation in answer["citations"]:
        assert citation.keys() >= CITATION
        _, text, _ = citewell("show", citation["document_id"])
        assert text[citation["start"] : citation["end"]] == citation["quote"]


def test_ask_file_answers_in_order(citewell, tmp_path):
    lines = tmp_path / "questions.txt"
    lines.write_text("When does the harbour office open?\n\nWho took the minutes?\n")
    code, out, _ = citewell("ask", "--file", str(lines), "--json")
    assert code == 0
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["1", "3"]
    records = tmp_path / "questions.jsonl"
    records.write_text('{"id": "q7", "question": "What does the crane lift?"}\n')
    _, out, _ = citewell("ask", "--file", str(records), "--json")
    [answer] = [json.loads(line) for line in out.splitlines()]
    assert answer["id"] == "q7"
    assert "twelve tonnes" in answer["answer"]


def test_ask_for_people_shows_the_quote_and_where_it_stands(citewell):
    code, out, _ = citewell("ask", "Who took the minutes?")
    assert code == 0
    assert "[1] minutes.md, Minutes" in out
    assert "Ines Okafor took the minutes." in out
    assert "confidence" in out


def test_list_show_and_runs(citewell):
    _, out, _ = citewell("list", "--json")
    documents = json.loads(out)["documents"]
    assert [document["source"].rsplit("/", 1)[-1] for document in documents] == ["harbour.txt", "minutes.md"]
    assert documents[0].keys() >= DOCUMENT
    _, whole, _ = citewell("show", documents[0]["document_id"])
    assert whole.startswith("The harbour office opens at nine.")
    _, page, _ = citewell("show", documents[0]["document_id"], "--page", "1")
    assert page == whole
    _, out, _ = citewell("show", "minutes.md", "--json")
    assert json.loads(out)["text"]

    _, out, _ = citewell("ask", "Who took the minutes?", "--json")
    run_id = json.loads(out)["run_id"]
    _, out, _ = citewell("runs", "--json")
    assert run_id in {run["run_id"] for run in json.loads(out)["runs"]}
    _, out, _ = citewell("runs", "show", run_id, "--json")
    assert json.loads(out)["answer"]["run_id"] == run_id


def test_check(citewell):
    code, out, _ = citewell("check", "--json")
    report = json.loads(out)
    assert (code, report["ok"]) == (0, True)
    assert all(check.keys() >= {"name", "ok", "detail"} for check in report["checks"])


def test_remove(citewell, tmp_path):
    (tmp_path / "gone.txt").write_text("The ferry to Holm leaves at noon.\n")
    citewell("ingest", str(tmp_path / "gone.txt"), at=tmp_path / "library")
    code, out, _ = citewell("remove", "gone.txt", "--json", at=tmp_path / "library")
    assert code == 0
    assert [document["source"] for document in json.loads(out)["removed"]] == [str(tmp_path / "gone.txt")]
    _, out, _ = citewell("list", "--json", at=tmp_path / "library")
    assert json.loads(out) == {"documents": []}


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["ask"], 2, "give one question"),
        (["ask", "  "], 2, "the question is empty"),
        (["ask", "why?", "--config", "quick"], 2, "no preset 'quick'"),
        (["ask", "why?", "--set", "retrieval.topk=1"], 2, "did you mean 'retrieval.top_k'"),
        (["ask", "why?", "--set", "top_k"], 2, "KEY=VALUE"),
        (["ask", "why?", "--document", "nothing.pdf"], 1, "nothing.pdf"),
        (["ask", "--file", "no-such-file.txt"], 2, "no-such-file.txt"),
        (["search", "why?", "--top-k", "0"], 2, "top-k"),
        (["remove", "nothing.pdf"], 1, "nothing.pdf"),
        (["show", "nothing.pdf"], 1, "nothing.pdf"),
        (["runs", "show", "0000"], 1, "0000"),
        (["dance"], 2, "dance"),
    ],
)
def test_wrong_use_is_told_plainly_with_its_exit_code(citewell, arguments, code, says):
    got, out, err = citewell(*arguments)
    assert got == code
    assert out == ""
    assert says in " ".join(err.split())
    assert "Traceback" not in err


def test_a_library_that_is_not_there_says_how_to_make_one(citewell, tmp_path):
    code, out, err = citewell("ask", "why?", at=tmp_path / "nowhere")
    assert (code, out) == (1, "")
    assert "citewell ingest" in err


def test_questions_of_a_file_are_not_asked_twice(citewell, tmp_path):
    questions, answers = tmp_path / "questions.txt", tmp_path / "answers.jsonl"
    questions.write_text("When does the harbour office open?\nWho took the minutes?\n")
    arguments = ("ask", "--file", str(questions), "--output", str(answers), "--json")
    code, out, _ = citewell(*arguments)
    assert code == 0
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["1", "2"]
    kept = answers.read_text()
    with questions.open("a") as file:
        file.write("How much does the crane lift?\n")
    code, out, err = citewell(*arguments)
    assert [json.loads(line)["id"] for line in out.splitlines()] == ["3"]
    assert "2 questions are answered" in err
    assert answers.read_text().startswith(kept)


def test_an_answer_is_rebuilt_on_request(citewell):
    question = "What does the crane of the harbour lift?"
    answers = [
        json.loads(citewell("ask", question, "--json", *more)[1]) for more in ((), (), ("--no-cache",))
    ]
    assert [answer["cached"] for answer in answers] == [False, True, False]
    assert len({answer["answer"] for answer in answers}) == 1


def test_the_version_is_told(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])
    assert not stop.value.code
    assert re.fullmatch(r"citewell \S+\n", capsys.readouterr().out)


def test_the_help_names_every_preset(capsys):
    with pytest.raises(SystemExit):
        main(["ask", "--help"])
    told = capsys.readouterr().out
    assert presets()
    assert all(name in told for name in presets())


def test_runs_are_listed_newest_first(citewell):
    for question in ("When does the harbour office open?", "Who took the minutes?"):
        citewell("ask", question, "--no-cache")
    _, out, _ = citewell("runs", "list", "--limit", "2", "--json")
    questions = [run["question"] for run in json.loads(out)["runs"]]
    assert questions == ["Who took the minutes?", "When does the harbour office open?"]
    _, out, err = citewell("runs", "--limit", "1")
    assert len(out.splitlines()) == 1
    assert "citewell runs show ID" in err


@pytest.mark.parametrize("command", ["ask", "search"])
def test_a_question_needs_no_quotes(citewell, command):
    words = ["Who", "took", "the", "minutes?"]
    _, plain, _ = citewell(command, *words, "--json")
    assert json.loads(plain)["question"] == "Who took the minutes?"
    assert citewell(command, "", "--json")[0] == 2


def test_on_a_terminal_a_text_ends_its_last_line(library, monkeypatch, capfdbinary):
    for terminal, end in ((False, b"minutes."), (True, b"minutes.\n")):
        monkeypatch.setattr("sys.stdout.isatty", lambda terminal=terminal: terminal)
        with pytest.raises(SystemExit):
            main(["show", "minutes.md", "--library", str(library)])
        assert capfdbinary.readouterr().out.endswith(end)
