from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from rag.errors import DocumentError, EmptyDocumentError

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
