"""The field scorer: what counts as the same string, which class an answer gets, and a whole run."""

import json
import sys

import pytest

import benchmarks.field as field
from benchmarks.field_judge import FieldQuestion, Said, judge
from benchmarks.field_report import Verdict, calibration, report, totals
from benchmarks.field_text import sentence_count, within, words
from rag.schema import Message


@pytest.mark.parametrize(
    ("part", "whole", "held"),
    [
        ("3 × 10^6", "about 3·10⁶ per gram", True),
        ("3 × 10^6", "about 3 × 10<sup>6</sup> per gram", True),
        ("3 × 10^6", "about 3 × 106 per gram", False),
        ("412", "4123 people", False),
        ("1,204", "a total of 1204 pieces", True),
        ("14.00", "14 euros", True),
        ("3/4", "a share of ¾", True),
        ("☒ Express", "[x] Express", True),
        ("☒ Express", "☐ Express", False),
        ("12:30", "at 12:30:45", False),
        ("10⁻⁷", "2 × 10^{-7}", True),
        ("学费", "本学期学费为三千元", True),
        ("", "anything", False),
    ],
)
def test_strings_are_compared_as_words(part, whole, held):
    assert within(words(part), words(whole)) is held


def test_days_and_initials_end_no_sentence():
    assert sentence_count("Born on 3. May. It rained! Mr. B. Smith left.") == 3
    assert sentence_count("第一句。第二句。") == 2


def question(**fields):
    row = {"id": "a-1", "case": "a", "kind": "prose", "lang": "en", "question": "How much is a cabin?"}
    return FieldQuestion.of({**row, **fields})


CABIN = {"answers": ["40 euros"], "must_not": ["25 euros"], "names": ["cabin"], "short": ["40 euros", "40"]}
TWO = "A cabin is 40 euros, a berth 25 euros."


@pytest.mark.parametrize(
    ("letter", "said"),
    [
        ("R", Said(TWO)),
        ("R", Said("40 euros.", short_text="40")),
        ("S", Said(TWO, short_text="25 euros")),
        ("W", Said("A berth is 25 euros.", short_text="25 euros")),
        ("W", Said("The cabin is clean.")),
        ("P", Said("It is 40 euros, the bunk 25 euros.")),
        ("P", Said("A cabin is 40 euros. It is clean. It has a bed. There is a lamp. It is warm.")),
        ("X", Said("", abstained=True)),
    ],
)
def test_an_answer_gets_its_class(letter, said):
    assert judge(question(**CABIN), said) == letter


def test_what_has_no_answer_must_not_be_answered():
    assert judge(question(), Said("40 euros.")) == "F"
    assert judge(question(), Said("", abstained=True)) == "A"


def test_where_silence_is_right_the_answer_is_too():
    denied = question(answers=["not closed"], abstain_ok=True)
    assert judge(denied, Said("", abstained=True)) == "A"
    assert judge(denied, Said("It is not closed.")) == "R"
    assert judge(denied, Said("It is closed in May.")) == "F"


def test_a_group_must_be_whole():
    both = question(answers=["never"], answers_all=[["Heron", "Kite"]], partly=["Heron", "Kite"])
    assert judge(both, Said("Kite and Heron are late.")) == "R"
    assert judge(both, Said("Kite is late.")) == "P"


def test_yes_counts_at_the_beginning_only():
    asked = question(answers=["yes"])
    assert judge(asked, Said("Yes, with a leash.")) == "R"
    assert judge(asked, Said("Say yes at the gate.")) == "W"


def test_a_mark_belongs_to_its_own_sentence():
    asked = question(answers=["Sauna: ✓"])
    row = ("Pool: ✗", "Sauna:", "✓ Bar")
    assert judge(asked, Said(" ".join(row), row)) == "W"
    assert judge(asked, Said("Sauna: ✓", ("Sauna: ✓",))) == "R"


def verdicts():
    letters = "RRAWFXSP"
    sure = (0.9, 0.6, 0.1, 0.8, 0.2, 0.3, 0.75, 0.95)
    return [Verdict(str(i), "prose", *pair, "?") for i, pair in enumerate(zip(letters, sure, strict=True))]


def test_totals_and_calibration():
    whole = totals(verdicts())
    assert (whole["all"], whole["right"], whole["wrong"], whole["wrong_sure"]) == (8, 0.375, 0.375, 2)
    told = calibration(verdicts())
    assert (told["answers"], told["share_right"]) == (5, 0.4)
    assert told["auroc"] == pytest.approx(4 / 6, abs=1e-4)
    assert "prose" in report(verdicts())
    assert calibration([])["ece"] is None


def test_combined_asks_once_what_is_shared():
    history = [{"role": "user", "content": "And a berth?"}]
    asked = [question(id="a"), question(id="b"), question(id="c", history=history), question(combined=False)]
    assert [q.question_id for q in field.combined_questions(asked)] == ["a", "c"]
    assert asked[2].history == (Message("user", "And a berth?"),)


def test_equal_files_are_read_once(tmp_path):
    for name, text in {"x/a.txt": "one", "y/a.txt": "one", "y/b.txt": "two"}.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert [p.relative_to(tmp_path).as_posix() for p in field.distinct_files(tmp_path)] == [
        "x/a.txt",
        "y/b.txt",
    ]


@pytest.mark.parametrize("mode", field.MODES)
def test_a_folder_is_asked(tmp_path, monkeypatch, capsys, mode):
    texts = {"mill": "The mill at Harrow was built in 1871.", "pier": "The pier at Lund was built in 1902."}
    rows = []
    for case, text in texts.items():
        folder = tmp_path / "files" / case
        folder.mkdir(parents=True)
        (folder / f"{case}.txt").write_text(text + " Geese graze there all summer.")
        row = {"id": f"{case}-1", "case": case, "kind": "prose", "lang": "en", "answers": [text[-5:-1]]}
        rows.append({**row, "question": " ".join(["When was the", *text.split()[1:4], "built?"])})
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, rows)))
    stored = tmp_path / "out.json"
    flags = ["--mode", mode, "--output", str(stored), "--set", "ingest.workers=1"]
    monkeypatch.setattr(sys, "argv", ["field", str(tmp_path), *flags])
    field.main()
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (told["mode"], told["all"], told["R"]) == (mode, 2, 2)
    kept = json.loads(stored.read_text())
    assert [v["sources"] for v in kept["verdicts"]] == [["mill.txt"], ["pier.txt"]]
