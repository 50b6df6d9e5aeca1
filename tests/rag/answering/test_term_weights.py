"""How rare words are thought to be."""

from rag.answering.term_weights import given_term_weights
from rag.schema import Passage


def passage(text: str) -> Passage:
    return Passage("d", "d.txt", "", 1, 0, len(text), text, 1.0)


def test_a_word_of_the_only_passage_is_rarer_than_a_common_one_and_hardly_less_than_an_unknown_one() -> None:
    alone = given_term_weights([passage("The lighthouse is tall.")])
    assert alone("harbour") == 1.0
    assert 0.6 < alone("lighthous") < 1.0


def test_a_word_of_all_passages_weighs_less_than_one_of_a_single_one() -> None:
    weight = given_term_weights([passage(f"The lighthouse of bay {name}.") for name in ("Ora", "Ula", "Ima")])
    assert weight("lighthous") < weight("ora") < 1.0
