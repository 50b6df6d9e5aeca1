"""Choosing constants without a set: who has a say, and what the table tells."""

from __future__ import annotations

import json
from dataclasses import fields

import pytest

from benchmarks.retrieval_robustness import CONSTANTS, chosen_without, store_results, tried
from rag.retrieval.adaptive import FusionWeights


def test_every_constant_is_tried_around_what_is_shipped():
    assert set(CONSTANTS) <= {field.name for field in fields(FusionWeights)}
    for constant in CONSTANTS:
        below, shipped, above = tried(constant)
        assert below < shipped == getattr(FusionWeights(), constant) < above


def test_the_set_left_out_has_no_say():
    scores = {
        1.0: {"a": 0.5, "b": 0.5, "c": 0.5},
        2.0: {"a": 0.9, "b": 0.4, "c": 0.4},
    }
    assert chosen_without("a", scores, 1.0) == 1.0
    assert chosen_without("b", scores, 1.0) == 2.0


def test_the_shipped_value_stays_where_another_is_only_as_good():
    scores = {value: {"a": 0.5, "b": 0.5} for value in (0.5, 1.0, 2.0)}
    assert chosen_without("a", scores, 1.0) == 1.0


class Preferring:
    """A set that is answered the better the nearer one weight is to what it likes."""

    def __init__(self, dense: float) -> None:
        self.dense = dense

    def score(self, weights: FusionWeights) -> float:
        return 1.0 - abs(weights.dense - self.dense)


def test_a_set_that_wants_another_value_than_the_others_loses_when_it_is_left_out(tmp_path):
    shipped = FusionWeights().dense
    sets = {"a": Preferring(2 * shipped), "b": Preferring(2 * shipped), "odd": Preferring(0.5 * shipped)}
    out = tmp_path / "robustness.json"
    store_results(sets, 5, out)
    stored = json.loads(out.read_text("utf-8"))
    assert {len(row) for row in stored["rows"]} == {len(stored["columns"])}
    assert len(stored["rows"]) == len(CONSTANTS) + 1
    assert stored["chosen"]["odd"]["dense"] == pytest.approx(2 * shipped)
    assert stored["all_at_once"]["odd"] < stored["shipped"]["odd"]
