"""Word documents by python-docx: headings, paragraphs, lists and tables in the order of the text.

The text is read from the XML elements, because `Paragraph.text` leaves out inserted text, content
controls and smart tags. Deleted text, field codes and fallback drawings are no text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ingest.loaders.builder import DocumentBuilder
from ingest.protocol import Loader
from rag.errors import DocumentError
from rag.schema import BlockKind, Document
from rag.settings import IngestSettings

__all__ = ["LOADER", "DocxLoader"]

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TEXT_BOX: Final = _W + "txbxContent"
_SKIPPED: Final = frozenset((_W + "pPr", _W + "del", _W + "moveFrom", _W + "instrText", _FALLBACK, _TEXT_BOX))
_CHARACTERS: Final = {
    _W + "tab": "\t",
    _W + "br": "\n",
    _W + "cr": "\n",
    _W + "noBreakHyphen": "-",
}
_CONTAINERS: Final = frozenset((_W + "sdt", _W + "sdtContent", _W + "ins", _W + "customXml", _W + "smartTag"))
_HEADING_STYLE: Final = re.compile(r"heading\s*(\d)", re.I)
_LIST_STYLE: Final = re.compile(r"list", re.I)


class DocxLoader:
    """Reads DOCX; a Word file has no fixed pages, so it is one page."""

    media_types: tuple[str, ...] = (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    )

    def load(self, path: Path, source: str, sha256: str, settings: IngestSettings) -> Document:
        """Read a DOCX file whole.

        Raises:
            DocumentError: the archive or its XML is broken.
            EmptyDocumentError: there is no text.
        """
        import docx

        try:
            document = docx.Document(str(path))
            builder = DocumentBuilder(source, sha256, self.media_types[0])
            _describe(document.core_properties, builder)
            _Writer(builder, document).write()
        except OSError:
            raise
        except Exception as error:
            # python-docx raises whatever zipfile, lxml and its own lookups raise on a broken file
            raise DocumentError(
                f"cannot read {source}: broken DOCX ({type(error).__name__}: {error}). Save it again in Word."
            ) from error
        return builder.build()


def _describe(properties: Any, builder: DocumentBuilder) -> None:
    builder.title = (properties.title or "").strip()
    builder.describe("author", properties.author)
    when = properties.modified or properties.created
    builder.describe("date", when.isoformat() if when else "")


class _Writer:
    """Writes the body of a document, then its footnotes and endnotes."""

    def __init__(self, builder: DocumentBuilder, document: Any) -> None:
        self._builder = builder
        self._document = document
        self._styles = {style.style_id: style.name or "" for style in document.styles if style.style_id}

    def write(self) -> None:
        self._write_children(self._document.element.body)
        for notes in self._notes():
            self._builder.block(notes)

    def _write_children(self, parent: Any) -> None:
        for element in parent:
            if element.tag == _W + "p":
                self._write_paragraph(element)
            elif element.tag == _W + "tbl":
                self._write_table(element)
            elif element.tag in _CONTAINERS:
                self._write_children(element)

    def _write_paragraph(self, paragraph: Any) -> None:
        text = _text(paragraph).replace("\t", " ")
        style = self._style_name(paragraph)
        heading = _heading_level(style)
        if heading:
            self._builder.block(text.replace("\n", " "), BlockKind.HEADING, heading)
        elif _LIST_STYLE.match(style) or paragraph.find(f"{_W}pPr/{_W}numPr") is not None:
            self._builder.block(text, BlockKind.LIST_ITEM)
        else:
            self._builder.block(text)
        for box in paragraph.iter(_TEXT_BOX):
            if not any(parent.tag == _FALLBACK for parent in box.iterancestors()):
                self._write_children(box)

    def _write_table(self, table: Any) -> None:
        self._builder.end_table()
        for row in table.iter(_W + "tr"):
            if next(row.iterancestors(_W + "tbl")) is table:  # an inner table is text of its cell
                cells = [cell for cell in row.iter(_W + "tc") if next(cell.iterancestors(_W + "tr")) is row]
                self._builder.row([_cell_text(cell) for cell in cells])
        self._builder.end_table()

    def _style_name(self, paragraph: Any) -> str:
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        identifier = style.get(_W + "val") if style is not None else ""
        return str(self._styles.get(identifier, identifier))

    def _notes(self) -> Iterator[str]:
        """Footnotes and endnotes, in order; separators have a type and are left out."""
        from lxml import etree  # type: ignore[import-untyped]

        for relation in self._document.part.rels.values():
            kind = relation.reltype.rsplit("/", 1)[-1]
            if kind not in ("footnotes", "endnotes") or relation.is_external:
                continue
            root = etree.fromstring(relation.target_part.blob)
            for note in root:
                if note.get(_W + "type") is None:
                    yield " ".join(_text(p).strip() for p in note.iter(_W + "p")).strip()


def _heading_level(style: str) -> int:
    if style == "Title":
        return 1
    match = _HEADING_STYLE.match(style)
    return min(max(int(match.group(1)), 1), 6) if match else 0


def _cell_text(cell: Any) -> str:
    return " ".join(text for text in (_text(p).strip() for p in cell.iter(_W + "p")) if text)


def _text(element: Any) -> str:
    parts: list[str] = []
    stack = [element]
    while stack:
        node = stack.pop()
        if node.tag == _W + "t":
            parts.append(node.text or "")
        elif node.tag in _CHARACTERS:
            parts.append(_CHARACTERS[node.tag])
        elif node.tag not in _SKIPPED:
            stack.extend(reversed(node))
    return "".join(parts)


LOADER: Loader = DocxLoader()
