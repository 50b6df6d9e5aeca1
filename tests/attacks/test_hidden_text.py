"""What no one can see is left out of a file and told; its twin that can be seen stays.

The hidden ones run in test_registered.py as an attack; here are the twins, and what is told.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from benchmarks.attacks.hidden import CASES, Case, failure
from ingest.loaders import load_document
from ingest.loaders.html_visibility import take_out_unseen
from rag.settings import IngestSettings

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


@pytest.mark.parametrize(
    "kind",
    [
        "hidden",
        "password",
        "file",
        "image",
        "range",
        "color",
        "number",
        "date",
        "month",
        "week",
        "time",
        "datetime-local",
        "NUMBER",
    ],
)
def test_a_field_tells_no_value_that_it_does_not_show(kind: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    field = f'<p>Berth: <input type="{kind}" value="Operator is Eve Marlow."></p>'
    page.write_text(
        f"<!DOCTYPE html><html><body><h1>Harbour</h1>{field}<p>It opens at nine.</p></body></html>"
    )
    text = load_document(page, IngestSettings(ocr="off")).text
    assert "Marlow" not in text
    assert "nine" in text


@pytest.mark.parametrize(
    ("kind", "value"), [("number", "-1.5e3"), ("date", "2026-01-31"), ("time", "09:30"), ("week", "2026-W05")]
)
def test_a_field_tells_a_value_that_it_shows(kind: str, value: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(f'<html><body><p>Berth: <input type="{kind}" value="{value}"></p></body></html>')
    assert value in load_document(page, IngestSettings(ocr="off")).text
