"""HTML by BeautifulSoup on lxml, which forgives what browsers forgive: what a reader sees, as blocks.

Struck-out text is put between ~~, as in Markdown: it stands there, and holds no longer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ingest.loader_protocol import Loader
from ingest.loaders.boxes import has_box
from ingest.loaders.css_sheets import SheetOpener, no_sheets
from ingest.loaders.document_builder import DESCRIPTIONS, DocumentBuilder
from ingest.loaders.html_forms import write_in_place
from ingest.loaders.html_visibility import take_out_unseen
from ingest.loaders.numerals import formed_number
from ingest.loaders.text_decoding import decode
from rag.schema import BlockKind, Document
from rag.settings import IngestSettings
from rag.text.tables import TableCell

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from bs4.element import PageElement, Tag

__all__ = ["LOADER", "HtmlLoader", "write_html"]

# fmt: off
_INVISIBLE: Final = frozenset(
    (
        "style", "script", "nav", "noscript", "template", "head", "title", "svg", "canvas",
        "iframe", "object", "datalist", "button", "audio", "video", "map", "dialog",
    )
)
_BLOCKS: Final = frozenset(
    (
        "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div",
        "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5",
        "h6", "header", "hr", "html", "legend", "li", "main", "ol", "option", "p", "pre", "section",
        "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
    )
)
# fmt: on
_TOO_MANY_SHEETS: Final = "there are too many style sheets to read all: what they hide is read"
_STRUCK_OUT: Final = ("del", "s", "strike")
_LONGEST_NUMBER: Final = 9
_WIDEST_SPAN: Final = 1_000
_CHARSET: Final = re.compile(rb"<meta[^<>]+charset\s*=\s*+(?:[\"']\s*+)?([\w.:-]+)", re.I)
_XML_ENCODING: Final = re.compile(rb"\A\s*<\?xml[^>]+encoding\s*=\s*[\"']([\w.:-]+)", re.I)
_WHITE: Final = re.compile(r"[ \t\n\r\f]+")
_LONGEST_CELL: Final = 600
_LONGEST_TERM: Final = 100
_LONGEST_VALUE: Final = 300


class HtmlLoader:
    """Reads HTML; scripts, navigation and hidden elements are left out."""

    media_types: tuple[str, ...] = ("text/html",)
    version: int = 7

    def load(self, path: Path, source: str, sha256: str, settings: IngestSettings) -> Document:
        """Read an HTML file whole.

        Raises:
            EmptyDocumentError: a browser would show no text.
        """
        builder = DocumentBuilder(source, sha256, self.media_types[0])
        soup = _parsed(path.read_bytes(), builder)
        _describe(soup, builder)
        _Writer(builder).write(soup.body or soup)
        return builder.build()


def write_html(
    data: bytes,
    builder: DocumentBuilder,
    encoding: str | None = None,
    name: str = "",
    opener: SheetOpener = no_sheets,
) -> None:
    """Write what a reader sees of a piece of HTML, such as a chapter or the body of a message.

    Args:
        data: The HTML.
        builder: Takes the blocks, and a warning where characters could not be decoded.
        encoding: What the wrapping says of the encoding; used where `data` says nothing.
        name: What it is called by those who open its sheets.
        opener: Opens the style sheets that it refers to.
    """
    soup = _parsed(data, builder, encoding, name, opener)
    _Writer(builder).write(soup.body or soup)


def _parsed(
    data: bytes,
    builder: DocumentBuilder,
    encoding: str | None = None,
    name: str = "",
    opener: SheetOpener = no_sheets,
) -> BeautifulSoup:
    from bs4 import BeautifulSoup

    stated = _XML_ENCODING.search(data[:1024]) or _CHARSET.search(data[:4096])
    decoded = decode(data, stated.group(1).decode("ascii") if stated else encoding)
    builder.warnings.extend(decoded.warnings)
    # lxml trusts an XML declaration over the text that it is given
    soup = BeautifulSoup(re.sub(r"\A\s*<\?xml[^>]*>", "", decoded.text), "lxml")
    unseen = take_out_unseen(soup, decoded.text, name, opener)
    builder.leave_out(unseen.hidden)
    if not unseen.is_whole and _TOO_MANY_SHEETS not in builder.warnings:
        builder.warnings.append(_TOO_MANY_SHEETS)
    builder.read_aside("characters as pale as their ground, unless another file colours it", unseen.doubtful)
    for node in soup.find_all(_STRUCK_OUT):
        if node.get_text(strip=True):
            node.insert(0, "~~")
            node.append("~~")
    builder.note_numbers |= write_in_place(soup)
    return soup


def _describe(soup: BeautifulSoup, builder: DocumentBuilder) -> None:
    if soup.title is not None:
        builder.title = _WHITE.sub(" ", soup.title.get_text()).strip()
    root = soup.find("html")
    language = str(root.get("lang") or root.get("xml:lang") or "") if root is not None else ""
    if re.match(r"[A-Za-z]{2,3}\b", language):
        builder.language = language.lower().split("-")[0]
    for key, names in {
        "author": ("author", "article:author", "dc.creator"),
        "date": ("date", "article:published_time", "dc.date"),
        "description": ("description", "og:description"),
    }.items():
        for name in names:
            meta = soup.find("meta", attrs={"name": name}) or soup.find("meta", attrs={"property": name})
            if meta is not None:
                builder.describe(key, str(meta.get("content") or ""))
                break


class _Writer:
    """Walks the tree without recursion over depth of markup, and writes blocks as they end."""

    def __init__(self, builder: DocumentBuilder) -> None:
        self._builder = builder
        self._inline: list[str] = []
        self._lists: list[tuple[int | None, str]] = []  # the next number of each open list, and its form
        self._kind = BlockKind.PARAGRAPH
        self._level = 0
        self._leads = False  # what is gathered is the title of a folded part, whose text follows

    def write(self, root: Tag) -> None:
        """Write everything visible under an element."""
        from bs4.element import CData, NavigableString, Tag

        stack: list[tuple[PageElement, bool]] = [(root, False)]
        while stack:
            node, closing = stack.pop()
            if isinstance(node, Tag):
                if closing:
                    self._close(node)
                elif _is_visible(node) and not self._whole(node):
                    self._open(node)
                    stack.append((node, True))
                    stack.extend((child, False) for child in reversed(node.contents))
            elif type(node) in (NavigableString, CData):
                self._inline.append(_WHITE.sub(" ", str(node)))
        self._flush()

    def _whole(self, node: Tag) -> bool:
        """Write an element that is taken as one piece; False where its children are to be walked."""
        if node.name == "br":
            self._break_line()
        elif node.name == "img":
            described = str(node.get("alt") or "")
            self._builder.read_aside(DESCRIPTIONS, bool(described.strip()))
            self._inline.append(described)
        elif node.name == "pre":
            self._flush()
            self._builder.block(node.get_text(), BlockKind.CODE)
        elif node.name == "dl" and node.find("dl") is None:
            self._write_definitions(node)
        elif node.name == "label":
            before = "".join(self._inline).rstrip()
            if before and not has_box(before[-1]):
                self._inline.append("\n")
            return False
        elif node.name == "table" and not any(map(_is_layout, _table_cells(node))):
            self._write_table(node)
        elif node.name == "tr":
            cells = [cell for cell in _children(node) if cell.name in ("td", "th")]
            if any(_is_layout(cell) for cell in cells):
                return False
            self._flush()
            self._builder.row([_plain(cell) for cell in cells if _is_visible(cell)])
        else:
            return False
        return True

    def _write_table(self, table: Tag) -> None:
        """Write a table of values: its caption as a paragraph, then its rows."""
        self._flush()
        title = " ".join(
            _plain(node) for node in _children(table) if node.name == "caption" and _is_visible(node)
        )
        self._builder.block(title)
        rows = [row for row in table.find_all("tr") if row.find_parent("table") is table and _is_visible(row)]
        heads = sum(row.find_parent("thead") is not None for row in rows)
        cells = [[_table_cell(cell) for cell in _row_cells(row) if _is_visible(cell)] for row in rows]
        self._builder.table(cells, title, heads if 0 < heads < len(rows) else None)

    def _write_definitions(self, node: Tag) -> None:
        """Write a list of definitions: short ones as rows of label and value, others as paragraphs."""
        self._flush()
        pairs: list[tuple[str, list[str]]] = []
        for part in node.find_all(["dt", "dd"]):
            if not _is_visible(part):
                continue
            if part.name == "dt":
                pairs.append((_plain(part), []))
            elif pairs:
                pairs[-1][1].append(_plain(part))
        if all(
            len("; ".join(values)) <= _LONGEST_VALUE and len(term) <= _LONGEST_TERM for term, values in pairs
        ):
            self._builder.table([[term, "; ".join(values)] for term, values in pairs], header_rows=0)
            return
        for term, values in pairs:
            colon = " " if term[-1:] in "?:!." else ": "
            self._builder.block(term + colon + " ".join(values) if values else term)

    def _break_line(self) -> None:
        if self._inline and self._inline[-1].endswith("\n"):
            self._flush(keep=True)
        else:
            self._inline.append("\n")

    def _open(self, node: Tag) -> None:
        if node.name not in _BLOCKS:
            return
        if node.name == "details" and not node.has_attr("open"):
            self._builder.read_aside("folded parts", 1)
        if self._leads and node.name in ("p", "div"):
            self._leads = node.name == "div"
            return
        self._flush()
        if node.name in ("ul", "ol"):
            number = _number(node, "start", 1) if node.name == "ol" else None
            self._lists.append((number, str(node.get("type") or "1")))
        elif node.name == "li":
            self._kind, self._level = BlockKind.LIST_ITEM, 0
            number, form = self._lists[-1] if self._lists else (None, "")
            if number is not None:
                number = _number(node, "value", number)
                self._inline.append(f"{formed_number(number, form)}. ")
                self._lists[-1] = (number + 1, form)
        elif re.fullmatch("h[1-6]", node.name):
            self._kind, self._level = BlockKind.HEADING, int(node.name[1])
        elif node.name == "table":
            self._builder.end_table()

    def _close(self, node: Tag) -> None:
        if node.name not in _BLOCKS:
            return
        if node.name == "summary":
            self._leads = True
            title = "".join(self._inline).strip()
            self._inline = [title + (" " if title[-1:] in "?:!." else ": ")] if title else []
            return
        self._flush()
        if node.name in ("ul", "ol"):
            self._lists.pop()
        elif node.name == "table":
            self._builder.end_table()

    def _flush(self, keep: bool = False) -> None:
        text = "".join(self._inline)
        self._leads = False
        marker = bool(re.fullmatch(r"(?:\d+|[a-zA-Z]{1,9})\. ", text)) and bool(self._lists)
        if marker and not keep:
            return  # the number of a list item whose text stands in an inner block
        self._inline.clear()
        if self._kind is BlockKind.HEADING:
            text = text.replace("\n", " ")
        self._builder.block(text, self._kind, self._level)
        if text.strip() and not keep:
            self._kind, self._level = BlockKind.PARAGRAPH, 0


def _children(node: Tag) -> Iterator[Tag]:
    from bs4.element import Tag

    return (child for child in node.children if isinstance(child, Tag))


def _is_visible(node: Tag) -> bool:
    return not (
        node.name in _INVISIBLE or node.get("aria-hidden") == "true" or node.get("role") == "navigation"
    )


def _row_cells(row: Tag) -> Iterator[Tag]:
    return (cell for cell in _children(row) if cell.name in ("td", "th"))


def _table_cells(table: Tag) -> Iterator[Tag]:
    return (cell for row in table.find_all("tr") for cell in _row_cells(row))


def _table_cell(cell: Tag) -> TableCell:
    return TableCell(_plain(cell), _span(cell, "colspan"), _span(cell, "rowspan"), cell.name == "th")


def _span(cell: Tag, name: str) -> int:
    return min(max(_number(cell, name, 1), 1), _WIDEST_SPAN)


def _number(node: Tag, name: str, default: int) -> int:
    """The whole number of an attribute; the default where it is none, or longer than any that is meant."""
    value = str(node.get(name) or "").strip()
    return int(value) if value.isdecimal() and len(value) <= _LONGEST_NUMBER else default


def _is_layout(cell: Tag) -> bool:
    """Whether a table cell holds a part of the page rather than a value."""
    return (
        cell.find(["table", "h1", "h2", "h3", "ul", "ol", "pre"]) is not None
        or len(cell.text) > _LONGEST_CELL
    )


def _plain(cell: Tag) -> str:
    for hidden in [node for node in cell.find_all(True) if not _is_visible(node)]:
        hidden.extract()
    return _WHITE.sub(" ", cell.get_text(" " if cell.find(["br", "p", "div"]) else "")).strip()


LOADER: Loader = HtmlLoader()
