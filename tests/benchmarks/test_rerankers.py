"""The benchmark of rerankers: what is measured of passages, what is fitted, what the table says."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.rerank_features import COLUMNS, Candidates, passage_features, window_share
from benchmarks.rerankers import ALONE, RANKERS, fit, table
from rag.attribution import EvidenceSelector
from rag.schema import Passage
from tests.fakes import HashingEmbedder


def _passage(name: str, text: str, score: float) -> Passage:
    return Passage(name, name, "", 1, 0, len(text), text, score)


def _question(set_name: str, number: int, telling: str) -> Candidates:
    """Six passages of which one is relevant: the one that column `telling` speaks for, not the fusion."""
    random = np.random.default_rng(number)
    features = random.normal(size=(6, len(COLUMNS)))
    features[:, COLUMNS.index("fused")] = -np.arange(6)
    gold = int(random.integers(1, 6))
    features[gold, COLUMNS.index(telling)] += 6.0
    sources = tuple("abcdef")
    seconds = {"words": 0.002, "sentences": 0.5}
    return Candidates(set_name, str(number), sources, features, {sources[gold]: 1}, seconds)


def test_a_window_counts_the_terms_that_stand_close_together() -> None:
    asked = frozenset({"built", "lighthouse", "stone"})
    near = ["the", "lighthouse", "was", "built", "of", "grey", "stone"]
    far = ["lighthouse", *["and"] * 30, "built", "of", "stone"]
    assert window_share(asked, near) == 1.0
    assert window_share(asked, far) == pytest.approx(2 / 3)
    assert window_share(asked, ["bread"]) == 0.0
    assert window_share(frozenset(), near) == 0.0


def test_a_passage_is_measured_by_its_best_sentence() -> None:
    passages = [
        _passage("a", "The bakery sells rye bread.", 0.9),
        _passage("b", "It rains. The lighthouse was built in 1821.", 0.5),
        _passage("c", "\n", 0.1),
    ]
    measured = EvidenceSelector(HashingEmbedder()).measure("When was the lighthouse built?", passages)
    features = passage_features(measured)
    assert features.shape == (3, len(COLUMNS))
    assert np.isfinite(features).all()
    for name in ("near_overlap", "proximity", "evidence"):
        assert features[:, COLUMNS.index(name)].argmax() == 1, name
    assert features[:, 0].tolist() == pytest.approx([2.1972, 0.0, -2.1972], abs=1e-3)


def test_weights_find_what_tells_and_are_never_negative() -> None:
    questions = [_question("one", number, "cosine") for number in range(60)]
    weights = fit(questions, range(len(COLUMNS)))
    assert weights.min() >= 0.0
    assert weights.argmax() == COLUMNS.index("cosine")


def test_the_table_shows_gains_on_sets_whose_weights_come_from_the_others() -> None:
    alike = [_question(name, number, "cosine") for name in ("one", "two") for number in range(40)]
    stored = table(alike, 6, "a model")
    gains = {row[0]: row for row in stored["rows"]}
    assert list(gains) == ["as fused (shipped)", ALONE, *RANKERS]
    assert all(len(row) == len(stored["columns"]) for row in stored["rows"])
    by_likeness = stored["rankers"][1]
    assert by_likeness["ranker"] == "best sentence's likeness"
    assert all(gain["low"] > 0.1 for gain in by_likeness["gains"].values())
    assert gains["proximity"][-1] == "2"
    assert gains["best sentence's likeness"][-1] == "500"

    unlike = [_question("one", number, "cosine") for number in range(40)]
    unlike += [_question("two", number, "proximity") for number in range(40)]
    likeness = table(unlike, 6, "a model")["rankers"][1]
    assert likeness["gains"]["two"]["mean"] < by_likeness["gains"]["two"]["mean"] / 2
