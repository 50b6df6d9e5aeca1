"""Make the everyday documents that are no plain text: `python benchmarks/everyday/build.py`.

They are written beside the hand-written ones under `files/<case>/`. All content is invented.
"""

from __future__ import annotations

import sys
import zipfile
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import docx
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from openpyxl import Workbook
from openpyxl.comments import Comment
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    PageTemplate,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
    Table,
)

FILES = Path(__file__).resolve().parent / "files"
STYLES = getSampleStyleSheet()
MATH = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'


def path(case: str, name: str) -> Path:
    """Where a file goes; its folder is made."""
    folder = FILES / case
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name


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


def write_dues() -> None:
    text = STYLES["BodyText"]
    grid = [("GRID", (0, 0), (-1, -1), 0.5, colors.grey)]
    rates = [
        ["Length of boat", "Summer (EUR a night)", "Winter (EUR a night)"],
        ["up to 8 m", "15", "9"],
        ["8 to 10 m", "22", "14"],
        ["10 to 12 m", "31", "18"],
        ["over 12 m", "44", "on request"],
    ]
    extras = [
        ["Extra", "EUR", "per"],
        ["Electricity", "4.50", "day"],
        ["Shower", "2.00", "coin"],
        ["Slipway", "6.00", "use"],
    ]
    jetties = [
        ["Jetty", "Berths", "Depth (m)", "Electricity"],
        ["A", "38", "3.1", "yes"],
        ["B", "16", "1.8", "no"],
        ["C", "22", "2.4", "yes"],
    ]
    story: list[Flowable] = [Paragraph("Harbour dues, Port Selwick", STYLES["Title"])]
    story.append(Paragraph("Summer is from 1 May to 30 September. Multihulls pay half as much again.", text))
    for caption, rows in (("Berths", rates), ("Extras", extras), ("Jetties", jetties)):
        story += [Spacer(1, 12), Paragraph(caption, STYLES["Heading2"]), Table(rows, style=grid)]
    story += [Spacer(1, 12), Paragraph("Pay at the machine by the clock tower before noon.", text)]
    SimpleDocTemplate(str(path("harbour-dues", "dues.pdf")), pagesize=A4, invariant=1).build(story)


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


def write_mails() -> None:
    mail = EmailMessage()
    mail["From"] = "Winifred Osei <winifred@osei-catering.example>"
    mail["To"] = "Leopold Arkady <leo@arkady.example>"
    mail["Date"] = "Mon, 12 May 2025 08:41:00 +0200"
    mail["Subject"] = "Re: Re: Anniversary buffet"
    mail.set_content(
        "Dear Leopold,\n\n"
        "then let us settle it: we cook for 74, and the buffet is ready at 18:30, not earlier, since\n"
        "the speeches always take longer. We leave out the fish; two of the guests are allergic. With this the price is\n"
        "28.50 euros a head, service included.\n\nYou can reach me on 0170 555 0166 until Friday.\n\n"
        "Winifred\n\n"
        "On 9 May 2025 Leopold Arkady wrote:\n"
        "> Dear Winifred, I counted again and we may be as many as 85. Could the buffet be ready at 17:00?\n"
        "> What would it be without the fish?\n>\n"
        "> On 5 May 2025 Winifred Osei wrote:\n"
        ">> Dear Leopold, for 60 persons, as you suggested on the phone, it would be 31.00 euros a head\n"
        ">> with the fish, ready at 19:00.\n"
    )
    path("caterer-mails", "re-buffet.eml").write_bytes(mail.as_bytes())
    forwarded = EmailMessage()
    forwarded["From"] = "Magda Zielke <magda@arkady.example>"
    forwarded["To"] = "Leopold Arkady <leo@arkady.example>"
    forwarded["Date"] = "Fri, 30 May 2025 16:05:00 +0200"
    forwarded["Subject"] = "Fwd: Invoice R-2025-0388"
    forwarded.set_content(
        "Leopold, please approve, I will pay it then. They put in the tablecloths, which is why it is not\n"
        "380.00 as quoted.\nMagda\n\n---------- Forwarded message ----------\n"
        "From: Tafel & Stuhl Hire <accounts@tafelstuhl.example>\nDate: 29 May 2025\n\n"
        "Please find our invoice R-2025-0388 for the hire of 12 tables and tablecloths: 412.80 euros.\n"
        "Payable by 15 June 2025. We collect the tables on 1 June.\n"
    )
    path("caterer-mails", "fw-invoice.eml").write_bytes(forwarded.as_bytes())


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


def write_paper() -> None:
    body = STYLES["BodyText"]
    texts = (FILES.parent / "paper.txt").read_text("utf-8").split("\n\n")
    story: list[Flowable] = [Paragraph(texts[0], STYLES["Title"])]
    for text in texts[1:]:
        style = STYLES["Heading3"] if len(text) < 30 else body
        story.append(Paragraph(text.replace("\n", " "), style))

    def running_head(canvas: Canvas, _: Any) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(50, 810, f"Annals of Small Waters 14 (2023), {211 + canvas.getPageNumber()}")
        canvas.drawString(
            50, 30, "¹ Field station Ommel, Heron Road 2. Corresponding author: t.varela@ommel.example"
        )

    target = str(path("newt-paper", "newts.pdf"))
    template = BaseDocTemplate(target, pagesize=A4, invariant=1)
    frames = [Frame(50, 50, 240, 740), Frame(305, 50, 240, 740)]
    template.addPageTemplates([PageTemplate("columns", frames, onPage=running_head)])
    template.build(story)


def write_registration() -> None:
    canvas = Canvas(str(path("race-registration", "registration.pdf")), pagesize=A4, invariant=1)
    canvas.setFont("Helvetica-Bold", 15)
    canvas.drawString(60, 780, "Moorland Half Marathon – registration")
    canvas.setFont("Helvetica", 10)
    form = canvas.acroForm
    fields = [
        ("First name", "Saoirse"),
        ("Surname", "Delacroix"),
        ("Club", "Harriers of Wick"),
        ("Born", "1996"),
    ]
    for row, (label, value) in enumerate(fields):
        canvas.drawString(60, 740 - 30 * row, label)
        form.textfield(name=label, tooltip=label, value=value, x=170, y=732 - 30 * row, width=200, height=20)
    boxes = [
        ("I want a T-shirt", False),
        ("I need the shuttle bus", True),
        ("I have a medical certificate", True),
    ]
    for row, (label, ticked) in enumerate(boxes):
        form.checkbox(name=label, tooltip=label, checked=ticked, x=60, y=595 - 26 * row, size=14)
        canvas.drawString(85, 598 - 26 * row, label)
    canvas.drawString(60, 505, "Distance:")
    for column, (label, ticked) in enumerate((("5 km", False), ("10 km", False), ("Half marathon", True))):
        form.radio(name="Distance", value=label, selected=ticked, x=130 + 110 * column, y=500, size=14)
        canvas.drawString(150 + 110 * column, 504, label)
    canvas.save()


def write_book() -> None:
    chapters = [
        (
            "The lamp room",
            "Nerys Pugh kept the light on Skarra for nineteen winters. The lamp burned colza oil, "
            "four gallons in a long night, and she wound the clockwork every fifty minutes.",
        ),
        (
            "The wreck",
            "In the March gale of 1883 the brig Perseverance struck the Teeth with slates for Bergen. "
            "Nerys and her dog brought eleven men ashore; the cook was never found.",
        ),
        (
            "The medal",
            "They gave her a silver medal and a pension of twelve pounds. She sold the medal for a cow.",
        ),
    ]
    head = '<?xml version="1.0" encoding="utf-8"?>'
    with zipfile.ZipFile(path("lighthouse-book", "skarra.epub"), "w") as book:
        book.writestr("mimetype", "application/epub+zip")
        book.writestr(
            "META-INF/container.xml",
            f'{head}<container version="1.0" '
            'xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="b.opf" '
            'media-type="application/oebps-package+xml"/></rootfiles></container>',
        )
        items = "".join(
            f'<item id="c{i}" href="c{i}.xhtml" media-type="application/xhtml+xml"/>' for i in range(3)
        )
        spine = "".join(f'<itemref idref="c{i}"/>' for i in range(3))
        book.writestr(
            "b.opf",
            f'{head}<package xmlns="http://www.idpf.org/2007/opf" version="3.0" '
            'unique-identifier="u"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="u">'
            "skarra</dc:identifier><dc:title>The light on Skarra</dc:title><dc:language>en</dc:language></metadata>"
            f"<manifest>{items}</manifest><spine>{spine}</spine></package>",
        )
        for i, (title, text) in enumerate(chapters):
            book.writestr(
                f"c{i}.xhtml",
                f'{head}<html xmlns="http://www.w3.org/1999/xhtml"><head><title>{title}'
                f"</title></head><body><h1>{title}</h1><p>{text}</p></body></html>",
            )


def main() -> None:
    """Write every file."""
    for name, make in list(vars(sys.modules[__name__]).items()):
        if name.startswith("write_"):
            make()


if __name__ == "__main__":
    main()
