from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fakes import row_statements
from tests.searching import examples

SAMPLE = """<!DOCTYPE html>
<html lang="de-AT"><head><title> Die  Seite </title>
<meta name="author" content="Ada"><meta property="article:published_time" content="2024-05-01">
<style>p { color: red }</style></head>
<body>
<nav><a href="/">Start</a></nav>
<header><h1>Titel <em>hier</em></h1></header>
<p>Ein <b>fetter</b>Text,
der   umbricht.<br>Neue Zeile.<br><br>Neuer Absatz.</p>
<script>var x = 1;</script>
<div style="display: none">versteckt</div><p hidden>auch</p><span aria-hidden="true">x</span>
<ul><li>eins</li><li>zwei<ol start="3"><li><p>drei</p></li></ol></li></ul>
<pre>
  code   bleibt
    so
</pre>
<table><caption>Zahlen</caption><tr><th>Jahr<th>Wert</tr><tr><td>2021<td>$<td>1,5<td>)</tr></table>
<table><tr><td>a</td></tr></table>
Ende ohne Absatz
</body></html>"""


def test_what_a_reader_sees(load, blocks) -> None:
    document = load(SAMPLE, "a.html")
    assert blocks(document)[:-2] == [
        ("heading1", "Titel hier"),
        ("paragraph", "Ein fetterText, der umbricht.\nNeue Zeile."),
        ("paragraph", "Neuer Absatz."),
        ("list_item", "eins"),
        ("list_item", "zwei"),
        ("list_item", "3. drei"),
        ("code", "  code   bleibt\n    so"),
        ("paragraph", "Zahlen"),
        ("table_row", "Jahr\tWert"),
        ("table_row", "2021\t$1,5)"),
        ("table_row", "a"),
        ("paragraph", "Ende ohne Absatz"),
    ]
    assert "2021\t$1,5)\n\na\n\nEnde" in document.text


def test_metadata(load) -> None:
    document = load(SAMPLE, "a.html")
    assert (document.title, document.language) == ("Die Seite", "de")
    assert document.metadata == {"author": "Ada", "date": "2024-05-01"}


@pytest.mark.parametrize(
    "page",
    [
        '<meta charset="windows-1251"><p>{}</p>',
        '<meta http-equiv="Content-Type" content="text/html; charset=windows-1251"><p>{}</p>',
        '<?xml version="1.0" encoding="windows-1251"?><html><body><p>{}</p></body></html>',
    ],
)
def test_declared_encodings(load, page: str) -> None:
    text = "Привет, мир"
    assert load(page.format(text).encode("windows-1251"), "a.html").text == text


def test_a_layout_table_is_read_as_what_it_holds(load, blocks) -> None:
    page = "<table><tr><td><h2>Left</h2><p>words</p></td><td><ul><li>item</ul></td></tr></table>"
    assert blocks(load(page, "a.html")) == [
        ("heading2", "Left"),
        ("paragraph", "words"),
        ("list_item", "item"),
    ]


def test_deep_nesting_is_no_problem(load) -> None:
    assert load("<div>" * 3_000 + "deep" + "</div>" * 3_000, "a.html").text == "deep"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(100))
@given(
    st.lists(
        st.one_of(
            st.sampled_from(
                [
                    "<p>",
                    "</p>",
                    "<ul>",
                    "<li>",
                    "</ul>",
                    "<ol>",
                    "<table>",
                    "<tr>",
                    "<td>",
                    "</table>",
                    "<br>",
                    "<h1>",
                    "</h1>",
                    "<pre>",
                    "</pre>",
                ]
            ),
            st.text(st.characters(exclude_categories=["Cc"])),
        )
    )
)
def test_any_html_makes_a_document(load, parts: list[str]) -> None:
    load(("<html><body>words" + "".join(parts)).encode("utf-8", "replace"), "a.html")


def test_struck_out_text_is_told_from_what_holds(load) -> None:
    page = (
        "<p>Price: <s>99 <b>EUR</b></s> 79 EUR<del></del></p><table><tr><td><del>5</del> 6</td></tr></table>"
    )
    assert load(page.encode(), "a.html").text == "Price: ~~99 EUR~~ 79 EUR\n\n~~5~~ 6"


def test_equations_and_raised_text_are_read(load, blocks) -> None:
    page = """<p>We use a rate of <math><mn>3</mn><mo>×</mo><msup><mn>10</mn><mrow><mo>-</mo><mn>4</mn></mrow>
    </msup></math>.</p><p>Odense has 412<sup>3</sup> staff<a href="#n"><sup>1</sup></a>, CO<sub>2</sub>.</p>
    <p id="n"><sup>1</sup> Planned. <sup>3</sup> In May.</p>"""
    assert blocks(load(page, "a.html")) == [
        ("paragraph", "We use a rate of 3 × 10⁻⁴."),
        ("paragraph", "Odense has 412 ³ staff ¹, CO₂."),
        ("paragraph", "¹ Planned. ³ In May."),
    ]


def test_fields_of_forms_are_read_with_their_labels(load, blocks) -> None:
    page = """<form><p><label>Surname <input value="Low"></label></p>
    <p><label for="a">Name</label> <input id="a" value="Ada">
    <label for="b">Age:</label> <input id="b" value="4"></p>
    <p><label><input type="checkbox"> Licence</label></p>
    <p>Country: <select><option>Malta<option selected>Norway
    </select></p><fieldset><legend>Delivery</legend><label><input type="radio" name="d"> Standard</label>
    <label><input type="radio" name="d" checked> Express</label></fieldset>
    <input type="hidden" value="secret"><input type="submit" value="Send"></form>
    <table><tr><td>Pool</td><td><input type="checkbox" checked></td></tr></table>"""
    assert blocks(load(page, "a.html")) == [
        ("paragraph", "Surname: Low"),
        ("paragraph", "Name: Ada\nAge: 4"),
        ("paragraph", "☐ Licence: no"),
        ("paragraph", "Country: Norway"),
        ("paragraph", "Delivery: ☒ Express (not chosen: Standard)"),
        ("table_row", "Pool\t☒"),
    ]


def test_definitions_and_folded_parts(load, blocks) -> None:
    page = """<dl><dt>Weight</dt><dd>3 kg</dd><dt>Colour</dt><dd>red</dd></dl>
    <details><summary>Are there spare parts?</summary><p>For ten years.</p><p>Ask us.</p></details>"""
    assert blocks(load(page, "a.html")) == [
        ("table_row", "Weight\t3 kg"),
        ("table_row", "Colour\tred"),
        ("paragraph", "Are there spare parts? For ten years."),
        ("paragraph", "Ask us."),
    ]


def test_a_row_headed_by_a_label_is_no_row_of_names(load) -> None:
    page = "<table><tr><th>Material</th><td>steel</td></tr><tr><th>Diameter</th><td>42 mm</td></tr></table>"
    document = load(page, "a.html")
    assert row_statements(document) == ["Material: steel", "Diameter: 42 mm"]


def test_lists_count_as_they_are_shown(load, blocks) -> None:
    page = '<ol type="a"><li>one<li value="4">four</ol><ol type="I" start="3"><li>three</ol>'
    assert [text for _, text in blocks(load(page, "a.html"))] == ["a. one", "d. four", "III. three"]


@pytest.mark.parametrize(
    "page",
    [
        '<ol start="²"><li value="³">The harbour opens at nine.</ol>',
        f'<ol start="{"9" * 5_000}"><li>The harbour opens at nine.</ol>',
        f'<table><tr><td colspan="{"9" * 5_000}">The harbour opens at nine.</table>',
        '<meta charset="undefined"><p>The harbour opens at nine. \xff',
        '<meta charset="idna"><p>The harbour opens at nine. \xff',
    ],
)
def test_numbers_that_are_none_and_charsets_that_decode_nothing_cost_no_page(load, page: str) -> None:
    assert "The harbour opens at nine." in load(page.encode("latin-1"), "a.html").text


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ("", True),
        ("all", True),
        ("print", False),
        ("not print", True),
        ("only screen and (min-width: 600px)", True),
        ("print, (max-width: 2000px)", True),
        ("(400px <= width <= 90em)", True),
        ("(width < 400px)", False),
        ("(orientation: landscape) and (not (hover: none))", True),
        ("not (min-width: 1px)", False),
        ("((width < 1px) or (aspect-ratio > 1/1))", True),
        ("(-webkit-min-device-pixel-ratio: 1.5), (min-resolution: 144dpi)", False),
        ("(prefers-color-scheme: dark)", False),
        ("(unheard-of)", False),
    ],
)
def test_rules_hold_where_their_queries_hold_on_a_screen(load, query: str, holds: bool) -> None:
    page = f"<style>@media {query} {{ .a {{ display: none }} }}</style><p>One.<p class=a>Two."
    assert load(page, "a.html").text == ("One." if holds else "One.\n\nTwo.")


def test_too_many_style_sheets_are_told(load) -> None:
    rules = "/*" + "x" * 4_000_000 + "*/"
    document = load(
        f"<style>p.a{{display:none}}</style><style>{rules}</style><p>One.<p class=a>Two.", "a.html"
    )
    assert document.text == "One."
    assert "there are too many style sheets to read all: what they hide is read" in document.warnings
