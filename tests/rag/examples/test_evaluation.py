from pathlib import Path

import numpy as np
import pytest

from rag.errors import ConfigurationError
from rag.evaluation.labelled_questions import load_labelled, majority, measure
from rag.examples import build_selector
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
    assert outcomes["jaccard"].vote_accuracy > outcomes["random"].vote_accuracy + 0.3


def test_labelled_questions_are_read_or_the_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text('{"text": "Who?", "label": "HUM"}\n\n', "utf-8")
    assert load_labelled(path) == [Example("1", "Who?", "HUM", label="HUM")]
    path.write_bytes(b'\xef\xbb\xbf{"text": "Who?", "label": 3}\r\n')
    assert load_labelled(path) == [Example("1", "Who?", "3", label="3")]
    path.write_text("\n\n", "utf-8")
    with pytest.raises(ConfigurationError, match="holds no labelled questions"):
        load_labelled(path)
    with pytest.raises(ConfigurationError, match=r"cannot read labelled .*absent.jsonl': No such file"):
        load_labelled(tmp_path / "absent.jsonl")


@pytest.mark.parametrize(
    "line",
    ['{"text": "Who?"}', "Who?", "[1]", '{"text": " ", "label": "a"}', '{"text": "Who?", "label": null}'],
)
def test_a_line_that_is_no_labelled_question_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "train.jsonl"
    path.write_text(f'{{"text": "Who?", "label": "HUM"}}\n{line}\n', "utf-8")
    with pytest.raises(ConfigurationError, match="line 2: must be an object like"):
        load_labelled(path)
