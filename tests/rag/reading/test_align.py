import pytest

from rag.reading import Attributor, quotable_units, split_draft
from rag.schema import Passage, Support
from tests.fakes import HashingEmbedder

TEXT = (
    "The Harbour Bridge was opened on 19 March 1932 by the premier. It carries 160,000 vehicles a day. "
    "The toll does not apply to buses. Its arch is made of steel from Middlesbrough."
)


@pytest.fixture
def attributor() -> Attributor:
    return Attributor(HashingEmbedder(256))


def units(text: str = TEXT):
    return quotable_units([Passage("d", "d.txt", "Bridge", 1, 0, len(text), text, 1.0)])


@pytest.mark.parametrize(
    ("sentence", "support"),
    [
        ("The Harbour Bridge was opened by the premier on March 19, 1932.", Support.SUPPORTED),
        ("It carries 160,000 vehicles a day.", Support.SUPPORTED),
        ("It carries 190,000 vehicles a day.", Support.CONTRADICTED),
        ("The Harbour Bridge was opened on 19 May 1932 by the premier.", Support.CONTRADICTED),
        ("The toll applies to buses.", Support.CONTRADICTED),
        ("Its arch is made of steel from Birmingham.", Support.CONTRADICTED),
        ("Penguins breed on distant islands in winter.", Support.UNSUPPORTED),
    ],
)
def test_support(attributor: Attributor, sentence: str, support: Support) -> None:
    assert attributor.attribute([sentence], units())[0].support is support


def test_a_sentence_over_two_units_cites_both(attributor: Attributor) -> None:
    sentence = "It carries 160,000 vehicles a day and its arch is made of steel from Middlesbrough."
    (alignment,) = attributor.attribute([sentence], units())
    assert alignment.support is Support.SUPPORTED
    assert len(alignment.units) == 2


def test_an_invented_name_makes_support_partial(attributor: Attributor) -> None:
    sentence = "The Harbour Bridge was opened on 19 March 1932 by the premier Lang."
    assert attributor.attribute([sentence], units())[0].support is Support.PARTIAL


def test_without_evidence_nothing_is_supported(attributor: Attributor) -> None:
    assert attributor.attribute(["A claim."], [])[0].support is Support.UNSUPPORTED


def test_marks_and_bullets_of_a_draft_go() -> None:
    draft = "- The arch is steel [1][2].\n- It was opened in 1932 (source 3)."
    assert split_draft(draft) == ["The arch is steel.", "It was opened in 1932."]
