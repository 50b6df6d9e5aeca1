"""Opens a PDF with pdfium and reads its pages and what stands beside: metadata, outline, attachments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from ingest.loaders.pdf.characters import Frame, main_angle, read_characters
from ingest.loaders.pdf.drawings import read_drawings
from ingest.loaders.pdf.drawn_boxes import drawn_boxes
from ingest.loaders.pdf.form_fields import take_boxes, with_boxes
from ingest.loaders.pdf.letterforms import Letterforms
from ingest.loaders.pdf.lines import PageLines, read_lines
from ingest.loaders.pdf.style import OutlineEntry
from ingest.loaders.pdf.visibility import drop_replacements, feigned_letters, hidden_characters
from ingest.loaders.text_decoding import clean_text

__all__ = [
    "ReadPage",
    "attachment_names",
    "opened",
    "outline",
    "plausible_title",
    "read_page",
    "readable_date",
]

_UNLIKE: Final = "some letters look like others than the text says"
_MOST_BOOKMARKS: Final = 5_000
_MOST_ANNOTATIONS: Final = 500
_NO_TITLE: Final = re.compile(
    r"untitled.*|unbenannt.*|\(?(?:unspecified|anonymous)\)?|title|null|none"
    r"|document\d*|presentation\d*|slide \d+|microsoft (?:word|powerpoint|excel)\b.*"
    r"|.*\.(?:docx?|pptx?|xlsx?|indd|qxd|tex|dvi|pdf|ps|rtf|html?|txt|cdr|ai)"
    r"|\W*|\d+|[0-9a-f-]{16,}|.*https?://.*",
    re.I | re.S,
)
_DATE: Final = re.compile(r"D?:?(\d{4})(\d\d)?(\d\d)?(?:(\d\d)(\d\d)?(\d\d)?)?")


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """A `pypdfium2.PdfDocument`, closed at the end.

    Raises:
        pypdfium2.PdfiumError: pdfium refuses the file.
    """
    import pypdfium2

    document = pypdfium2.PdfDocument(str(path))
    try:
        if document.get_formtype() == pypdfium2.raw.FORMTYPE_ACRO_FORM:
            document.init_forms()
        yield document
    finally:
        document.close()


class ReadPage(NamedTuple):
    """The lines of a page, and what stands there beside text.

    `picture_share` is the share of the page that pictures cover, 0 to 1; `is_drawn` says that there
    are pictures or drawings at all, `is_false` that letters are drawn as others than the text says.
    """

    lines: PageLines
    picture_share: float
    is_drawn: bool
    is_false: bool = False


def read_page(
    document: Any, number: int, letterforms: Letterforms, has_layers: Callable[[], bool] = lambda: False
) -> ReadPage:
    """The lines of a page, with form fields as they are filled in, typed notes and stamps.

    Args:
        document: An open `pypdfium2.PdfDocument`.
        number: The page, from 1.
        letterforms: Of the same document.
        has_layers: Whether some layer of the document is off; asked only where a page may have one.

    Raises:
        pypdfium2.PdfiumError: pdfium cannot load the page.
    """
    import pypdfium2.raw as pdfium

    page = document[number - 1]
    fields_from = -1
    try:
        boxes = take_boxes(document, page, Frame.of(page))
        if _has_written_annotations(document, page):
            # pdfium reads text from the page's content only; flattening appends fields and notes to it
            with closing(page.get_textpage()) as printed:
                fields_from = printed.count_chars()
            if pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY) == pdfium.FLATTEN_SUCCESS:
                page.close()
                page = document[number - 1]
        drawings = read_drawings(page, Frame.of(page), has_layers)
        text_page, feigned = _honest_text_page(page, drawings.replacing)
        with closing(text_page):
            characters = read_characters(page, text_page)
            hidden, letters = hidden_characters(page, text_page, characters, drawings, letterforms)
            characters, drawn = drawn_boxes(characters, drawings)
            boxes += drawn
            if boxes:
                fields_from = len(characters.codes) if fields_from < 0 else fields_from
                characters = with_boxes(characters, boxes)
                hidden = np.append(hidden, np.zeros(2 * len(boxes), np.bool_))
            lines = read_lines(number, characters, hidden, _label(document, number), fields_from)
            told = (*lines.warnings, *((_UNLIKE,) if letters.doubtful else ()))
            lines = replace(lines, hidden=lines.hidden + feigned, warnings=told)
        share = drawings.picture_share(lines.width, lines.height) if drawings.is_picture.any() else 0.0
        is_drawn = drawings.has_paths or bool(drawings.is_picture.any())
        return ReadPage(lines, share, is_drawn, bool(letters.false.any()))
    finally:
        page.close()


def _has_written_annotations(document: Any, page: Any) -> bool:
    """Whether a page shows text that is not in its content: filled fields, typed notes, stamps."""
    import pypdfium2.raw as pdfium

    count = pdfium.FPDFPage_GetAnnotCount(page)
    if count <= 0 or document.formenv is not None:
        return bool(count > 0)
    for index in range(min(count, _MOST_ANNOTATIONS)):
        annotation = pdfium.FPDFPage_GetAnnot(page, index)
        if annotation:
            kind = pdfium.FPDFAnnot_GetSubtype(annotation)
            pdfium.FPDFPage_CloseAnnot(annotation)
            if kind in (pdfium.FPDF_ANNOT_FREETEXT, pdfium.FPDF_ANNOT_STAMP):
                return True
    return False


def _honest_text_page(page: Any, replacing: list[tuple[int, int]]) -> tuple[Any, int]:
    """The text page, and how many letters that are not drawn were left out of it.

    Those are told by the text that stands for objects, which the page loses.
    """
    told = _text_page(page)
    if not replacing:
        return told, 0
    drop_replacements(replacing)
    drawn = _text_page(page)
    feigned = feigned_letters(told.get_text_range(), drawn.get_text_range())
    (told if feigned else drawn).close()
    return (drawn if feigned else told), feigned


def _text_page(page: Any) -> Any:
    """The text page; pdfium orders words and lines well only when most of the text is upright."""
    text_page = page.get_textpage()
    angle = main_angle(page, text_page)
    if angle == 0:
        return text_page
    text_page.close()
    rotation = page.get_rotation()
    page.set_rotation((rotation + angle) % 360)
    try:
        return page.get_textpage()
    finally:
        page.set_rotation(rotation)


def outline(document: Any) -> list[OutlineEntry]:
    """The bookmarks that lead to a page."""
    entries: list[OutlineEntry] = []
    for bookmark in document.get_toc(max_depth=6):
        if len(entries) >= _MOST_BOOKMARKS:
            break
        destination = bookmark.get_dest()
        index = destination.get_index() if destination else None
        title = clean_text(bookmark.get_title()).strip()
        if index is not None and title:
            entries.append(OutlineEntry(index + 1, bookmark.level + 1, title))
    return entries


def attachment_names(document: Any) -> list[str]:
    """The names of files that are embedded in the document; they are not read."""
    return [
        clean_text(document.get_attachment(i).get_name() or "unnamed")
        for i in range(document.count_attachments())
    ]


def plausible_title(title: str) -> str:
    """A title from the metadata, or nothing where a program wrote a file name or a default."""
    title = " ".join(clean_text(title).split())
    return "" if _NO_TITLE.fullmatch(title) or "\ufffd" in title else title


def readable_date(value: str) -> str:
    """A PDF date (`D:20230113093045+01'00'`) as ISO 8601, or nothing."""
    match = _DATE.match(value)
    if not match:
        return ""
    year, month, day, hour, minute, second = match.groups()
    date = "-".join(part for part in (year, month, day) if part)
    return f"{date}T{hour}:{minute or '00'}:{second or '00'}" if day and hour else date


def _label(document: Any, number: int) -> str:
    label = clean_text(document.get_page_label(number - 1) or "").strip()
    return "" if label == str(number) else label
