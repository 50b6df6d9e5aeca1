"""What no one can see is left out of a file and told; its twin that can be seen stays.

The hidden ones run in test_registered.py as an attack; here are the twins, and what is told.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from benchmarks.attacks.hidden import CASES, Case, failure
from ingest.loaders.html_visibility import take_out_unseen

_SEEN = [case for case in CASES if case.is_seen]
_HIDDEN = [case for case in CASES if not case.is_seen]


def test_there_are_tricks_of_every_format() -> None:
    assert len(_HIDDEN) >= 100
    formats = "html pdf docx xlsx pptx rtf odt ods odp epub eml"
    assert {case.suffix for case in _HIDDEN} == set(formats.split())


@pytest.mark.parametrize("case", _SEEN, ids=[case.name for case in _SEEN])
def test_what_a_person_sees_is_read(case: Case, tmp_path: Path) -> None:
    assert failure(case, tmp_path) == ""


_ODD = (
    "",
    ",",
    ",,,",
    "a",
    "()",
    "1e999",
    "1e999px",
    "-1e999deg",
    "calc(1/0)",
    "calc(1px/0)",
    "var(--x)",
    "/",
)
_FUNCTIONS = (
    *("scale", "rotate", "rotatex", "rotate3d", "skew", "translate", "matrix", "matrix3d", "translateq"),
    *("inset", "circle", "ellipse", "polygon", "rect", "xywh", "blur", "opacity", "linear-gradient"),
    *("color-mix", "rgb", "calc", "clamp"),
)
_PROPERTIES = (
    *("transform", "scale", "rotate", "translate", "clip", "clip-path", "mask", "mask-image", "mask-size"),
    *("filter", "color", "background", "opacity", "zoom", "font-size", "font", "margin", "inset", "contain"),
    *("text-shadow", "text-indent", "height", "letter-spacing", "-webkit-line-clamp", "all", "display"),
)


@pytest.mark.parametrize("name", _PROPERTIES)
def test_no_value_of_a_style_costs_its_page(name: str) -> None:
    values = [*_ODD, *(f"{function}({value})" for function in _FUNCTIONS for value in _ODD)]
    values += [f"{function}({', '.join([value] * 16)})" for function in _FUNCTIONS for value in _ODD]
    values += [f"{function}(" * 300 + "1" + ")" * 300 for function in _FUNCTIONS]
    shown = "".join(f'<p style="{name}:{value};--x:scale(var(--x))">text</p>' for value in values)
    page = f"<!DOCTYPE html><html><body>{shown}<p>The harbour opens.</p></body></html>"
    soup = BeautifulSoup(page, "lxml")
    take_out_unseen(soup, page)
    assert "The harbour opens." in soup.get_text()
