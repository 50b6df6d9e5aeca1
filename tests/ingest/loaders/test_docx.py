from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from rag.errors import DocumentError, EmptyDocumentError
from tests.fakes import row_statements

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


@pytest.fixture
def word() -> Callable[[Callable[[Any], None]], bytes]:
    def made(write: Callable[[Any], None]) -> bytes:
        import docx

        document = docx.Document()
        write(document)
        buffer = io.BytesIO()
        document.save(buffer)
        return buffer.getvalue()

    return made


def add_xml(document: Any, xml: str) -> None:
    from docx.oxml import parse_xml

    document.element.body.insert_element_before(
        parse_xml(xml.replace("<w:p>", f'<w:p xmlns:w="{W}">', 1)), "w:sectPr"
    )


def test_structure_in_the_order_of_the_text(load, blocks, word) -> None:
    def write(document: Any) -> None:
        document.add_heading("The title", 0)
        document.add_heading("Part", 2)
        document.add_paragraph("Words with a\ttab and a\nbreak.")
        document.add_paragraph("point", style="List Bullet")
        table = document.add_table(2, 3)
        for i, text in enumerate(["Year", "", "Sales", "2021", "$", "5"]):
            table.cell(i // 3, i % 3).text = text
        document.add_paragraph("After.")

    document = load(word(write), "a.docx")
    assert blocks(document) == [
        ("heading1", "The title"),
        ("heading2", "Part"),
        ("paragraph", "Words with a tab and a\nbreak."),
        ("list_item", "point"),
        ("table_row", "Year\t\tSales"),
        ("table_row", "2021\t$5"),
        ("paragraph", "After."),
    ]
    assert len(document.pages) == 1


def test_metadata(load, word) -> None:
    def write(document: Any) -> None:
        document.add_paragraph("Words.")
        document.core_properties.title = "A title"
        document.core_properties.author = "Ada"
        document.core_properties.modified = datetime(2024, 5, 1, 12, tzinfo=UTC)

    document = load(word(write), "a.docx")
    assert document.title == "A title"
    assert document.metadata == {"author": "Ada", "date": "2024-05-01T12:00:00+00:00"}


def test_inserted_text_is_read_and_deleted_text_is_not(load, word) -> None:
    def write(document: Any) -> None:
        add_xml(
            document,
            "<w:p><w:pPr><w:tabs><w:tab w:val='left' w:pos='1'/></w:tabs></w:pPr><w:r><w:t>kept </w:t></w:r>"
            "<w:ins w:id='1'><w:r><w:t>added</w:t></w:r></w:ins>"
            "<w:del w:id='2'><w:r><w:delText>gone</w:delText></w:r></w:del>"
            "<w:sdt><w:sdtContent><w:r><w:t> chosen</w:t></w:r></w:sdtContent></w:sdt>"
            "<w:r><w:instrText>PAGE</w:instrText></w:r></w:p>",
        )

    assert load(word(write), "a.docx").text == "kept added chosen"


def test_an_empty_document_is_refused(load, word) -> None:
    with pytest.raises(EmptyDocumentError):
        load(word(lambda document: None), "a.docx")


def test_a_broken_archive_is_a_clear_error(load, word) -> None:
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<broken")
        archive.writestr("[Content_Types].xml", "<also broken")
    with pytest.raises(DocumentError, match="broken DOCX"):
        load(buffer.getvalue(), "a.docx")


def test_struck_out_text_is_marked_and_hidden_text_is_not_read(load, word) -> None:
    def write(document: Any) -> None:
        paragraph = document.add_paragraph("Order ")
        for text in ("te", "n"):
            paragraph.add_run(text).font.strike = True
        paragraph.add_run(" eleven")
        paragraph.add_run(" filters").font.strike = False
        paragraph.add_run(" by the secret way").font.hidden = True

    assert load(word(write), "a.docx").text == "Order ~~ten~~ eleven filters"


def test_what_is_no_archive_at_all_is_told_as_a_broken_document(load) -> None:
    with pytest.raises(DocumentError, match="broken DOCX"):
        load(b"PK\x03\x04garbage", "a.docx")


def numbered(document: Any, levels: str) -> None:
    """Add a list 90 with the given levels to a document's numbering."""
    from docx.oxml import parse_xml

    part = document.part.numbering_part.element
    part.insert(0, parse_xml(f'<w:abstractNum xmlns:w="{W}" w:abstractNumId="90">{levels}</w:abstractNum>'))
    part.append(parse_xml(f'<w:num xmlns:w="{W}" w:numId="90"><w:abstractNumId w:val="90"/></w:num>'))


def level(number: int, form: str, text: str) -> str:
    return (
        f'<w:lvl w:ilvl="{number}"><w:start w:val="1"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
    )


def item(number: int, text: str) -> str:
    return (
        f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{number}"/><w:numId w:val="90"/></w:numPr></w:pPr>'
        f"<w:r><w:t>{text}</w:t></w:r></w:p>"
    )


def test_automatic_numbers_stand_in_the_text(load, blocks, word) -> None:
    def write(document: Any) -> None:
        levels = (level(0, "decimal", "%1."), level(1, "decimal", "%1.%2"), level(2, "lowerLetter", "(%3)"))
        numbered(document, "".join(levels))
        for depth, text in [(0, "Scope"), (1, "one"), (1, "two"), (2, "first"), (0, "Term"), (1, "three")]:
            add_xml(document, item(depth, text))

    assert [text for _, text in blocks(load(word(write), "a.docx"))] == [
        "1. Scope",
        "1.1 one",
        "1.2 two",
        "(a) first",
        "2. Term",
        "2.1 three",
    ]


def test_equations_stand_in_their_sentences(load, blocks, word) -> None:
    maths = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'

    def write(document: Any) -> None:
        add_xml(
            document,
            f"<w:p><w:r><w:t xml:space='preserve'>The load is </w:t></w:r><m:oMath {maths}><m:r>"
            "<m:t>F=12.5 kN</m:t></m:r></m:oMath><w:r><w:t xml:space='preserve'> here.</w:t></w:r></w:p>",
        )
        document.add_paragraph("It is calculated by:")
        add_xml(
            document,
            f"<w:p><m:oMathPara {maths}><m:oMath><m:r><m:t>x=2</m:t></m:r></m:oMath></m:oMathPara></w:p>",
        )

    assert blocks(load(word(write), "a.docx")) == [
        ("paragraph", "The load is F = 12.5 kN here."),
        ("paragraph", "It is calculated by: x = 2"),
    ]


def test_raised_and_lowered_text(load, blocks, word) -> None:
    def write(document: Any) -> None:
        paragraph = document.add_paragraph("3 × 10")
        paragraph.add_run("6").font.superscript = True
        paragraph.add_run(" of H")
        paragraph.add_run("2").font.subscript = True
        paragraph.add_run("O")

    assert blocks(load(word(write), "a.docx")) == [("paragraph", "3 × 10⁶ of H₂O")]


def test_boxes_and_choices_of_forms(load, blocks, word) -> None:
    controls = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'

    def write(document: Any) -> None:
        for state, label in (("1", "Smoker"), ("0", "Driver")):
            add_xml(
                document,
                f'<w:p><w:sdt><w:sdtPr><w14:checkbox {controls}><w14:checked w14:val="{state}"/>'
                "</w14:checkbox></w:sdtPr><w:sdtContent><w:r><w:t>?</w:t></w:r></w:sdtContent></w:sdt>"
                f"<w:r><w:t xml:space='preserve'> {label}</w:t></w:r></w:p>",
            )
        add_xml(
            document,
            "<w:p><w:r><w:t xml:space='preserve'>Town: </w:t></w:r><w:sdt>"
            "<w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:r><w:t>Choose an item.</w:t></w:r>"
            "</w:sdtContent></w:sdt></w:p>",
        )
        add_xml(
            document,
            "<w:p><w:r><w:fldChar w:fldCharType='begin'><w:ffData><w:checkBox><w:checked/></w:checkBox>"
            "</w:ffData></w:fldChar></w:r><w:r><w:t>Insured</w:t></w:r></w:p>",
        )
        add_xml(
            document,
            "<w:p><w:r><w:t xml:space='preserve'>Size: </w:t></w:r><w:r><w:fldChar w:fldCharType='begin'>"
            "<w:ffData><w:ddList><w:result w:val='1'/><w:listEntry w:val='S'/><w:listEntry w:val='L'/>"
            "</w:ddList></w:ffData></w:fldChar></w:r></w:p>",
        )

    assert [text for _, text in blocks(load(word(write), "a.docx"))] == [
        "☒ Smoker: yes",
        "☐ Driver: no",
        "Town:",
        "☒ Insured: yes",
        "Size: L",
    ]


def test_an_inner_table_is_a_table_of_its_own(load, word) -> None:
    def write(document: Any) -> None:
        table = document.add_table(2, 2)
        for i, text in enumerate(["Keys", "Handed over", "", "1 May"]):
            table.cell(i // 2, i % 2).text = text
        inner = table.cell(1, 0).add_table(3, 2)
        for i, text in enumerate(["K1", "front door", "K2", "mailbox", "K3", "cellar"]):
            inner.cell(i // 2, i % 2).text = text

    assert row_statements(load(word(write), "a.docx"))[-3:] == ["K1: front door", "K2: mailbox", "K3: cellar"]


def test_page_headers_and_comments(load, blocks, word) -> None:
    def write(document: Any) -> None:
        document.sections[0].header.paragraphs[0].text = "Reference MV-77"
        document.sections[0].footer.paragraphs[0].text = "Page 1 of 2"
        paragraph = document.add_paragraph("Pets are allowed.")
        document.add_comment(paragraph.runs, text="Ask about cats.", author="Kim")
        document.add_paragraph("The end.")

    assert blocks(load(word(write), "a.docx")) == [
        ("paragraph", "Reference MV-77"),
        ("paragraph", "Pets are allowed."),
        ("paragraph", "Comment by Kim: Ask about cats."),
        ("paragraph", "The end."),
    ]


def test_tracked_changes_are_told(load, word) -> None:
    def write(document: Any) -> None:
        add_xml(document, "<w:p><w:ins w:id='1'><w:r><w:t>added</w:t></w:r></w:ins></w:p>")

    assert load(word(write), "a.docx").warnings == (
        "tracked changes: read as if all were accepted, deleted text is left out",
    )


@pytest.mark.parametrize(
    ("author", "is_told"), [("Ingrid Solberg", True), ("python-docx", False), ("", False)]
)
def test_who_wrote_a_document_is_a_fact_of_it(load, blocks, word, author: str, is_told: bool) -> None:
    def write(document: Any) -> None:
        document.add_paragraph("The rope is worn.")
        document.core_properties.author = author
        document.core_properties.title = "Crane report"
        document.core_properties.modified = datetime(2024, 3, 5, tzinfo=UTC)

    told = [
        ("heading1", "Document properties"),
        (
            "paragraph",
            "This document, “Crane report”, was written by Ingrid Solberg. The file is dated 5 March 2024.",
        ),
    ]
    assert blocks(load(word(write), "a.docx"))[1:] == (told if is_told else [])
