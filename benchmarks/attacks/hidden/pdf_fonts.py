"""Ways to hide a sentence on a page of a PDF by its fonts, and their twins that can be seen."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any, Final

__all__ = ["FONTS_HIDDEN", "FONTS_SEEN", "coded", "coded_font"]

_FIRST_CODE: Final = 65


def coded(drawn: str) -> bytes:
    """The codes of a sentence in a font of `coded_font`: one for each place in it."""
    return bytes(range(_FIRST_CODE, _FIRST_CODE + len(drawn)))


def coded_font(writer: Any, drawn: str, told: str) -> Any:
    """A font that draws one sentence and tells another, each of its codes a place in both."""
    from pypdf.generic import ArrayObject, DecodedStreamObject, DictionaryObject, NameObject, NumberObject
    from reportlab.pdfbase import _fontdata

    names = {code: name for code, name in enumerate(_fontdata.encodings["WinAnsiEncoding"]) if name}
    map_ = DecodedStreamObject()
    rows = "\n".join(f"<{_FIRST_CODE + place:02X}> <{ord(sign):04X}>" for place, sign in enumerate(told))
    map_.set_data(
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /F def /CMapType 2 def\n"
        b"1 begincodespacerange <00> <FF> endcodespacerange\n"
        + f"{len(told)} beginbfchar\n{rows}\nendbfchar endcmap end end".encode()
    )
    glyphs = [NameObject(f"/{names[ord(sign)]}") for sign in drawn]
    encoding = {
        NameObject("/Type"): NameObject("/Encoding"),
        NameObject("/Differences"): ArrayObject([NumberObject(_FIRST_CODE), *glyphs]),
    }
    return DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
            NameObject("/Encoding"): DictionaryObject(encoding),
            NameObject("/ToUnicode"): writer._add_object(map_),
        }
    )


@cache
def _registered(name: str) -> str:
    """A font of reportlab's, changed: without ink, with other letters' outlines, or as it is."""
    import reportlab
    from fontTools.ttLib import TTFont
    from fontTools.ttLib.tables._g_l_y_f import Glyph
    from reportlab.pdfbase import pdfmetrics, ttfonts

    font = TTFont(Path(reportlab.__file__).parent / "fonts" / "Vera.ttf")
    glyphs, metrics, letters = font["glyf"], font["hmtx"], font.getBestCmap()
    if name == "blank":
        for glyph in font.getGlyphOrder():
            glyphs[glyph] = Glyph()
    elif name == "shifted":
        before = {code: (glyphs[letters[code]], metrics[letters[code]]) for code in range(97, 123)}
        for code in range(97, 123):
            glyphs[letters[code]], metrics[letters[code]] = before[97 + (code - 97 + 9) % 26]
    for record in font["name"].names:
        record.string = f"Attack-{name}"
    made = io.BytesIO()
    font.save(made)
    made.seek(0)
    pdfmetrics.registerFont(ttfonts.TTFont(f"attack-{name}", made))
    return f"attack-{name}"


def _embedded(name: str) -> Any:
    def drawn(canvas: Any, secret: str) -> None:
        canvas.setFont(_registered(name), 10)
        canvas.drawString(72, 600, secret)

    return drawn


def _blank_over_a_rule(canvas: Any, secret: str) -> None:
    canvas.line(60, 596, 400, 596)
    _embedded("blank")(canvas, secret)


def _shifted_in_a_form(canvas: Any, secret: str) -> None:
    canvas.beginForm("coded", 0, 0, 612, 792)
    _embedded("shifted")(canvas, secret)
    canvas.endForm()
    canvas.saveState()
    canvas.translate(40, -60)
    canvas.scale(1.1, 1.1)
    canvas.doForm("coded")
    canvas.restoreState()


def _in_codes(canvas: Any, secret: str, font: str = "/Told") -> None:
    """Write in the font that `pdf.page` adds under a name: it tells the secret and draws something else."""
    codes = coded(secret).hex()
    canvas._code.append(f"BT {font} 10 Tf 72 600 Td <{codes}> Tj ET")


def _turned(canvas: Any, secret: str) -> None:
    canvas.saveState()
    canvas.transform(0, 1, -1, 0, 300, 300)
    canvas.setFont(_registered("shifted"), 10)
    canvas.drawString(0, 0, secret)
    canvas.restoreState()


FONTS_HIDDEN: Final[dict[str, Any]] = {
    "map of another sentence": _in_codes,
    "font without ink": _embedded("blank"),
    "font without ink over a rule": _blank_over_a_rule,
    "outlines of other letters": _embedded("shifted"),
    "outlines of other letters in a form": _shifted_in_a_form,
    "outlines of other letters, turned": _turned,
}
FONTS_SEEN: Final[dict[str, Any]] = {
    "embedded font": _embedded("whole"),
    "codes of their own, truly told": lambda canvas, secret: _in_codes(canvas, secret, "/Drawn"),
}
