"""Which two things a question compares, and what it asks of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.answering.comparing.comparing_words import comparing_of
from rag.answering.comparing.named_sides import asked_words, sides_of
from rag.answering.comparing.sides import of_two, pairs_of
from rag.schema import DocumentInfo
from rag.store import Store
from tests.fakes import HashingEmbedder, add_to_store, document


@pytest.mark.parametrize(
    ("question", "names", "asked"),
    [
        (
            "Compare the warranty of the Volta Uno and the Volta Due.",
            ("Volta Uno", "Volta Due"),
            "What is the warranty of the Volta Uno?",
        ),
        (
            "What is the difference between the 2022 and the 2023 report on staff?",
            ("2022", "2023"),
            "What is the 2022 report on staff?",
        ),
        (
            "How does clause 3 of the Halden contract differ from clause 3 of the Morland contract?",
            ("Halden contract", "Morland contract"),
            "What is the clause 3 of the Halden contract?",
        ),
        (
            "How does the budget of 2021 compare with that of 2020?",
            ("2021", "2020"),
            "What is the budget of 2021?",
        ),
        ("Which is cheaper, plan A or plan B?", ("plan A", "plan B"), "Which is cheaper, plan A?"),
        ("Compare plans A and B in price.", ("plans A", "plans B"), "What is the plans A in price?"),
        (
            "Who led it in 2022 and who led it in 2023? Compare the two years.",
            ("2022", "2023"),
            "Who led it in 2022?",
        ),
        ("Volta Uno vs Volta Due: how heavy?", ("Volta Uno", "Volta Due"), "Volta Uno: how heavy?"),
        (
            "Was kostet mehr, das Zimmer im Seeblick oder das Zimmer im Bergblick?",
            ("Seeblick", "Bergblick"),
            "Was kostet mehr, das Zimmer im Seeblick?",
        ),
        (
            "Quelle est la différence de prix entre l'offre Dupont et l'offre Martin ?",
            ("Dupont", "Martin"),
            "Quel est prix l'offre Dupont ?",
        ),
        ("Compara la garantía de Dupont y de Martin.", ("Dupont", "Martin"), "¿Cuál es garantía de Dupont?"),
        (
            "Wat is het verschil in prijs tussen het basispakket en het pluspakket?",
            ("basispakket", "pluspakket"),
            "Wat is prijs het basispakket?",
        ),
        (
            "基本套餐和高级套餐的合约期有什么区别？",
            ("基本套餐", "高级套餐"),
            "基本套餐的合约期是什么？",
        ),
    ],
)
def test_two_things_in_one_form_are_told_apart(question: str, names: tuple[str, str], asked: str) -> None:
    pair = pairs_of(question)[0]
    assert pair.names == names
    assert pair.questions[0] == asked
    assert not pair.marks[0] & pair.marks[1]


@pytest.mark.parametrize(
    "question",
    ["How do the two contracts differ?", "Compare sales and 2021.", "What is a difference engine?"],
)
def test_what_joins_no_two_of_a_kind_is_no_pair(question: str) -> None:
    assert pairs_of(question) == []


def test_what_both_share_is_asked_without_their_names() -> None:
    pair = pairs_of("Compare the payment terms in the Halden contract and in the Morland contract.")[0]
    assert pair.rest == "What is the payment terms in the contract?"
    assert pairs_of("Compare the Volta Uno and the Volta Due.")[0].rest == ""


def test_two_are_meant_by_their_number() -> None:
    found = of_two("How do the notice periods of the two contracts differ?")
    assert found == ("contracts", "What is the notice periods of the contracts?")
    assert of_two("How do the contracts differ?") is None


@pytest.mark.parametrize(
    ("question", "said", "sets"),
    [
        ("Is Odense larger than Kolding?", True, False),
        ("Did the fare change between 2021 and 2025?", True, False),
        ("Which is larger, Odense or Kolding?", False, True),
        ("Odense versus Kolding", False, True),
        ("Who leads Odense and Kolding?", False, False),
    ],
)
def test_yes_or_no_is_no_comparison(question: str, said: bool, sets: bool) -> None:
    assert comparing_of(question).sets_side_by_side(question, said=said) is sets


@pytest.mark.parametrize(
    ("question", "word", "sign", "measure"),
    [
        ("Which is cheaper, A or B?", "cheaper", -1, "money"),
        ("Which has more staff, A or B?", "more", 1, ""),
        ("Which is less expensive, A or B?", "less", -1, "money"),
        ("Was ist schwerer, das Rad oder der Roller?", "schwerer", 1, "weight"),
        ("基本套餐和高级套餐哪个更便宜？", "便宜", -1, "money"),
    ],
)
def test_one_of_two_values_is_asked_for(question: str, word: str, sign: int, measure: str) -> None:
    direction = comparing_of(question).direction(question)
    assert direction is not None
    assert (direction.word, direction.sign, direction.measure) == (word, sign, measure)


@pytest.fixture
def infos(tmp_path: Path) -> list[DocumentInfo]:
    with Store.open(tmp_path / "library") as store:
        for name in ("lease-flat.txt", "lease-garage.txt", "inventory-flat.txt", "policy-2.0.txt"):
            add_to_store(store, document(f"This is {name}.", name), HashingEmbedder())
        return list(store.documents())


def named(infos: list[DocumentInfo], question: str) -> list[set[str]]:
    sides = sides_of(question, infos)
    assert sides is not None
    names = {info.document_id: info.name for info in infos}
    return [{names[document_id] for document_id in side.documents} for side in sides]


def test_a_side_is_the_document_whose_name_holds_most_of_its_words(infos: list[DocumentInfo]) -> None:
    found = named(infos, "What is the difference between the lease of the garage and the lease of the flat?")
    assert found == [{"lease-garage.txt"}, {"lease-flat.txt"}]


def test_the_two_are_the_documents_called_so(infos: list[DocumentInfo]) -> None:
    assert named(infos, "How do the two leases differ?") == [{"lease-flat.txt"}, {"lease-garage.txt"}] or (
        named(infos, "How do the two leases differ?") == [{"lease-garage.txt"}, {"lease-flat.txt"}]
    )
    assert sides_of("How do the two invoices differ?", infos) is None


def test_a_side_without_a_document_stays_without(infos: list[DocumentInfo]) -> None:
    assert named(infos, "Compare policy 2.0 and policy 3.0 on length.") == [{"policy-2.0.txt"}, set()]


def test_what_is_asked_names_no_side(infos: list[DocumentInfo]) -> None:
    question = "Compare the deposit in the garage lease and in the flat lease."
    sides = sides_of(question, infos)
    assert sides is not None
    assert asked_words(question, sides) == {"deposit"}
