"""Slides by python-pptx, the library for the format: a page a slide, its title a heading.

Text, tables, charts (as tables of their values), diagrams and notes are read in the order in which
a reader takes them: the title, then from top to bottom and left to right. Hidden slides are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from ingest.loader_protocol import Loader
from ingest.loaders.document_builder import DESCRIPTIONS, DocumentBuilder
from ingest.loaders.equation import M, linear_omml
from ingest.loaders.numerals import formed_number
from ingest.loaders.package import broken
from ingest.loaders.page_report import page_report
from ingest.loaders.pptx_visibility import take_out_hidden
from ingest.loaders.script import lowered, raised
from rag.schema import BlockKind, Document
from rag.settings import IngestSettings
from rag.text.tables import TableCell

__all__ = ["LOADER", "PptxLoader"]

_A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DIAGRAM: Final = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}dm"
_COMPATIBILITY: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_FORMS: Final = {"alphaLc": "a", "alphaUc": "A", "romanLc": "i", "romanUc": "I"}
_FILE_NAME: Final = re.compile(r"[\w .:/\\-]+\.(?:png|jpe?g|gif|bmp|tiff?|emf|wmf|svg|webp)", re.I)
_HIDDEN: Final = "hidden, left out"
_LONGEST_CAPTION: Final = 120
_LEAST_CAPTIONS: Final = 2
_SAME_BAND: Final = 228_600
"""Shapes whose tops differ by less than a quarter inch (in EMU) stand side by side."""
_DEEPEST_GROUP: Final = 16


class PptxLoader:
    """Reads PPTX."""

    media_types: tuple[str, ...] = (
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    )
    version: int = 5

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
            size = int(presentation.slide_width or 0), int(presentation.slide_height or 0)
            _write(list(presentation.slides), size, builder)
        except OSError:
            raise
        except Exception as error:
            # python-pptx raises whatever zipfile, lxml and its own lookups raise on a broken file
            raise broken(source, "PPTX", error, "Save it again in PowerPoint") from error
        return builder.build()


def _describe(properties: Any, builder: DocumentBuilder) -> None:
    title = (properties.title or "").strip()
    builder.title = "" if title.lower() in ("powerpoint presentation", "presentation") else title
    builder.describe("author", properties.author)
    when = properties.modified or properties.created
    builder.describe("date", when.isoformat() if when else "")


def _write(slides: list[Any], size: tuple[int, int], builder: DocumentBuilder) -> None:
    hidden: dict[int, str] = {}
    for number, slide in enumerate(slides, start=1):
        if builder.is_full:
            break
        if number > 1:
            builder.page_break()
        if slide.element.get("show") in ("0", "false"):
            hidden[number] = _HIDDEN
            builder.page_details(warnings=(_HIDDEN,))
            continue
        _write_slide(slide, size, builder)
    builder.warnings.extend(page_report(hidden, "slide", "slides"))


def _write_slide(slide: Any, size: tuple[int, int], builder: DocumentBuilder) -> None:
    _take_newest(slide.element)
    builder.leave_out(take_out_hidden(slide, size))
    title = slide.shapes.title
    if title is not None and title.has_text_frame:
        builder.block(_frame_line(title.text_frame), BlockKind.HEADING, 1)
    for shape in _in_order(slide.shapes):
        if title is None or shape.shape_id != title.shape_id:
            _write_shape(shape, builder)
    for comment in _comments(slide):
        builder.block(f"Comment: {comment}")
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        notes = [_text(paragraph) for paragraph in slide.notes_slide.notes_text_frame.paragraphs]
        notes = [text for text in notes if text]
        if notes:
            builder.block("Notes", BlockKind.HEADING, 2)
            for text in notes:
                builder.block(text)


def _in_order(shapes: Iterable[Any], depth: int = 0) -> Iterator[Any]:
    """Shapes from top to bottom and left to right; those of a group stay together."""
    for band in _bands(shapes):
        for shape in band:
            if hasattr(shape, "shapes") and depth < _DEEPEST_GROUP and not _rows_of(shape):
                yield from _in_order(shape.shapes, depth + 1)
            else:
                yield shape


def _bands(shapes: Iterable[Any]) -> list[list[Any]]:
    """Shapes that stand side by side, from top to bottom, each row from left to right."""
    bands: list[list[Any]] = []
    for shape in sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0)):
        if bands and (shape.top or 0) - (bands[-1][0].top or 0) < _SAME_BAND:
            bands[-1].append(shape)
        else:
            bands.append([shape])
    return [sorted(band, key=lambda shape: shape.left or 0) for band in bands]


def _take_newest(slide: Any) -> None:
    """Put what new programs show in the place of its alternatives, which python-pptx passes over."""
    for alternatives in list(slide.iter(_COMPATIBILITY + "AlternateContent")):
        choice = alternatives.find(_COMPATIBILITY + "Choice")
        parent = alternatives.getparent()
        if choice is not None and parent is not None:
            for child in list(choice):
                alternatives.addprevious(child)
            parent.remove(alternatives)


def _rows_of(group: Any) -> list[list[str]]:
    """A group of short captions as rows of a table: side by side, or a pair one above the other.

    Empty where a group holds something else.
    """
    bands = _bands(group.shapes) if hasattr(group, "shapes") else []
    shapes = [shape for band in bands for shape in band]
    if len(shapes) < _LEAST_CAPTIONS or not all(shape.has_text_frame for shape in shapes):
        return []
    rows = [[_frame_line(shape.text_frame) for shape in band] for band in bands]
    if len(rows) == _LEAST_CAPTIONS == len(shapes):
        rows = [[text for row in rows for text in row]]
    is_grid = len({len(row) for row in rows}) == 1 and len(rows[0]) > 1
    is_short = all(0 < len(text) <= _LONGEST_CAPTION for row in rows for text in row)
    return rows if is_grid and is_short else []


def _comments(slide: Any) -> Iterator[str]:
    from lxml import etree  # type: ignore[import-untyped]

    for relation in slide.part.rels.values():
        if relation.reltype.rsplit("/", 1)[-1] == "comments" and not relation.is_external:
            for comment in etree.fromstring(relation.target_part.blob).iter("{*}cm"):
                text = " ".join("".join(node.text or "" for node in comment.iter("{*}text", "{*}t")).split())
                if text:
                    yield text


def _write_shape(shape: Any, builder: DocumentBuilder) -> None:
    rows = _rows_of(shape)
    if rows:
        builder.table(rows)
        return
    if getattr(shape, "has_table", False) and shape.has_table:
        builder.table([_row(row) for row in shape.table.rows], header_rows=int(shape.table.first_row) or None)
    elif getattr(shape, "has_chart", False) and shape.has_chart:
        _write_chart(shape.chart, builder)
    elif shape.has_text_frame:
        counts: dict[int, int] = {}
        for paragraph in shape.text_frame.paragraphs:
            kind = BlockKind.LIST_ITEM if paragraph.level or _is_bullet(paragraph) else BlockKind.PARAGRAPH
            text = _text(paragraph)
            text = f"{_numbered(paragraph, counts)} {text}".strip() if text else ""
            if not (_is_equation(paragraph) and builder.goes_on(text)):
                builder.block(text, kind)
    else:
        _write_diagram(shape, builder)
        described = _line(shape.element.xpath(".//p:cNvPr")[0].get("descr") or "")
        if described and not _FILE_NAME.fullmatch(described):
            builder.read_aside(DESCRIPTIONS)
            builder.block(described)


def _row(row: Any) -> list[TableCell]:
    return [
        TableCell(_frame_line(cell.text_frame), cell.span_width, cell.span_height)
        if cell.is_merge_origin
        else TableCell(_frame_line(cell.text_frame))
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
    from lxml import etree

    for relations in shape.element.iter(f"{{{_DIAGRAM}}}relIds"):
        part = shape.part.related_part(relations.get(_RELATION))
        for paragraph in etree.fromstring(part.blob).iter(_A + "p"):
            builder.block("".join(text.text or "" for text in paragraph.iter(_A + "t")), BlockKind.LIST_ITEM)


def _is_bullet(paragraph: Any) -> bool:
    properties = paragraph._p.pPr
    return properties is not None and any(
        properties.find(_A + name) is not None for name in ("buChar", "buAutoNum")
    )


def _numbered(paragraph: Any, counts: dict[int, int]) -> str:
    """The number that PowerPoint sets before a paragraph; `counts` are those so far by their level.

    ECMA-376, 20.1.10.61: `alphaLcParenBoth` is `(a)`, `romanUcPeriod` is `I.`.
    """
    level = paragraph.level
    for deeper in [other for other in counts if other > level]:
        del counts[deeper]
    found = None if paragraph._p.pPr is None else paragraph._p.pPr.find(_A + "buAutoNum")
    if found is None:
        counts.pop(level, None)
        return ""
    counts[level] = counts[level] + 1 if level in counts else int(found.get("startAt") or 1)
    form = str(found.get("type") or "")
    number = formed_number(counts[level], next((one for name, one in _FORMS.items() if name in form), "1"))
    if form.endswith("Both"):
        return f"({number})"
    return f"{number})" if form.endswith("ParenR") else f"{number}." if form.endswith("Period") else number


def _is_equation(paragraph: Any) -> bool:
    """Whether a paragraph holds an equation and nothing else."""
    has_text = any((node.text or "").strip() for node in paragraph._p.iter(_A + "t"))
    return not has_text and any(True for _ in paragraph._p.iter(M + "oMath"))


def _frame_line(frame: Any) -> str:
    return _line(" ".join(map(_text, frame.paragraphs)))


def _text(paragraph: Any) -> str:
    """The text of a paragraph, its equations linear, its raised and lowered runs marked for `script`."""
    parts: list[str] = []
    stack: list[Any] = [paragraph._p]
    while stack:
        node = stack.pop()
        if node.tag in (M + "oMath", M + "oMathPara"):
            parts.append(linear_omml(node))
        elif node.tag == _A + "br":
            parts.append(" ")
        elif node.tag in (_A + "r", _A + "fld"):
            text = "".join(child.text or "" for child in node.iter(_A + "t"))
            properties = node.find(_A + "rPr")
            shift = str(properties.get("baseline") or "0") if properties is not None else "0"
            is_shifted = shift.lstrip("-").isdecimal() and int(shift) != 0
            parts.append((lowered(text) if shift.startswith("-") else raised(text)) if is_shifted else text)
        else:
            stack.extend(reversed(node))
    return _line("".join(parts))


def _number(value: Any) -> str:
    return "" if value is None else f"{value:.10g}"


def _line(text: str) -> str:
    return " ".join(text.replace("\v", " ").split())


LOADER: Loader = PptxLoader()
