"""`citewell evaluate retrieval` on a small set in BEIR layout."""

import json

import pytest

from ui.cli import main

PASSAGES = {
    "p1": "The crane in the harbour lifts twelve tonnes.",
    "p2": "The council took its minutes on a Monday.",
    "p3": "Tulips need well drained soil and much sun.",
    "p4": "The night train to the coast leaves at ten.",
}
QUESTIONS = {"q1": ("How much does the crane lift?", "p1"), "q2": ("When does the night train leave?", "p4")}
METRICS = {"ndcg@10", "recall@1", "recall@5", "recall@10", "recall@100", "mrr@10", "map"}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    folder = tmp_path_factory.mktemp("beir")
    (folder / "qrels").mkdir()
    rows = [json.dumps({"_id": i, "title": "", "text": text}) for i, text in PASSAGES.items()]
    (folder / "corpus.jsonl").write_text("\n".join(rows))
    rows = [json.dumps({"_id": i, "text": text}) for i, (text, _) in QUESTIONS.items()]
    (folder / "queries.jsonl").write_text("\n".join(rows))
    rows = ["query-id\tcorpus-id\tscore", *(f"{i}\t{gold}\t1" for i, (_, gold) in QUESTIONS.items())]
    (folder / "qrels" / "test.tsv").write_text("\n".join(rows))
    return folder


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as stop:
        main(["evaluate", "retrieval", *map(str, arguments)])
    captured = capsys.readouterr()
    return stop.value.code or 0, captured.out, captured.err


@pytest.mark.parametrize("chunking", [[], ["--no-chunking"]])
def test_every_leg_is_measured_and_the_ranking_kept(dataset, tmp_path, capsys, chunking):
    run_file = tmp_path / "ours.run"
    code, out, _ = run(capsys, dataset, *chunking, "--run-file", run_file, "--json")
    report = json.loads(out)
    assert code == 0
    assert report["metrics"].keys() >= {"dense", "lexical", "fused", "final"}
    for values in report["metrics"].values():
        assert values.keys() == METRICS
    assert report["metrics"]["final"]["recall@1"] == 1.0
    assert report["run_file"] == str(run_file)
    first = run_file.read_text().splitlines()[0].split()
    assert (first[0], first[2], first[3]) == ("q1", "p1", "1")


def test_a_run_is_compared_question_by_question_and_a_bound_fails_the_command(dataset, tmp_path, capsys):
    other = tmp_path / "other.run"
    other.write_text("q1 Q0 p3 1 0.9 other\nq2 Q0 p4 1 0.9 other\n")
    code, out, err = run(
        capsys,
        dataset,
        *("--run-file", tmp_path / "ours.run", "--compare", other),
        *("--fail-below", "ndcg@10=1.01", "--json"),
    )
    difference = json.loads(out)["comparison"]["ndcg@10"]
    assert difference["mean"] == pytest.approx(0.5)
    assert difference["low"] <= difference["mean"] <= difference["high"]
    assert code == 1
    assert "ndcg@10 is 1.0000, below 1.01" in err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [(["--fail-below", "accuracy=1"], "METRIC=VALUE"), (["--compare", "none.run"], "none.run")],
)
def test_wrong_use_is_told(dataset, capsys, arguments, says):
    code, _, err = run(capsys, dataset, *arguments)
    assert code in {1, 2}
    assert says in err


def test_a_folder_that_is_no_set_is_told(tmp_path, capsys):
    code, out, err = run(capsys, tmp_path)
    assert code in {1, 2}
    assert out == ""
    assert "corpus.jsonl" in err


def test_gold_pages_are_looked_for_in_the_library(tmp_path, capsys):
    (tmp_path / "crane.txt").write_text(
        "The crane in the harbour lifts twelve tonnes.\fIt was built in 1931."
    )
    (tmp_path / "tulips.txt").write_text("Tulips need well drained soil and much sun.")
    library = tmp_path / "library"
    with pytest.raises(SystemExit):
        main(["ingest", str(tmp_path / "crane.txt"), str(tmp_path / "tulips.txt"), "--library", str(library)])
    questions = tmp_path / "questions.jsonl"
    question = {"id": "1", "question": "How much does the crane lift?", "gold_pages": [["crane", 0]]}
    questions.write_text(json.dumps(question))
    capsys.readouterr()
    arguments = (questions, "--library", library, "--first-page", "0", "--json")
    code, out, _ = run(capsys, *arguments, "--fail-below", "page_hit@1=.5")
    assert code == 0
    assert json.loads(out)["metrics"]["final"]["page_hit@1"] == 1.0
    questions.write_text(json.dumps({**question, "gold_pages": [["tulips", 9]]}))
    assert run(capsys, *arguments, "--fail-below", "page_hit@10=.5")[0] == 1


def test_questions_without_a_place_are_refused(tmp_path, capsys):
    library = str(tmp_path / "library")
    questions = tmp_path / "questions.jsonl"
    questions.write_text(json.dumps({"id": "1", "question": "Why?"}))
    (tmp_path / "a.txt").write_text("Tulips need much sun.")
    with pytest.raises(SystemExit):
        main(["ingest", str(tmp_path / "a.txt"), "--library", library])
    code, _, err = run(capsys, questions, "--library", library)
    assert code == 2
    assert "gold_pages" in err
