"""Markdown by markdown-it-py (CommonMark with tables): the text without its markup.

HTML in it is read as HTML. Struck-out text keeps its ~~: it stands there, and holds no longer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ingest.loader_protocol import Loader
from ingest.loaders.boxes import box
from ingest.loaders.document_builder import DocumentBuilder
from ingest.loaders.html import write_html
from ingest.loaders.script import END, LOWERED, RAISED, marked
from ingest.loaders.text_decoding import decode
from rag.schema import BlockKind, Document
from rag.settings import IngestSettings
from rag.text.tables import TableCell

if TYPE_CHECKING:
    from markdown_it.token import Token

__all__ = ["LOADER", "MarkdownLoader"]

_FRONT_MATTER: Final = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S)
_NOTE_BEGINS: Final = re.compile(r"^ {0,3}\[\^([^\]\s]{1,40})\]:[ \t]*", re.M)
"""A footnote of common dialects, which CommonMark would take for the address of a link."""
_NOTE: Final = re.compile(r"\[\^([^\]\s]{1,40})\](:\s)?")
_TASK: Final = re.compile(r"\[([ xX])\](?=\s)")
_SCRIPTS: Final = {"<sup>": RAISED, "</sup>": END, "<sub>": LOWERED, "</sub>": END}
_FIELD: Final = re.compile(r"^(title|author|date|lang|language)[ \t]*:(.+)$", re.M | re.I)


class MarkdownLoader:
    """Reads Markdown; front matter gives title, author and date."""

    media_types: tuple[str, ...] = ("text/markdown",)
    version: int = 3

    def load(self, path: Path, source: str, sha256: str, settings: IngestSettings) -> Document:
        """Read a Markdown file whole.

        Raises:
            EmptyDocumentError: there is nothing besides markup.
        """
        from markdown_it import MarkdownIt

        decoded = decode(path.read_bytes())
        builder = DocumentBuilder(source, sha256, self.media_types[0])
        builder.warnings.extend(decoded.warnings)
        text = _without_front_matter(decoded.text, builder)
        parser = MarkdownIt("commonmark", {"html": True}).enable("table")
        _write(parser.parse(_NOTE_BEGINS.sub(r"\n\\[^\1\\]: ", text)), builder)
        return builder.build()


def _without_front_matter(text: str, builder: DocumentBuilder) -> str:
    """Take title, author, date and language from YAML front matter, which is no text of the document."""
    match = _FRONT_MATTER.match(text)
    if not match:
        return text
    for key, value in _FIELD.findall(match.group(1)):
        value = value.strip().strip("\"'")
        match key.lower():
            case "title":
                builder.title = value
            case "lang" | "language":
                builder.language = value.lower().split("-")[0]
            case name:
                builder.describe(name, value)
    return text[match.end() :]


def _write(tokens: Sequence[Token], builder: DocumentBuilder) -> None:
    lists: list[int | None] = []  # the next number of each open list, None where it has bullets
    marker: str | None = None
    rows: list[list[TableCell | str]] = []
    heading = 0
    in_table = False
    for token in tokens:
        match token.type:
            case "bullet_list_open":
                lists.append(None)
            case "ordered_list_open":
                lists.append(int(token.attrs.get("start", 1)))
            case "bullet_list_close" | "ordered_list_close":
                lists.pop()
            case "list_item_open":
                number = lists[-1]
                marker = "" if number is None else f"{number}. "
                lists[-1] = None if number is None else number + 1
            case "list_item_close":
                marker = None
            case "heading_open":
                heading = int(token.tag[1])
            case "heading_close":
                heading = 0
            case "table_open" | "table_close":
                in_table = token.type == "table_open"
                builder.table(rows)
                rows = []
            case "tr_open":
                rows.append([])
            case "inline":
                text = _inline_text(token.children or [])
                if in_table:
                    rows[-1].append(TableCell(text, is_header=len(rows) == 1))
                elif heading:
                    builder.block(text.replace("\n", " "), BlockKind.HEADING, heading)
                elif marker is not None:
                    builder.block(marker + _with_task(text), BlockKind.LIST_ITEM)
                    marker = None
                else:
                    builder.block(text)
            case "fence" | "code_block":
                builder.block(token.content, BlockKind.CODE)
            case "html_block":
                write_html(token.content.encode(), builder)


def _with_task(text: str) -> str:
    """The text of a list item with its task's box as a character."""
    task = _TASK.match(text)
    return box(task[1] != " ") + text[task.end() :] if task else text


def _inline_text(tokens: Sequence[Token]) -> str:
    parts = []
    for token in tokens:
        match token.type:
            case "softbreak":
                parts.append(" ")
            case "hardbreak":
                parts.append("\n")
            case "html_inline":
                tag = token.content.lower()
                parts.append("\n" if tag.startswith("<br") else _SCRIPTS.get(tag, ""))
            case "image":
                parts.append(_inline_text(token.children or []) or token.content)
            case _:
                parts.append(token.content)
    return _NOTE.sub(_mark, "".join(parts))


def _mark(note: re.Match[str]) -> str:
    name = note[1] if note[1].isdigit() else f"[{note[1]}]"
    return marked(name) + (" " if note[2] else "")


LOADER: Loader = MarkdownLoader()
