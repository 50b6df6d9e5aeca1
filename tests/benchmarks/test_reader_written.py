"""The passages with questions written by hand: what training is told of them."""

import json

import pytest

from benchmarks.reader.form import read_groups
from benchmarks.reader.written import FOLDER, groups_of, is_held_out

MEANT = {"qualifiers": 0.6, "reasons": 0.55, "polar_yes": 0.25, "untold": 0.55}
"""Shares of questions without an answer in files that were meant to have more, or fewer, than the others."""
TRANSLATED = "translated"
"""Questions of the other files' passages in other languages: only of such as are trained on."""
FILES = sorted(FOLDER.glob("*.jsonl"))
TEXT = "Rooms\nRoom 4 is let to Ida Holm. It costs 310 euros. Room 5 is free."


def passage(**question):
    return {"context": "House", "text": TEXT, "questions": [question]}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_passage_can_be_trained_on(path, tmp_path):
    passages = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    groups = [group for passage in passages for group in groups_of(passage)]
    written = tmp_path / path.name
    written.write_text("".join(json.dumps(group) + "\n" for group in groups), "utf-8")
    read = list(read_groups(written))
    assert len(read) == len(groups)
    silent = sum(not group.passages[0].relevant for group in read)
    share = silent / len(read)
    if path.stem in MEANT:
        assert share == pytest.approx(MEANT[path.stem], abs=0.01)
    else:
        assert 0.25 < share <= 0.5  # half where questions come in pairs
    held_out = any(is_held_out(p["text"]) for p in passages)
    assert held_out is (path.stem != TRANSLATED)


def test_the_span_is_that_of_the_evidence():
    (group,) = groups_of(
        passage(question="What does it cost?", answer="310", evidence=["It costs 310 euros."])
    )
    (told,) = group["passages"]
    assert [TEXT[start:end] for start, end in told["spans"]] == ["310"]
    marked = [TEXT[a:b] for (a, b), mark in zip(told["sentences"], told["evidence"], strict=True) if mark]
    assert marked == ["It costs 310 euros."]


def test_no_answer_is_no_evidence():
    (group,) = groups_of(passage(question="Who lives in room 6?", answer=None, evidence=[]))
    assert group["passages"][0]["spans"] == []
    assert not any(group["passages"][0]["evidence"])


@pytest.mark.parametrize(
    "question",
    [
        {"question": "Who?", "answer": "Ida Holm", "evidence": ["Room 9 is let."]},
        {"question": "Who?", "answer": "Ida Holm", "evidence": []},
        {"question": "Who?", "answer": None, "evidence": ["Room 5 is free."]},
    ],
)
def test_what_does_not_agree_is_refused(question):
    with pytest.raises(ValueError, match="evidence"):
        list(groups_of(passage(**question)))
