"""A passage tells where it stands once."""

from __future__ import annotations

import re

import pytest

from rag.schema import Passage
from ui.app.components.passage_list import passage_html


@pytest.mark.parametrize(
    ("headings", "where", "told"),
    [
        (("Fleet",), "Fleet", "fleet.xlsx · Fleet"),
        (("Fleet",), "Fleet!A2:F2", "fleet.xlsx · Fleet!A2:F2"),
        (("Rules", "Water"), "Water", "fleet.xlsx · Rules › Water"),
        (("Rules", "Water"), "page 3", "fleet.xlsx · page 3 · Rules › Water"),
        ((), "", "fleet.xlsx"),
    ],
)
def test_the_place_and_the_headings_do_not_repeat_each_other(headings, where, told):
    passage = Passage("d1", "a/fleet.xlsx", "Fleet", 1, 0, 4, "text", 1.0, headings=headings)
    line = passage_html(passage, 1, where).split("</div>")[0]
    assert re.sub(r"<[^>]+>", "", line) == f"1 {told}"
