import pytest

from benchmarks.tables import PAGES, filled, markdown


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_table_is_what_its_stored_run_says(page):
    text = page.read_text("utf-8")
    assert filled(text) == text


def test_a_table_is_made_from_columns_rows_and_note():
    made = markdown({"columns": ["set", "ours"], "rows": [["a", 0.5]], "note": "two cores"})
    assert made == "\n| set | ours |\n| - | - |\n| a | 0.5 |\n\ntwo cores\n"
