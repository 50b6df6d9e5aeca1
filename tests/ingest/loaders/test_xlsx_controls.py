from __future__ import annotations

import io
import zipfile

import pytest

from tests.fakes import row_statements

RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
CONTROLS = [
    # kind, first column and row, last column and row, label, properties, what VML says of them
    ("CheckBox", (1, 1, 2, 2), "Driving licence", 'checked="Checked"', "<x:Checked>1</x:Checked>"),
    ("CheckBox", (1, 2, 2, 3), "Own car", "", ""),
    ("CheckBox", (1, 3, 2, 4), "", 'checked="Checked"', "<x:Checked>1</x:Checked>"),
    (
        "Drop",
        (1, 4, 2, 5),
        "",
        'fmlaRange="Lists!$A$1:$A$3" sel="2"',
        "<x:FmlaRange>Lists!$A$1:$A$3</x:FmlaRange><x:Sel>2</x:Sel>",
    ),
    ("GBox", (0, 6, 3, 9), "Shift", "", ""),
    ("Radio", (0, 7, 1, 8), "Day", "", ""),
    ("Radio", (1, 7, 2, 8), "Night", 'checked="Checked"', "<x:Checked>1</x:Checked>"),
]


def workbook(by: str) -> bytes:
    """A form whose controls are told by VML, by parts of their own, or by both (Excel)."""
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Form"
    for row, text in enumerate(["Application", "", "", "Night work", "Fuel", "End"], 1):
        sheet.cell(row, 1, text)
    lists = book.create_sheet("Lists")
    for row, text in enumerate(["petrol", "diesel", "electric"], 1):
        lists.cell(row, 1, text)
    lists.sheet_state = "hidden"
    plain, made = io.BytesIO(), io.BytesIO()
    book.save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, _with_controls(data, by) if name == "xl/worksheets/sheet1.xml" else data)
        links = f'<Relationship Id="v" Type="{RELATIONS}/vmlDrawing" Target="../drawings/vml1.vml"/>'
        if by != "vml":
            links += f'<Relationship Id="d" Type="{RELATIONS}/drawing" Target="../drawings/drawing1.xml"/>'
            for i, (kind, _, _, properties, _) in enumerate(CONTROLS):
                links += (
                    f'<Relationship Id="c{i}" Type="{RELATIONS}/ctrlProp" Target="../ctrlProps/c{i}.xml"/>'
                )
                new.writestr(
                    f"xl/ctrlProps/c{i}.xml",
                    '<formControlPr xmlns="http://schemas.microsoft.com/office/spreadsheetml/2009/9/main" '
                    f'objectType="{kind}" {properties}/>',
                )
            new.writestr("xl/drawings/drawing1.xml", _drawing())
        if by != "parts":
            new.writestr("xl/drawings/vml1.vml", _vml())
        new.writestr(
            "xl/worksheets/_rels/sheet1.xml.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f"{links}</Relationships>",
        )
    return made.getvalue()


def _with_controls(sheet: bytes, by: str) -> bytes:
    if by == "vml":
        return sheet
    told = "".join(
        f'<control shapeId="{1025 + i}" r:id="c{i}" name="Control {i}" xmlns:r="{RELATIONS}">'
        "<controlPr><anchor>"
        f"<from><x:col>{left}</x:col><x:colOff>0</x:colOff><x:row>{top}</x:row><x:rowOff>0</x:rowOff></from>"
        f"<to><x:col>{right}</x:col><x:colOff>0</x:colOff><x:row>{bottom}</x:row><x:rowOff>0</x:rowOff></to>"
        "</anchor></controlPr></control>"
        for i, (_, (left, top, right, bottom), *_) in enumerate(CONTROLS)
    )
    told = f'<controls xmlns:x="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing">{told}</controls>'
    return sheet.replace(b"</worksheet>", told.encode() + b"</worksheet>")


def _vml() -> str:
    shapes = "".join(
        f'<v:shape id="_x0000_s{1025 + i}"><v:textbox><div><font>{label}</font></div></v:textbox>'
        f'<x:ClientData ObjectType="{"Checkbox" if kind == "CheckBox" else kind}">'
        f"<x:Anchor>{left}, 0, {top}, 0, {right}, 0, {bottom}, 0</x:Anchor>{told}</x:ClientData></v:shape>"
        for i, (kind, (left, top, right, bottom), label, _, told) in enumerate(CONTROLS)
    )
    return (
        '<xml xmlns:v="urn:schemas-microsoft-com:vml" xmlns:x="urn:schemas-microsoft-com:office:excel">'
        f"{shapes}</xml>"
    )


def _drawing() -> str:
    shapes = "".join(
        f'<x:sp><x:nvSpPr><x:cNvPr id="{1025 + i}" name="Control {i}"/></x:nvSpPr>'
        f"<x:txBody><a:p><a:r><a:t>{label}</a:t></a:r></a:p></x:txBody></x:sp>"
        for i, (_, _, label, *_) in enumerate(CONTROLS)
    )
    return (
        '<x:wsDr xmlns:x="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing" '
        f'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">{shapes}</x:wsDr>'
    )


@pytest.mark.parametrize("by", ["vml", "parts", "both"])
def test_controls_of_a_sheet_say_what_is_chosen(load, by: str) -> None:
    document = load(workbook(by), "form.xlsx")
    assert row_statements(document) == [
        "☒ Driving licence: yes",
        "☐ Own car: no",
        "Night work: ☒ (yes)",
        "Fuel: diesel",
        "End",
    ]
    assert document.text.endswith("Shift: ☒ Night (not chosen: Day)")
