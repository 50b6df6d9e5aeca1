"""The everyday documents that an office program would have written: texts, sheets, slides."""

from __future__ import annotations

from typing import Any

import docx
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from openpyxl import Workbook
from openpyxl.comments import Comment
from places import path
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

MATH = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


def write_rota() -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "Week 19"
    sheet.append(["Rota, week 19", None, None, None, None, None, None])
    sheet.append([None, "Ward A", None, None, "Ward B", None, None])
    sheet.append(["Day", "Early", "Late", "Night", "Early", "Late", "Night"])
    sheet.append(["Monday", "Ibekwe", "Thorsen", "Varga", "Castellanos", "Mbeki", "Lund"])
    sheet.append(["Tuesday", "Thorsen", "Varga", "Ibekwe", "Mbeki", "Lund", "Castellanos"])
    sheet.append(["Wednesday", "Varga", "Ibekwe", "Thorsen", "Lund", "Mbeki", "Castellanos"])
    sheet.append(["Thursday", "Ibekwe", "Varga", "Thorsen", "Castellanos", "Lund", "Mbeki"])
    sheet.append(["Friday", "Thorsen", "Ibekwe", "Varga", "Mbeki", "Castellanos", "Lund"])
    for cells in ("A1:G1", "B2:D2", "E2:G2"):
        sheet.merge_cells(cells)
    wards = book.create_sheet("Wards")
    wards.append(["Ward", "Beds", "Head nurse", "Phone"])
    wards.append(["A", 24, "Chidi Obi", 4410])
    wards.append(["B", 18, "Renske Adelaar", 4420])
    wards.append(["Day clinic", 11, "Marta Fonseca", 4470])
    book.save(path("ward-rota", "rota.xlsx"))


def write_memberships() -> None:
    adeyemi = [
        ("Surname", "Adeyemi", "First name", "Folasade"),
        ("Date of birth", "23 February 1991", "Membership no.", "BB-2270"),
        ("E-mail", "f.adeyemi@larkmail.example", "Telephone", "01632 960 112"),
        ("Instrument", "clarinet", "Own instrument", "no, hired from the band"),
        ("Emergency contact", "Babatunde Adeyemi (brother)", "Contact's telephone", "01632 960 418"),
        ("Payment", "cash at rehearsal", "Allergies", ""),
    ]
    kowal = [
        ("Surname", "Kowal", "First name", "Jerzy"),
        ("Date of birth", "8 October 1978", "Membership no.", "BB-2207"),
        ("E-mail", "jkowal@larkmail.example", "Telephone", "01632 960 077"),
        ("Instrument", "euphonium (plays cornet too)", "Own instrument", "yes"),
        ("Emergency contact", "Halina Kowal (wife)", "Contact's telephone", "01632 960 078"),
        ("Payment", "standing order, quarterly", "Allergies", "wasp stings"),
    ]
    for name, rows in (("adeyemi", adeyemi), ("kowal", kowal)):
        document = docx.Document()
        document.add_heading("Brackwater Brass Band – membership form", 1)
        document.add_paragraph("Please fill in with block letters and hand it to the secretary.")
        table = document.add_table(rows=0, cols=4, style="Table Grid")
        for row in rows:
            for cell, value in zip(table.add_row().cells, row, strict=True):
                cell.text = value
        document.add_paragraph(
            "I have read the rules of the band and will return music in the state I got it."
        )
        document.save(str(path("membership-forms", f"membership-{name}.docx")))


def write_grant_rules() -> None:
    document = docx.Document()
    document.add_heading("Rules of the Lantern Fund for village culture", 0)
    articles = {
        "Article 1 – Purpose": [
            "The fund pays for concerts, readings and theatre in places of under 3,000 people."
        ],
        "Article 2 – Jury": ["The jury has seven members. It meets in March and in October, and in private."],
        "Article 3 – Who may apply": [
            "Societies that have been registered for at least three years may apply. Private persons may not."
        ],
        "Article 4 – Costs": [
            "(1) The fund pays up to 40 per cent of the costs, and no more than 8,000 francs.",
            "(2) Overheads are limited to 12 per cent of what is granted.",
        ],
        "Article 5 – Accounts": [
            "(1) The work is finished within the calendar year.",
            "(2) Accounts with original receipts reach the office before 31 January.",
        ],
        "Article 6 – Repayment": [
            "What has not been used, or was used for something else, is repaid within 30 days."
        ],
        "Annex 1 – Application form": ["Two pages; the second is for the budget."],
        "Annex 2 – List of costs that are not paid": ["Alcohol, fireworks, travel by air, and gifts."],
    }
    for heading, paragraphs in articles.items():
        document.add_heading(heading, 2)
        for text in paragraphs:
            document.add_paragraph(text)
    document.save(str(path("grant-rules", "grant-rules.docx")))


def write_lease() -> None:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "Lease of the kiln shed – file no. KS/4402"
    document.sections[0].footer.paragraphs[0].text = "Draft of 3 June, for the committee only"
    document.add_heading("Lease of the kiln shed", 1)
    document.add_paragraph(
        "Between the Potters' Guild of Ashcombe and Ms Delphine Marchetti, from 1 August 2025."
    )
    rent = document.add_paragraph("The rent is ")
    rent._p.append(_tracked("del", "310"))
    rent._p.append(_tracked("ins", "345"))
    rent.add_run(" pounds a quarter, payable in advance.")
    kiln = document.add_paragraph("The electric kiln may be fired on four days a month.")
    document.add_comment(kiln.runs, text="Ask Rowena whether the fuse stands six days.", author="T. Hale")
    outer = document.add_table(rows=2, cols=2, style="Table Grid")
    outer.cell(0, 0).text, outer.cell(0, 1).text = "Handed over", "Keys"
    outer.cell(1, 0).text = "Shelves (11), stools (4), slab roller"
    inner = outer.cell(1, 1).add_table(rows=3, cols=2)
    for row, values in enumerate((("door", "Y-6"), ("kiln cage", "Y-8"), ("glaze cupboard", "Y-9"))):
        inner.cell(row, 0).text, inner.cell(row, 1).text = values
    document.add_paragraph("Either side may end the lease with two months' notice.")
    document.save(str(path("kiln-lease", "lease.docx")))


def _tracked(kind: str, text: str) -> Any:
    """A tracked insertion or deletion of one run."""
    change = OxmlElement(f"w:{kind}")
    for key, value in (("id", "7"), ("author", "T. Hale"), ("date", "2025-06-03T10:00:00Z")):
        change.set(qn(f"w:{key}"), value)
    run = OxmlElement("w:r")
    words = OxmlElement("w:delText" if kind == "del" else "w:t")
    words.text = text
    run.append(words)
    change.append(run)
    return change


def write_cellar() -> None:
    book = Workbook()
    sheet = book.active
    sheet.title = "Cellar"
    rows = [
        ["Wine", "Year", "Bottles", "Bought at (EUR)", "Sold at (EUR)"],
        ["Silvaner Hohlweg", 2021, 48, 4.1, 9.5],
        ["Gutedel Kirchhalde", 2022, 60, 3.7, 8.0],
        ["Spätburgunder R", 2019, 18, 8.9, 21.0],
        ["Muskateller", 2023, 6, 5.2, 11.5],
    ]
    for row in rows:
        sheet.append(row)
    sheet.column_dimensions["D"].hidden = True
    sheet.row_dimensions[5].hidden = True
    sheet["C4"].comment = Comment("Six of these are corked, do not sell.", "Hilde")
    book.save(path("wine-cellar", "cellar.xlsx"))


def write_equations() -> None:
    document = docx.Document()
    document.add_heading("Test bench notes: rowing ergometer", 1)
    document.add_paragraph("Measured in the cellar of the boat club on a cold evening, with two rowers.")
    _equation(
        document, "The drag factor of the flywheel came to ", _run("k = 1.18"), " (in the usual units)."
    )
    power = f"{_run('P = ')}{_fraction('W', 't')}"
    _equation(document, "The mean power is calculated as ", power, ", work over time.")
    _equation(document, "Rower one reached ", _run("P = 265 W"), " over six minutes.")
    _equation(document, "Rower two reached ", _run("P = 231 W"), " over the same time.")
    speed = f"{_run('v = ')}{_root(_fraction('2P', 'kρ'))}"
    _equation(document, "For the speed of a boat we use ", speed, " as a first guess.")
    _equation(
        document, "The moment of inertia is ", _run("0.104 kg·m") + _power("", "2"), ", from the maker."
    )
    document.save(str(path("ergometer", "notes.docx")))


def _equation(document: Any, before: str, inner: str, after: str) -> None:
    paragraph = document.add_paragraph(before)
    paragraph._p.append(parse_xml(f"<m:oMath {MATH} {nsdecls('w')}>{inner}</m:oMath>"))
    paragraph.add_run(after)


def _run(text: str) -> str:
    return f"<m:r><m:t>{text}</m:t></m:r>"


def _fraction(top: str, bottom: str) -> str:
    return f"<m:f><m:num>{_run(top)}</m:num><m:den>{_run(bottom)}</m:den></m:f>"


def _root(inner: str) -> str:
    return f'<m:rad><m:radPr><m:degHide m:val="1"/></m:radPr><m:deg/><m:e>{inner}</m:e></m:rad>'


def _power(base: str, exponent: str) -> str:
    return f"<m:sSup><m:e>{_run(base)}</m:e><m:sup>{_run(exponent)}</m:sup></m:sSup>"


def write_slides() -> None:
    deck = Presentation()
    title = deck.slides.add_slide(deck.slide_layouts[0])
    title.shapes.title.text = "Repair Café Southfold"
    title.placeholders[1].text = "Yearly meeting, 8 February 2025 – Iolanthe Marsh"
    points = deck.slides.add_slide(deck.slide_layouts[1])
    points.shapes.title.text = "What went well"
    points.placeholders[
        1
    ].text = "412 things came in, 289 left repaired\nThe 3D printer was given by the library\nCake: 61 kinds"
    points.notes_slide.notes_text_frame.text = (
        "Thank Odalys for the soldering course. Do not mention the toaster fire of 16 March."
    )
    chart_slide = deck.slides.add_slide(deck.slide_layouts[5])
    chart_slide.shapes.title.text = "Visitors by year"
    data = CategoryChartData()
    data.categories = ["2022", "2023", "2024"]
    data.add_series("Adults", (310, 355, 402))
    data.add_series("Children", (45, 72, 88))
    frame = (Inches(1), Inches(2), Inches(7), Inches(4))
    chart_slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *frame, data)
    money = deck.slides.add_slide(deck.slide_layouts[5])
    money.shapes.title.text = "Money"
    rows = [
        ("", "2023", "2024"),
        ("Donations", "1,940", "2,310"),
        ("Tools", "870", "1,265"),
        ("Rent", "600", "600"),
    ]
    table = money.shapes.add_table(4, 3, *frame).table
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            table.cell(r, c).text = value
    box = money.shapes.add_textbox(Inches(1), Inches(6.2), Inches(7), Inches(0.6))
    box.text_frame.text = "Next dates: 15 March, 12 April, 17 May. Place: old fire station."
    deck.save(str(path("repair-cafe", "meeting.pptx")))
