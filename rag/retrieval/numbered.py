"""Questions that ask by number: "What does clause 3.2 require?", "Item 4", "Table 3", 第八条.

The number stands at the start of the section or of the line that is meant, and in many other places. What
begins with it is found among the chunks that hold it: a heading that opens with the word and the number
("Item 4. Mine Safety Disclosures"), with the number alone where the word names a part of any document
("section 4.4": "4.4 SWAG"), or a line of text that does ("Table 1: Results").
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from rag.text import STOP_WORDS

__all__ = ["Label", "asked_labels", "opens"]

_NUMBER: Final = r"\d{1,3}(?:\.\d{1,3}){0,4}[A-Za-z]?|[IVXL]{1,6}"
_LABEL: Final = re.compile(rf"(?<!\w)([^\W\d_]{{2,14}}|§)\.?\s?({_NUMBER})(?![\w%/-]|[.,:]\d)")
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
    """What a question names a part by: its word ("" for one like 第八条) and its number as written."""

    word: str
    number: str

    @property
    def text(self) -> str:
        """Both, as a search for it."""
        return f"{self.word} {self.number}".strip()


def asked_labels(question: str) -> tuple[Label, ...]:
    """The parts that a question names by number; years and counts behind small words are none."""
    named = [Label(word.casefold(), number) for word, number in _LABEL.findall(question)]
    found = [label for label in named if label.word not in STOP_WORDS]
    return (*found, *(Label("", text) for text in _COUNTED.findall(question)))


def opens(label: Label, headings: Iterable[str], text: str) -> bool:
    """Whether one of the headings, or a line of the text, begins with a label."""
    number = re.escape(label.number) + r"(?!\w|[.-]\w)"
    whole = re.escape(label.word) + r"\.?\s?" + number if label.word else re.escape(label.number)
    if re.search(rf"^[^\w\n§]{{0,3}}{whole}", "\n".join([*headings, text]), re.IGNORECASE | re.MULTILINE):
        return True
    alone = re.compile(number, re.IGNORECASE)
    return label.word in _PARTS and any(alone.match(heading) for heading in headings)
