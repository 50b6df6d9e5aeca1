"""EPUB and OpenDocument: packages of XML."""

from __future__ import annotations

import pytest

from rag.errors import DocumentError, EmptyDocumentError, EncryptedDocumentError
from tests.fakes import zipped

_NAMES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in (
        ("office", "office"),
        ("text", "text"),
        ("table", "table"),
        ("draw", "drawing"),
        ("form", "form"),
        ("presentation", "presentation"),
    )
)
_CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OPS/book.opf"/></rootfiles></container>'
)
_BOOK = """<package xmlns="http://www.idpf.org/2007/opf" xmlns:dc="http://purl.org/dc/elements/1.1/"><metadata>
<dc:title>The Salt Road</dc:title><dc:creator>Ines Farrow</dc:creator>
<dc:language>en-GB</dc:language></metadata>
<manifest><item id="b" href="two.xhtml" media-type="application/xhtml+xml"/>
<item id="a" href="one%20.xhtml" media-type="application/xhtml+xml"/>
<item id="c" href="gone.xhtml" media-type="application/xhtml+xml"/>
<item id="n" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/></manifest>
<spine><itemref idref="a"/><itemref idref="c"/><itemref idref="b"/></spine></package>"""


def book(**more: str) -> bytes:
    return zipped(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": _CONTAINER,
            "OPS/book.opf": _BOOK,
            "OPS/one .xhtml": '<?xml version="1.0"?><html><h1>Chapter One</h1><p>Dawn — in Hull.</p></html>',
            "OPS/two.xhtml": "<html><body><h1>Chapter Two</h1><p>Rain fell.</p></body></html>",
            "OPS/nav.xhtml": '<html><a href="one%20.xhtml">Dawn</a><a href="two.xhtml#x">Rain</a></html>',
        }
        | more
    )


def opendocument(kind: str, body: str) -> bytes:
    content = f"<office:document-content {_NAMES}><office:body>{body}</office:body></office:document-content>"
    return zipped({"mimetype": f"application/vnd.oasis.opendocument.{kind}", "content.xml": content})


def cell(text: str, more: str = "") -> str:
    return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"


def row(*cells: str, more: str = "") -> str:
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def test_chapters_are_pages_in_the_order_of_the_spine(load, blocks) -> None:
    document = load(book(), "novel.epub")
    assert blocks(document)[:4] == [
        ("heading1", "Chapter One"),
        ("paragraph", "Dawn — in Hull."),
        ("heading1", "Chapter Two"),
        ("paragraph", "Rain fell."),
    ]
    assert blocks(document)[4] == ("heading1", "Document properties")
    assert "was written by" in document.text[document.blocks[5].start :]
    assert [page.label for page in document.pages] == ["Dawn", "Rain"]
    assert (document.title, document.metadata["author"], document.language) == (
        "The Salt Road",
        "Ines Farrow",
        "en",
    )
    assert document.warnings == ("chapters that the book lists but does not hold: OPS/gone.xhtml",)


def test_copy_protection_is_told_and_obfuscated_fonts_are_none(load) -> None:
    protected = '<encryption><CipherReference URI="OPS/{}"/></encryption>'
    with pytest.raises(EncryptedDocumentError, match="DRM"):
        load(book(**{"META-INF/encryption.xml": protected.format("one.xhtml")}), "a.epub")
    assert load(book(**{"META-INF/encryption.xml": protected.format("face.otf")}), "a.epub").text


def test_an_entity_of_a_part_is_not_expanded(load) -> None:
    bomb = "<!DOCTYPE x [<!ENTITY a 'boom'><!ENTITY f SYSTEM 'file:///etc/passwd'>]>"
    document = load(book(**{"OPS/book.opf": bomb + _BOOK.replace("Salt", "&a;&f;")}), "a.epub")
    assert "root:" not in document.title


def test_a_text_with_lists_notes_and_a_table(load, blocks) -> None:
    body = (
        '<office:text><text:h text:outline-level="2">Part</text:h>'
        '<text:p>One<text:s text:c="2"/>two<text:note><text:note-body>'
        "<text:p>A note.</text:p></text:note-body></text:note> three.</text:p>"
        "<text:list><text:list-item><text:p>point</text:p></text:list-item></text:list>"
        "<text:tracked-changes><text:p>deleted</text:p></text:tracked-changes>"
        f"<table:table>{row(cell('Year'), cell('Sum'))}{row(cell('2021'), cell('5'))}</table:table>"
        "</office:text>"
    )
    assert blocks(load(opendocument("text", body), "a.odt")) == [
        ("heading2", "Part"),
        ("paragraph", "One two three."),
        ("paragraph", "A note."),
        ("list_item", "point"),
        ("table_row", "Year\tSum"),
        ("table_row", "2021\t5"),
    ]


def test_a_spreadsheet_with_repeated_cells_and_a_million_empty_rows(load) -> None:
    padding = row(
        '<table:table-cell table:number-columns-repeated="16384"/>',
        more='table:number-rows-repeated="1048000"',
    )
    names = row(cell("Item"), cell("x", 'table:number-columns-repeated="2"'))
    body = (
        f'<office:spreadsheet><table:table table:name="Prices">{names}'
        f"{row(cell('Nail'), cell('1'), cell('2'))}{padding}</table:table></office:spreadsheet>"
    )
    document = load(opendocument("spreadsheet", body), "a.ods")
    assert document.text == "Prices\n\nItem\tx\tx\nNail\t1\t2"
    assert document.pages[0].label == "Prices"


def test_slides_are_pages(load, blocks) -> None:
    def slide(title: str, text: str) -> str:
        def frame(of: str, inner: str) -> str:
            return f"<draw:frame {of}><draw:text-box><text:p>{inner}</text:p></draw:text-box></draw:frame>"

        title_frame = frame('presentation:class="title"', title)
        return f"<draw:page>{title_frame}{frame('', text)}</draw:page>"

    body = f"<office:presentation>{slide('One', 'Words')}{slide('Two', 'More')}</office:presentation>"
    document = load(opendocument("presentation", body), "a.odp")
    assert len(document.pages) == 2
    assert blocks(document)[:2] == [("heading1", "One"), ("paragraph", "Words")]


def test_encrypted_damaged_and_empty_packages_are_clear_errors(load) -> None:
    with pytest.raises(EmptyDocumentError):
        load(opendocument("text", "<office:text/>"), "a.odt")
    parts = {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}
    with pytest.raises(EncryptedDocumentError):
        load(zipped(parts | {"META-INF/manifest.xml": "<encryption-data/>"}), "a.odt")
    with pytest.raises(DocumentError, match=r"content\.xml is missing"):
        load(zipped({"mimetype": parts["mimetype"]}), "a.odt")
    with pytest.raises(DocumentError):
        load(book(**{"META-INF/container.xml": "<container/>"}), "a.epub")


def styled(styles: str, body: str, **parts: str) -> bytes:
    names = _NAMES + "".join(
        f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"'
        for prefix in ("style", "form")
    )
    names += ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    content = (
        f"<office:document-content {names}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    return zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content} | parts)


def test_raised_text_and_equations_of_a_text(load, blocks) -> None:
    styles = (
        '<style:style style:name="T1"><style:text-properties style:text-position="super 58%"/></style:style>'
    )
    body = (
        '<text:p>3 × 10<text:span text:style-name="T1">6</text:span> spores</text:p>'
        '<text:p>A rate of <draw:frame><draw:object xlink:href="./Object 1"/></draw:frame> is used.</text:p>'
    )
    equation = (
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>x</mi><mo>=</mo>'
        "<mfrac><mn>1</mn><mn>2</mn></mfrac></math>"
    )
    document = load(styled(styles, body, **{"Object 1/content.xml": equation}), "a.odt")
    assert blocks(document) == [
        ("paragraph", "3 × 10⁶ spores"),
        ("paragraph", "A rate of x = 1/2 is used."),
    ]


def test_notes_comments_and_boxes_of_a_text(load, blocks) -> None:
    body = (
        '<office:forms><form:form><form:checkbox form:id="c1" form:label="Smoker" '
        'form:current-state="checked"/><form:checkbox form:id="c2" form:label="Driver"/></form:form>'
        "</office:forms>"
        "<text:p>The warden<text:note><text:note-citation>1</text:note-citation><text:note-body>"
        "<text:p>Elin Storm.</text:p></text:note-body></text:note> knows."
        "<office:annotation><dc:creator>Kim</dc:creator><text:p>Since when?</text:p></office:annotation>"
        "</text:p>"
        '<text:p><draw:control draw:control="c1"/></text:p>'
        '<text:p><draw:control draw:control="c2"/></text:p>'
    )
    assert [text for _, text in blocks(load(styled("", body), "a.odt"))] == [
        "The warden ¹ knows.",
        "¹ The warden: Elin Storm.",
        "Comment by Kim: Since when?",
        "☒ Smoker: yes",
        "☐ Driver: no",
    ]


def test_numbers_of_lists_and_headings_of_a_text(load, blocks) -> None:
    styles = (
        '<text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1" '
        'style:num-suffix="."/><text:list-level-style-number text:level="2" style:num-format="1" '
        'text:display-levels="2"/></text:list-style>'
        '<text:outline-style><text:outline-level-style text:level="1" style:num-format="I"/>'
        "</text:outline-style>"
    )
    body = (
        '<text:h text:outline-level="1">Scope</text:h><text:list text:style-name="L1">'
        "<text:list-item><text:p>one</text:p><text:list><text:list-item><text:p>inner</text:p></text:list-item>"
        "</text:list></text:list-item><text:list-item><text:p>two</text:p></text:list-item></text:list>"
        '<text:h text:outline-level="1">Term</text:h>'
    )
    assert [text for _, text in blocks(load(styled(styles, body), "a.odt"))] == [
        "I Scope",
        "1. one",
        "1.1 inner",
        "2. two",
        "II Term",
    ]


def test_controls_on_a_sheet_say_what_is_chosen(load) -> None:
    form = (
        '<office:forms><form:form><form:checkbox form:id="a" form:label="Permit" '
        'form:current-state="checked"/>'
        '<form:checkbox form:id="b" form:label="Own car" form:state="unchecked"/><form:listbox form:id="c">'
        '<form:option form:label="petrol"/><form:option form:label="diesel" form:current-selected="true"/>'
        "</form:listbox></form:form></office:forms>"
    )
    fuel = '<table:table-cell><draw:control draw:control="c"/></table:table-cell>'
    body = (
        f'<table:table table:name="Form">{form}<table:shapes><draw:control draw:control="b"/></table:shapes>'
        '<table:table-row><table:table-cell><draw:control draw:control="a"/></table:table-cell>'
        "</table:table-row>"
        f"<table:table-row>{cell('Fuel')}{fuel}</table:table-row></table:table>"
    )
    text = load(
        opendocument("spreadsheet", f"<office:spreadsheet>{body}</office:spreadsheet>"), "form.ods"
    ).text
    assert text.split("\n\n")[1:] == ["☒ Permit: yes", "Fuel\tdiesel", "☐ Own car: no"]


def test_comments_of_a_sheet_are_told_with_their_places(load) -> None:
    noted = (
        "<table:table-cell><office:annotation><text:p>recount</text:p></office:annotation>"
        "<text:p>40</text:p></table:table-cell>"
    )
    body = f'<table:table table:name="Stock">{row(cell("Ware"), cell("Count"))}{row(cell("Bolt"), noted)}'
    text = load(
        opendocument("spreadsheet", f"<office:spreadsheet>{body}</table:table></office:spreadsheet>"), "a.ods"
    ).text
    assert text.endswith("Comment on B2 (Bolt, 40): recount")


def test_the_mark_of_a_note_in_a_book_stands_apart(load) -> None:
    page = (
        '<html xmlns:epub="http://www.idpf.org/2007/ops"><body><p>The wall is 12 m'
        '<a epub:type="noteref" href="#n">3</a> high.</p></body></html>'
    )
    assert "12 m ³ high" in load(book(**{"OPS/two.xhtml": page}), "a.epub").text


def test_sheets_that_many_chapters_share_are_read_for_each_of_them(load) -> None:
    """Twelve sheets in turn for 120 chapters: more than are counted for a page, and all of them hold."""
    package = "".join(
        f'<item id="{n}" href="{n}.xhtml" media-type="application/xhtml+xml"/>' for n in range(120)
    )
    spine = "".join(f'<itemref idref="{n}"/>' for n in range(120))
    chapters = {
        f"OPS/{n}.xhtml": f'<html><head><link rel="stylesheet" href="{n % 12}.css"/></head>'
        f'<body><p>Tide {n}.</p><p class="a">Secret.</p></body></html>'
        for n in range(120)
    }
    sheets = {f"OPS/{n}.css": f"/*{'x' * 200_000}*/.a{{display:none}}.b{n}{{color:red}}" for n in range(12)}
    document = load(
        book(
            **chapters,
            **sheets,
            **{
                "OPS/book.opf": '<package xmlns="http://www.idpf.org/2007/opf"><manifest>'
                f"{package}</manifest><spine>{spine}</spine></package>"
            },
        ),
        "a.epub",
    )
    assert "Tide 119." in document.text
    assert "Secret" not in document.text
    assert not any("style sheets" in warning for warning in document.warnings)
