"""Word documents by python-docx: headings, paragraphs, lists and tables in the order of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ingest.loaders.builder import DocumentBuilder
from ingest.loaders.docx_table import table_rows
from ingest.loaders.docx_xml import FALLBACK, TEXT_BOX, W, element_text
from ingest.protocol import Loader
from rag.errors import DocumentError
from rag.schema import BlockKind, Document
from rag.settings import IngestSettings

__all__ = ["LOADER", "DocxLoader"]

_CONTAINERS: Final = frozenset((W + "sdt", W + "sdtContent", W + "ins", W + "customXml", W + "smartTag"))
_HEADING_STYLE: Final = re.compile(r"heading\s*(\d)", re.I)
_CAPTION_STYLE: Final = re.compile(r"caption", re.I)
_LIST_STYLE: Final = re.compile(r"list", re.I)


class DocxLoader:
    """Reads DOCX; a Word file has no fixed pages, so it is one page."""

    media_types: tuple[str, ...] = (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    )
    version: int = 2

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
            Writer(builder, document).write()
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


class Writer:
    """Writes the body of a document, then its footnotes and endnotes."""

    def __init__(self, builder: DocumentBuilder, document: Any) -> None:
        self._builder = builder
        self._document = document
        self._caption = ""  # of the table that follows
        self._styles = {style.style_id: style.name or "" for style in document.styles if style.style_id}

    def write(self) -> None:
        self._write_children(self._document.element.body)
        for notes in self._notes():
            self._builder.block(notes)

    def _write_children(self, parent: Any) -> None:
        for element in parent:
            if element.tag == W + "p":
                self._write_paragraph(element)
            elif element.tag == W + "tbl":
                self._write_table(element)
            elif element.tag in _CONTAINERS:
                self._write_children(element)

    def _write_paragraph(self, paragraph: Any) -> None:
        text = element_text(paragraph).replace("\t", " ")
        style = self._style_name(paragraph)
        if text.strip():
            self._caption = text.strip() if _CAPTION_STYLE.match(style) else ""
        heading = _heading_level(style)
        if heading:
            self._builder.block(text.replace("\n", " "), BlockKind.HEADING, heading)
        elif _LIST_STYLE.match(style) or paragraph.find(f"{W}pPr/{W}numPr") is not None:
            self._builder.block(text, BlockKind.LIST_ITEM)
        else:
            self._builder.block(text)
        for box in paragraph.iter(TEXT_BOX):
            if not any(parent.tag == FALLBACK for parent in box.iterancestors()):
                self._write_children(box)

    def _write_table(self, table: Any) -> None:
        # an inner table is text of its cell
        rows = [row for row in table.iter(W + "tr") if next(row.iterancestors(W + "tbl")) is table]
        marked = sum(row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows)
        self._builder.table(table_rows(rows), self._caption, marked if 0 < marked < len(rows) else None)
        self._caption = ""

    def _style_name(self, paragraph: Any) -> str:
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        identifier = style.get(W + "val") if style is not None else ""
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
                if note.get(W + "type") is None:
                    yield " ".join(element_text(p).strip() for p in note.iter(W + "p")).strip()


def _heading_level(style: str) -> int:
    if style == "Title":
        return 1
    match = _HEADING_STYLE.match(style)
    return min(max(int(match.group(1)), 1), 6) if match else 0


LOADER: Loader = DocxLoader()
