"""Slides by python-pptx, the library for the format: a page a slide, its title a heading.

Text, tables, charts (as tables of their values), diagrams and notes are read in the order in which
a reader takes them: the title, then from top to bottom and left to right. Hidden slides are left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from ingest.loaders.builder import DocumentBuilder
from ingest.loaders.page_report import page_report
from ingest.protocol import Loader
from rag.errors import DocumentError
from rag.schema import BlockKind, Document
from rag.settings import IngestSettings
from rag.text.tables import TableCell

__all__ = ["LOADER", "PptxLoader"]

_A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DIAGRAM: Final = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}dm"
_HIDDEN: Final = "hidden, left out"
_SAME_BAND: Final = 228_600
"""Shapes whose tops differ by less than a quarter inch (in EMU) stand side by side."""
_DEEPEST_GROUP: Final = 16


class PptxLoader:
    """Reads PPTX."""

    media_types: tuple[str, ...] = (
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    )

    def load(self, path: Path, source: str, sha256: str, settings: IngestSettings) -> Document:
        """Read a presentation whole.

        Raises:
            DocumentError: the archive or its XML is broken.
            EmptyDocumentError: there is no text on any slide.
        """
        import pptx

        try:
            presentation = pptx.Presentation(str(path))
            builder = DocumentBuilder(source, sha256, self.media_types[0])
            _describe(presentation.core_properties, builder)
            _write(list(presentation.slides), builder)
        except OSError:
            raise
        except Exception as error:
            # python-pptx raises whatever zipfile, lxml and its own lookups raise on a broken file
            raise DocumentError(
                f"cannot read {source}: broken PPTX ({type(error).__name__}: {error}). "
                "Save it again in PowerPoint."
            ) from error
        return builder.build()


def _describe(properties: Any, builder: DocumentBuilder) -> None:
    title = (properties.title or "").strip()
    builder.title = "" if title.lower() in ("powerpoint presentation", "presentation") else title
    builder.describe("author", properties.author)
    when = properties.modified or properties.created
    builder.describe("date", when.isoformat() if when else "")


def _write(slides: list[Any], builder: DocumentBuilder) -> None:
    hidden: dict[int, str] = {}
    for number, slide in enumerate(slides, start=1):
        if number > 1:
            builder.page_break()
        if slide.element.get("show") in ("0", "false"):
            hidden[number] = _HIDDEN
            builder.page_details(warnings=(_HIDDEN,))
            continue
        _write_slide(slide, builder)
    builder.warnings.extend(page_report(hidden, "slide", "slides"))


def _write_slide(slide: Any, builder: DocumentBuilder) -> None:
    title = slide.shapes.title
    if title is not None and title.has_text_frame:
        builder.block(_line(title.text_frame.text), BlockKind.HEADING, 1)
    for shape in _in_order(slide.shapes):
        if title is None or shape.shape_id != title.shape_id:
            _write_shape(shape, builder)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        notes = [_line(paragraph.text) for paragraph in slide.notes_slide.notes_text_frame.paragraphs]
        notes = [text for text in notes if text]
        if notes:
            builder.block("Notes", BlockKind.HEADING, 2)
            for text in notes:
                builder.block(text)


def _in_order(shapes: Iterable[Any], depth: int = 0) -> Iterator[Any]:
    """Shapes from top to bottom and left to right; those of a group stay together."""
    placed = sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0))
    bands: list[list[Any]] = []
    for shape in placed:
        if bands and (shape.top or 0) - (bands[-1][0].top or 0) < _SAME_BAND:
            bands[-1].append(shape)
        else:
            bands.append([shape])
    for band in bands:
        for shape in sorted(band, key=lambda shape: shape.left or 0):
            if hasattr(shape, "shapes") and depth < _DEEPEST_GROUP:
                yield from _in_order(shape.shapes, depth + 1)
            else:
                yield shape


def _write_shape(shape: Any, builder: DocumentBuilder) -> None:
    if getattr(shape, "has_table", False) and shape.has_table:
        builder.table([_row(row) for row in shape.table.rows], header_rows=int(shape.table.first_row) or None)
    elif getattr(shape, "has_chart", False) and shape.has_chart:
        _write_chart(shape.chart, builder)
    elif shape.has_text_frame:
        for paragraph in shape.text_frame.paragraphs:
            kind = BlockKind.LIST_ITEM if paragraph.level or _is_bullet(paragraph) else BlockKind.PARAGRAPH
            builder.block(_line(paragraph.text), kind)
    else:
        _write_diagram(shape, builder)


def _row(row: Any) -> list[TableCell]:
    return [
        TableCell(_line(cell.text), cell.span_width, cell.span_height)
        if cell.is_merge_origin
        else TableCell(_line(cell.text))
        for cell in row.cells
        if not cell.is_spanned
    ]


def _write_chart(chart: Any, builder: DocumentBuilder) -> None:
    """A chart as the table of its values: a row a category, a column a series."""
    title = (
        _line(chart.chart_title.text_frame.text)
        if chart.has_title and chart.chart_title.has_text_frame
        else ""
    )
    builder.block(title)
    for plot in chart.plots:
        series = list(plot.series)
        categories = [str(category) for category in plot.categories]
        if not categories or not series:
            continue
        names = ["", *(str(one.name or "") for one in series)]
        values = [list(one.values) for one in series]
        rows = [
            [category, *(_number(column[i]) if i < len(column) else "" for column in values)]
            for i, category in enumerate(categories)
        ]
        builder.table([names, *rows], title, 1)


def _write_diagram(shape: Any, builder: DocumentBuilder) -> None:
    """The texts of a diagram (SmartArt), which lie in a part of their own."""
    from lxml import etree  # type: ignore[import-untyped]

    for relations in shape.element.iter(f"{{{_DIAGRAM}}}relIds"):
        part = shape.part.related_part(relations.get(_RELATION))
        for paragraph in etree.fromstring(part.blob).iter(_A + "p"):
            builder.block("".join(text.text or "" for text in paragraph.iter(_A + "t")), BlockKind.LIST_ITEM)


def _is_bullet(paragraph: Any) -> bool:
    properties = paragraph._p.pPr
    return properties is not None and any(
        properties.find(_A + name) is not None for name in ("buChar", "buAutoNum")
    )


def _number(value: Any) -> str:
    return "" if value is None else f"{value:.10g}"


def _line(text: str) -> str:
    return " ".join(text.replace("\v", " ").split())


LOADER: Loader = PptxLoader()
