import pytest

from rag.reading.facts import dates, is_negated, missing_quantities


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Sales were $5.7 billion.", "Net sales of $5,686 million were reported."),
        ("It took twelve days.", "After 12 days the crew returned."),
        ("About 60 % agreed.", "60 percent of the members agreed."),
        ("Revenue was 17,606 million.", "Total revenue\t17,606\t15,785"),
        ("人口是30万。", "全市人口300,000人。"),
        ("It is 3 km long.", "The tunnel is 3 kilometres long."),
    ],
)
def test_equal_quantities_in_other_words_are_borne_out(claim: str, evidence: str) -> None:
    assert missing_quantities(claim, [evidence]) == []


@pytest.mark.parametrize(
    ("claim", "evidence"),
    [
        ("Sales were $5.9 billion.", "Net sales of $5,686 million were reported."),
        ("It took twelve weeks.", "After 12 days the crew returned."),
        ("It rose 5 %.", "It rose by 5 years."),
        ("Sales were $5 million.", "Sales were $5 billion."),
        ("In 1987 he left.", "He left in 1978."),
    ],
)
def test_other_numbers_and_units_are_not(claim: str, evidence: str) -> None:
    assert missing_quantities(claim, [evidence])


def test_one_date_in_four_notations() -> None:
    forms = ("March 5, 2021", "5 March 2021", "2021-03-05", "2021年3月5日")
    assert [dates(form) for form in forms] == [{(2021, 3, 5)}] * 4 or all(
        (2021, 3, 5) in dates(form) for form in forms
    )


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("The valve does not close.", True),
        ("The valve doesn't close.", True),
        ("It is not only cheap but good.", False),
        ("It came no later than May.", False),
        ("阀门没有关闭。", True),
        ("阀门不断关闭。", False),
        ("The valve closes.", False),
    ],
)
def test_negation(text: str, negated: bool) -> None:
    assert is_negated(text) is negated
