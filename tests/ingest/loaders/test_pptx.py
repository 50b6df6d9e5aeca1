from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest

from rag.errors import DocumentError, EmptyDocumentError


@pytest.fixture
def slides() -> Callable[[Callable[[Any], None]], bytes]:
    def made(write: Callable[[Any], None]) -> bytes:
        import pptx

        presentation = pptx.Presentation()
        write(presentation)
        buffer = io.BytesIO()
        presentation.save(buffer)
        return buffer.getvalue()

    return made


def add(presentation: Any, title: str, layout: int = 5) -> Any:
    slide = presentation.slides.add_slide(presentation.slide_layouts[layout])
    slide.shapes.title.text = title
    return slide


def test_a_slide_is_a_page_with_its_title_text_and_notes(load, blocks, slides) -> None:
    def write(presentation: Any) -> None:
        slide = add(presentation, "Review", 1)
        slide.placeholders[1].text = "Revenue grew\nCosts fell"
        slide.notes_slide.notes_text_frame.text = "Mention Hull."
        add(presentation, "End")

    document = load(slides(write), "deck.pptx")
    assert len(document.pages) == 2
    assert document.title == "Review"
    assert blocks(document) == [
        ("heading1", "Review"),
        ("paragraph", "Revenue grew"),
        ("paragraph", "Costs fell"),
        ("heading2", "Notes"),
        ("paragraph", "Mention Hull."),
        ("heading1", "End"),
    ]


def test_shapes_come_from_top_to_bottom_and_left_to_right(load, blocks, slides) -> None:
    from pptx.util import Inches

    def write(presentation: Any) -> None:
        shapes = add(presentation, "T").shapes
        for text, left, top in (("below", 1, 5), ("right", 5, 2.1), ("left", 1, 2.2)):
            shapes.add_textbox(Inches(left), Inches(top), Inches(2), Inches(1)).text_frame.text = text

    assert [text for _, text in blocks(load(slides(write), "a.pptx"))] == ["T", "left", "right", "below"]


def test_tables_and_charts_are_rows_that_know_their_columns(load, slides) -> None:
    from pptx.chart.data import CategoryChartData
    from pptx.enum.chart import XL_CHART_TYPE
    from pptx.util import Inches

    def write(presentation: Any) -> None:
        shapes = add(presentation, "Figures").shapes
        table = shapes.add_table(2, 2, Inches(1), Inches(2), Inches(6), Inches(1)).table
        for i, text in enumerate(["Region", "Sum", "North", "10"]):
            table.cell(i // 2, i % 2).text = text
        data = CategoryChartData()
        data.categories = ["East"]
        data.add_series("Sales", (1.5,))
        size = (Inches(1), Inches(4), Inches(4), Inches(2))
        shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, *size, data)

    document = load(slides(write), "a.pptx")
    rows = {document.text[b.start : b.end]: b.header.columns for b in document.blocks if b.header}
    assert rows["North\t10"] == ("Region", "Sum")
    assert rows["East\t1.5"] == ("", "Sales")


def test_hidden_slides_are_left_out_and_told(load, slides) -> None:
    def write(presentation: Any) -> None:
        add(presentation, "Shown")
        for _ in range(2):
            add(presentation, "Secret").element.set("show", "0")

    document = load(slides(write), "a.pptx")
    assert "Secret" not in document.text
    assert len(document.pages) == 3
    assert document.warnings == ("slides 2-3: hidden, left out",)


def test_broken_and_empty_presentations_are_clear_errors(load, slides) -> None:
    data = slides(lambda presentation: None)
    with pytest.raises(EmptyDocumentError):
        load(data, "a.pptx")
    at = data.index(b"ppt/presentation.xml") + 40
    with pytest.raises(DocumentError, match="broken PPTX"):
        load(data[:at] + bytes(200) + data[at + 200 :], "a.pptx")


def test_equations_and_raised_text_on_slides(load, blocks, slides) -> None:
    maths = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    drawn = "http://schemas.openxmlformats.org/drawingml/2006/main"

    def write(presentation: Any) -> None:
        from lxml import etree

        slide = add(presentation, "Loads")
        box = slide.shapes.add_textbox(0, 2_000_000, 5_000_000, 500_000).text_frame
        box.text = "The load is "
        equation = f'<m:oMath xmlns:m="{maths}"><m:r><a:t xmlns:a="{drawn}">F=5 kN</a:t></m:r></m:oMath>'
        box.paragraphs[0]._p.append(etree.fromstring(equation))
        run = box.paragraphs[0].add_run()
        run.text = "2"
        run.font._element.set("baseline", "30000")
        box.paragraphs[0].runs[0].text = "The area is 5 m"
        box.paragraphs[0]._p.remove(run._r)
        box.paragraphs[0].runs[0]._r.addnext(run._r)

    assert blocks(load(slides(write), "a.pptx"))[1] == ("paragraph", "The area is 5 m²F = 5 kN")


def test_a_group_of_captions_is_a_table(load, blocks, slides) -> None:
    def write(presentation: Any) -> None:
        slide = add(presentation, "Machines")
        group = slide.shapes.add_group_shape()
        for i, (name, owner) in enumerate((("Harvester", "hired"), ("Dryer", "our own"))):
            for j, text in enumerate((name, owner)):
                box = group.shapes.add_textbox(j * 3_000_000, 2_000_000 + i * 900_000, 2_000_000, 400_000)
                box.text_frame.text = text

    assert blocks(load(slides(write), "a.pptx"))[1:] == [
        ("table_row", "Harvester\thired"),
        ("table_row", "Dryer\tour own"),
    ]


def test_numbers_that_the_program_counts_stand_before_their_lines(load, blocks, slides) -> None:
    drawn = "http://schemas.openxmlformats.org/drawingml/2006/main"

    def write(presentation: Any) -> None:
        from lxml import etree

        frame = add(presentation, "Steps").shapes.add_textbox(0, 2_000_000, 5_000_000, 500_000).text_frame
        lines = [("Fill", 0, "arabicPeriod"), ("slowly", 1, "alphaLcParenBoth"), ("Seal", 0, "arabicPeriod")]
        for i, (text, level, form) in enumerate(lines):
            paragraph = frame.paragraphs[0] if not i else frame.add_paragraph()
            paragraph.text, paragraph.level = text, level
            number = etree.fromstring(f'<a:buAutoNum xmlns:a="{drawn}" type="{form}"/>')
            paragraph._p.get_or_add_pPr().append(number)

    told = [text for _, text in blocks(load(slides(write), "a.pptx"))[1:]]
    assert told == ["1. Fill", "(a) slowly", "2. Seal"]
