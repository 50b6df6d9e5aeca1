"""Citations against gold sentences, pages and documents."""

import pytest

from rag.evaluation.citation_metrics import citation_scores, is_same_document, same_text
from rag.evaluation.questions import Gold
from rag.schema import Citation


def cite(quote, source="mill.pdf", page=1, number=1):
    return Citation(number, "d", source, page, 0, len(quote), quote)


GOLD = "The mill was built in 1884 by two brothers ."


def test_the_right_sentence_is_precise_and_the_paragraph_around_it_is_not():
    exact = citation_scores([cite("The mill was built in 1884 by two brothers.")], Gold(((GOLD,),)))
    assert (exact.precision, exact.recall, exact.f1) == (1.0, 1.0, 1.0)
    paragraph = "It is old. The mill was built in 1884 by two brothers. It burnt down twice in one year."
    whole = citation_scores([cite(paragraph)], Gold(((GOLD,),)))
    assert (whole.precision, whole.recall) == (pytest.approx(1 / 3), 1.0)


def test_the_annotator_who_agrees_best_counts():
    other = "They sold it to a company from the coast ."
    quote = [cite("The mill was built in 1884 by two brothers.")]
    assert citation_scores(quote, Gold(((other,), (GOLD,)))).f1 == 1.0
    assert citation_scores(quote, Gold(((other, GOLD),))).recall == 0.5


def test_pages_count_where_no_sentence_is_known():
    gold = Gold(pages=(("mill", 3), ("mill", 4)), documents=("mill",))
    found = citation_scores([cite("a b", page=3), cite("c d", page=9)], gold)
    assert (found.precision, found.recall) == (0.5, 0.5)


def test_documents_count_where_nothing_finer_is_known():
    gold = Gold(documents=("mill.pdf",))
    found = citation_scores(
        [cite("a", "docs/mill.pdf"), cite("b", "docs/mill.pdf"), cite("c", "x.pdf")], gold
    )
    assert (found.precision, found.recall) == (0.5, 1.0)


def test_nothing_cited_is_nothing_found_and_nothing_known_is_not_judged():
    assert citation_scores([], Gold(((GOLD,),))).f1 == 0.0
    assert citation_scores([cite("a")], Gold()) is None


def test_rows_of_a_table_are_its_sentences():
    found = citation_scores(
        [cite("Year\t2024\t2025\nVisits, all branches\t97,880\t101,220")],
        Gold((("Visits, all branches 97,880 101,220",),)),
    )
    assert (found.precision, found.recall) == (0.5, 1.0)


@pytest.mark.parametrize(
    ("source", "name", "same"),
    [
        ("reports/mill.pdf", "mill.pdf", True),
        ("reports/mill.pdf", "mill", True),
        ("Lilu (mythology)", "Lilu (mythology)", True),
        ("J. R. R. Tolkien", "J. R. R. Martin", False),
        ("csv/203-csv/435.csv", "csv/203-csv/435.csv", True),
        ("mill.pdf", "windmill.pdf", False),
    ],
)
def test_documents_are_known_by_their_names(source, name, same):
    assert is_same_document(source, name) is same


def test_a_word_of_a_sentence_is_not_the_sentence():
    assert not same_text("built", GOLD)
    assert same_text("The mill was built in 1884", GOLD)
    assert not same_text("…", GOLD)
