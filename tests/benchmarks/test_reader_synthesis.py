"""The generator of training data for the reader: labels that agree with the texts, the same for one seed."""

import gzip
import json
from collections import Counter
from random import Random

import pytest

from benchmarks.reader.synthesis.build import groups, write
from benchmarks.reader.synthesis.checks import check
from benchmarks.reader.synthesis.frames import frame_group, load_frames, other_language_group
from benchmarks.reader.synthesis.subjects import near_miss, subject_group, unanswerable
from benchmarks.reader.synthesis.templates import capital, expand
from benchmarks.reader.synthesis.window import Window, mark
from benchmarks.reader.synthesis.world import attributes, domains


@pytest.fixture(scope="module")
def records():
    return list(groups(1500, seed=5))


def test_every_record_is_consistent_and_kinds_are_many(records):
    for record in records:
        check(record)
    assert len(Counter(record["kind"] for record in records)) >= 10


def test_two_fifths_of_the_windows_hold_no_answer(records):
    passages = [p for record in records for p in record["passages"]]
    assert 0.4 <= sum(not p["relevant"] for p in passages) / len(passages) <= 0.75


def test_the_same_seed_makes_the_same_records(records):
    assert list(groups(200, seed=5)) == records[:200]
    assert list(groups(200, seed=6)) != records[:200]


def test_unanswerable_questions_have_no_evidence(records):
    lacking = [record for record in records if record["kind"] == "unanswerable"]
    assert lacking
    assert not any(p["relevant"] for record in lacking for p in record["passages"])


@pytest.mark.parametrize("make", [frame_group, other_language_group])
def test_answered_facts_are_found_in_their_window(make):
    rng = Random(3)
    made = [group for group in (make(rng, False) for _ in range(400)) if group]
    answered = [group for group in made if group.kind != "unanswerable"]
    assert answered
    assert all(any(window.holds(group.key) for window in group.windows) for group in answered)


def test_no_negative_window_tells_the_attribute_of_the_subject_asked():
    """Written without marks: the negatives of a table never have the subject's row with the column."""
    rng, seen = Random(4), 0
    for _ in range(600):
        group = subject_group(rng, "table", False) or unanswerable(rng, "table", False)
        if group is None:
            continue
        name, _, attribute = group.key.rpartition("/")
        others = {label for key, other in attributes().items() if key != attribute for label in other.labels}
        labels = [label for label in attributes()[attribute].labels if label not in others]
        for window in group.windows:
            passage = window.passage(group.key, True)
            rows = [passage["text"][s:e] for s, e in passage["sentences"]]
            own = [row for row in rows if f": {name};" in row]
            told = [row for row in own if any(f"; {x}: " in row or f"; {x} (" in row for x in labels)]
            told = [
                row
                for row in told
                if not any(f"; {x}: {sign}" in row for x in labels for sign in ("–", "-", "n/a"))
            ]
            if window.title == group.windows[0].title and not passage["relevant"]:
                assert not told, (group.question, told)
                seen += 1
    assert seen > 200


def test_near_misses_do_not_hold_the_name_asked_for():
    rng = Random(8)
    made = [group for group in (near_miss(rng, "directory", False) for _ in range(200)) if group]
    for group in made:
        name = group.key.rpartition("/")[0].lower()
        for passage in (w.passage(group.key, True) for w in group.windows):
            if not passage["relevant"]:
                headings = [x.lower() for x in passage["text"].split("\n") if x.startswith("## ")]
                assert f"## {name}" not in headings


def test_held_out_domains_and_facts_are_not_in_the_training_part(records):
    held = [d for d in domains().values() if d.heldout]
    assert len(held) >= 5
    assert sum(frame.heldout for frame in load_frames()) >= 3
    titles = {title.split(" {")[0] for d in held for title in d.titles}
    open_titles = {title.split(" {")[0] for d in domains().values() if not d.heldout for title in d.titles}
    ours = {p["title"].split(" > ")[0] for record in records for p in record["passages"]}
    assert not (titles - open_titles) & ours


def test_a_mark_becomes_an_offset_and_keeps_its_key_when_the_sentence_is_raised():
    window = Window("A > B")
    window.heading("Pump")
    window.paragraph([capital(mark("k", "oak") + " is used."), f"It costs {mark('p', '5 €')}."])
    passage = window.passage("k", short=True)
    assert passage["text"] == "## Pump\nOak is used. It costs 5 €."
    assert [passage["text"][s:e] for s, e in passage["spans"]] == ["Oak"]
    assert passage["evidence"] == [1, 0]
    assert window.passage("other", short=True)["spans"] == []
    assert window.passage("k", short=False)["spans"] is None


def test_templates_pick_one_wording_and_refuse_open_parentheses():
    rng = Random(1)
    assert {expand(rng, "a (b|c (d|e)|) f") for _ in range(80)} == {"a b f", "a c d f", "a c e f", "a f"}
    with pytest.raises(AssertionError, match="parenthesis"):
        expand(rng, "a (b|c")


def test_a_file_appears_whole_and_reads_back(tmp_path):
    path = tmp_path / "synth-00.jsonl.gz"
    assert write(path, groups(20, seed=2)) == 20
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        assert [json.loads(line) for line in lines] == list(groups(20, seed=2))
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
