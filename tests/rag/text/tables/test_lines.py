from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from rag.text.tables import line_statements


def test_rows_between_bars() -> None:
    text = "Sales:\n\n|  | Years ended |  |\n|---|---|---|\n|  | 2019 | 2018 |\n| Total | $5.5 | 44.1 |\nEnd."
    found = line_statements(text)
    assert found[text.index("| Total")] == "2019 > Total: $5.5; 2018 > Total: 44.1 (Years ended)"
    assert text.index("End") not in found


def test_rows_between_tabs() -> None:
    text = "Region\t2023\t2024\nNorth\t1,204\t1,399\n"
    assert line_statements(text)[text.index("North")] == "2023 > North: 1,204; 2024 > North: 1,399"


def test_a_single_row_is_no_table() -> None:
    assert line_statements("one\ttwo\nplain") == {}


@given(st.text("ab1|\t\n- ", max_size=80))
@example("1\t\n\n 1\t")
def test_statements_start_where_their_line_is_first_seen(text: str) -> None:
    for start in line_statements(text):
        assert not text[start].isspace()
        assert not text[text.rfind("\n", 0, start) + 1 : start].strip()
