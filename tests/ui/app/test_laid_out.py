import re
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from ui.app.escaping import laid_out_html

LOANS = "Loans\n\nItem\tPeriod\nBooks\t28 days\nFilms\t7 days\n\nNo more than £8."


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.text, self.marked, self.is_inside = [], "", "", False

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.is_inside = self.is_inside or tag == "mark"

    def handle_endtag(self, tag):
        self.is_inside = self.is_inside and tag != "mark"

    def handle_data(self, data):
        self.text += data
        if self.is_inside:
            self.marked += data


def _read(html):
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


def test_rows_stand_as_a_table_between_the_text_around_them():
    shown = laid_out_html(LOANS)
    assert shown == (
        'Loans\n<table class="cw-grid"><tr><td>Item</td><td>Period</td></tr>'
        "<tr><td>Books</td><td>28 days</td></tr><tr><td>Films</td><td>7 days</td></tr></table>"
        "\nNo more than £8."
    )


def test_a_quote_over_several_cells_is_marked_in_each():
    start = LOANS.index("Books")
    shown = laid_out_html(LOANS, (start, start + len("Books\t28 days")))
    assert "<td><mark>Books</mark></td><td><mark>28 days</mark></td>" in shown
    assert shown.count("<mark>") == 2


def test_an_indented_program_is_no_table():
    assert "<table" not in laid_out_html("def f():\n\treturn 1\n")


@given(st.text(alphabet="ab<>&\"'\t\n "), st.data())
def test_nothing_is_lost_and_the_marks_hold_exactly_the_span(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    reader = _read(laid_out_html(text, (start, end)))
    assert set(reader.tags) <= {"table", "tr", "td", "mark"}
    assert re.sub(r"[\t\n]", "", reader.text) == re.sub(r"[\t\n]", "", text)
    assert re.sub(r"[\t\n]", "", reader.marked) == re.sub(r"[\t\n]", "", text[start:end])
