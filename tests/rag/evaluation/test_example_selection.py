"""Selectors measured on labelled questions."""

import numpy as np
import pytest

from rag.errors import ConfigurationError, UsageError
from rag.evaluation import RememberingEmbedder, SelectionSettings, classification_prompt, evaluate_selectors
from rag.examples import selector_names
from rag.schema import Example
from tests.fakes import HashingEmbedder

TOPICS = {
    "tea": "brew leaf cup kettle",
    "rail": "train track signal platform",
    "sea": "tide wave harbour gull",
}


def questions(count, seed):
    random = np.random.default_rng(seed)
    made = []
    for number in range(count):
        label = list(TOPICS)[number % 3]
        text = " ".join([*random.choice(TOPICS[label].split(), 2), f"w{random.integers(50)}"])
        made.append(Example(f"{seed}-{number}", text, label, label=label))
    return made


class CountingEmbedder(HashingEmbedder):
    def __init__(self):
        super().__init__(256)
        self.embedded = []

    def embed_questions(self, texts):
        self.embedded.extend(texts)
        return super().embed_questions(texts)


def reading_the_last_label(prompt, labels):
    """A generator that repeats the label of the example nearest to the question."""
    shown = [line.removeprefix("Label: ") for line in prompt.splitlines() if line.startswith("Label: ")]
    return labels.index(shown[-1]) if shown else 0


@pytest.fixture(scope="module")
def results():
    settings = SelectionSettings(k=3, seeds=2, limit=24, generator_limit=12)
    found = evaluate_selectors(
        selector_names(),
        questions(90, 0),
        questions(40, 1),
        RememberingEmbedder(HashingEmbedder(256)),
        settings,
        reading_the_last_label,
        default="hybrid",
    )
    return {result.selector: result for result in found}


def test_every_selector_is_measured_on_the_same_questions(results):
    assert list(results) == selector_names()
    for result in results.values():
        assert 24 < len(result.in_top_k) == len(result.voted) <= 40
        assert 12 < len(result.generated) <= 24


def test_selected_examples_beat_random_ones_and_none(results):
    assert results["hybrid"].vote_accuracy.mean > 0.9
    assert results["none"].label_in_top_k.mean == results["none"].vote_accuracy.mean == 0.0
    lost = results["random"].differences["vote_accuracy"]
    assert lost.high < 0.0
    assert results["random"].differences["generator_accuracy"].mean < 0.0
    assert results["hybrid"].differences == {}


def test_the_generator_sees_the_examples_in_the_order_of_the_prompt(results):
    assert results["hybrid"].generator_accuracy.mean > results["none"].generator_accuracy.mean
    examples = [Example("1", "Far?", "NUM", label="NUM"), Example("2", "Near?", "LOC", label="LOC")]
    assert classification_prompt(examples, "Here?") == (
        "Question: Far?\nLabel: NUM\n\nQuestion: Near?\nLabel: LOC\n\nQuestion: Here?\nLabel:"
    )


def test_a_figure_lies_in_its_interval_and_is_the_same_each_time(results):
    for result in results.values():
        for found in (result.label_in_top_k, result.vote_accuracy, result.generator_accuracy):
            assert found.low <= found.mean <= found.high
    assert results["jaccard"].vote_accuracy == results["jaccard"].vote_accuracy


def test_a_question_that_two_seeds_draw_counts_once():
    (result,) = evaluate_selectors(
        ["jaccard"], questions(60, 0), questions(20, 1), HashingEmbedder(), SelectionSettings(k=2, seeds=4)
    )
    assert len(result.voted) == 20
    assert set((4 * result.voted).tolist()) <= {0.0, 1.0, 2.0, 3.0, 4.0}


def test_each_text_is_embedded_once():
    counting = CountingEmbedder()
    evaluate_selectors(
        ["embedding", "mmr", "hybrid"],
        questions(60, 0),
        questions(20, 1),
        RememberingEmbedder(counting),
        SelectionSettings(k=2, seeds=2),
    )
    assert len(counting.embedded) == len(set(counting.embedded))


def test_texts_are_learnt_in_parts_and_told():
    counting, told = CountingEmbedder(), []
    embedder = RememberingEmbedder(counting)
    texts = [f"question {number} {'long ' * (number % 7)}" for number in range(300)]
    embedder.learn([*texts, *texts], lambda done, total: told.append((done, total)))
    assert told == [(128, 300), (256, 300), (300, 300)]
    assert sorted(counting.embedded) == sorted(texts)
    assert np.array_equal(embedder.embed_questions(texts), HashingEmbedder(256).embed_questions(texts))
    assert len(counting.embedded) == 300
    embedder.learn(texts, lambda done, total: told.append((done, total)))
    assert len(told) == 3


@pytest.mark.parametrize(("generator", "steps"), [(None, 2 * 2), (reading_the_last_label, 2 * 2 * 5)])
def test_progress_is_told_by_what_takes_long(generator, steps):
    told = []
    settings = SelectionSettings(k=2, seeds=2, limit=9, generator_limit=5)
    evaluate_selectors(
        ["random"],
        questions(60, 0),
        questions(20, 1),
        HashingEmbedder(),
        settings,
        generator,
        "jaccard",
        lambda done, total: told.append((done, total)),
    )
    assert told == [(number, steps) for number in range(1, steps + 1)]


def test_a_wrong_name_is_told_before_anything_is_embedded():
    counting = CountingEmbedder()
    with pytest.raises(ConfigurationError, match="no selector 'nearest'"):
        evaluate_selectors(["nearest"], questions(9, 0), questions(3, 1), counting, SelectionSettings())
    assert counting.embedded == []


def test_without_a_generator_there_is_no_generator_accuracy():
    (result,) = evaluate_selectors(
        ["jaccard"], questions(30, 0), questions(9, 1), HashingEmbedder(), SelectionSettings(seeds=1)
    )
    assert result.generator_accuracy is None
    assert result.differences.keys() == {"label_in_top_k", "vote_accuracy"}


def test_an_empty_file_is_refused():
    with pytest.raises(UsageError, match="holds none"):
        evaluate_selectors(["jaccard"], [], questions(3, 0), HashingEmbedder(), SelectionSettings())
