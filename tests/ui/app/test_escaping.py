from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ui.app.escaping import html_text, label, marked_html


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.text = [], ""

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, attributes))

    def handle_data(self, data):
        self.text += data


def _read(html):
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader


@given(st.text())
def test_no_text_becomes_a_tag(text):
    assert _read(f"<p>{html_text(text)}</p>").tags == [("p", [])]


@given(st.text())
def test_no_text_leaves_a_quoted_attribute(text):
    (tag,) = _read(f'<p title="{html_text(text)}">').tags
    assert [name for name, _ in tag[1]] == ["title"]


@given(st.text(alphabet="ab<>&\"' \n"), st.data())
def test_the_mark_holds_exactly_the_span(text, data):
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    reader = _read(marked_html(text, start, end))
    assert reader.tags == [("mark", [])]
    assert reader.text == text
    inside = marked_html(text, start, end).split("<mark>")[1].split("</mark>")[0]
    assert _read(inside).text == text[start:end]


def test_signs_that_turn_the_direction_of_text_are_dropped():
    assert html_text("report\u202efdp.exe") == "reportfdp.exe"
    assert "\u202e" not in label("report\u202efdp.exe")


@pytest.mark.parametrize(
    "name",
    [
        "<img src=x onerror=alert(1)>.md",
        "[click](javascript:alert(1))",
        "**bold** _it_ `code` $x^2$ :material/home: :red[x] # head",
        "![x](http://example.org/x.png)",
        "a|b~~c~~",
    ],
)
def test_a_label_renders_as_it_is_written(name):
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("gfm-like", {"linkify": False}).parseInline(label(name))[0].children
    assert {token.type for token in tokens} <= {"text", "text_special"}
    assert "".join(token.content for token in tokens).replace("\u2060", "") == name
    escaped = label(name)
    for sign in ":$#[`":
        assert escaped.count(sign) == escaped.count(f"\\{sign}")


def test_a_label_is_one_short_line():
    assert label("one\n\n two\tthree") == "one two three"
    assert len(label("x" * 500, 50)) == 50
