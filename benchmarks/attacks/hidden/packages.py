"""Ways to hide a sentence in OpenDocument files and books, and their twins that can be seen."""

from __future__ import annotations

import io
import zipfile
from typing import Final, NamedTuple

__all__ = [
    "EPUB_HIDDEN", "EPUB_SEEN", "ODP_HIDDEN", "ODP_SEEN", "ODS_HIDDEN", "ODS_SEEN", "ODT_HIDDEN", "ODT_SEEN",
    "book", "opendocument",
]  # fmt: skip

_NAMES: Final = {
    "office": "office", "text": "text", "table": "table", "draw": "drawing", "style": "style",
    "fo": "xsl-fo-compatible", "svg": "svg-compatible", "number": "datastyle", "presentation": "presentation",
}  # fmt: skip
_SPACES: Final = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for short, name in _NAMES.items()
)
_PAGE: Final = (
    '<style:page-layout style:name="L"><style:page-layout-properties fo:page-width="28cm" '
    'fo:page-height="21cm"/></style:page-layout>'
)
_TEXT: Final = "<text:p>SHOWN</text:p>BODY<text:p>LAST</text:p>"
_SHEET: Final = (
    '<table:table table:name="Places">COLUMNS<table:table-row><table:table-cell><text:p>Told</text:p>'
    "</table:table-cell><table:table-cell><text:p>SHOWN</text:p></table:table-cell></table:table-row>"
    "BODY<table:table-row><table:table-cell><text:p>LAST</text:p></table:table-cell></table:table-row>"
    "</table:table>"
)
_SLIDE: Final = (
    '<draw:page draw:name="One">'
    '<draw:frame svg:x="1cm" svg:y="1cm" svg:width="9cm" svg:height="2cm"><draw:text-box>'
    "<text:p>SHOWN</text:p></draw:text-box></draw:frame>BODY"
    '<draw:frame svg:x="1cm" svg:y="9cm" svg:width="9cm" svg:height="2cm"><draw:text-box>'
    "<text:p>LAST</text:p></draw:text-box></draw:frame></draw:page>"
)


class Parts(NamedTuple):
    """What a trick puts into the body, the file's own styles and `styles.xml`, and its kind of file."""

    body: str
    own: str = ""
    shared: str = ""
    kind: str = "text"
    columns: str = ""


def _style(family: str, said: str, name: str = "T", parent: str = "", more: str = "") -> str:
    based = f' style:parent-style-name="{parent}"' if parent else ""
    return f'<style:style style:name="{name}" style:family="{family}"{based} {more}>{said}</style:style>'


def _said(**values: str) -> str:
    return "<style:text-properties {}/>".format(
        " ".join(f'{name.replace("_", ":", 1).replace("_", "-")}="{value}"' for name, value in values.items())
    )


def _span(**values: str) -> Parts:
    return Parts(
        '<text:p><text:span text:style-name="T">SECRET</text:span></text:p>', _style("text", _said(**values))
    )


def _cell(own: str, more: str = "", row: str = "") -> Parts:
    body = (
        f"<table:table-row {row}><table:table-cell><text:p>Berth</text:p></table:table-cell>"
        f"<table:table-cell {more}><text:p>SECRET</text:p></table:table-cell></table:table-row>"
    )
    return Parts(body, own, kind="spreadsheet")


def _column(more: str, own: str = "") -> Parts:
    body = "<table:table-row><table:table-cell/><table:table-cell/><table:table-cell><text:p>SECRET</text:p>"
    body += "</table:table-cell></table:table-row>"
    columns = f"<table:table-column/><table:table-column/><table:table-column {more}/>"
    return Parts(body, own, kind="spreadsheet", columns=columns)


def _shape(place: str, own: str = "", more: str = "", shared: str = _PAGE) -> Parts:
    body = (
        f'<draw:frame {place} svg:width="9cm" svg:height="2cm" {more}><draw:text-box>'
        '<text:p><text:span text:style-name="T">SECRET</text:span></text:p></draw:text-box></draw:frame>'
    )
    return Parts(body, own, shared, "presentation")


_MIDDLE: Final = 'svg:x="1cm" svg:y="5cm"'
_WHITE: Final = _said(fo_color="#ffffff")
_EMPTY_FORMAT: Final = '<number:number-style style:name="N"><number:text/></number:number-style>'
ODT_HIDDEN: Final = {
    "hidden": _span(text_display="none"),
    "white": _span(fo_color="#fefefe"),
    "one point": _span(fo_font_size="1pt"),
    "one per cent": _span(fo_font_size="1%"),
    "letters of a hundredth": _span(style_text_scale="1%"),
    "letters on each other": _span(fo_letter_spacing="-12pt"),
    "white by a parent": Parts(
        '<text:p text:style-name="T">SECRET</text:p>',
        _style("paragraph", "", parent="Outer"),
        _style("paragraph", _WHITE, "Outer"),
    ),
    "hidden section": Parts('<text:section text:display="none"><text:p>SECRET</text:p></text:section>'),
    "condition of a section": Parts(
        '<text:section text:display="condition" text:is-hidden="true"><text:p>SECRET</text:p></text:section>'
    ),
    "hidden paragraph": Parts('<text:p><text:hidden-paragraph text:is-hidden="true"/>SECRET</text:p>'),
    "hidden text field": Parts(
        '<text:p><text:hidden-text text:is-hidden="true">SECRET</text:hidden-text></text:p>'
    ),
    "the colour of its paragraph": Parts(
        '<text:p text:style-name="T">SECRET</text:p>',
        _style(
            "paragraph",
            '<style:paragraph-properties fo:background-color="#336699"/>' + _said(fo_color="#336699"),
        ),
    ),
    "white in a footer": Parts(
        "",
        shared=_style("text", _WHITE)
        + "<style:master-page><style:footer><text:p>"
        '<text:span text:style-name="T">SECRET</text:span></text:p></style:footer></style:master-page>',
    ),
}  # fmt: skip
ODT_SEEN: Final = {
    "grey": _span(fo_color="#999999"),
    "five points": _span(fo_font_size="5pt"),
    "white, on a dark ground": _span(fo_color="#ffffff", fo_background_color="#102030"),
    "colour of the window": _span(style_use_window_font_color="true"),
    "open section": Parts('<text:section text:display="true"><text:p>SECRET</text:p></text:section>'),
}
ODS_HIDDEN: Final = {
    "white": _cell(_style("table-cell", _WHITE), 'table:style-name="T"'),
    "the colour of its cell": _cell(
        _style(
            "table-cell",
            '<style:table-cell-properties fo:background-color="#336699"/>' + _said(fo_color="#336699"),
        ),
        'table:style-name="T"',
    ),
    "white by its column": _column('table:default-cell-style-name="T"', _style("table-cell", _WHITE)),
    "hidden column": _column('table:visibility="collapse"'),
    "column of no width": _column(
        'table:style-name="T"',
        _style("table-column", '<style:table-column-properties style:column-width="0.01cm"/>'),
    ),
    "hidden row": _cell("", row='table:visibility="collapse"'),
    "row of no height": _cell(
        _style(
            "table-row",
            '<style:table-row-properties style:row-height="0.1pt" style:use-optimal-row-height="false"/>',
        ),
        row='table:style-name="T"',
    ),
    "hidden sheet": Parts(
        '</table:table><table:table table:name="Two" table:style-name="T"><table:table-row><table:table-cell>'
        "<text:p>SECRET</text:p></table:table-cell></table:table-row></table:table>"
        '<table:table table:name="Three">',
        _style("table", '<style:table-properties table:display="false"/>'),
        kind="spreadsheet",
    ),
    "format that shows nothing": _cell(
        _EMPTY_FORMAT + _style("table-cell", "", more='style:data-style-name="N"'), 'table:style-name="T"'
    ),
}
ODS_SEEN: Final = {
    "red": _cell(_style("table-cell", _said(fo_color="#ff0000")), 'table:style-name="T"'),
    "narrow column": _column(
        'table:style-name="T"',
        _style("table-column", '<style:table-column-properties style:column-width="0.5cm"/>'),
    ),
    "format of text": _cell(
        '<number:text-style style:name="N"><number:text-content/></number:text-style>'
        + _style("table-cell", "", more='style:data-style-name="N"'),
        'table:style-name="T"',
    ),
}
ODP_HIDDEN: Final = {
    "left of the slide": _shape('svg:x="-20cm" svg:y="5cm"'),
    "below the slide": _shape('svg:x="1cm" svg:y="50cm"'),
    "white": _shape(_MIDDLE, _style("text", _WHITE)),
    "the colour of its shape": _shape(
        _MIDDLE,
        _style("text", _said(fo_color="#336699"))
        + _style("graphic", '<style:graphic-properties draw:fill="solid" draw:fill-color="#336699"/>', "G"),
        'draw:style-name="G"',
    ),
    "layer that is off": _shape(
        _MIDDLE,
        more='draw:layer="secret"',
        shared=_PAGE
        + '<draw:layer-set><draw:layer draw:name="secret" draw:display="none"/></draw:layer-set>',
    ),
    "hidden slide": Parts(
        '</draw:page><draw:page draw:style-name="T"><draw:frame><draw:text-box><text:p>SECRET</text:p>'
        "</draw:text-box></draw:frame></draw:page><draw:page>",
        _style("drawing-page", '<style:drawing-page-properties presentation:visibility="hidden"/>'),
        _PAGE,
        "presentation",
    ),
}
ODP_SEEN: Final = {
    "plain": _shape(_MIDDLE),
    "partly off the slide": _shape('svg:x="-1cm" svg:y="5cm"'),
    "white on a dark shape": _shape(
        _MIDDLE,
        _style("text", _WHITE)
        + _style("graphic", '<style:graphic-properties draw:fill="solid" draw:fill-color="#102030"/>', "G"),
        'draw:style-name="G"',
    ),
    "white on a dark master": _shape(
        _MIDDLE,
        _style("text", _WHITE),
        shared=_PAGE
        + _style(
            "drawing-page",
            '<style:drawing-page-properties draw:fill="solid" draw:fill-color="#000000"/>',
            "M",
        )
        + '<style:master-page draw:style-name="M"/>',
    ),
}
_CHAPTER: Final = "<html><head>HEAD</head><body><p>SHOWN</p>BODY<p>LAST</p></body></html>"
_LINK: Final = '<link rel="stylesheet" href="../css/look.css"/>'
_NOTE: Final = '<p class="note">SECRET</p>'
EPUB_HIDDEN: Final = {
    "linked sheet": (_LINK, _NOTE, {"css/look.css": ".note{display:none}"}),
    "sheet of a sheet": (
        _LINK,
        _NOTE,
        {"css/look.css": "@import 'more/deep.css';", "css/more/deep.css": ".note{font-size:0}"},
    ),
    "white by a linked sheet": (_LINK, _NOTE, {"css/look.css": "p{color:#000}.note{color:white}"}),
    "sheet named before the chapter": (
        '<?xml-stylesheet type="text/css" href="../css/look.css"?>',
        _NOTE,
        {"css/look.css": ".note{visibility:hidden}"},
    ),
    "sheet in the chapter": ("<style>.note{opacity:0}</style>", _NOTE, {}),
}
EPUB_SEEN: Final = {
    "plain sheet": (_LINK, _NOTE, {"css/look.css": ".note{color:#333;display:block}"}),
    "sheet for paper": (
        _LINK.replace("/>", ' media="print"/>'),
        _NOTE,
        {"css/look.css": ".note{display:none}"},
    ),
    "sheet that is not there": (_LINK, _NOTE, {}),
}
Book = tuple[str, str, dict[str, str]]


def opendocument(trick: Parts, shown: str, secret: str, last: str) -> bytes:
    """A text, sheet or presentation that shows two sentences, with a third put in by a trick."""
    inner = {"text": _TEXT, "spreadsheet": _SHEET, "presentation": _SLIDE}[trick.kind]
    body = inner.replace("BODY", trick.body).replace("COLUMNS", trick.columns)
    content = (
        f"<office:document-content {_SPACES}><office:automatic-styles>{trick.own}</office:automatic-styles>"
        f"<office:body><office:{trick.kind}>{body}</office:{trick.kind}></office:body></office:document-content>"
    )
    styles = (
        f"<office:document-styles {_SPACES}><office:styles>{trick.shared}</office:styles>"
        "</office:document-styles>"
    )
    kind = f"application/vnd.oasis.opendocument.{trick.kind}"
    return _zipped({"mimetype": kind, "content.xml": content, "styles.xml": styles}, shown, secret, last)


def book(trick: Book, shown: str, secret: str, last: str) -> bytes:
    """A book of one chapter that shows two sentences, with a third put in by a trick."""
    head, body, sheets = trick
    before = head if head.startswith("<?") else ""
    chapter = before + _CHAPTER.replace("HEAD", "" if before else head).replace("BODY", body)
    parts = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
        '<rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>',
        "OPS/book.opf": '<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="a" '
        'href="text/one.xhtml" media-type="application/xhtml+xml"/></manifest>'
        '<spine><itemref idref="a"/></spine></package>',
        "OPS/text/one.xhtml": f'<?xml version="1.0"?>{chapter}',
        **{f"OPS/{name}": text for name, text in sheets.items()},
    }
    return _zipped(parts, shown, secret, last)


def _zipped(parts: dict[str, str], shown: str, secret: str, last: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, text in parts.items():
            filled = text.replace("SHOWN", shown).replace("SECRET", secret).replace("LAST", last)
            archive.writestr(name, filled)
    return made.getvalue()
