from __future__ import annotations

import pytest

from rag.errors import EmptyDocumentError

LETTER = (
    rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\info{\title The letter}{\author Ad\'e8le}}\f0\fs24 "
    rb"Dear M\'e9lanie,\par the roof is \b done\b0 .\par "
    rb"\trowd\cellx1000\cellx2000\intbl Name\cell Sum\cell\row\trowd\intbl Slate\cell 12\cell\row\pard "
    rb"Bye.\par}"
)


def test_paragraphs_and_tables(load, blocks) -> None:
    document = load(LETTER, "letter.doc")
    assert document.media_type == "application/rtf"
    assert blocks(document) == [
        ("paragraph", "Dear Mélanie,"),
        ("paragraph", "the roof is done."),
        ("table_row", "Name\tSum"),
        ("table_row", "Slate\t12"),
        ("paragraph", "Bye."),
        ("heading1", "Document properties"),
        ("paragraph", "This document, “The letter”, was written by Adèle."),
    ]
    assert (document.title, document.metadata) == ("The letter", {"author": "Adèle"})


def test_characters_of_other_code_pages(load) -> None:
    assert load(rb"{\rtf1\ansi\ansicpg1251 \'cf\'f0\'e8\'e2\'e5\'f2}", "a.rtf").text == "Привет"
    assert load(rb"{\rtf1\ansi\uc1 \u20013?\u25991?}", "a.rtf").text == "中文"


def test_markup_without_words_is_refused(load) -> None:
    with pytest.raises(EmptyDocumentError):
        load(rb"{\rtf1\ansi{\info{\title T}}\par}", "a.rtf")


def test_raised_text_and_numbers_of_lists(load, blocks) -> None:
    text = (
        r"{\rtf1\ansi A load of 3 x 10{\super 6} N, CO{\sub 2}, 5 m\super 2\nosupersub  net.\par "
        r"{\listtext\f0 1.\tab}Fill\par {\pntext 2.\tab}Seal\par }"
    )
    assert [text for _, text in blocks(load(text, "a.rtf"))] == [
        "A load of 3 x 10⁶ N, CO₂, 5 m² net.",
        "1. Fill",
        "2. Seal",
    ]
