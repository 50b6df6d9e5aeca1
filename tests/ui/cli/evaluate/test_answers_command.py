"""`citewell evaluate answers` and `citewell calibrate` from the command line."""

import json
from xml.etree import ElementTree

import pytest

from ui.cli import main

PLACES = ("mill", "bridge", "chapel", "school", "bakery", "forge", "tannery", "brewery", "station", "weir")
PASSAGES = {
    name: f"The {name} of Harrow was built in {1800 + 7 * number}. Its keeper was paid by the town."
    for number, name in enumerate(PLACES)
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("set")
    corpus = [{"_id": name, "title": name, "text": text} for name, text in PASSAGES.items()]
    asked = [
        {
            "id": name,
            "question": f"When was the {name} of Harrow built?",
            "answers": [str(1800 + 7 * number)],
            "gold_doc_ids": [name],
            "lang": "en",
        }
        for number, name in enumerate(PLACES[:4])
    ]
    asked += [
        {
            "id": "zh",
            "question": "磨坊建于哪一年？",
            "answers": ["1800"],
            "lang": "zh",
            "gold_doc_ids": ["mill"],
        },
        {"id": "none", "question": "Which comet did Halley see?", "answers": [], "related_doc_ids": ["mill"]},
    ]
    for name, rows in {"corpus.jsonl": corpus, "questions.jsonl": asked}.items():
        (folder / name).write_text("\n".join(json.dumps(row) for row in rows))
    return folder


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as stop:
        main([*map(str, arguments)])
    captured = capsys.readouterr()
    return stop.value.code or 0, captured.out, captured.err


def test_a_folder_is_measured_by_search_and_by_given_passages(folder, tmp_path, capsys):
    for flags in ([], ["--passages-given"]):
        output = tmp_path / f"judged{len(flags)}.jsonl"
        code, out, _ = run(
            capsys,
            *("evaluate", "answers", folder, *flags, "--output", output),
            *("--pictures", tmp_path / "pictures", "--json"),
        )
        report = json.loads(out)
        assert code == 0
        assert report["count"] == len(output.read_text().splitlines()) == 6
        assert report["metrics"]["quotes_verified"] == 1.0
        assert report["metrics"]["contained"] >= 0.6
        assert report["metrics"].keys() >= {
            *("exact_match", "f1", "citation_precision", "citation_recall", "abstention_precision"),
            *("abstention_recall", "ece", "brier", "auroc", "aurc", "latency_p50", "latency_p95"),
        }
        assert report["languages"]["en"]["count"] == 5
        low, high = report["intervals"]["f1"]
        assert low <= report["metrics"]["f1"] <= high
    for picture in report["pictures"]:
        ElementTree.parse(picture)


def test_a_run_is_compared_with_an_earlier_one_and_held_to_bounds(folder, tmp_path, capsys):
    earlier = tmp_path / "earlier.jsonl"
    ask = ("evaluate", "answers", folder, "--passages-given")
    run(capsys, *ask, "--output", earlier)
    code, out, err = run(
        capsys,
        *ask,
        *("--output", tmp_path / "later.jsonl", "--set", "answering.abstain_below=1.0"),
        *("--compare", earlier, "--fail-below", "contained=.5", "--fail-below", "brier=.9", "--json"),
    )
    difference = json.loads(out)["comparison"]["contained"]
    assert code == 1
    assert "contained is 0.0000, below 0.5" in err
    assert "brier" not in err
    assert difference["mean"] < 0
    assert difference["high"] <= 0


def test_people_get_a_table(folder, tmp_path, capsys):
    output = tmp_path / "judged.jsonl"
    code, out, _ = run(
        capsys, "evaluate", "answers", folder, "--passages-given", "--limit", 3, "--output", output
    )
    assert code == 0
    assert out.splitlines()[0] == "3 questions"
    assert f"judgements: {output}" in out


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (["--fail-below", "accurate=1"], "METRIC=VALUE"),
        (["--compare", "none.jsonl"], "none.jsonl"),
        (["--library", "none"], "none"),
    ],
)
def test_wrong_use_is_told(folder, tmp_path, monkeypatch, capsys, flags, says):
    monkeypatch.chdir(tmp_path)
    code, out, err = run(capsys, "evaluate", "answers", folder, *flags)
    assert code in {1, 2}
    assert out == ""
    assert says in err


def test_calibration_refuses_few_questions_and_says_how_many_it_needs(folder, tmp_path, capsys):
    code, _, err = run(capsys, "calibrate", folder, "--output", tmp_path / "own.json")
    assert code == 2
    assert "at least 16 questions" in err
    assert not (tmp_path / "own.json").exists()


def test_calibration_writes_a_file_that_the_program_takes(tmp_path, capsys):
    lines = []
    for number in range(60):
        place = PLACES[number % 10]
        line = {"id": number, "question": f"When was the {place} of Harrow number {number} built?"}
        if number % 3:
            line |= {
                "answers": [str(1800 + number)],
                "passages": [f"The {place} of Harrow number {number} was built in {1800 + number}."],
            }
        else:
            line |= {"answers": [], "passages": [f"The keeper of the {place} fed twelve geese that winter."]}
        lines.append(json.dumps(line))
    questions = tmp_path / "questions.jsonl"
    questions.write_text("\n".join(lines))
    own = tmp_path / "own.json"
    code, out, _ = run(capsys, "calibrate", questions, "--output", own, "--precision", 0.8, "--json")
    report = json.loads(out)
    assert code == 0
    assert report["questions"] == 60
    assert report["after"].keys() == {"ece", "brier", "auroc"}
    settings = [f"{name}={value}" for name, value in report["settings"].items()]
    flags = [part for text in settings for part in ("--set", text)]
    code, out, _ = run(
        capsys,
        *("evaluate", "answers", questions, "--output", tmp_path / "j.jsonl", *flags, "--json"),
    )
    assert code == 0
    assert json.loads(out)["metrics"]["precision_of_answers"] >= 0.8
