"""Makes the sample PDFs and the DOCX in `documents/`, the same bytes at each run.

The other samples are written by hand. Run after a change: `python data/samples/make_samples.py`
(needs the `test` extra for reportlab). Texts and figures are invented.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from docx import Document as WordDocument
from reportlab.lib import colors
from reportlab.lib.enums import TA_JUSTIFY
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BalancedColumns,
    BaseDocTemplate,
    Flowable,
    Frame,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

DOCUMENTS = Path(__file__).resolve().parent / "documents"
WRITTEN = datetime(2026, 1, 20, 9, 0, tzinfo=UTC)
MARGIN = 22 * mm
GUTTER = 9 * mm

BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=12.5, leading=18, spaceAfter=10)
# Where a soft hyphen stands in a text, a narrow column may break the word.
COLUMN = ParagraphStyle("column", BODY, fontSize=12, leading=16.5, alignment=TA_JUSTIFY)
TITLE = ParagraphStyle("title", fontName="Helvetica-Bold", fontSize=24, leading=30, spaceAfter=6)
SUBTITLE = ParagraphStyle("subtitle", fontName="Helvetica", fontSize=13, leading=18, spaceAfter=24)
HEADING = ParagraphStyle(
    "heading", fontName="Helvetica-Bold", fontSize=16, leading=22, spaceBefore=8, spaceAfter=6
)
SUBHEADING = ParagraphStyle("subheading", HEADING, fontSize=13, leading=18)
CAPTION = ParagraphStyle("caption", BODY, fontName="Helvetica-Oblique", fontSize=10.5, leading=14)

Row = Sequence[str]


class Report(BaseDocTemplate):
    """An A4 report with a running header and numbered pages."""

    def __init__(self, path: Path, title: str, author: str, header: str) -> None:
        super().__init__(
            str(path),
            pagesize=A4,
            title=title,
            author=author,
            invariant=1,
            leftMargin=MARGIN,
            rightMargin=MARGIN,
        )
        self.header = header
        frame = Frame(MARGIN, MARGIN, A4[0] - 2 * MARGIN, A4[1] - 2 * MARGIN - 8 * mm, 0, 0, 0, 0, id="text")
        self.addPageTemplates(PageTemplate("page", [frame], onPage=self.furnish))

    def furnish(self, canvas: Canvas, _: BaseDocTemplate) -> None:
        """Draw header, footer and the rule between them and the text."""
        canvas.setFont("Helvetica", 8.5)
        canvas.setFillColor(colors.HexColor("#555555"))
        canvas.drawString(MARGIN, A4[1] - 15 * mm, self.header)
        canvas.drawRightString(A4[0] - MARGIN, 12 * mm, f"Page {canvas.getPageNumber()}")
        canvas.line(MARGIN, A4[1] - 17 * mm, A4[0] - MARGIN, A4[1] - 17 * mm)


class Heading(Paragraph):
    """A heading that also stands in the outline, as readers of long PDFs expect."""

    def draw(self) -> None:
        """Draw the text and enter it."""
        key = f"{self.canv.getPageNumber()}-{self.text}"
        self.canv.bookmarkPage(key)
        self.canv.addOutlineEntry(self.text, key, int(self.style is SUBHEADING))
        super().draw()


def paragraphs(text: str, style: ParagraphStyle = BODY) -> list[Flowable]:
    """The paragraphs of a text that blank lines divide; `_` marks a place to hyphenate."""
    return [
        Paragraph(" ".join(part.split()).replace("_", "\u00ad"), style) for part in text.strip().split("\n\n")
    ]


def columns(*story: Flowable) -> Flowable:
    """The story in two columns of about the same height."""
    return BalancedColumns(list(story), nCols=2, innerPadding=GUTTER, spaceAfter=14)


def table(caption: str, rows: Sequence[Row]) -> list[Flowable]:
    """A caption and a ruled table; the first row is its header, numbers stand at the right."""
    drawn = Table([list(row) for row in rows], hAlign="LEFT", spaceAfter=12)
    drawn.setStyle(
        [
            ("FONT", (0, 0), (-1, 0), "Helvetica-Bold", 10),
            ("FONT", (0, 1), (-1, -1), "Helvetica", 10),
            ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
            ("LINEBELOW", (0, 0), (-1, 0), 0.8, colors.black),
            ("LINEBELOW", (0, 1), (-1, -1), 0.25, colors.grey),
        ]
    )
    return [Paragraph(caption, CAPTION), drawn]


def make_annual_report(path: Path) -> None:
    """The library's annual report: five years of figures, a two-column page, a budget."""
    story: list[Flowable] = [
        Spacer(1, 30 * mm),
        Paragraph("Annual Report 2025", TITLE),
        Paragraph("Harrowmere Town Library", SUBTITLE),
        Heading("A year under scaffolding", HEADING),
        *paragraphs(FOREWORD),
        PageBreak(),
        Heading("Five years in figures", HEADING),
        *paragraphs(FIGURES),
        *table("Table 1. Use of the library, 2021 to 2025", USE),
        Heading("What was read", SUBHEADING),
        *paragraphs(READ),
        PageBreak(),
        columns(Heading("The roof", HEADING), *paragraphs(ROOF, COLUMN)),
        columns(Heading("The people", HEADING), *paragraphs(PEOPLE, COLUMN)),
        PageBreak(),
        Heading("Money", HEADING),
        *paragraphs(MONEY),
        *table("Table 2. Income and spending, in thousands of pounds", ACCOUNTS),
        Heading("Energy", SUBHEADING),
        *paragraphs(ENERGY),
        PageBreak(),
        Heading("What comes next", HEADING),
        *paragraphs(NEXT),
    ]
    header = "Harrowmere Town Library · Annual Report 2025"
    Report(path, "Annual Report 2025", "Harrowmere Town Library", header).build(story)


def make_restoration_report(path: Path) -> None:
    """The bookbinders' report on the atlas: findings, treatment in two columns, hours and costs."""
    story: list[Flowable] = [
        Paragraph("The Harrowmere Atlas", TITLE),
        Paragraph("Report on its restoration, 2023 to 2025", SUBTITLE),
        Heading("The volume and its history", HEADING),
        *paragraphs(ATLAS),
        Heading("Condition on arrival", HEADING),
        *paragraphs(CONDITION),
        PageBreak(),
        columns(
            Heading("Treatment", HEADING),
            *paragraphs(TREATMENT, COLUMN),
            Heading("The missing map", HEADING),
            *paragraphs(MISSING, COLUMN),
        ),
        PageBreak(),
        Heading("Hours and costs", HEADING),
        *paragraphs(COSTS),
        *table("Table 1. Hours worked and sums charged, in pounds", CHARGES),
        Heading("Keeping it", HEADING),
        *paragraphs(KEEPING),
    ]
    header = "Fennel & Rook Bookbinders Ltd · Report 2025/14"
    Report(path, "The Harrowmere Atlas: report on its restoration", "Priya Rook", header).build(story)


def make_lending_rules(path: Path) -> None:
    """The rules for lending and for rooms, a Word document with headings, a list and two tables."""
    document = WordDocument()
    properties = document.core_properties
    properties.title, properties.author = "Rules for lending and for rooms", "Harrowmere Town Library"
    properties.created = properties.modified = WRITTEN.replace(tzinfo=None)
    document.add_heading("Rules for lending and for rooms", 0)
    for heading, parts in RULES:
        document.add_heading(heading, 1)
        for part in parts:
            if isinstance(part, str):
                item = part.startswith("- ")
                document.add_paragraph(part.removeprefix("- "), "List Bullet" if item else None)
            else:
                add_word_table(document, part)
    written = io.BytesIO()
    document.save(written)
    path.write_bytes(without_dates(written.getvalue()))


def add_word_table(document: WordDocument, rows: Sequence[Row]) -> None:
    """A table in Word's grid style."""
    drawn = document.add_table(len(rows), len(rows[0]), "Table Grid")
    for cells, row in zip(drawn.rows, rows, strict=True):
        for cell, text in zip(cells.cells, row, strict=True):
            cell.text = text


def without_dates(archive: bytes) -> bytes:
    """The ZIP archive with each member dated 1980, so that equal contents are equal bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(made, "w") as target:
        for name in sorted(source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            member = zipfile.ZipInfo(name)
            member.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(member, source.read(name))
    return made.getvalue()


FOREWORD = """
For six months of 2025 Harrowmere read to the sound of hammers. The roof of the corn exchange, laid in
1861 and patched ever since, was taken off and put back slate by slate while the library stayed open
under it. I had feared that our readers would stay away. They did the opposite: 112,375 visits were
counted, more than in any year since counting began.

Two other things made the year. In September the Harrowmere Atlas of 1742 came home from the workshop
of Fennel & Rook after more than two years. And on 2 December the trustees decided to try what many of
you have asked for: from 5 April 2026 the library will open on Sundays, at first for twelve months.

I thank the 41 volunteers, the friends who gave to the roof, and the staff, who moved the children's
room twice and lost no book.

Miriam Castellane, head librarian
"""

FIGURES = """
Visits are counted by the light barrier at the main door; loans include renewals. A member is active
who borrowed at least once in the year. In 2021 the house was closed from January to April.

Visits grew by 8.6 per cent against the year before. Loans of printed books fell slightly in 2024 and
recovered in 2025; the growth of electronic loans, which need no visit, has now gone on for three years.
"""

USE = (
    ("Year", "Visits", "Loans", "of these electronic", "Active members", "Events"),
    ("2021", "61,240", "118,930", "31,410", "4,870", "96"),
    ("2022", "84,515", "142,605", "29,880", "5,320", "171"),
    ("2023", "97,880", "151,270", "33,965", "5,745", "204"),
    ("2024", "103,450", "149,820", "38,120", "6,010", "233"),
    ("2025", "112,375", "156,940", "44,260", "6,385", "258"),
)

READ = """
The book lent most often was a novel by a local author, The Salt Road by Ines Farrow, with 412 loans;
second was a guide to pruning apple trees. Of the things that are not books, the carpet cleaner went out
91 times, which wore it out, and the telescope 37 times.

Crime fiction makes up 22 per cent of all loans of novels. The Chinese collection on the second floor,
opened in 2016, holds 3,400 volumes and was used by 310 members.
"""

ROOF = """
The roof of the corn ex_change had been a matter of con_cern since the survey of 2017, which found
four hun_dred broken slates and two cracked prin_ci_pal rafters. Buckets stood in the read_ing room
in every wet win_ter.

Work began on 3 March 2025 and ended on 29 August, nine days be_fore the agreed date. The con_trac_tor
was Tolland & Daugh_ters of Harrow_mere; the archi_tect was Bram Okonedo. In all 11,600 Welsh slates
were laid, of which a third are the old ones, cleaned and turned.

The re_pair cost £186,400. The Roof Appeal, which the friends of the library opened in 2023, brought
£171,000; the re_main_ing £15,400 was taken from the re_serve. Under the old slates the roof_ers found
a tin with the names of their pre_de_ces_sors of 1861. It has been put back with the names of 2025
added.

The loft is now in_su_lated with sheep's wool, and the Lan_tern Room, closed since the winter storm of
2022, opened again on 1 October.
"""

PEOPLE = """
At the end of the year the library em_ployed 19 people, who share 13.5 full posts. Priti Sandhu joined
in February as systems li_brar_ian. Howard Prynn, head li_brar_ian from 1998 to 2019, died in May; the
small study on the first floor now bears his name.

Forty-one volun_teers gave 3,870 hours. They are led by Oskar Venn, who also drives the mobile
li_brary Barley on its fort_nightly round of eleven vil_lages. Barley carries 1,800 books and was off
the road for only four days, in the snow of January.

Lin Shuya, who looks after the Chinese col_lec_tion, was given the county's award for public service
in No_vem_ber.
"""

MONEY = """
The town's grant remains the ground on which the library stands. Own income comes from adult cards,
room hire, the café's rent and fees. Donations in 2025 hold the money of the Roof Appeal, which had been
kept in trust until the work began; without it, donations came to £43,000.

Only in 2024 did the library spend more than it received.
"""

ACCOUNTS = (
    ("Year", "Town grant", "Own income", "Donations", "Total income", "Spending"),
    ("2021", "612", "31", "18", "661", "655"),
    ("2022", "624", "47", "22", "693", "688"),
    ("2023", "640", "58", "41", "739", "731"),
    ("2024", "655", "63", "37", "755", "762"),
    ("2025", "668", "71", "214", "953", "941"),
)

ENERGY = """
The house used 214,000 kilowatt-hours of gas in 2024 and 171,000 in 2025. The insulation was in place for
the last quarter only, so that the greater part of the saving is still to come. Thirty-two solar panels,
which the town's planners had refused in 2021, were allowed on the rear slope in 2025 and will be fitted
in June 2026.
"""

NEXT = """
The Sunday opening begins on 5 April 2026 and runs from 11 to 16 o'clock. It costs £38,000 for the year,
which the town and the Aldwick Trust share equally. The trustees will decide in January 2027 whether it
stays.

Behind the house a reading garden is being laid out where the coal yard was. Forty seats, a pond and a
wall of espaliered pears are planned; it is to open on 4 July 2026.

The Harrowmere Atlas will be shown for twelve weeks from 1 June 2026 in the map room, one opening at a
time. A facsimile may be leafed through beside it.

Not everything can be done. The second mobile library that eleven villages have asked for would cost
£94,000 in its first year, and nobody has yet been found to pay for it.
"""

ATLAS = """
The Harrowmere Atlas is a manuscript of 38 maps on handmade paper, drawn between 1739 and 1742 by the
surveyor Elias Thorne for the owners of the canal that was then planned. Each map shows one parish at six
inches to the mile. The library bought it in 1921 for £85 at the sale of Weir House.

Fennel & Rook Bookbinders Ltd, founded in 1968 by Agnes Fennel and Tobias Rook, took the volume in on
14 June 2023 and gave it back on 19 September 2025. The work was led by Priya Rook; the paper was treated
by Malachy Dunn.
"""

CONDITION = """
The sewing had broken in three places, and the boards hung by single threads. Fourteen leaves carried the
tide line of the flood of 1953, when the cellar of the corn exchange stood under water for two days. On
maps 7, 12 and 31 the iron-gall ink had eaten through the paper along the rivers, so that pieces were in
danger of falling out.

Map 23, the parish of Nether Stowell, was missing. It had been noted as missing in 1954.

The goatskin of the spine, renewed in about 1880, was powdery and could not be kept. The boards, of
English oak, are those of the first binding.
"""

TREATMENT = """
Each leaf was freed from dust with soft sponges and photo_graphed from both sides. The inks were tested
for their solu_bil_ity before any leaf was wetted; the green of the woods, a copper pig_ment, proved too
sen_si_tive, and the leaves with much of it were treated dry.

Maps 7, 12 and 31 were bathed in cal_cium phytate, which binds the iron, and then in cal_cium hy_dro_gen
car_bon_ate, which leaves a re_serve against acid. Losses were filled with Japa_nese paper of the weight
of 11 grams to the square metre, toned to a shade lighter than the ori_gi_nal, so that the re_pair can be
seen by anyone who looks for it.

The tide lines were re_duced and not re_moved: they are part of what the book has lived through. The text
block was then sewn again on five raised bands and covered with new goat_skin, dyed by hand.
"""

MISSING = """
On 8 February 2024, when the paste_down of the rear board was lifted, a folded sheet came to light under
it. It was map 23. Some_body had used it to stiffen the board, probably at the re_bind_ing of about 1880;
the note of 1954 only re_corded what had long been so.

The sheet was un_folded in a mois_ture chamber over nine days. It is the clean_est of all 38, since no
light had reached it for four_teen decades, and shows the col_ours that the whole atlas once had.
"""

COSTS = """
The workshop charges £45 for an hour. Materials were charged at cost. The library paid 60 per cent of the
whole sum, the county's heritage fund 40 per cent. The estimate of 2023 had been £41,000.
"""

CHARGES = (
    ("Year", "Hours", "Work", "Materials", "Sum"),
    ("2023", "212", "9,540", "1,180", "10,720"),
    ("2024", "388", "17,460", "2,340", "19,800"),
    ("2025", "145", "6,525", "460", "6,985"),
    ("Total", "745", "33,525", "3,980", "37,505"),
)

KEEPING = """
The atlas should lie flat in its box at 18 degrees and a relative humidity of 45 per cent, neither of which
should change by more than a tenth within a day. It may be shown for twelve weeks in any year at no more
than 50 lux. The same opening should not be shown twice within five years.

Turning the leaves calls for two people with clean, dry hands. Gloves are not advised: they take away the
feeling for the edge of the paper.

We ask to see the volume again in the autumn of 2030.
"""

RULES: tuple[tuple[str, tuple[str | tuple[Row, ...], ...]], ...] = (
    (
        "Membership",
        (
            "Anyone may become a member who shows a proof of identity and of address. Membership is "
            "free for people under 18 and for those who receive income support; all others pay £12 a "
            "year.",
            "A member may have up to 15 items at a time, on the first day no more than five.",
            "- A lost card is replaced for £2.",
            "- A card may be used by its owner only, except that parents may borrow for their children.",
            "- Members who move away may keep their card for electronic loans until it expires.",
        ),
    ),
    (
        "Loans",
        (
            "The period of a loan depends on what is borrowed. An item that another reader has reserved "
            "cannot be renewed.",
            (
                ("Item", "Period", "Renewals", "Charge for each day overdue"),
                ("Books", "28 days", "2", "20 pence"),
                ("Magazines", "7 days", "none", "10 pence"),
                ("Films and games", "7 days", "1", "50 pence"),
                ("Tools and other things", "5 days", "none", "£1.50"),
                ("Musical instruments", "56 days", "1", "£1.00"),
            ),
            "No more than £8 is charged for an overdue item. Children's books are never charged for. "
            "After 60 days an item counts as lost; its price is charged, and £4 for the work.",
        ),
    ),
    (
        "Rooms",
        (
            "Rooms may be hired by anyone whose meeting is open to the public or not for profit. "
            "Bookings are taken up to six months ahead. Whoever cancels less than three days before "
            "pays half.",
            (
                ("Room", "Seats", "Price for an hour", "Equipment"),
                ("Aldwick Hall", "80", "£22", "stage, piano, hearing loop"),
                ("Lantern Room", "24", "£14", "projector, hearing loop"),
                ("Prynn Study", "6", "free for two hours, then £5", "screen"),
                ("Cellar Studio", "8", "£10", "microphones and mixing desk"),
            ),
            "Food may be brought into Aldwick Hall only. Open flames are forbidden in the whole house, "
            "also on birthday cakes.",
        ),
    ),
    (
        "Conduct",
        (
            "The house is for everybody who lets others read. Telephone calls are made in the "
            "stairwell. Whoever disturbs others after two warnings may be sent out for the day by any "
            "member of staff, and for longer by the head librarian, who gives the reasons in writing.",
        ),
    ),
)


def main() -> None:
    """Write all three files."""
    DOCUMENTS.mkdir(exist_ok=True)
    make_annual_report(DOCUMENTS / "annual-report-2025.pdf")
    make_restoration_report(DOCUMENTS / "atlas-restoration-report.pdf")
    make_lending_rules(DOCUMENTS / "lending-and-rooms.docx")


if __name__ == "__main__":
    main()
