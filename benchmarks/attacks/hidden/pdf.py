"""Ways to hide a sentence on a page of a PDF, and their twins that can be seen."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, Final

from benchmarks.attacks.hidden.pdf_fonts import FONTS_HIDDEN, FONTS_SEEN, coded_font

__all__ = ["HIDDEN", "SEEN", "page"]

Draw = Callable[[Any, str], None]
_SIZE: Final = (612.0, 792.0)
_OTHER: Final = "See berths in table 4"
_LARGEST: Final = (14_400.0, 14_400.0)


def _line(canvas: Any, text: str, y: float = 600, size: float = 10, x: float = 72) -> None:
    canvas.setFont("Helvetica", size)
    canvas.drawString(x, y, text)


def _apart(draw: Draw) -> Draw:
    """Draw so that the state of the canvas is as before."""

    def drawn(canvas: Any, secret: str) -> None:
        canvas.saveState()
        draw(canvas, secret)
        canvas.restoreState()

    return drawn


def _code(before: str, after: str = "", size: float = 10) -> Draw:
    """Draw with operators of the page's own language about the text."""

    def drawn(canvas: Any, secret: str) -> None:
        canvas._code.append(before)
        _line(canvas, secret, size=size)
        canvas._code.append(after)

    return _apart(drawn)


def _white(canvas: Any, secret: str) -> None:
    canvas.setFillGray(1)
    _line(canvas, secret)


def _rendered(mode: int) -> Draw:
    def drawn(canvas: Any, secret: str) -> None:
        text = canvas.beginText(72, 600)
        text.setFont("Helvetica", 10)
        text.setTextRenderMode(mode)
        text.textOut(secret)
        canvas.drawText(text)

    return _apart(drawn)


def _scaled_type(horizontal: float) -> Draw:
    def drawn(canvas: Any, secret: str) -> None:
        text = canvas.beginText(72, 600)
        text.setFont("Helvetica", 10)
        text.setHorizScale(horizontal)
        text.textOut(secret)
        canvas.drawText(text)

    return _apart(drawn)


def _matrix(*values: float) -> Draw:
    def drawn(canvas: Any, secret: str) -> None:
        canvas.transform(*values)
        _line(canvas, secret, y=0, x=0)

    return _apart(drawn)


def _clip(x: float, y: float, width: float, height: float) -> Draw:
    def drawn(canvas: Any, secret: str) -> None:
        path = canvas.beginPath()
        path.rect(x, y, width, height)
        canvas.clipPath(path, stroke=0, fill=0)
        _line(canvas, secret)

    return _apart(drawn)


def _clip_triangle(canvas: Any, secret: str) -> None:
    path = canvas.beginPath()
    path.moveTo(60, 590)
    path.lineTo(600, 590)
    path.lineTo(600, 595)
    path.close()
    canvas.clipPath(path, stroke=0, fill=0)
    _line(canvas, secret)


def _clip_of_a_form(canvas: Any, secret: str) -> None:
    canvas.beginForm("clipped", 0, 0, 612, 792)
    _line(canvas, secret)
    canvas.endForm()
    path = canvas.beginPath()
    path.rect(10, 10, 20, 20)
    canvas.clipPath(path, stroke=0, fill=0)
    canvas.doForm("clipped")


def _transparent_form(canvas: Any, secret: str) -> None:
    canvas.beginForm("faint", 0, 0, 612, 792)
    _line(canvas, secret)
    canvas.endForm()
    canvas.setFillAlpha(0)
    canvas.doForm("faint")


def _bounds_of_a_form(canvas: Any, secret: str) -> None:
    canvas.beginForm("small", 0, 0, 50, 50)
    _line(canvas, secret)
    canvas.endForm()
    canvas.doForm("small")


def _under_a_box(canvas: Any, secret: str) -> None:
    _line(canvas, secret)
    canvas.setFillGray(1)
    canvas.rect(60, 590, 400, 30, fill=1, stroke=0)


def _under_white(*boxes: tuple[float, float, float, float]) -> Draw:
    def drawn(canvas: Any, secret: str) -> None:
        _line(canvas, secret)
        canvas.setFillGray(1)
        for box in boxes:
            canvas.rect(*box, fill=1, stroke=0)

    return _apart(drawn)


def _under_strokes(width: float, step: float) -> Draw:
    def drawn(canvas: Any, secret: str) -> None:
        _line(canvas, secret)
        canvas.setStrokeGray(1)
        canvas.setLineWidth(width)
        for line in range(round(16 / step)):
            canvas.line(60, 595 + width / 2 + line * step, 400, 595 + width / 2 + line * step)

    return _apart(drawn)


def _under_letters(canvas: Any, secret: str) -> None:
    _line(canvas, secret)
    canvas.setFillGray(1)
    canvas.setFont("Helvetica-Bold", 40)
    for place in range(123):
        canvas.drawString(60 + 8 * (place // 3), 586 + 6 * (place % 3), "M")


def _white_under_letters(canvas: Any, secret: str) -> None:
    _white(canvas, secret)
    canvas.setFillGray(0)
    canvas._code.append("2 Tr")
    _line(canvas, "See the table of all berths")
    canvas._code.append("0 Tr")


def _struck_out(canvas: Any, secret: str) -> None:
    _line(canvas, secret)
    canvas.setLineWidth(2.5)
    canvas.line(72, 603, 180, 603)


def _shadowed(canvas: Any, secret: str) -> None:
    canvas.setFillGray(0.8)
    _line(canvas, secret, y=599.2, x=72.8)
    canvas.setFillGray(0)
    _line(canvas, secret)


def _over_a_photo(canvas: Any, secret: str) -> None:
    for step in range(40):
        canvas.setFillGray((step * 7 % 10) / 20)
        canvas.rect(60 + 8 * step, 590, 8, 30, fill=1, stroke=0)
    _white(canvas, secret)


def _framed(canvas: Any, secret: str) -> None:
    _line(canvas, secret)
    canvas.setLineWidth(3)
    canvas.rect(66, 594, 200, 16, fill=0, stroke=1)


def _screened(canvas: Any, secret: str) -> None:
    canvas.setBlendMode("Screen")
    _line(canvas, secret)


def _hex(text: str) -> str:
    return "FEFF" + text.encode("utf-16-be").hex().upper()


def _actual(canvas: Any, secret: str) -> None:
    canvas._code.append(f"/Span <</ActualText <{_hex(secret)}>>> BDC")
    _line(canvas, "See the table of berths.")
    canvas._code.append("EMC")


def _same_actual(canvas: Any, secret: str) -> None:
    canvas._code.append(f"/Span <</ActualText <{_hex(secret)}>>> BDC")
    _line(canvas, secret)
    canvas._code.append("EMC")


HIDDEN: Final[dict[str, Draw]] = {
    "white": _apart(_white),
    "invisible mode": _rendered(3),
    "tiny": _apart(lambda canvas, secret: _line(canvas, secret, size=0.5)),
    "one point": _apart(lambda canvas, secret: _line(canvas, secret, size=1)),
    "tiny by the matrix": _matrix(0.05, 0, 0, 0.05, 72, 600),
    "squeezed across": _scaled_type(1),
    "squeezed across by the matrix": _matrix(0.01, 0, 0, 1, 72, 600),
    "squeezed down by the matrix": _matrix(1, 0, 0, 0.01, 72, 600),
    "clip elsewhere": _clip(10, 10, 20, 20),
    "clip of no size": _clip(72, 600, 0, 0),
    "clip of another shape": _apart(_clip_triangle),
    "clip about a form": _apart(_clip_of_a_form),
    "bounds of a form": _apart(_bounds_of_a_form),
    "transparent form": _apart(_transparent_form),
    "transparent": _apart(lambda canvas, secret: (canvas.setFillAlpha(0), _line(canvas, secret))[1]),
    "blended away": _apart(lambda canvas, secret: (_white(canvas, ""), _screened(canvas, secret))[1]),
    "under a box": _apart(_under_a_box),
    "under a box but for a sliver": _under_white((60, 600.4, 400, 12)),
    "under two boxes but for a slit": _under_white((60, 604, 400, 12), (60, 590, 400, 13)),
    "clip that leaves a strip in the middle": _clip(60, 603, 500, 1),
    "under thin boxes, one below another": _under_white(*((60, 597 + 2 * y, 400, 1.8) for y in range(7))),
    "under thin boxes, side by side": _under_white(*((60 + 1.9 * x, 595, 1.9, 16) for x in range(180))),
    "under a thick line": _under_strokes(20, 20),
    "under thin lines": _under_strokes(1.2, 1),
    "under white letters": _apart(_under_letters),
    "white under letters of another mode": _apart(_white_under_letters),
    "clip that leaves a strip": _clip(60, 599.5, 500, 1.2),
    "off the page": _apart(lambda canvas, secret: _line(canvas, secret, x=-500)),
    "layer that is off": _code("/OC /MC0 BDC", "EMC"),
    "letters on each other": _code("-6 Tc", "0 Tc"),
    "other text for what is drawn": _apart(_actual),
    **{name: _apart(draw) for name, draw in FONTS_HIDDEN.items()},
}
SEEN: Final[dict[str, Draw]] = {
    "plain": _apart(_line),
    "clip about it": _clip(60, 590, 500, 30),
    "layer that is on": _code("/OC /MC1 BDC", "EMC"),
    "the text that is drawn, told": _apart(_same_actual),
    "half opaque": _apart(lambda canvas, secret: (canvas.setFillAlpha(0.5), _line(canvas, secret))[1]),
    "small print": _apart(lambda canvas, secret: _line(canvas, secret, size=4)),
    "condensed": _scaled_type(60),
    "close letters": _code("-1 Tc", "0 Tc"),
    "drawn four times": _apart(lambda canvas, secret: [_line(canvas, secret) for _ in range(4)]),
    "form": _apart(
        lambda canvas, secret: (
            canvas.beginForm("whole", 0, 0, 612, 792),
            _line(canvas, secret),
            canvas.endForm(),
            canvas.doForm("whole"),
        )[1]
    ),
    "struck out": _apart(_struck_out),
    "with a shadow": _apart(_shadowed),
    "white over many greys": _apart(_over_a_photo),
    "in a thick frame": _apart(_framed),
    "cut off a little": _clip(60, 599, 500, 12),
    **{name: _apart(draw) for name, draw in FONTS_SEEN.items()},
}
LARGE_HIDDEN: Final[dict[str, Draw]] = {"white on a page too large to be drawn whole": _apart(_white)}
LARGE_SEEN: Final[dict[str, Draw]] = {
    "white on a dark box of such a page": _apart(
        lambda canvas, secret: (
            canvas.setFillGray(0.1),
            canvas.rect(60, 590, 400, 30, fill=1, stroke=0),
            _white(canvas, secret),
        )[2]
    )
}


def page(trick: Draw, shown: str, secret: str, last: str, *, large: bool = False) -> bytes:
    """A page that shows two sentences, with a third put in by a trick; its layer MC0 is off, MC1 is on."""
    from pypdf import PdfReader, PdfWriter
    from pypdf.generic import ArrayObject, DictionaryObject, NameObject, TextStringObject
    from reportlab.pdfgen.canvas import Canvas

    drawn = io.BytesIO()
    canvas = Canvas(drawn, pagesize=_LARGEST if large else _SIZE, invariant=1, pageCompression=0)
    _line(canvas, shown, 700)
    trick(canvas, secret)
    _line(canvas, last, 500)
    canvas.save()
    writer = PdfWriter(clone_from=PdfReader(drawn))

    def layer(name: str) -> Any:
        kind = {NameObject("/Type"): NameObject("/OCG"), NameObject("/Name"): TextStringObject(name)}
        return writer._add_object(DictionaryObject(kind))

    off, on = layer("off"), layer("on")
    writer.root_object[NameObject("/OCProperties")] = DictionaryObject(
        {
            NameObject("/OCGs"): ArrayObject([off, on]),
            NameObject("/D"): DictionaryObject({NameObject("/OFF"): ArrayObject([off])}),
        }
    )
    resources: Any = writer.pages[0]["/Resources"]
    fonts: Any = resources["/Font"]
    fonts[NameObject("/Told")] = coded_font(writer, _OTHER.ljust(len(secret), "."), secret)
    fonts[NameObject("/Drawn")] = coded_font(writer, secret, secret)
    resources[NameObject("/Properties")] = DictionaryObject({NameObject("/MC0"): off, NameObject("/MC1"): on})
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()
