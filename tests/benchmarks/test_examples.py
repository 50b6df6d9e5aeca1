"""The label of a question whose set has none, and the choices of a generator."""

import json
from dataclasses import replace

import pytest

import benchmarks.examples as benchmark
from benchmarks.examples import RememberedChoices, answer_shape
from rag.evaluation import SelectionSettings
from tests.fakes import HashingEmbedder


@pytest.mark.parametrize(
    ("answer", "shape"),
    [
        ("1884", "year"),
        ("2016", "year"),
        ("136", "number"),
        ("$186,400", "number"),
        ("May 1884", "number"),
        ("Von Miller", "name"),
        ("golden anniversary", "phrase"),
        ("to keep the water out of the lower meadows", "clause"),
    ],
)
def test_the_shape_of_an_answer(answer, shape):
    assert answer_shape(answer) == shape


def test_a_choice_is_asked_for_once_and_kept(tmp_path):
    asked = []

    def choose(prompt, labels):
        asked.append(prompt)
        return len(prompt) % len(labels)

    choices = RememberedChoices(choose, tmp_path / "choices.jsonl")
    first = [choices(prompt, ["a", "b", "c"]) for prompt in ("one", "three", "one")]
    again = RememberedChoices(choose, tmp_path / "choices.jsonl")
    assert [again(prompt, ["a", "b", "c"]) for prompt in ("one", "three", "one")] == first == [0, 2, 0]
    assert asked == ["one", "three"]
    assert again("one", ["b", "a"]) == 1  # other labels, another choice
    assert asked == ["one", "three", "one"]


def test_a_generator_is_measured_apart_on_the_first_questions_of_the_same_draws(tmp_path, monkeypatch):
    kinds = {"When was the {} built?": "NUM", "Who owns the {}?": "HUM", "Where is the {}?": "LOC"}
    for file, places in (("train", ("mill", "forge", "inn")), ("test", ("quay", "barn"))):
        lines = [{"text": q.format(p), "label": label} for p in places for q, label in kinds.items()]
        (tmp_path / f"{file}.jsonl").write_text("\n".join(map(json.dumps, lines)))
    prompts = []

    class Scorer:
        def most_likely(self, prompt, labels):
            prompts.append(prompt)
            return labels.index("NUM")

    monkeypatch.setattr(benchmark, "build_embedder", lambda settings: HashingEmbedder(64, 64))
    monkeypatch.setattr(benchmark, "build_label_scorer", lambda settings: Scorer())
    monkeypatch.setattr(benchmark, "selector_names", lambda: ["hybrid_mmr", "none"])
    work = tmp_path / "work"
    work.mkdir()
    amount = SelectionSettings(k=2, limit=6, generator_limit=2)
    found = benchmark.measured(tmp_path, amount, work)
    assert benchmark.measured(tmp_path, replace(amount, generator_limit=0), work)["none"] == {
        **found["none"],
        "generator_accuracy": None,
        "differences": {
            name: value
            for name, value in found["none"]["differences"].items()
            if name != "generator_accuracy"
        },
    }
    assert found["none"]["generator_accuracy"] is not None
    assert "generator_accuracy" in found["none"]["differences"]
    asked = {prompt.rsplit("Question: ", 1)[1] for prompt in prompts}
    assert len(asked) <= 3 * 2
