"""Word documents by python-docx: headings, paragraphs, lists and tables in the order of the text."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final

from ingest.loader_protocol import Loader
from ingest.loaders.document_builder import DESCRIPTIONS, DocumentBuilder
from ingest.loaders.docx_numbering import Numbering
from ingest.loaders.docx_parts import Annotations, page_margins
from ingest.loaders.docx_table import inner_tables, is_frame, own_rows, table_rows
from ingest.loaders.docx_visibility import take_out_hidden
from ingest.loaders.docx_xml import FALLBACK, TEXT_BOX, W, element_text, is_on
from ingest.loaders.equation import M
from ingest.loaders.package import broken
from ingest.loaders.script import note_numbers
from rag.schema import BlockKind, Document
from rag.settings import IngestSettings

__all__ = ["LOADER", "DocxLoader"]

_CONTAINERS: Final = frozenset((W + "sdtContent", W + "ins", W + "moveTo", W + "customXml", W + "smartTag"))
_HEADING_STYLE: Final = re.compile(r"heading\s*(\d)", re.I)
_CAPTION_STYLE: Final = re.compile(r"caption", re.I)
_LIST_STYLE: Final = re.compile(r"list", re.I)
_PICTURE: Final = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_FILE_NAME: Final = re.compile(r"[\w .:/\\-]+\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svg|webp)", re.I)
_LONGEST_HEADING: Final = 80
_NO_HEADING_END: Final = (".", ",", ";", ":", "。", "，", "；", "：")
_DEEPEST: Final = 6


class DocxLoader:
    """Reads DOCX; a Word file has no fixed pages, so it is one page."""

    media_types: tuple[str, ...] = (
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    )
    version: int = 6

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
            raise broken(source, "DOCX", error, "Save it again in Word") from error
        return builder.build()


def _describe(properties: Any, builder: DocumentBuilder) -> None:
    builder.title = (properties.title or "").strip()
    builder.describe("author", properties.author)
    when = properties.modified or properties.created
    builder.describe("date", when.isoformat() if when else "")


class Writer:
    """Writes what pages begin with, the body of a document with its notes, and what pages end with."""

    def __init__(self, builder: DocumentBuilder, document: Any) -> None:
        self._builder = builder
        self._document = document
        self._caption = ""  # of the table that follows
        self._level = 1  # of the last heading
        self._styles = {style.style_id: style.name or "" for style in document.styles if style.style_id}
        self._outline = _outline_levels(document.styles.element)
        self._numbering = Numbering(_numbering_part(document), document.styles.element)
        self._annotations = Annotations(document, builder.leave_out)
        body = document.element.body
        self._has_changes = any(True for _ in body.iter(W + "ins", W + "del", W + "moveFrom", W + "cellDel"))
        builder.leave_out(take_out_hidden(document, [body]))
        for run in document.element.body.iter(W + "vertAlign"):
            paragraph = next(run.iterancestors(W + "p"), None)
            if paragraph is not None:
                builder.note_numbers.update(note_numbers(element_text(paragraph)))

    def write(self) -> None:
        for text in page_margins(self._document, "header", self._builder.leave_out):
            self._builder.block(text)
        body = self._document.element.body
        self._write_children(body)
        footers = page_margins(self._document, "footer", self._builder.leave_out)
        for text in (*self._annotations.rest(), *footers):
            self._builder.block(text)
        if self._has_changes:
            self._builder.warnings.append(
                "tracked changes: read as if all were accepted, deleted text is left out"
            )

    def _write_children(self, parent: Any) -> None:
        for element in parent:
            if element.tag == W + "p":
                self._write_paragraph(element)
            elif element.tag == W + "tbl":
                self._write_table(element)
            elif element.tag == W + "sdt":
                if element.find(f"{W}sdtPr/{W}showingPlcHdr") is None:
                    self._write_children(element)
            elif element.tag in _CONTAINERS:
                self._write_children(element)

    def _write_paragraph(self, paragraph: Any) -> None:
        text = element_text(paragraph, self._annotations.marks).replace("\t", " ")
        identifier = self._style(paragraph)
        style = str(self._styles.get(identifier, identifier))
        number = self._numbering.label(paragraph, identifier) if text.strip() else ""
        if text.strip():
            self._caption = text.strip() if _CAPTION_STYLE.match(style) else ""
        numbered = f"{number} {text}" if number else text
        heading = self._heading_level(paragraph, style, identifier)
        if heading:
            self._level = heading
            self._builder.block(numbered.replace("\n", " "), BlockKind.HEADING, heading)
        elif _LIST_STYLE.match(style) or self._numbering.is_listed(paragraph, identifier):
            self._builder.block(numbered, BlockKind.LIST_ITEM)
        elif self._stands_as_heading(paragraph, text):
            self._builder.block(text.strip(), BlockKind.HEADING, min(self._level + 1, _DEEPEST))
        elif not (_is_equation(paragraph) and self._builder.goes_on(text)):
            self._builder.block(text)
        self._write_beside(paragraph)

    def _write_beside(self, paragraph: Any) -> None:
        """Write what hangs on a paragraph: text boxes, descriptions of pictures, notes and comments."""
        for box in paragraph.iter(TEXT_BOX):
            if not any(parent.tag == FALLBACK for parent in box.iterancestors()):
                self._write_children(box)
        for picture in paragraph.iter(_PICTURE):
            described = " ".join((picture.get("descr") or "").split())
            if described and not _FILE_NAME.fullmatch(described):
                self._builder.read_aside(DESCRIPTIONS)
                self._builder.block(described)
        for note in self._annotations.of(paragraph):
            self._builder.block(note)

    def _write_table(self, table: Any) -> None:
        rows = own_rows(table)
        if is_frame(rows):
            for cell in (cell for row in rows for cell in row.findall(W + "tc")):
                self._write_children(cell)
            return
        marked = sum(row.find(f"{W}trPr/{W}tblHeader") is not None for row in rows)
        cells = table_rows(rows, self._annotations.marks)
        self._builder.table(cells, self._caption, marked if 0 < marked < len(rows) else None)
        self._caption = ""
        for inner in inner_tables(table):
            self._write_table(inner)
        for note in self._annotations.of(table):
            self._builder.block(note)

    def _style(self, paragraph: Any) -> str:
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        return "" if style is None else str(style.get(W + "val") or "")

    def _heading_level(self, paragraph: Any, style: str, identifier: str) -> int:
        """The level of a heading by the name or the outline level of its style, or its own one."""
        if style == "Title":
            return 1
        match = _HEADING_STYLE.match(style)
        if match:
            return min(max(int(match.group(1)), 1), _DEEPEST)
        own = paragraph.find(f"{W}pPr/{W}outlineLvl")
        level = self._outline.get(identifier, 9) if own is None else _outline_level(own)
        return min(level + 1, _DEEPEST) if level < 9 else 0

    def _stands_as_heading(self, paragraph: Any, text: str) -> bool:
        """Whether a short line all in bold is followed by text that is not."""
        text = text.strip()
        following = paragraph.getnext()
        return (
            1 < len(text) <= _LONGEST_HEADING
            and "\n" not in text
            and not text.endswith(_NO_HEADING_END)
            and any(map(str.isalpha, text))
            and _is_bold(paragraph)
            and following is not None
            and (following.tag == W + "tbl" or (following.tag == W + "p" and not _is_bold(following)))
            and paragraph.getparent().tag == W + "body"
        )


def _is_bold(paragraph: Any) -> bool:
    """Whether all runs with text are in bold."""
    runs = [
        run for run in paragraph.iter(W + "r") if any((text.text or "").strip() for text in run.iter(W + "t"))
    ]
    return bool(runs) and all(is_on(run, W + "b") for run in runs)


def _is_equation(paragraph: Any) -> bool:
    """Whether a paragraph holds an equation and nothing else."""
    return any(True for _ in paragraph.iter(M + "oMath")) and not any(
        (text.text or "").strip() for text in paragraph.iter(W + "t")
    )


def _outline_levels(styles: Any) -> dict[str, int]:
    """The outline level, from 0, of each style that has one."""
    found = {}
    for style in styles.findall(W + "style"):
        level = style.find(f"{W}pPr/{W}outlineLvl")
        if level is not None:
            found[style.get(W + "styleId") or ""] = _outline_level(level)
    return found


def _outline_level(element: Any) -> int:
    value = element.get(W + "val") or ""
    return int(value) if value.isdecimal() else 9


def _numbering_part(document: Any) -> Any:
    """The root of the part that defines lists, or None; python-docx would make one where there is none."""
    from lxml import etree  # type: ignore[import-untyped]

    for relation in document.part.rels.values():
        if relation.reltype.endswith("/numbering") and not relation.is_external:
            return etree.fromstring(relation.target_part.blob)
    return None


LOADER: Loader = DocxLoader()
