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
