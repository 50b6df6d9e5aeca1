"""Short forms made of initials are held where their words stand, and the other way round."""

import pytest

from rag.reading.initials import Initials


@pytest.mark.parametrize(
    ("question", "text", "terms"),
    [
        ("Who is the CEO of Amcor?", "Ron Delia is Chief Executive Officer.", {"ceo"}),
        ("Who is the CEO of Amcor?", "Ron Delia is chief executive officer.", {"ceo"}),
        ("What is the MTBF of the pump?", "mean time between failures: 9,000 h", {"mtbf"}),
        ("Who leads HR?", "Human Resources is led by Ida Holm.", {"hr"}),
        ("Who leads HR?", "He has run the shop since May.", set()),
        ("Who is the chief executive officer?", "Ron Delia, CEO", {"chief", "execut", "offic"}),
        ("who is the chair?", "The CEO spoke.", set()),
        ("WHO IS THE CEO", "chief executive officer", set()),  # all in capitals: nothing is a short form
    ],
)
def test_a_short_form_and_its_words_hold_each_other(question, text, terms):
    assert Initials(question).terms_in(text) == terms
