from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.errors import DocumentError, EmptyDocumentError, EncryptedDocumentError
from tests.searching import examples

PROSE = (
    "The board met in March and agreed on a plan for the coming year, which the members had discussed at "
    "length before. It was decided that the budget should grow by a tenth, that two new posts were to be "
    "filled by the end of June, and that a report on progress would be given to all who had asked for one."
)


def wrapped(width: int = 60) -> list[str]:
    return textwrap.wrap(PROSE, width)


def test_wrapped_lines_are_one_paragraph(pdf, load_pdf, lines, blocks) -> None:
    document = load_pdf(pdf(lines(*wrapped())))
    assert blocks(document) == [("paragraph", PROSE)]
    assert document.text == PROSE


def test_an_indent_and_a_short_line_end_paragraphs(pdf, load_pdf, blocks) -> None:
    first, second, third = (
        f"{name} {PROSE[:250]} in short." for name in ("First:", "Second:", "Third, and last:")
    )

    def draw(canvas: Any) -> None:
        y = 700.0
        for paragraph, indent in ((first, 0), (second, 18), (third, 0)):
            for row, line in enumerate(textwrap.wrap(paragraph, 60)):
                canvas.setFont("Courier", 10)
                canvas.drawString(72 + (indent if row == 0 else 0), y, line)
                y -= 12

    assert [text for _, text in blocks(load_pdf(pdf(draw)))] == [first, second, third]


def test_a_gap_ends_a_paragraph(pdf, load_pdf, blocks) -> None:
    def draw(canvas: Any) -> None:
        canvas.setFont("Helvetica", 10)
        for top in (700, 640):
            for row, line in enumerate(wrapped()[:4]):
                canvas.drawString(72, top - 12 * row, line)

    assert [text for _, text in blocks(load_pdf(pdf(draw)))] == [" ".join(wrapped()[:4])] * 2


def test_columns_are_read_one_after_the_other(pdf, load_pdf) -> None:
    left = textwrap.wrap("Left column. " + PROSE, 40)
    right = textwrap.wrap("Right column. " + PROSE.replace("board", "council"), 40)

    def by_column(canvas: Any) -> None:
        for x, column in ((72, left), (330, right)):
            for row, line in enumerate(column):
                canvas.setFont("Helvetica", 10)
                canvas.drawString(x, 700 - 12 * row, line)

    def by_row(canvas: Any) -> None:
        for row in range(max(len(left), len(right))):
            for x, column in ((72, left), (330, right)):
                if row < len(column):
                    canvas.setFont("Helvetica", 10)
                    canvas.drawString(x, 700 - 12 * row, column[row])

    expected = f"{' '.join(left)}\n\n{' '.join(right)}"
    assert load_pdf(pdf(by_column)).text == expected
    assert load_pdf(pdf(by_row, name="rows.pdf")).text == expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("a great deal of informa-", "tion was found", "a great deal of information was found"),
        ("the results of the Anglo-", "Saxon kings", "the results of the Anglo-Saxon kings"),
        (
            "known as well-being; the well-",
            "being of all people",
            "known as well-being; the well-being of all people",
        ),
        ("values of about 10-", "20 per cent of it", "values of about 10-20 per cent of it"),
    ],
)
def test_hyphens_at_the_end_of_lines(pdf, load_pdf, lines, first: str, second: str, expected: str) -> None:
    assert load_pdf(pdf(lines(first, second))).text == expected


def test_the_words_of_the_document_decide_about_hyphens(pdf, load_pdf, lines) -> None:
    page = lines(
        "They are long lasting and strong and they",
        "spoke of long and of lasting and of long-",
        "lasting peace.",
    )
    assert load_pdf(pdf(page)).text.endswith("long-lasting peace.")


def test_chinese_lines_join_without_spaces(pdf, load_pdf, blocks) -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    rows = [
        "人工智能正在改变世界，许多公司都在研究新的方法，以便更好地",
        "回答问题。根据2023年年度报告，公司实现营业收入的增长，同比",
        "增长12.3%，检索增强生成方法能够提高回答的准确性。",
    ]

    def draw(canvas: Any) -> None:
        canvas.setFont("STSong-Light", 11)
        for row, line in enumerate(rows):
            canvas.drawString(72, 700 - 16 * row, line)

    document = load_pdf(pdf(draw))
    assert blocks(document) == [("paragraph", "".join(rows))]
    assert document.language == "zh"


def test_headings_by_size_and_weight(pdf, load_pdf, blocks) -> None:
    def draw(canvas: Any) -> None:
        y = 720.0
        for text, font, size in [
            ("The Whole Report", "Helvetica", 20),
            ("1 Findings", "Helvetica-Bold", 14),
            (None, "Helvetica", 10),
            ("A minor point", "Helvetica-Bold", 10),
            (None, "Helvetica", 10),
            ("2 Outlook", "Helvetica-Bold", 14),
            (None, "Helvetica", 10),
        ]:
            canvas.setFont(font, size)
            for line in [text] if text else wrapped():
                canvas.drawString(72, y, line)
                y -= 1.2 * size
            y -= 8

    document = load_pdf(pdf(draw))
    assert [entry for entry in blocks(document) if entry[0].startswith("heading")] == [
        ("heading1", "The Whole Report"),
        ("heading2", "1 Findings"),
        ("heading3", "A minor point"),
        ("heading2", "2 Outlook"),
    ]
    assert document.title == "The Whole Report"


def test_the_outline_names_headings_and_levels(pdf, load_pdf, lines, blocks) -> None:
    def draw(canvas: Any) -> None:
        canvas.bookmarkPage("a")
        canvas.addOutlineEntry("Part One", "a", 0)
        canvas.bookmarkPage("b")
        canvas.addOutlineEntry("A chapter", "b", 1)
        lines("Part  One")(canvas)
        lines("A CHAPTER", y=670)(canvas)
        lines(*wrapped(), y=640)(canvas)

    assert blocks(load_pdf(pdf(draw)))[:2] == [("heading1", "Part One"), ("heading2", "A CHAPTER")]


def test_headers_footers_and_page_numbers(pdf, load_pdf, lines, blocks) -> None:
    def page(number: int) -> Callable[[Any], None]:
        def draw(canvas: Any) -> None:
            lines(f"Chapter {number}: a heading that differs", y=690, size=14)(canvas)
            lines(*wrapped(), y=650)(canvas)
            lines("Annual Report of the Company", y=760, size=8)(canvas)
            lines(f"Page {number + 4} of 20", x=280, y=30, size=8)(canvas)

        return draw

    document = load_pdf(pdf(*[page(n) for n in range(1, 6)]))
    third = [
        entry
        for block, entry in zip(document.blocks, blocks(document), strict=True)
        if document.pages[2].start <= block.start < document.pages[2].end
    ]
    assert third == [
        ("header", "Annual Report of the Company"),
        ("heading1", "Chapter 3: a heading that differs"),
        ("paragraph", PROSE),
        ("footer", "Page 7 of 20"),
    ]


def test_rows_of_a_table(pdf, load_pdf, blocks) -> None:
    rows = [
        ("(In millions)", "", "2022", "", "2021"),
        ("Revenue:", "", "", "", ""),
        ("Subscription", "$", "16,388", "$", "14,573"),
        ("Cost of licences and", "", "", "", ""),
        ("other services", "", "(1,646", "", "(1,374"),
        ("Growth", "", "12", "", "9"),
    ]

    def draw(canvas: Any) -> None:
        canvas.setFont("Helvetica", 10)
        for row, cells in enumerate(rows):
            for x, cell in zip((72, 280, 330, 380, 430), cells, strict=True):
                canvas.drawRightString(x, 700 - 12 * row, cell) if x > 300 else canvas.drawString(
                    x, 700 - 12 * row, cell
                )
            if cells[0] == "other services":
                canvas.drawString(331, 700 - 12 * row, ")")
                canvas.drawString(431, 700 - 12 * row, ")")

    document = load_pdf(pdf(draw))
    assert blocks(document) == [
        ("table_row", "(In millions)\t2022\t2021"),
        ("table_row", "Revenue:"),
        ("table_row", "Subscription\t$16,388\t$14,573"),
        ("table_row", "Cost of licences and other services\t(1,646)\t(1,374)"),
        ("table_row", "Growth\t12\t9"),
    ]
    assert document.text == "\n".join(text for _, text in blocks(document))


def test_dot_leaders_and_bullets(pdf, load_pdf, lines, blocks) -> None:
    page = lines(
        "Introduction ............ 3",
        "Results . . . . . . . . . . 12",
        "",
        "• a point that is made",
        "• another one",
    )
    assert blocks(load_pdf(pdf(page))) == [
        ("table_row", "Introduction\t3"),
        ("table_row", "Results\t12"),
        ("list_item", "• a point that is made"),
        ("list_item", "• another one"),
    ]


def test_a_sideways_page_reads_like_an_upright_one(pdf, load_pdf, lines, blocks) -> None:
    def sideways(canvas: Any) -> None:
        canvas.rotate(90)
        canvas.translate(0, -792)
        lines(*wrapped(), y=700)(canvas)
        lines("Year           2021        2022", y=500)(canvas)

    assert blocks(load_pdf(pdf(sideways))) == [("paragraph", PROSE), ("table_row", "Year\t2021\t2022")]


def test_form_fields_stand_behind_their_labels(pdf, load_pdf) -> None:
    def draw(canvas: Any) -> None:
        canvas.setFont("Helvetica", 10)
        canvas.drawString(72, 700, "First name")
        canvas.drawString(72, 670, "Some closing words stand here.")
        canvas.acroForm.textfield(value="Ada", x=130, y=695, width=100, height=16, fontSize=10)

    assert load_pdf(pdf(draw)).text == "First name\tAda\n\nSome closing words stand here."


def test_metadata(pdf, load_pdf, lines) -> None:
    def prepare(canvas: Any) -> None:
        canvas.setTitle("A title that says it")
        canvas.setAuthor("Ada")
        canvas.setSubject("Yearly figures")

    document = load_pdf(pdf(lines("Words."), prepare=prepare))
    assert document.title == "A title that says it: Yearly figures"
    assert document.metadata["author"] == "Ada"
    assert document.metadata["date"].startswith("2000-01-01")  # reportlab's invariant date


@pytest.mark.parametrize("title", ["untitled", "Microsoft Word - draft7.docx", "report.indd", "Slide 1"])
def test_titles_by_programs_are_no_titles(pdf, load_pdf, lines, title: str) -> None:
    path = pdf(lines(*wrapped()), name="sales_2021.pdf", prepare=lambda canvas: canvas.setTitle(title))
    assert load_pdf(path).title == "sales 2021"


def test_pages_without_text_are_named(pdf, load_pdf, lines) -> None:
    def picture(canvas: Any) -> None:
        canvas.rect(100, 100, 300, 300, fill=1)

    document = load_pdf(pdf(lines("First."), picture, picture, lines("Fourth."), picture))
    assert document.warnings == ("pages 2-3, 5: no text, OCR found none",)
    assert [bool(page.warnings) for page in document.pages] == [False, True, True, False, True]


def test_a_file_without_any_text_is_refused_and_says_what_was_tried(pdf, load_pdf) -> None:
    with pytest.raises(EmptyDocumentError, match=r"any of its 2 pages: pages 1-2: no text, OCR found none"):
        load_pdf(pdf(*[lambda canvas: canvas.rect(9, 9, 90, 90, fill=1)] * 2))


def test_attachments_are_named(pdf, load_pdf, lines) -> None:
    from pypdf import PdfReader, PdfWriter

    path = pdf(lines("Words."))
    writer = PdfWriter(clone_from=PdfReader(path))
    writer.add_attachment("figures.csv", b"a,b")
    writer.write(path)
    document = load_pdf(path)
    assert document.metadata["attachments"] == "figures.csv"
    assert document.warnings == ("attachments are not read: figures.csv",)


@pytest.mark.parametrize("algorithm", ["RC4-128", "AES-256"])
def test_encrypted_files(pdf, load_pdf, lines, algorithm: str) -> None:
    from pypdf import PdfReader, PdfWriter

    for user_password, name in (("", "open.pdf"), ("secret", "closed.pdf")):
        path = pdf(lines("Words."), name=name)
        writer = PdfWriter(clone_from=PdfReader(path))
        writer.encrypt(user_password, "owner", algorithm=algorithm)
        writer.write(path)
        if user_password:
            with pytest.raises(EncryptedDocumentError, match="needs a password"):
                load_pdf(path)
        else:
            assert load_pdf(path).text == "Words."


def test_a_file_that_is_only_a_header_is_refused(tmp_path: Path, load_pdf) -> None:
    path = tmp_path / "broken.pdf"
    path.write_bytes(b"%PDF-1.7\n" + b"nonsense " * 50)
    with pytest.raises(DocumentError, match="broken PDF"):
        load_pdf(path)


def test_a_truncated_file_is_read_or_refused(pdf, load_pdf, lines) -> None:
    path = pdf(*[lines(*wrapped())] * 3)
    data = path.read_bytes()
    for share in (0.3, 0.6, 0.9, 0.99):
        path.write_bytes(data[: int(len(data) * share)])
        try:
            load_pdf(path)
        except DocumentError as error:
            assert "drawn.pdf" in str(error)  # noqa: PT017


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(25))
@given(
    st.lists(st.text("abcdefghijklmnop", min_size=1, max_size=12), min_size=1, max_size=120),
    st.integers(20, 90),
    st.sampled_from(["Helvetica", "Times-Roman", "Courier"]),
    st.sampled_from([0, 90, 180, 270]),
)
def test_the_words_come_back_in_order(
    pdf, load_pdf, lines, words: list[str], width: int, font: str, rotation: int
) -> None:
    page = lines(*textwrap.wrap(" ".join(words), width), font=font, size=8, leading=10)
    document = load_pdf(pdf(page, after=lambda made: made.rotate(rotation)))
    assert document.text.split() == words


def test_a_word_with_a_number_beside_a_title_is_a_heading(pdf, load_pdf, blocks) -> None:
    """A number, a wide gap and a title, set in bold, are no row of a table."""

    def page(canvas: Any) -> None:
        for y, number, title, text in (
            (700, "Item 3.", "Lost Property", "It is kept at the gate for a month."),
            (640, "Item 4A.", "Lifts", "None."),
        ):
            canvas.setFont("Helvetica-Bold", 10)
            canvas.drawString(72, y, number)
            canvas.drawString(126, y, title)
            canvas.setFont("Helvetica", 10)
            canvas.drawString(72, y - 20, text)
        for i in range(12):
            canvas.drawString(72, 560 - 12 * i, "The house opens at eight, and at nine from October on.")

    found = blocks(load_pdf(pdf(page)))
    assert ("heading1", "Item 3. Lost Property") in found
    assert ("heading1", "Item 4A. Lifts") in found


def test_a_raised_and_a_lowered_number_are_a_fraction(pdf, load_pdf) -> None:
    def page(canvas: Any) -> None:
        text = canvas.beginText(72, 700)
        for part, rise, size in [
            ("Fill to 1", 0, 12),
            ("1", 4, 8),
            ("/", 0, 12),
            ("2", -3, 8),
            (" bar.", 0, 12),
        ]:
            text.setFont("Helvetica", size)
            text.setRise(rise)
            text.textOut(part)
        canvas.drawText(text)

    assert load_pdf(pdf(page)).text == "Fill to 1 1/2 bar."
