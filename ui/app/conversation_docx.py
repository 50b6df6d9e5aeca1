"""A conversation as a Word document: questions as headings, numbered citations, and below them the quotes."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Final

from rag.schema import Citation
from ui.app.conversation import Conversation, Turn
from ui.app.shown_places import file_name

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

__all__ = ["as_docx"]

_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What no XML may hold (XML 1.0, section 2.2)."""


def as_docx(conversation: Conversation) -> bytes:
    """The whole conversation for a word processor."""
    import docx

    document = docx.Document()
    for turn in conversation.turns:
        document.add_heading(_shown(turn.question), level=1)
        _add_answer(document, turn)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _add_answer(document: Document, turn: Turn) -> None:
    answer = turn.answer
    paragraph = document.add_paragraph()
    if answer is None or not answer.sentences:
        told = (turn.error or turn.writing or "…") if answer is None else answer.text
        paragraph.add_run(_shown(told)).italic = answer is None
        return
    for position, sentence in enumerate(answer.sentences):
        if position and sentence.starts_line:
            paragraph = document.add_paragraph()
        elif position:
            paragraph.add_run(" ")
        paragraph.add_run(_shown(sentence.text))
        for number in sentence.citations:
            paragraph.add_run(f"[{number}]").font.superscript = True
    for citation in answer.citations:
        _add_quote(document.add_paragraph(style="Quote"), citation)


def _add_quote(paragraph: Paragraph, citation: Citation) -> None:
    told = citation.place.told() if citation.place is not None else ""
    where = ", ".join(filter(None, (file_name(citation.source), told)))
    paragraph.add_run(f"[{citation.number}] {_shown(where)}: ").bold = True
    paragraph.add_run(f"“{_shown(citation.quote)}”")


def _shown(text: str) -> str:
    return " ".join(_NOT_XML.sub("\ufffd", text).split())
