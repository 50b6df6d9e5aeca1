from pathlib import Path

import numpy as np
import pytest

from rag.errors import ConfigurationError
from rag.examples import build_selector
from rag.examples.evaluation import bootstrap_interval, load_labelled, majority, measure, paired_bootstrap
from rag.examples.scoring import ScoredExample
from rag.schema import Example
from rag.settings import ExampleSettings
from tests.fakes import HashingEmbedder


def scored(*labels: str) -> list[ScoredExample]:
    return [ScoredExample(Example(str(i), "q", "a", label=label), 0.5) for i, label in enumerate(labels)]


def test_the_majority_wins_and_the_nearest_breaks_ties() -> None:
    assert majority(scored("a", "b", "b"), "first") == "b"
    assert majority(scored("a", "b"), "first") == "a"
    assert majority(scored("a", "b"), "last") == "b"
    assert majority([], "last") is None


def test_selected_examples_beat_random_ones_on_labelled_questions() -> None:
    topics = {
        "tea": "brew leaf cup kettle",
        "rail": "train track signal platform",
        "sea": "tide wave harbour gull",
    }
    generator = np.random.default_rng(0)

    def questions(count: int) -> list[Example]:
        made = []
        for number in range(count):
            label = list(topics)[number % 3]
            text = " ".join([*generator.choice(topics[label].split(), 2), f"w{generator.integers(50)}"])
            made.append(Example(f"{count}-{number}", text, label, label=label))
        return made

    pool, asked = questions(60), questions(30)
    outcomes = {
        name: measure(build_selector(ExampleSettings(selector=name, k=3), pool, HashingEmbedder(256)), asked)
        for name in ("jaccard", "hybrid", "random", "none")
    }
    assert outcomes["jaccard"].vote_accuracy > 0.9
    assert outcomes["none"].label_in_top_k == outcomes["none"].vote_accuracy == 0.0
    low, high = paired_bootstrap(outcomes["jaccard"].voted, outcomes["random"].voted)
    assert 0.0 < low <= high


def test_intervals_hold_the_share_and_are_the_same_each_time() -> None:
    values = np.arange(200) % 4 == 0
    low, high = bootstrap_interval(values)
    assert low < 0.25 < high
    assert high - low == pytest.approx(0.12, abs=0.03)
    assert bootstrap_interval(values) == (low, high)
    assert paired_bootstrap(values, values) == (0.0, 0.0)


def test_labelled_questions_are_read_or_the_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text('{"text": "Who?", "label": "HUM"}\n\n', "utf-8")
    assert load_labelled(path) == [Example("1", "Who?", "HUM", label="HUM")]
    path.write_text('{"text": "Who?"}', "utf-8")
    with pytest.raises(ConfigurationError, match="line 1: must be an object"):
        load_labelled(path)
    with pytest.raises(ConfigurationError, match="cannot read labelled questions"):
        load_labelled(tmp_path / "absent.jsonl")
