"""Questions that ask by number: "What does clause 3.2 require?", "Item 4", "Table 3", 第八条.

The number stands at the start of the section or of the line that is meant, and in many other places. What
begins with it is found among the chunks that hold it: a heading that opens with the word and the number
("Item 4. Mine Safety Disclosures"), with the number alone where the word names a part of any document
("section 4.4": "4.4 SWAG"; "paragraph 10": "10. The defendant …"), or a line of text that does ("Table 1:
Results").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from rag.text import STOP_WORDS

__all__ = ["Label", "asked_labels", "missing_labels", "opens"]

_NUMBER: Final = r"\d{1,3}(?:\.\d{1,3}){0,4}[A-Za-z]?|[IVXL]{1,6}"
_LABEL: Final = re.compile(
    rf"(?<!\w)([^\W\d_]{{2,14}}|§)\.?\s?({_NUMBER})(?![\w%/-]|[.,:]\d)(?:\s?\(([a-z]|\d{{1,2}})\))?"
)
_DOTTED: Final = re.compile(r"(?<![\w.,])(\d{1,3}(?:\.\d{1,3}){1,4})(?=\s{0,3}[?？.]?\s{0,3}\Z)")
_COUNTED: Final = re.compile(r"第[一二三四五六七八九十百零〇两\d]{1,6}[章节節条條款编編篇部]")
_PARTS: Final = frozenset(
    [
        "§",
        "section",
        "sec",
        "chapter",
        "chap",
        "clause",
        "article",
        "art",
        "part",
        "paragraph",
        "para",
        "step",
        "rule",
        "appendix",
        "annex",
        "abschnitt",
        "kapitel",
        "artikel",
        "absatz",
        "teil",
        "schritt",
        "chapitre",
        "partie",
        "étape",
        "sección",
        "capítulo",
        "artículo",
        "paso",
        "sezione",
        "capitolo",
        "articolo",
        "parte",
    ]
)
"""Words for a part of any document: its number may stand without the word."""


@dataclass(frozen=True)
class Label:
    """What a question names a part by: its word ("" for one like 第八条) and its number as written.

    `item` is the item within it that is meant: `b` in "§ 2 (b)".
    """

    word: str
    number: str
    item: str = ""

    @property
    def is_of_documents(self) -> bool:
        """Whether its word names a part of any document, not a bus or a room."""
        return not self.word or self.word.casefold() in _PARTS

    @property
    def text(self) -> str:
        """Both, as a search for it."""
        return f"{self.word} {self.number}".strip()


def asked_labels(question: str) -> tuple[Label, ...]:
    """The parts that a question names by number; years and counts behind small words are none."""
    named = [Label(word.casefold(), number, item) for word, number, item in _LABEL.findall(question)]
    found = [label for label in named if label.word not in STOP_WORDS]
    alone = [] if found else [Label("", number) for number in _DOTTED.findall(question)]
    return (*found, *alone, *(Label("", text) for text in _COUNTED.findall(question)))


def missing_labels(question: str, texts: Iterable[str]) -> list[str]:
    """The dotted numbers of parts that a question names, that open no line though others of their part do."""
    whole = "\n".join(texts)
    asked = [label.number for label in asked_labels(question) if "." in label.number]
    return [
        number
        for number in asked
        if not re.search(rf"^\W{{0,3}}{re.escape(number)}(?!\w|[.-]\w)", whole, re.MULTILINE)
        and re.search(rf"^\W{{0,3}}{re.escape(number.rpartition('.')[0])}\.\d", whole, re.MULTILINE)
    ]


def opens(label: Label, headings: Iterable[str], text: str, *, surely: bool = False) -> bool:
    """Whether one of the headings, or a line of the text, begins with a label.

    A heading may begin with its number alone, which is less sure: "7 Cleaning" need not be article 7.
    """
    number = re.escape(label.number) + r"(?!\w|[.-]\w)"
    whole = re.escape(label.word) + r"\.?\s?" + number if label.word else re.escape(label.number)
    if not label.word or label.word in _PARTS:
        alone = number if "." in label.number else re.escape(label.number) + r"[.)、](?=\s)"
        whole = rf"(?:{whole}|{alone})"
    if re.search(rf"^[^\w\n§]{{0,3}}{whole}", "\n".join([*headings, text]), re.IGNORECASE | re.MULTILINE):
        return True
    first = re.compile(number, re.IGNORECASE)
    return not surely and label.word in _PARTS and any(first.match(heading) for heading in headings)
