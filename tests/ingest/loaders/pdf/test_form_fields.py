"""Forms, tables of words and raised text on PDF pages."""

from __future__ import annotations

from typing import Any

from tests.fakes import row_statements


def test_boxes_stand_beside_their_labels(pdf, load_pdf, blocks) -> None:
    def page(canvas: Any) -> None:
        form = canvas.acroForm
        for y, name, checked in ((700, "Breakfast", True), (670, "Parking", False)):
            canvas.drawString(72, y, name)
            form.checkbox(name=name, x=200, y=y - 3, size=12, checked=checked)
        canvas.drawString(72, 640, "Room type:")
        for i, (name, selected) in enumerate((("single", False), ("double", True), ("suite", False))):
            form.radio(name="room", value=name, selected=selected, x=150 + i * 90, y=637, size=12)
            canvas.drawString(168 + i * 90, 640, name)

    assert blocks(load_pdf(pdf(page))) == [
        ("paragraph", "☒ Breakfast: yes"),
        ("paragraph", "☐ Parking: no"),
        ("paragraph", "Room type: ☒ double (not chosen: single, suite)"),
    ]


def test_chosen_and_written_values_stand_behind_their_labels(pdf, load_pdf) -> None:
    def page(canvas: Any) -> None:
        for y, name, value in ((700, "Surname", "Okonkwo"), (676, "Town", "Bergen")):
            canvas.drawString(72, y, name)
            canvas.acroForm.textfield(name=name, x=200, y=y - 4, width=150, height=16, value=value)
        canvas.drawString(72, 652, "Country")
        canvas.acroForm.choice(
            name="country", value="Denmark", options=["Denmark", "Norway"], x=200, y=648, width=90, height=16
        )

    assert row_statements(load_pdf(pdf(page))) == ["Surname: Okonkwo", "Town: Bergen", "Country: Denmark"]


def test_fields_that_are_not_to_be_viewed_are_left_out(pdf, load_pdf) -> None:
    def page(canvas: Any) -> None:
        for y, flags in ((700, "print"), (660, "print noview"), (620, "print hidden")):
            canvas.acroForm.textfield(
                name=flags, x=72, y=y, width=150, height=16, value=f"For {flags}", annotationFlags=flags
            )

    assert load_pdf(pdf(page)).text == "For print"


def test_pairs_of_labels_and_values_side_by_side(pdf, load_pdf) -> None:
    rows = (
        ("Insured", "Dora Low", "Year", "2019"),
        ("Policy no.", "P-5512", "Make", "Volta"),
        ("Phone", "555", "VIN", "X7"),
    )

    def page(canvas: Any) -> None:
        for i, row in enumerate(rows):
            for x, text in zip((72, 180, 320, 420), row, strict=True):
                canvas.drawString(x, 700 - 18 * i, text)

    assert row_statements(load_pdf(pdf(page))) == [
        "Insured: Dora Low; Year: 2019",
        "Policy no.: P-5512; Make: Volta",
        "Phone: 555; VIN: X7",
    ]


def test_a_table_of_words_keeps_its_names(pdf, load_pdf) -> None:
    rows = (("Task", "Week 1", "Week 2"), ("Boiler", "Ines", "Paul"), ("Yard", "Tarek", "Ines"))

    def page(canvas: Any) -> None:
        for i, row in enumerate(rows):
            for x, text in zip((72, 220, 360), row, strict=True):
                canvas.drawString(x, 700 - 18 * i, text)

    assert row_statements(load_pdf(pdf(page))) == [
        "Task: Boiler; Week 1: Ines; Week 2: Paul",
        "Task: Yard; Week 1: Tarek; Week 2: Ines",
    ]


def scripts(canvas: Any, y: float, *parts: tuple[str, float]) -> None:
    text = canvas.beginText(72, y)
    for words, rise in parts:
        text.setFont("Helvetica", 12 if not rise else 8)
        text.setRise(rise)
        text.textOut(words)
    canvas.drawText(text)


def test_raised_and_lowered_characters(pdf, load_pdf, blocks) -> None:
    def page(canvas: Any) -> None:
        scripts(canvas, 720, ("We counted 3 × 10", 0), ("6", 4), (" spores per gram of water.", 0))
        scripts(
            canvas,
            690,
            ("The leak rate is 2 × 10", 0),
            ("-7", 4),
            (" and the limit for CO", 0),
            ("2", -3),
            (" is met.", 0),
        )
        scripts(
            canvas, 660, ("Odense has 412", 0), ("3", 4), (" employees, Kolding 96", 0), ("4", 4), (".", 0)
        )
        scripts(canvas, 630, ("3", 4), (" As of May. ", 0), ("4", 4), (" Without tax.", 0))

    document = load_pdf(pdf(page))
    assert [text for _, text in blocks(document)] == [
        "We counted 3 × 10⁶ spores per gram of water.",
        "The leak rate is 2 × 10⁻⁷ and the limit for CO₂ is met.",
        "Odense has 412 ³ employees, Kolding 96 ⁴.",
        "³ As of May. ⁴ Without tax.",
    ]


def test_drawn_boxes_say_whether_they_are_ticked(pdf, load_pdf, blocks) -> None:
    def page(canvas: Any) -> None:
        def ticked(x: float, y: float) -> None:
            canvas.line(x, y, x + 10, y + 10)
            canvas.line(x, y + 10, x + 10, y)

        for i, name in enumerate(
            ("Driving licence", "Own car", "Night work", "Forklift", "Swimming", "Diving")
        ):
            y = 700 - 24 * i
            canvas.drawString(92, y, name)
            if i < 4:
                canvas.rect(72, y, 10, 10)
            else:  # four lines
                for a, b, c, d in ((0, 0, 10, 0), (0, 10, 10, 10), (0, 0, 0, 10), (10, 0, 10, 10)):
                    canvas.line(72 + a, y + b, 72 + c, y + d)
        ticked(72, 700)
        canvas.drawString(73.5, 653, "X")
        canvas.rect(74, 630, 6, 6, fill=1)
        ticked(72, 580)
        canvas.drawString(72, 540, "Delivery:")
        for x, name in ((150, "Standard"), (250, "Express")):
            canvas.circle(x, 544, 5)
            canvas.drawString(x + 10, 540, name)
        canvas.circle(250, 544, 2.5, fill=1)

    assert blocks(load_pdf(pdf(page))) == [
        ("paragraph", "☒ Driving licence: yes"),
        ("paragraph", "☐ Own car: no"),
        ("paragraph", "☒ Night work: yes"),
        ("paragraph", "☒ Forklift: yes"),
        ("paragraph", "☐ Swimming: no"),
        ("paragraph", "☒ Diving: yes"),
        ("paragraph", "Delivery: ☒ Express (not chosen: Standard)"),
    ]


def test_legends_and_grids_are_no_boxes(pdf, load_pdf) -> None:
    def page(canvas: Any) -> None:
        canvas.setFillColorRGB(1, 0, 0)
        canvas.rect(72, 700, 10, 10, fill=1)
        canvas.setFillColorRGB(0, 0, 0)
        canvas.drawString(92, 700, "Series A")
        for i, digit in enumerate("  24"):  # a digit a field
            canvas.rect(72 + i * 12, 670, 12, 12)
            canvas.drawString(75 + i * 12, 672, digit)
        canvas.drawString(130, 672, "year")
        canvas.rect(72, 640, 12, 12)
        canvas.drawString(75, 642, "B")
        canvas.drawString(92, 642, "Bus stop")

    assert not set(load_pdf(pdf(page)).text) & set("☐☒")


def test_labels_above_their_values_are_pairs(pdf, load_pdf) -> None:
    fields = [("Boat", "Petrel"), ("Home port", "Lerwick"), ("Length (m)", "9.4"), ("Built", "1998")]

    def draw(canvas) -> None:
        for i, (label, value) in enumerate(fields):
            x, y = 60 + 250 * (i % 2), 700 - 40 * (i // 2)
            canvas.setFont("Helvetica", 7)
            canvas.drawString(x, y + 12, label)
            canvas.setFont("Helvetica", 11)
            canvas.drawString(x, y - 2, value)

    document = load_pdf(pdf(draw))
    assert document.text.split("\n") == [
        "Boat\tPetrel",
        "Home port\tLerwick",
        "Length (m)\t9.4",
        "Built\t1998",
    ]


def test_two_labels_on_a_line_name_the_values_below_them(pdf, load_pdf) -> None:
    def draw(canvas) -> None:
        for i, texts in enumerate([("Boat", "Port"), ("Petrel", "Leith"), ("Built", "Flag"), ("1998", "GB")]):
            canvas.setFont("Helvetica", 11 if i % 2 else 7)
            for x, text in zip((60, 300), texts, strict=True):
                canvas.drawString(x, 700 - 14 * i - 20 * (i // 2), text)

    document = load_pdf(pdf(draw))
    assert document.text == "Boat\tPetrel\tPort\tLeith\nBuilt\t1998\tFlag\tGB"
    assert document.blocks[0].header.columns == ("", "Boat", "", "Port")
