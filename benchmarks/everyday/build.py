"""Make the everyday documents that are no plain text: `python benchmarks/everyday/build.py`.

They are written beside the hand-written ones under `files/<case>/`. All content is invented. Here are the
mails, PDFs and the e-book; `office.py` makes texts, sheets and slides.
"""

from __future__ import annotations

import zipfile
from email.message import EmailMessage
from typing import Any

import office
from places import FILES, path
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

STYLES = getSampleStyleSheet()


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


def write_mails() -> None:
    mail = EmailMessage()
    mail["From"] = "Winifred Osei <winifred@osei-catering.example>"
    mail["To"] = "Leopold Arkady <leo@arkady.example>"
    mail["Date"] = "Mon, 12 May 2025 08:41:00 +0200"
    mail["Subject"] = "Re: Re: Anniversary buffet"
    mail.set_content(
        "Dear Leopold,\n\n"
        "then let us settle it: we cook for 74, and the buffet is ready at 18:30, not earlier, since\n"
        "the speeches always take longer. We leave out the fish; two of the guests are allergic. With\n"
        "this the price is 28.50 euros a head, service included.\n\n"
        "You can reach me on 0170 555 0166 until Friday.\n\nWinifred\n\n"
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
            'unique-identifier="u"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
            '<dc:identifier id="u">skarra</dc:identifier><dc:title>The light on Skarra</dc:title>'
            "<dc:language>en</dc:language></metadata>"
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
    for module in (vars(office), globals()):
        for name, make in list(module.items()):
            if name.startswith("write_"):
                make()


if __name__ == "__main__":
    main()
