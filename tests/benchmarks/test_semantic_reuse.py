"""The measurement of reuse counts what it says, on a few questions whose reuse is known."""

from __future__ import annotations

import numpy as np

from benchmarks.semantic_reuse import Kept, Tally, measure
from tests.fakes import HashingEmbedder

EMBEDDER = HashingEmbedder()


def kept(question: str, *answers: str) -> Kept:
    return Kept(question, frozenset(answers))


def measured(*group: Kept) -> tuple[Tally, list[str]]:
    shown: list[str] = []
    tallies = measure(group, embed, ["words"], shown)
    return tallies["words", 0.8], shown


def embed(texts):
    return EMBEDDER.embed_questions(texts) if texts else np.zeros((0, EMBEDDER.dimension), np.float32)


def test_a_wrong_reuse_is_counted_and_shown():
    tally, shown = measured(
        kept("Which boat did Ada sell before the storm of May?", "the Tern"),
        kept("Which boat did Ada sell after the storm of May?", "the Gull"),
    )
    assert (tally.asked, tally.wrong, tally.right) == (2, 2, 0)
    assert len([line for line in shown if "before" in line and "after" in line]) >= 2


def test_equal_answers_and_own_copies_are_of_use():
    tally, shown = measured(
        kept("Which boat did Ada sell before the storm of May?", "the tern", "tern"),
        kept("Which boat did Ada sell, before the storm of a May?", "tern"),
        kept("Who mends the nets?", "Bo"),
    )
    assert (tally.asked, tally.wrong, tally.right) == (3, 0, 2)
    assert tally.copies_right > 0
    assert tally.copies_wrong == 0
    assert shown == []


def test_silence_is_not_given_again_but_an_answer_in_its_place_is_wrong():
    tally, _ = measured(
        kept("Which boat did Ada sell before the storm of May?", "the Tern"),
        kept("Which boat did Ada sell after the storm of May?"),
    )
    assert (tally.wrong, tally.right) == (1, 0)
