"""`citewell evaluate examples` on a small labelled set."""

import json

import pytest

from ui.cli import main


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("labelled")
    kinds = {
        "time": "When was the {} built?",
        "person": "Who owned the {} first?",
        "place": "Where is the {}?",
    }
    places = ["mill", "bridge", "chapel", "school", "bakery", "forge", "tannery", "brewery"]
    for name, part in {"train.jsonl": places[:6], "test.jsonl": places[6:]}.items():
        rows = [{"text": text.format(place), "label": kind} for place in part for kind, text in kinds.items()]
        (folder / name).write_text("\n".join(map(json.dumps, rows)))
    return folder / "train.jsonl", folder / "test.jsonl"


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as stop:
        main(["evaluate", "examples", *map(str, arguments)])
    captured = capsys.readouterr()
    return stop.value.code or 0, captured.out, captured.err


def test_rows_have_the_fields_of_the_contract(files, capsys):
    code, out, _ = run(
        capsys,
        *files,
        "--k",
        3,
        "--seeds",
        2,
        "--selectors",
        "jaccard,random",
        "--selectors",
        "hybrid",
        "--json",
    )
    report = json.loads(out)
    assert code == 0
    assert report["default"] == "hybrid_mmr"
    assert [row["selector"] for row in report["rows"]] == ["jaccard", "random", "hybrid"]
    for row in report["rows"]:
        assert row.keys() >= {
            *("selector", "k", "label_in_top_k", "vote_accuracy", "generator_accuracy", "low", "high"),
            "milliseconds",
        }
        assert row["low"] <= row["label_in_top_k"] <= row["high"]
        assert row["generator_accuracy"] is None
    jaccard, random, _ = report["rows"]
    assert jaccard["vote_accuracy"] > random["vote_accuracy"]


def test_people_get_a_table(files, capsys):
    code, out, _ = run(capsys, *files, "--k", 2, "--seeds", 1, "--limit", 3, "--selectors", "hybrid_mmr,none")
    assert code == 0
    assert "hybrid_mmr *" in out
    assert "--generator-limit N" in out
    lines = out.splitlines()
    assert {line.index(".") for line in lines[1:3]} == {lines[0].index("label") + 1}
    assert {line[lines[0].index("vote") + 1] for line in lines[1:3]} == {"."}


def test_questions_that_are_in_the_pool_are_told(files, capsys):
    train, _ = files
    code, out, err = run(capsys, train, train, "--seeds", 1, "--selectors", "jaccard", "--json")
    assert code == 0
    assert "18 of 18 test questions are in the pool too" in err
    assert json.loads(out)["rows"]


def test_the_local_model_labels_questions(files, capsys):
    code, out, _ = run(
        capsys, *files, "--k", 2, "--seeds", 1, "--generator-limit", 2, "--selectors", "hybrid_mmr,none"
    )
    assert code == 0
    assert "finds it likeliest" in out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--selectors", "nearest"], "choose among"),
        (["--k", "0"], "--k"),
        (["--set", "examples.selector=nearest"], "choose one of"),
        (["--set", "generator.provider=openai", "--generator-limit", "1"], "generator.provider"),
    ],
)
def test_wrong_use_is_told(files, capsys, arguments, says):
    code, _, err = run(capsys, *files, *arguments)
    assert code == 2
    assert says in err
