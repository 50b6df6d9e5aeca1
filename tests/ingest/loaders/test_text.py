from __future__ import annotations

import codecs

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.loaders.text_decoding import clean_text, decode
from tests.searching import examples

CHINESE = "人工智能正在改变世界。许多公司都在研究新的方法，以便更好地回答问题。" * 4
GERMAN = "Größere Änderungen führen häufig zu überraschenden Ergebnissen, schön wäre es. " * 5


@pytest.mark.parametrize(
    ("encoding", "mark", "text"),
    [
        ("utf-8", codecs.BOM_UTF8, GERMAN),
        ("utf-16-le", codecs.BOM_UTF16_LE, CHINESE),
        ("utf-16-be", codecs.BOM_UTF16_BE, GERMAN),
        ("utf-16-le", b"", GERMAN),
        ("utf-32-le", codecs.BOM_UTF32_LE, CHINESE),
        ("gb18030", b"", CHINESE),
        ("big5", b"", "人工智慧正在改變世界。許多公司都在研究新的方法，以便更好地回答問題。" * 4),
        ("cp1252", b"", GERMAN),
        ("shift_jis", b"", "これは日本語の文章です。文字コードを正しく判定できるかどうかを確かめます。" * 4),
    ],
)
def test_encodings_are_found(load, encoding: str, mark: bytes, text: str) -> None:
    assert load(mark + text.encode(encoding), "a.txt").text == text


def test_a_declared_encoding_is_believed_where_utf8_fails() -> None:
    assert decode("naïve café".encode("latin-1"), "iso-8859-1").text == "naïve café"
    assert decode("naïve café".encode(), "ascii").text == "naïve café"
    assert "caf" in decode("café au lait".encode("latin-1"), "no-such-encoding").text


def test_broken_utf8_stays_utf8() -> None:
    assert decode("Größe und Länge".encode() + b"\xff.").text == "Größe und Länge\ufffd."


def test_bytes_that_cannot_be_decoded_are_told(load) -> None:
    document = load(codecs.BOM_UTF8 + b"good \xff\xfe bad", "a.txt")
    assert document.text == "good \ufffd\ufffd bad"
    assert document.warnings == ("2 characters could not be decoded as utf-8",)


def test_newlines_are_normalised_and_nothing_else(load) -> None:
    text = "one\r\ntwo\rthree\n\n\n  four\twith  spaces  \n"
    assert load(text, "a.txt").text == "one\ntwo\nthree\n\n\n  four\twith  spaces  \n"
    assert load("a\0b\x07c", "b.txt").text == "abc"


def test_form_feeds_are_pages(load) -> None:
    document = load("first page\fsecond\f\ffourth\f", "a.txt")
    assert [document.text[p.start : p.end] for p in document.pages] == [
        "first page\f",
        "second\f",
        "\f",
        "fourth",
    ]


def test_headings_lists_and_paragraphs(load, blocks) -> None:
    text = """Annual report
=============

Some words that
go on here.

2.1 Results

- first
- second

3. not a heading but an item of a list
"""
    assert blocks(load(text, "a.txt")) == [
        ("heading1", "Annual report"),
        ("paragraph", "Some words that\ngo on here."),
        ("heading2", "2.1 Results"),
        ("list_item", "- first"),
        ("list_item", "- second"),
        ("heading1", "3. not a heading but an item of a list"),
    ]
    assert load(text, "x.txt").title == "Annual report"


def test_language_is_told(load) -> None:
    assert load(GERMAN, "a.txt").language == "de"
    assert load(CHINESE, "b.txt").language == "zh"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(150))
@given(
    st.text(
        st.one_of(st.characters(exclude_categories=["Cc"]), st.sampled_from("\r\n\t\f\v\x85")), min_size=1
    )
)
def test_any_text_makes_a_document(load, text: str) -> None:
    data = text.encode("utf-8", "surrogatepass")
    if clean_text(decode(data).text).strip():
        document = load(b"words " + data, "a.txt")
        assert document.text.startswith("words")


@given(st.text(st.characters(exclude_categories=[])))
def test_cleaned_text_can_be_stored_and_stays_as_it_is(text: str) -> None:
    clean = clean_text(text)
    assert clean.encode("utf-8").decode("utf-8") == clean
    assert clean_text(clean) == clean
    assert not any(ord(c) < 32 and c not in "\t\n\f" for c in clean)


def test_titles_and_numbered_lines_above_text_are_headings(load, blocks) -> None:
    text = """Charter of the garden

Article 4
Every plot has 300 square metres.

§ 9 Sheds
A shed covers no more than 16 square metres.

Opening hours
The shop opens at nine every day.

Step 1: Wash the apples.

Ada Low
Main Street 5
"""
    assert blocks(load(text, "a.txt")) == [
        ("heading1", "Charter of the garden"),
        ("heading2", "Article 4"),
        ("paragraph", "Every plot has 300 square metres."),
        ("heading2", "§ 9 Sheds"),
        ("paragraph", "A shed covers no more than 16 square metres."),
        ("heading2", "Opening hours"),
        ("paragraph", "The shop opens at nine every day."),
        ("paragraph", "Step 1: Wash the apples."),
        ("paragraph", "Ada Low\nMain Street 5"),
    ]


def test_boxes_in_brackets_say_what_they_say(load, blocks) -> None:
    told = blocks(
        load("Application\n\n[x] Own car\n[ ] Driving licence\n\nShift\n( ) day\n(x) night\n", "a.txt")
    )
    assert ("paragraph", "☒ Own car: yes\n☐ Driving licence: no") in told
    assert any("☐ day: no\n☒ night: yes" in text for _, text in told)
