"""The benchmark of answers on two small sets, from folders to table and pictures."""

import json
import sys

import benchmarks.answers as benchmark

PLACES = ("mill", "bridge", "chapel", "school", "bakery", "forge")


def folder(parent, name, extra):
    made = parent / name
    made.mkdir()
    corpus, questions = [], []
    for number, place in enumerate(PLACES):
        year = 1800 + 7 * number
        texts = {
            f"{place}-true": f"The {place} of Harrow was built in {year}.",
            f"{place}-false": f"The {place} of Harrow was built in {year + 50}.",
            **{f"{place}-noise{n}": f"Geese number {n} grazed by the {place} all summer." for n in range(6)},
        }
        corpus += [{"_id": key, "title": "", "text": text} for key, text in texts.items()]
        line = {"id": place, "question": f"When was the {place} of Harrow built?", "answers": [str(year)]}
        questions.append({**line, "gold_doc_ids": [f"{place}-true"], **extra(place)})
    for file, rows in {"corpus.jsonl": corpus, "questions.jsonl": questions}.items():
        (made / file).write_text("\n".join(map(json.dumps, rows)))


def test_sets_become_a_table_and_pictures(tmp_path, monkeypatch, capsys):
    data = tmp_path / "data"
    data.mkdir()
    folder(data, "plain", lambda place: {})
    noise = lambda place: [f"{place}-noise{n}" for n in range(6)]  # noqa: E731
    folder(
        data,
        "rgb_small",
        lambda place: {"negative_doc_ids": noise(place), "counterfactual_doc_ids": [f"{place}-false"]},
    )
    monkeypatch.setattr(benchmark, "ROOT", tmp_path)
    (tmp_path / "benchmarks").mkdir()
    flags = [
        "--data",
        str(data),
        "--work",
        str(tmp_path / "work"),
        "--sample",
        "4",
        "--sets",
        "plain",
        "rgb_small",
    ]
    monkeypatch.setattr(sys, "argv", ["answers", *flags])
    benchmark.main()
    result = json.loads((tmp_path / "benchmarks" / "results" / "answers.json").read_text())
    assert [row[:3] for row in result["rows"]] == [
        ["plain", "given", "4"],
        ["plain", "searched", "4"],
        ["rgb_small", "noise .4", "4"],
        ["rgb_small", "counterfactual", "4"],
        ["rgb_small", "noise only", "4"],
    ]
    assert {len(row) for row in result["rows"]} == {len(result["columns"])}
    assert result["figures"]["all"]["metrics"]["quotes_verified"] == 1.0
    assert result["figures"]["plain, given"]["metrics"]["contained"] >= 0.75
    assert "abstention_recall" in result["figures"]["rgb_small, noise only"]["metrics"]
    assert "quotes verifies" in result["note"]
    for name in ("reliability.svg", "risk_coverage.svg"):
        assert (tmp_path / "docs" / name).read_text().startswith("<svg")
