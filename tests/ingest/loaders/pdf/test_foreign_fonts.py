"""Letters of fonts that are not in the file: what a map tells that nothing draws is left out."""

from __future__ import annotations

import io
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject
from reportlab.pdfgen.canvas import Canvas

from benchmarks.attacks.hidden.pdf_fonts import coded, coded_font
from ingest.loaders.pdf.foreign_fonts import unmapped_fonts

SHOWN = "The harbour opens at nine."
CHINESE = "码头的经营者是伊娃马洛先生和夫人"
CYRILLIC = "ОператорЕваМарлоу"
GREEK = "τονλιμένα"


def written(codes: bytes, make_font: Any) -> PdfWriter:
    """A page with a line in Helvetica, and one in a font of its own."""
    drawn = io.BytesIO()
    canvas = Canvas(drawn, pagesize=(612, 792), invariant=1)
    canvas.drawString(72, 700, SHOWN)
    canvas._code.append(f"BT /Own 10 Tf 72 600 Td <{codes.hex()}> Tj ET")
    canvas.save()
    writer = PdfWriter(clone_from=PdfReader(drawn))
    resources: Any = writer.pages[0]["/Resources"]
    resources["/Font"][NameObject("/Own")] = make_font(writer)
    return writer


def named_glyphs(text: str) -> Any:
    """A font that names the glyph of each of its codes, and has no map."""

    def make(writer: PdfWriter) -> Any:
        font = coded_font(writer, " " * len(text), text)
        del font["/ToUnicode"]
        names = [NameObject(f"/uni{ord(sign):04X}") for sign in text]
        font["/Encoding"][NameObject("/Differences")] = ArrayObject([NumberObject(65), *names])
        return font

    return make


def saved(writer: PdfWriter, tmp_path: Any) -> Any:
    path = tmp_path / "page.pdf"
    writer.write(path)
    return path


@pytest.mark.parametrize("told", [CHINESE, CYRILLIC, GREEK])
def test_a_map_tells_nothing_that_is_not_drawn(told: str, tmp_path: Any, load_pdf: Any) -> None:
    blanks = " " * len(told)
    writer = written(coded(told), lambda writer: coded_font(writer, blanks, told))
    document = load_pdf(saved(writer, tmp_path))
    assert SHOWN in document.text
    assert not set(told) & set(document.text)
    assert any("hidden text" in warning for warning in document.warnings)


def test_a_map_that_tells_chinese_where_latin_is_drawn(tmp_path: Any, load_pdf: Any) -> None:
    writer = written(coded(CHINESE), lambda writer: coded_font(writer, "Berthsintable4xyz"[:16], CHINESE))
    document = load_pdf(saved(writer, tmp_path))
    assert not set(CHINESE) & set(document.text)
    assert document.warnings


@pytest.mark.parametrize(("text", "is_read"), [(CYRILLIC, True), (GREEK, True), (CHINESE, False)])
def test_glyphs_by_name_are_those_that_usual_fonts_have(
    text: str, is_read: bool, tmp_path: Any, load_pdf: Any
) -> None:
    document = load_pdf(saved(written(coded(text), named_glyphs(text)), tmp_path))
    assert (text in document.text) is is_read


def test_a_font_is_not_believed_that_has_a_namesake_with_a_map(tmp_path: Any) -> None:
    plain = saved(written(coded(CYRILLIC), named_glyphs(CYRILLIC)), tmp_path)
    assert unmapped_fonts(PdfReader(plain)) == {"Helvetica": False}
    mapped = saved(written(coded(CYRILLIC), lambda writer: coded_font(writer, "", CYRILLIC)), tmp_path)
    assert unmapped_fonts(PdfReader(mapped)) == {}


def test_a_composite_font_is_known_by_both_its_names(tmp_path: Any) -> None:
    def make(writer: PdfWriter) -> Any:
        below = {
            NameObject("/Subtype"): NameObject("/CIDFontType0"),
            NameObject("/BaseFont"): NameObject("/A"),
        }
        above = {
            NameObject("/Subtype"): NameObject("/Type0"),
            NameObject("/BaseFont"): NameObject("/A-B"),
            NameObject("/DescendantFonts"): ArrayObject([writer._add_object(DictionaryObject(below))]),
        }
        return DictionaryObject(above)

    path = saved(written(b"", make), tmp_path)
    assert unmapped_fonts(PdfReader(path)) == {"A": True, "A-B": True, "Helvetica": False}
