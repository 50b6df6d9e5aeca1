from __future__ import annotations

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.searching import examples

SAMPLE = """---
title: "The *real* title"
author: Ada
date: 2024-05-01
lang: en-GB
---
# First *heading*

Words in **bold** and `code`,
on two lines with a [link](https://example.org) and ![a picture](p.png).
Hard break\\
here.

- one
- two

  more of two
  1. inner

| Year | Sales |
|------|------:|
| 2021 | $ 5 |

## Second

```python
def f():

    return 1
```

<div>Some <b>html</b> &amp; more</div>
<script>alert(1)</script>
"""


def test_structure_without_markup(load, blocks) -> None:
    document = load(SAMPLE, "a.md")
    assert blocks(document)[:-2] == [
        ("heading1", "First heading"),
        (
            "paragraph",
            "Words in bold and code, on two lines with a link and a picture. Hard break\nhere.",
        ),
        ("list_item", "one"),
        ("list_item", "two"),
        ("paragraph", "more of two"),
        ("list_item", "1. inner"),
        ("table_row", "Year\tSales"),
        ("table_row", "2021\t$ 5"),
        ("heading2", "Second"),
        ("code", "def f():\n\n    return 1"),
        ("paragraph", "Some html & more"),
    ]
    assert "Year\tSales\n2021\t$ 5\n\nSecond" in document.text


def test_an_item_without_text_marks_nothing_after_it(load, blocks) -> None:
    assert blocks(load("1. \n\nWords after.\n", "a.md")) == [("paragraph", "Words after.")]


def test_front_matter_is_metadata(load) -> None:
    document = load(SAMPLE, "a.md")
    assert document.title == "The *real* title"
    assert document.metadata == {"author": "Ada", "date": "2024-05-01"}
    assert document.language == "en"


def test_the_first_heading_is_the_title(load) -> None:
    assert load("Words\n\n## Minor\n\n# Major\n", "a.md").title == "Major"
    assert load("# Contents\n\n# Handbook\n", "b.md").title == "Handbook"
    assert load("only words", "my_notes.md").title == "my notes"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(100))
@given(st.text(st.sampled_from("ab #*-`>|\n\t[]()<>!0123.\\&;_~:é中\x00\x0c")))
def test_any_markdown_makes_a_document(load, text: str) -> None:
    load("words\n\n" + text, "a.md")


def test_html_in_markdown_is_read_as_html(load, blocks) -> None:
    text = """# Keys

<details><summary>Hidden</summary>The spare key hangs &amp; waits.</details>

<table><tr><th>Door</th><th>Key</th></tr><tr><td>front</td><td>brass</td></tr></table>

<!-- a note to the printer -->
"""
    document = load(text.encode(), "a.md")
    assert blocks(document) == [
        ("heading1", "Keys"),
        ("paragraph", "Hidden: The spare key hangs & waits."),
        ("table_row", "Door\tKey"),
        ("table_row", "front\tbrass"),
    ]
    assert document.blocks[-1].header.columns == ("Door", "Key")


def test_struck_out_text_is_told_from_what_holds(load) -> None:
    assert load(b"Order ~~ten~~ eleven filters.", "a.md").text == "Order ~~ten~~ eleven filters."


def test_tasks_notes_and_raised_text(load, blocks) -> None:
    text = """2 × 10<sup>-7</sup> mbar[^1] of CO<sub>2</sub>

- [ ] Order paint
- [x] Call Ada

[^1]: Measured
"""
    assert blocks(load(text, "a.md")) == [
        ("paragraph", "2 × 10⁻⁷ mbar ¹ of CO₂"),
        ("list_item", "☐ Order paint: no"),
        ("list_item", "☒ Call Ada: yes"),
        ("paragraph", "¹ Measured"),
    ]
