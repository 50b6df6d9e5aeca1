"""What the confidence is computed from."""

from collections.abc import Sequence

import pytest

from rag.answering import CONFIDENCE_FEATURES, confidence_features
from rag.answering.term_weights import given_term_weights
from rag.models import Reader, load_readers
from rag.reading import EvidenceSelector
from rag.schema import Passage
from rag.settings import Settings

BOILER = "The new boiler cost 12,400 pounds. It was fitted by Hargreaves in March 2022."
HALL = "The village hall was painted in 2019. Its roof leaks."


def measured(question: str, *texts: str, readers: Sequence[Reader] = ()) -> dict[str, float]:
    passages = [Passage(f"d{n}", f"{n}.txt", "", 1, 0, len(text), text, 1.0) for n, text in enumerate(texts)]
    weight = given_term_weights(passages)
    selection = EvidenceSelector(None, readers).select(question, passages, weight)
    return confidence_features(selection, passages, weight)


def test_every_feature_is_measured() -> None:
    assert set(measured("How much did the boiler cost?", BOILER)) == set(CONFIDENCE_FEATURES)
    assert measured("How much did the boiler cost?") == {}


def test_the_relation_that_is_asked_for_is_missed() -> None:
    told, not_told = (
        measured("How much did the boiler cost?", BOILER),
        measured("When was the boiler repaired?", BOILER),
    )
    assert told["relation_missing"] < not_told["relation_missing"]
    assert told["words_missing"] < not_told["words_missing"]


def test_another_year_than_the_asked_one_is_noticed() -> None:
    assert measured("Was the village hall painted in 2021?", HALL)["other_years"] == 1.0
    assert measured("Was the village hall painted in 2019?", HALL)["other_years"] == 0.0


def test_a_figure_that_has_to_be_computed_is_known_as_such() -> None:
    assert measured("What was the percentage change of the cost of the boiler?", BOILER)["computed"] == 1.0
    assert measured("两年之间成本相差多少？", BOILER)["computed"] == 1.0
    assert measured("How much did the boiler cost?", BOILER)["computed"] == 0.0


def test_passages_without_ranks_are_known_as_given() -> None:
    found = measured("How much did the boiler cost?", BOILER, HALL)
    assert (found["given"], found["alone"]) == (1.0, 0.5)


@pytest.mark.parametrize(
    ("question", "is_told"),
    [
        ("What does a day ticket for zone C cost?", True),
        ("Who sells the tickets for zone C?", False),
    ],
)
def test_the_reader_reads_what_is_told_alone(question: str, is_told: bool) -> None:
    texts = (
        "A day ticket for zone C costs 9.20 euros. A single ticket costs 3.10 euros.",
        "The harbour office was built in 1912. It has three floors.",
    )
    read = measured(question, *texts, readers=load_readers(Settings()))
    assert (read["read_alone"] > 0) == is_told
    assert read["read_anywhere"] >= read["read_answerable"]
