"""Ways to hide a sentence in files of Word, Excel and PowerPoint, and their twins that can be seen."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, Final

__all__ = [
    "DOCX_HIDDEN", "DOCX_SEEN", "PPTX_HIDDEN", "PPTX_SEEN", "XLSX_HIDDEN", "XLSX_SEEN",
    "document", "presentation", "workbook",
]  # fmt: skip

Put = Callable[[Any, str], None]


def document(trick: Put, shown: str, secret: str, last: str) -> bytes:
    """A Word file that shows two sentences, with a third put in by a trick."""
    import docx

    made = docx.Document()
    made.add_paragraph(shown)
    trick(made, secret)
    made.add_paragraph(last)
    return _saved(made)


def workbook(trick: Put, shown: str, secret: str, last: str) -> bytes:
    """A sheet with three rows and two columns of names and values; the trick puts the secret somewhere."""
    import openpyxl

    made = openpyxl.Workbook()
    sheet = made.active
    sheet.append(["Place", "Told"])
    sheet.append(["Harbour", shown])
    sheet.append(["Gate", last])
    trick(made, secret)
    return _saved(made)


def presentation(trick: Put, shown: str, secret: str, last: str) -> bytes:
    """A blank slide with two texts, and a third that the trick puts there."""
    import pptx
    from pptx.util import Inches

    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[6])
    for text, top in ((shown, 1), (last, 5)):
        slide.shapes.add_textbox(Inches(1), Inches(top), Inches(6), Inches(1)).text_frame.text = text
    trick(slide, secret)
    return _saved(made)


def _saved(made: Any) -> bytes:
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def _run(change: Callable[[Any], None]) -> Put:
    def put(made: Any, secret: str) -> None:
        change(made.add_paragraph().add_run(secret))

    return put


def _word(name: str, **values: str) -> Put:
    """A run with a property by its name in the XML."""

    def change(run: Any) -> None:
        run._r.get_or_add_rPr().append(_element(name, **values))

    return _run(change)


def _element(name: str, **values: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    element = OxmlElement(f"w:{name}")
    for key, value in values.items():
        element.set(qn(f"w:{key}"), value)
    return element


def _styled(kind: int, name: str, **values: str) -> Put:
    """A style of paragraphs (1) or characters (2), based on another that hides."""

    def put(made: Any, secret: str) -> None:
        outer = made.styles.add_style("Outer", kind)
        outer.element.get_or_add_rPr().append(_element(name, **values))
        inner = made.styles.add_style("Inner", kind)
        inner.base_style = outer
        if kind == 1:
            made.add_paragraph(secret, style=inner)
        else:
            made.add_paragraph().add_run(secret, style=inner)

    return put


def _shaded(fill: str, colour: str) -> Put:
    def put(made: Any, secret: str) -> None:
        cell = made.add_table(1, 1).rows[0].cells[0]
        cell._tc.get_or_add_tcPr().append(_element("shd", val="clear", fill=fill))
        run = cell.paragraphs[0].add_run(secret)
        run._r.get_or_add_rPr().append(_element("color", val=colour))

    return put


def _low_row(made: Any, secret: str) -> None:
    row = made.add_table(1, 1).rows[0]
    row._tr.get_or_add_trPr().append(_element("trHeight", val="10", hRule="exact"))
    row.cells[0].text = secret


def _low_line(made: Any, secret: str) -> None:
    paragraph = made.add_paragraph(secret)
    paragraph._p.get_or_add_pPr().append(_element("spacing", line="10", lineRule="exact"))


def _footer(made: Any, secret: str) -> None:
    run = made.sections[0].footer.paragraphs[0].add_run(secret)
    run.font.hidden = True


DOCX_HIDDEN: Final[dict[str, Put]] = {
    "vanish": _word("vanish"),
    "vanish by a paragraph style": _styled(1, "vanish"),
    "vanish by a character style": _styled(2, "vanish"),
    "hidden in the web view": _word("webHidden"),
    "white": _word("color", val="FFFFFF"),
    "white by a style": _styled(1, "color", val="FEFEFE"),
    "one point": _word("sz", val="2"),
    "one point by a style": _styled(2, "sz", val="1"),
    "letters of a hundredth": _word("w", val="1"),
    "letters on each other": _word("spacing", val="-400"),
    "the colour of its cell": _shaded("336699", "336699"),
    "row of no height": _low_row,
    "line of no height": _low_line,
    "hidden in a footer": _footer,
}
DOCX_SEEN: Final[dict[str, Put]] = {
    "vanish that is off": _word("vanish", val="0"),
    "white in a dark cell": _shaded("102030", "FFFFFF"),
    "grey": _word("color", val="999999"),
    "white, highlighted in blue": lambda made, secret: _highlighted(made, secret),
    "five points": _word("sz", val="10"),
    "condensed": _word("w", val="66"),
    "red by a style": _styled(2, "color", val="FF0000"),
}


def _highlighted(made: Any, secret: str) -> None:
    run = made.add_paragraph().add_run(secret)
    run._r.get_or_add_rPr().extend([_element("color", val="FFFFFF"), _element("highlight", val="blue")])


def _cell(change: Callable[[Any], None]) -> Put:
    def put(made: Any, secret: str) -> None:
        cell = made.active["B4"]
        made.active["A4"] = "Berth"
        cell.value = secret
        change(cell)

    return put


def _font(**values: Any) -> Put:
    def change(cell: Any) -> None:
        from openpyxl.styles import Font

        cell.font = Font(**values)

    return _cell(change)


def _filled(fill: str, colour: str) -> Put:
    def change(cell: Any) -> None:
        from openpyxl.styles import Font, PatternFill

        cell.font = Font(color=colour)
        cell.fill = PatternFill("solid", fgColor=fill)

    return _cell(change)


def _format(text: str) -> Put:
    def change(cell: Any) -> None:
        cell.number_format = text

    return _cell(change)


def _row(**values: Any) -> Put:
    def put(made: Any, secret: str) -> None:
        made.active["B4"] = secret
        for name, value in values.items():
            setattr(made.active.row_dimensions[4], name, value)

    return put


def _column(**values: Any) -> Put:
    def put(made: Any, secret: str) -> None:
        made.active["C2"] = secret
        for name, value in values.items():
            setattr(made.active.column_dimensions["C"], name, value)

    return put


def _sheet(state: str) -> Put:
    def put(made: Any, secret: str) -> None:
        sheet = made.create_sheet("Notes")
        sheet["A1"] = secret
        sheet.sheet_state = state

    return put


def _beside(columns: float | None = None, rows: float | None = None, own: float | None = None) -> Put:
    """Sizes of columns and rows where none is said; the secret's column may have its own."""

    def put(made: Any, secret: str) -> None:
        sheet = made.active
        sheet["E9"] = secret
        for letter in "AB":
            sheet.column_dimensions[letter].width = 40
        for row in range(1, 9):
            sheet.row_dimensions[row].height = 15
        if own is not None:
            sheet.column_dimensions["E"].width = own
        if columns is not None:
            sheet.sheet_format.defaultColWidth = columns
        if rows is not None:
            sheet.sheet_format.defaultRowHeight, sheet.sheet_format.customHeight = rows, True

    return put


XLSX_HIDDEN: Final[dict[str, Put]] = {
    "hidden row": _row(hidden=True),
    "row of no height": _row(height=0.1),
    "row of a point": _row(height=1),
    "hidden column": _column(hidden=True),
    "column of no width": _column(width=0.1),
    "columns of no width where nothing else is said": _beside(columns=0),
    "rows of no height where nothing else is said": _beside(rows=0.5),
    "hidden sheet": _sheet("hidden"),
    "very hidden sheet": _sheet("veryHidden"),
    "white": _font(color="FFFFFFFF"),
    "white of the theme": _cell(lambda cell: _theme_white(cell)),
    "nearly white": _font(color="FFFCFCFC"),
    "the colour of its fill": _filled("FF336699", "FF336699"),
    "one point": _font(sz=1),
    "format that shows nothing": _format(";;;"),
    "format that shows no text": _format('0;-0;0;""'),
}
XLSX_SEEN: Final[dict[str, Put]] = {
    "white on a dark fill": _filled("FF102030", "FFFFFFFF"),
    "red": _font(color="FFFF0000"),
    "format with sections": _format("0.00;-0.00;0;@"),
    "narrow column": _column(width=3),
    "column of a width of its own": _beside(columns=0, own=12),
    "narrow columns where nothing else is said": _beside(columns=3),
    "six points": _font(sz=6),
}


def _theme_white(cell: Any) -> None:
    from openpyxl.styles import Color, Font

    cell.font = Font(color=Color(theme=0))


def _box(left: float, top: float, change: Callable[[Any, Any], None] = lambda shape, run: None) -> Put:
    def put(slide: Any, secret: str) -> None:
        from pptx.util import Inches

        shape = slide.shapes.add_textbox(Inches(left), Inches(top), Inches(6), Inches(1))
        run = shape.text_frame.paragraphs[0].add_run()
        run.text = secret
        change(shape, run)

    return put


def _coloured(colour: str, fill: str = "") -> Put:
    def change(shape: Any, run: Any) -> None:
        from pptx.dml.color import RGBColor

        run.font.color.rgb = RGBColor.from_string(colour)
        if fill:
            shape.fill.solid()
            shape.fill.fore_color.rgb = RGBColor.from_string(fill)

    return _box(1, 3, change)


def _sized(points: float) -> Put:
    def change(shape: Any, run: Any) -> None:
        from pptx.util import Pt

        run.font.size = Pt(points)

    return _box(1, 3, change)


def _theme_background(shape: Any, run: Any) -> None:
    from pptx.enum.dml import MSO_THEME_COLOR

    run.font.color.theme_color = MSO_THEME_COLOR.BACKGROUND_1


def _grouped_off(slide: Any, secret: str) -> None:
    from pptx.util import Inches

    group = slide.shapes.add_group_shape()
    group.shapes.add_textbox(Inches(1), Inches(1), Inches(2), Inches(1)).text_frame.text = secret
    group.left = Inches(-30)


def _not_shown(shape: Any, run: Any) -> None:
    shape._element.nvSpPr.cNvPr.set("hidden", "1")


def _over_dark(slide: Any, secret: str) -> None:
    from pptx.dml.color import RGBColor
    from pptx.util import Inches

    dark = slide.shapes.add_shape(1, 0, Inches(2), Inches(9), Inches(2))
    dark.fill.solid()
    dark.fill.fore_color.rgb = RGBColor(16, 32, 48)
    _coloured("FFFFFF")(slide, secret)


def _tiny_by_layout(slide: Any, secret: str) -> None:
    import copy

    from pptx.oxml.ns import qn
    from pptx.util import Inches

    shape = slide.shapes.add_textbox(Inches(1), Inches(3), Inches(6), Inches(1))
    place = shape._element.nvSpPr.nvPr.makeelement(qn("p:ph"), {"idx": "77"})
    shape._element.nvSpPr.nvPr.append(place)
    model = copy.deepcopy(shape._element)
    slide.slide_layout.shapes._spTree.append(model)
    level = model.makeelement(qn("a:lvl1pPr"), {})
    level.append(model.makeelement(qn("a:defRPr"), {"sz": "100"}))
    model.txBody.find(qn("a:lstStyle")).append(level)
    shape.text_frame.text = secret


PPTX_HIDDEN: Final[dict[str, Put]] = {
    "left of the slide": _box(-20, 3),
    "right of the slide": _box(40, 3),
    "above the slide": _box(1, -9),
    "below the slide": _box(1, 30),
    "in a group off the slide": _grouped_off,
    "shape that is not shown": _box(1, 3, _not_shown),
    "white": _coloured("FFFFFF"),
    "white of the theme": _box(1, 3, _theme_background),
    "the colour of its shape": _coloured("336699", "336699"),
    "one point": _sized(1),
    "one point by its layout": _tiny_by_layout,
}
PPTX_SEEN: Final[dict[str, Put]] = {
    "plain": _box(1, 3),
    "partly off the slide": _box(-1, 3),
    "white on a dark shape": _coloured("FFFFFF", "102030"),
    "white over a dark shape": _over_dark,
    "six points": _sized(6),
}
