"""More ways to hide a sentence in files of Word, Excel and PowerPoint: by the names of their XML."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

__all__ = [
    "DRAWN_HIDDEN", "DRAWN_SEEN", "RULED_HIDDEN", "RULED_SEEN", "WRITTEN_HIDDEN", "WRITTEN_SEEN",
]  # fmt: skip

Put = Callable[[Any, str], None]
_DRAWINGS: Final = "http://schemas.openxmlformats.org/drawingml/2006"
_MICROSOFT: Final = "http://schemas.microsoft.com/office/word/2010"
_SPACES: Final = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "w14": f"{_MICROSOFT}/wordml",
    "wps": f"{_MICROSOFT}/wordprocessingShape",
    "wp": f"{_DRAWINGS}/wordprocessingDrawing",
    "a": f"{_DRAWINGS}/main",
    "v": "urn:schemas-microsoft-com:vml",
}


def _parsed(xml: str) -> list[Any]:
    from lxml import etree

    names = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in _SPACES.items())
    return list(etree.fromstring(f"<all {names}>{xml}</all>"))


def _body(xml: str) -> Put:
    def put(made: Any, secret: str) -> None:
        last = made.element.body[-1]
        for element in _parsed(xml.replace("SECRET", secret)):
            last.addprevious(element)

    return put


def _run(properties: str) -> Put:
    return _body(f"<w:p><w:r><w:rPr>{properties}</w:rPr><w:t>SECRET</w:t></w:r></w:p>")


def _paragraph(properties: str) -> Put:
    return _body(f"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t>SECRET</w:t></w:r></w:p>")


def _table(properties: str, row: str = "") -> Put:
    return _body(
        f"<w:tbl><w:tblPr>{properties}</w:tblPr><w:tr><w:trPr>{row}</w:trPr>"
        "<w:tc><w:p><w:r><w:t>SECRET</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )


def _filled(fill: str) -> str:
    return f'<w:color w:val="000000"/><w14:textFill>{fill}</w14:textFill>'


def _solid(colour: str) -> str:
    return f"<w14:solidFill>{colour}</w14:solidFill>"


def _box(offset: int, extra: str = "", fill: str = "", run: str = "", outer: str = "") -> Put:
    return _body(
        f"<w:p><w:r><w:rPr>{outer}</w:rPr><w:drawing><wp:anchor>"
        f'<wp:positionH relativeFrom="page"><wp:posOffset>{offset}</wp:posOffset></wp:positionH>'
        '<wp:extent cx="2000000" cy="500000"/>'
        f'<wp:docPr id="5" name="b" {extra}/><a:graphic><a:graphicData><wps:wsp><wps:spPr>{fill}</wps:spPr>'
        f"<wps:txbx><w:txbxContent><w:p><w:r><w:rPr>{run}</w:rPr><w:t>SECRET</w:t></w:r></w:p></w:txbxContent>"
        "</wps:txbx></wps:wsp></a:graphicData></a:graphic></wp:anchor></w:drawing></w:r></w:p>"
    )


def _vml(style: str) -> Put:
    return _body(
        f'<w:p><w:r><w:pict><v:shape style="position:absolute;{style}"><v:textbox><w:txbxContent><w:p><w:r>'
        "<w:t>SECRET</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r></w:p>"
    )


def _equation(inner: str) -> Put:
    return _body(f"<w:p><m:oMath>{inner}</m:oMath></w:p>")


def _field(separator: str, marks: str = "") -> Put:
    begin, end = (f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>' for kind in ("begin", "end"))
    return _body(f"<w:p>{begin}{separator}<w:r><w:t>SECRET</w:t></w:r>{marks}{end}</w:p>")


def _table_style(made: Any, secret: str) -> None:
    style = (
        '<w:style w:type="table" w:styleId="Dim"><w:name w:val="Dim"/><w:rPr><w:vanish/></w:rPr></w:style>'
    )
    made.styles.element.extend(_parsed(style))
    _table('<w:tblStyle w:val="Dim"/>')(made, secret)


def _header(name: str, is_on: bool = False) -> Put:
    def put(made: Any, secret: str) -> None:
        section = made.sections[0]
        header = getattr(section, name)
        header.is_linked_to_previous = False
        header.paragraphs[0].text = secret
        section.different_first_page_header_footer = is_on
        made.settings.odd_and_even_pages_header_footer = is_on

    return put


_SEPARATOR: Final = '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
WRITTEN_HIDDEN: Final[dict[str, Put]] = {
    "white of the theme over black": _run('<w:color w:val="000000" w:themeColor="background1"/>'),
    "nearly white of the theme": _run('<w:color w:val="000000" w:themeColor="text1" w:themeTint="08"/>'),
    "white on the theme's white": _run(
        '<w:color w:val="FFFFFF"/><w:shd w:val="clear" w:fill="000000" w:themeFill="background1"/>'
    ),
    "the colours of its pattern": _run(
        '<w:color w:val="336699"/><w:shd w:val="pct50" w:color="306396" w:fill="36699C"/>'
    ),
    "filled white": _run(_filled(_solid('<w14:srgbClr w14:val="FFFFFF"/>'))),
    "filled with nothing": _run(_filled("<w14:noFill/>")),
    "filled with what lets all through": _run(
        _filled(_solid('<w14:srgbClr w14:val="000000"><w14:alpha w14:val="98000"/></w14:srgbClr>'))
    ),
    "filled from white to white": _run(
        _filled(
            "<w14:gradFill><w14:gsLst>"
            + '<w14:gs w14:pos="0"><w14:schemeClr w14:val="bg1"/></w14:gs>' * 2
            + "</w14:gsLst></w14:gradFill>"
        )
    ),
    "vanish in an equation": _equation("<m:r><w:rPr><w:vanish/></w:rPr><m:t>SECRET</m:t></m:r>"),
    "phantom of an equation": _equation(
        '<m:phant><m:phantPr><m:show m:val="0"/></m:phantPr><m:e><m:r><m:t>SECRET</m:t></m:r></m:e></m:phant>'
    ),
    **{
        f"half a point, as letters are complex by {name}": _run(
            f'<w:{name}/><w:sz w:val="40"/><w:szCs w:val="1"/>'
        )
        for name in ("rtl", "cs")
    },
    "deleted row": _table("", '<w:del w:id="2" w:author="a"/>'),
    "deleted row beside another": _body(
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Berth</w:t></w:r></w:p></w:tc></w:tr>"
        '<w:tr><w:trPr><w:del w:id="2" w:author="a"/></w:trPr>'
        "<w:tc><w:p><w:r><w:t>SECRET</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    ),
    "deleted cell": _body(
        "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Berth</w:t></w:r></w:p></w:tc>"
        '<w:tc><w:tcPr><w:cellDel w:id="2" w:author="a"/></w:tcPr>'
        "<w:p><w:r><w:t>SECRET</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    ),
    "vanish by a table's style": _table_style,
    "code of a field": _field("", _SEPARATOR + "<w:r><w:t>ok</w:t></w:r>"),
    "indented off the page": _paragraph('<w:ind w:left="-31000"/>'),
    "indented off the right": _paragraph('<w:ind w:left="31000"/>'),
    "table off the page": _table('<w:tblInd w:w="-31000" w:type="dxa"/>'),
    "low row": _table("", '<w:trHeight w:val="60" w:hRule="exact"/>'),
    "frame off the page": _paragraph(
        '<w:framePr w:w="5000" w:vAnchor="page" w:hAnchor="page" w:x="-20000" w:y="100"/>'
    ),
    "frame of no size": _paragraph('<w:framePr w:w="20" w:h="20" w:hRule="exact"/>'),
    "raised off the page": _run('<w:position w:val="3000"/>'),
    "pressed into a point": _run('<w:fitText w:val="20"/>'),
    "box off the page": _box(-90_000_000),
    "box that is not shown": _box(100, 'hidden="1"'),
    "box in a hidden run": _box(100, outer="<w:vanish/>"),
    "white in a white box": _box(
        100,
        fill='<a:solidFill><a:schemeClr val="bg1"/></a:solidFill>',
        run='<w:color w:val="FFFFFF"/>',
    ),
    "old box off the page": _vml("margin-left:-900pt;width:90pt"),
    "old box that is not shown": _vml("visibility:hidden"),
    "header of even pages, switched off": _header("even_page_header"),
    "footer of the first page, switched off": _header("first_page_footer"),
}
WRITTEN_SEEN: Final[dict[str, Put]] = {
    "dark of the theme over white": _run('<w:color w:val="FFFFFF" w:themeColor="accent1"/>'),
    "filled dark": _run(
        _filled(_solid('<w14:schemeClr w14:val="tx1"><w14:lumMod w14:val="75000"/></w14:schemeClr>'))
    ),
    "half see-through": _run(
        _filled(_solid('<w14:srgbClr w14:val="000000"><w14:alpha w14:val="40000"/></w14:srgbClr>'))
    ),
    "small for complex letters only": _run('<w:sz w:val="24"/><w:szCs w:val="1"/>'),
    "complex letters of a size of their own": _run('<w:cs/><w:sz w:val="1"/><w:szCs w:val="24"/>'),
    "inserted row": _table("", '<w:ins w:id="2" w:author="a"/>'),
    "result of a field": _field("<w:r><w:instrText>AUTHOR</w:instrText></w:r>" + _SEPARATOR),
    "field without an end": _body(
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:t>SECRET</w:t></w:r></w:p>'
    ),
    "in an equation": _equation("<m:r><m:t>SECRET</m:t></m:r>"),
    "in the margin": _paragraph('<w:ind w:left="-900" w:hanging="300"/>'),
    "far to the right": _paragraph('<w:ind w:left="6000"/>'),
    "box on the page": _box(900_000),
    "white in a dark box": _box(
        100, fill='<a:solidFill><a:srgbClr val="102030"/></a:solidFill>', run='<w:color w:val="FFFFFF"/>'
    ),
    "header of even pages": _header("even_page_header", is_on=True),
    "footer of the first page": _header("first_page_footer", is_on=True),
}


def _cell(change: Callable[[Any], None]) -> Put:
    def put(made: Any, secret: str) -> None:
        made.active["A4"], made.active["B4"] = "Berth", secret
        change(made.active["B4"])

    return put


def _format(text: str) -> Put:
    return _cell(lambda cell: setattr(cell, "number_format", text))


def _indexed(index: int) -> Put:
    def change(cell: Any) -> None:
        from openpyxl.styles import Color, Font

        cell.font = Font(color=Color(indexed=index))

    return _cell(change)


def _white_on(fill: Callable[[Any], Any]) -> Put:
    def change(cell: Any) -> None:
        from openpyxl import styles

        cell.font = styles.Font(color="FFFFFFFF")
        cell.fill = fill(styles)

    return _cell(change)


def _ruled(formula: str, colour: str = "FFFFFFFF", fill: str = "", code: str = "", **rule: Any) -> Put:
    """A conditional format; `rule` is what it asks beside a formula."""

    def change(cell: Any) -> None:
        from openpyxl.formatting.rule import Rule
        from openpyxl.styles import Font, PatternFill
        from openpyxl.styles.differential import DifferentialStyle
        from openpyxl.styles.numbers import NumberFormat

        look = DifferentialStyle(
            font=Font(color=colour) if colour else None,
            fill=PatternFill(bgColor=fill) if fill else None,
            numFmt=NumberFormat(numFmtId=164, formatCode=code) if code else None,
        )
        asked = {"type": "expression", **rule}
        cell.parent.conditional_formatting.add(
            "B2:B9" if fill else "B4", Rule(formula=[formula], dxf=look, **asked)
        )

    return _cell(change)


def _runs(cell: str = "FF000000", **font: Any) -> Put:
    def put(made: Any, secret: str) -> None:
        from openpyxl.cell.rich_text import CellRichText, TextBlock
        from openpyxl.cell.text import InlineFont
        from openpyxl.styles import Font

        made.active["B4"] = CellRichText("Told: ", TextBlock(InlineFont(**font), secret))
        made.active["B4"].font = Font(color=cell)

    return put


RULED_HIDDEN: Final[dict[str, Put]] = {
    "white by a rule": _ruled("TRUE"),
    "white by a rule that compares": _ruled("1=1"),
    "nothing by a rule": _ruled("TRUE()", colour="", code=";;;"),
    "white by a rule for what is filled": _ruled("LEN(TRIM(B4))>0", type="notContainsBlanks"),
    "white by a rule for other words": _ruled('"x"', type="cellIs", operator="notEqual"),
    "white by its format": _format("[White]@"),
    "white by a number in its format": _format("[Color2]@"),
    "other words by its format": _format('0;0;0;"Nine"'),
    "a space by its format": _format('0;0;0;" "'),
    "padding by its format": _format("0;0;0;_x"),
    "filling by its format": _format("0;0;0;* "),
    "the system's ground": _indexed(65),
    "runs in white": _runs(color="FFFFFFFF"),
    "runs in one point": _runs(sz=1),
    "white on a pattern in white": _white_on(
        lambda styles: styles.PatternFill("gray0625", fgColor="FFFFFFFF", bgColor="FFFFFFFF")
    ),
    "white from white to white": _white_on(lambda styles: styles.GradientFill(stop=("FFFFFFFF", "FFFEFEFE"))),
}
RULED_SEEN: Final[dict[str, Put]] = {
    "white on dark by a rule": _ruled("TRUE", fill="FF102030"),
    "white by a rule that does not hold": _ruled("1=2"),
    "white by a rule for one word": _ruled('"x"', type="cellIs", operator="equal"),
    "red by its format": _format("[Red]@"),
    "words for numbers": _format('"Nine"'),
    "words about the text": _format('"("@")"'),
    "accounting": _format('_(* #,##0_);_(* (#,##0);_(* "-"??_);_(@_)'),
    "runs in red": _runs(cell="FFFFFFFF", color="FFFF0000"),
    "white from dark to darker": _white_on(lambda styles: styles.GradientFill(stop=("FF102030", "FF001020"))),
}


def _shape(run: str = "", change: Callable[[Any, Any], None] = lambda slide, shape: None) -> Put:
    def put(slide: Any, secret: str) -> None:
        from pptx.util import Inches

        shape = slide.shapes.add_textbox(Inches(1), Inches(3), Inches(6), Inches(1))
        made = shape.text_frame.paragraphs[0].add_run()
        made.text = secret
        made._r.get_or_add_rPr().extend(_parsed(run))
        change(slide, shape)

    return put


def _coloured(colour: str, beside: str = "") -> Put:
    return _shape(f"<a:solidFill>{colour}</a:solidFill>{beside}")


def _said(**values: str) -> Put:
    """What the body of a shape says of its text."""

    def change(slide: Any, shape: Any) -> None:
        for name, value in values.items():
            shape.text_frame._txBody.bodyPr.set(name, value)

    return _shape(change=change)


def _scaled(percent: int) -> Put:
    def change(slide: Any, shape: Any) -> None:
        fitted = f'<a:normAutofit fontScale="{percent * 1_000}"/>'
        shape.text_frame._txBody.bodyPr.extend(_parsed(fitted))

    return _shape(change=change)


def _clipped(slide: Any, shape: Any) -> None:
    shape.text_frame._txBody.bodyPr.set("vertOverflow", "clip")
    shape.height = 1


def _close(slide: Any, shape: Any) -> None:
    shape.text_frame.paragraphs[0].runs[0]._r.get_or_add_rPr().set("spc", "-2000")


def _covered(width: float, fill: str = "FFFFFF") -> Put:
    def change(slide: Any, shape: Any) -> None:
        from pptx.dml.color import RGBColor
        from pptx.util import Inches

        cover = slide.shapes.add_shape(1, Inches(1), Inches(3), Inches(width), Inches(1))
        cover.fill.solid()
        cover.fill.fore_color.rgb = RGBColor.from_string(fill)

    return _shape(change=change)


def _second_level(slide: Any, shape: Any) -> None:
    styles = shape.text_frame._txBody.find(f"{{{_SPACES['a']}}}lstStyle")
    styles.extend(_parsed('<a:lvl2pPr><a:defRPr sz="100"/></a:lvl2pPr>'))
    shape.text_frame.paragraphs[0].level = 1


def _plain_table(slide: Any, secret: str) -> None:
    from pptx.dml.color import RGBColor
    from pptx.util import Inches

    table = slide.shapes.add_table(1, 2, Inches(1), Inches(3), Inches(6), Inches(1)).table
    table._tbl.tblPr.clear()
    table.cell(0, 0).text, table.cell(0, 1).text = "Berth", secret
    table.cell(0, 1).text_frame.paragraphs[0].runs[0].font.color.rgb = RGBColor(255, 255, 255)


_STOP: Final = '<a:gs pos="0"><a:srgbClr val="FFFFFF"/></a:gs>'
DRAWN_HIDDEN: Final[dict[str, Put]] = {
    "white by its name": _coloured('<a:prstClr val="white"/>'),
    "white of the system": _coloured('<a:sysClr val="window"/>'),
    "white by shares": _coloured('<a:scrgbClr r="100000" g="100000" b="100000"/>'),
    "white by its lightness": _coloured('<a:hslClr hue="0" sat="0" lum="100000"/>'),
    "black made light": _coloured(
        '<a:schemeClr val="tx1"><a:lumMod val="1000"/><a:lumOff val="99000"/></a:schemeClr>'
    ),
    "black made white by a tint": _coloured('<a:prstClr val="black"><a:tint val="1%"/></a:prstClr>'),
    "black turned over": _coloured('<a:srgbClr val="000000"><a:inv/></a:srgbClr>'),
    "white with a shade of all": _coloured('<a:srgbClr val="FFFFFF"><a:shade val="100000"/></a:srgbClr>'),
    "a hundredth of black": _coloured('<a:srgbClr val="000000"><a:alpha val="1000"/></a:srgbClr>'),
    "from white to white": _shape(f"<a:gradFill><a:gsLst>{_STOP}{_STOP}</a:gsLst></a:gradFill>"),
    "no fill and no outline": _shape("<a:ln><a:noFill/></a:ln><a:noFill/>"),
    "the colour of its highlight": _coloured(
        '<a:srgbClr val="336699"/>', '<a:highlight><a:srgbClr val="336699"/></a:highlight>'
    ),
    "under a white shape": _covered(7),
    "cut off by its shape": _shape(change=_clipped),
    "set off by its margin": _said(lIns="90000000", wrap="none"),
    "letters on each other": _shape(change=_close),
    "scaled to a hundredth": _scaled(1),
    "one point by the second level": _shape(change=_second_level),
    "white in a plain table": _plain_table,
}
DRAWN_SEEN: Final[dict[str, Put]] = {
    "dark by its name": _coloured('<a:prstClr val="dkBlue"/>'),
    "grey of the theme": _coloured('<a:schemeClr val="bg1"><a:lumMod val="65000"/></a:schemeClr>'),
    "half see-through": _coloured('<a:srgbClr val="000000"><a:alpha val="50000"/></a:srgbClr>'),
    "outlined": _shape('<a:ln><a:solidFill><a:prstClr val="black"/></a:solidFill></a:ln><a:noFill/>'),
    "white in a highlight": _coloured(
        '<a:srgbClr val="FFFFFF"/>', '<a:highlight><a:srgbClr val="336699"/></a:highlight>'
    ),
    "partly under a shape": _covered(2),
    "scaled to a half": _scaled(50),
    "with a margin": _said(lIns="914400", vertOverflow="clip"),
}
