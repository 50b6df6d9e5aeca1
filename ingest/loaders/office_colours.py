"""Colours as Office files write them: as numbers, by names of a theme or of the system, changed by modifiers.

One reader for Word, Excel and PowerPoint. A fill may have several colours (its stops); what cannot be told,
as that of a picture, is no colour at all.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Mapping
from typing import Any, Final

from ingest.loaders.visible import BLACK, WHITE, Colour, Paint, from_hex

__all__ = ["OfficeColours", "fill_of", "local_name", "tinted", "value_of"]

_FILLS: Final = ("solidFill", "gradFill", "blipFill", "pattFill", "noFill", "grpFill")
_WHOLE: Final = 100_000
_CIRCLE: Final = 360 * 60_000
_GAMMA: Final = 2.2
_DEEPEST: Final = 4
_SYSTEM: Final = {"window": WHITE, "windowText": BLACK}
_ALIASES: Final = {
    "background1": "bg1", "background2": "bg2", "text1": "t1", "text2": "t2", "tx1": "t1", "tx2": "t2",
    "bg1": "lt1", "bg2": "lt2", "t1": "dk1", "t2": "dk2", "light1": "lt1", "light2": "lt2", "dark1": "dk1",
    "dark2": "dk2", "hyperlink": "hlink", "followedHyperlink": "folHlink",
}  # fmt: skip
_SHORT: Final = re.compile("^(?:dk|lt|med)")
_LONG: Final = {"dk": "dark", "lt": "light", "med": "medium"}


class OfficeColours:
    """Resolves colours by a theme's part and by what a file calls the colours of it."""

    def __init__(self, theme: bytes | None = None, mapping: Mapping[str, str] | None = None) -> None:
        self._mapping = {**_ALIASES, **(mapping or {})}
        self._theme: dict[str, Colour] = {"lt1": WHITE, "dk1": BLACK}
        if theme:
            from lxml import etree  # type: ignore[import-untyped]

            parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
            for scheme in etree.fromstring(theme, parser).iter("{*}clrScheme"):
                for entry in scheme:
                    found = next((paint for one in entry if (paint := self.paint(one)) is not None), None)
                    if found is not None:
                        self._theme[local_name(entry)] = found[0]

    def named(self, name: str) -> Colour | None:
        """The colour of a theme by its name, as `accent1` or `bg1`."""
        for _ in range(_DEEPEST):
            name = self._mapping.get(name, name)
            if name in self._theme:
                return self._theme[name]
        return None

    def word(self, element: Any, value: str, theme: str) -> Colour | None:
        """The colour of an element of Word by the names of its attributes; that of a theme goes first."""
        if element is None:
            return None
        named = self.named(value_of(element, theme))
        if named is None:
            return from_hex(value_of(element, value))
        prefix = "theme" if theme == "themeColor" else theme
        tint, shade = (_byte(value_of(element, prefix + change)) for change in ("Tint", "Shade"))
        return tinted(tinted(named, 1 - tint), shade - 1)

    def paints(self, fill: Any) -> list[Paint]:
        """The colours of a fill with their opacities; none where it is not known what it shows."""
        kind = "" if fill is None else local_name(fill)
        if kind == "solidFill":
            colours = list(fill)
        elif kind == "gradFill":
            colours = [colour for stop in fill.iter("{*}gs") for colour in stop]
        elif kind == "pattFill":
            colours = [colour for side in fill for colour in side]
        else:
            return []
        found = [paint for colour in colours if (paint := self.paint(colour)) is not None]
        return found if len(found) == len(colours) else []

    def of_text(self, fill: Any, line: Any = None) -> list[Paint]:
        """The colours of letters by their fill and their outline; none where they are not known."""
        edge = None if line is None else fill_of(line)
        inner = [(BLACK, 0.0)] if local_name(fill) == "noFill" else self.paints(fill)
        if edge is None or local_name(edge) == "noFill":
            return inner
        outer = self.paints(edge)
        return [*inner, *outer] if inner and outer else []

    def grounds(self, fill: Any) -> list[Colour]:
        """The colours of a fill that text can stand on; none where they are not known, or let through."""
        paints = self.paints(fill)
        return [colour for colour, _ in paints] if all(opacity == 1 for _, opacity in paints) else []

    def paint(self, element: Any) -> Paint | None:
        """The colour of a DrawingML element, as `srgbClr`, with its opacity; None where it is not known."""
        colour = self._plain(element)
        if colour is None:
            return None
        opacity = 1.0
        for change in element:
            name, value = local_name(change), _number(value_of(change, "val"), _WHOLE)
            if name.startswith("alpha"):
                share = value / _WHOLE
                # what Word 2010 added to Word's own elements counts the other way round
                share = 1 - share if "office/word" in change.tag else share
                opacity = {"alphaMod": opacity * share, "alphaOff": opacity + share}.get(name, share)
            else:
                colour = _changed(colour, name, value)
        return colour, min(max(opacity, 0.0), 1.0)

    def _plain(self, element: Any) -> Colour | None:
        value = value_of(element, "val")
        match local_name(element):
            case "srgbClr":
                return from_hex(value)
            case "schemeClr":
                return self.named(value)
            case "sysClr":
                return _SYSTEM.get(value) or from_hex(value_of(element, "lastClr"))
            case "prstClr":
                return _preset(value)
            case "scrgbClr":
                return _from_linear(*(_number(value_of(element, name)) / _WHOLE for name in "rgb"))
            case "hslClr":
                hue, lum, sat = (_number(value_of(element, name)) for name in ("hue", "lum", "sat"))
                return _from_hls(hue / _CIRCLE, lum / _WHOLE, sat / _WHOLE)
            case _:
                return None


def fill_of(element: Any) -> Any:
    """The fill among the children of an element, in any namespace; None where there is none."""
    return next((child for child in element if local_name(child) in _FILLS), None)


def local_name(element: Any) -> str:
    """The name of an element without its namespace; empty for comments."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def value_of(element: Any, name: str) -> str:
    """An attribute by its name in any namespace; empty where it is not there."""
    return next((str(given) for key, given in element.attrib.items() if key.rpartition("}")[2] == name), "")


def tinted(colour: Colour, tint: float) -> Colour:
    """A colour made darker or lighter by a tint from -1 to 1 (ECMA-376, 18.8.19)."""
    hue, lightness, saturation = _hls(colour)
    return _from_hls(hue, lightness * (1 + tint) if tint < 0 else lightness * (1 - tint) + tint, saturation)


def _changed(colour: Colour, name: str, value: float) -> Colour:
    """A colour after a modifier (ECMA-376, 20.1.2.3)."""
    kind, how = (name[:-3], name[-3:]) if name.endswith(("Mod", "Off")) else (name, "")
    share = value / (_CIRCLE if kind == "hue" and how != "Mod" else _WHOLE)

    def moved(old: float) -> float:
        return {"Mod": old * share, "Off": old + share}.get(how, share)

    linear = [(channel / 255) ** _GAMMA for channel in colour]
    parts = list(_hls(colour))
    match kind:
        case "hue" | "lum" | "sat":
            place = ("hue", "lum", "sat").index(kind)
            parts[place] = moved(parts[place])
            return _from_hls(*parts)
        case "red" | "green" | "blue":
            place = ("red", "green", "blue").index(kind)
            linear[place] = moved(linear[place])
            return _from_linear(*linear)
        case "shade":
            return _from_linear(*(channel * share for channel in linear))
        case "tint":
            return _from_linear(*(1 - (1 - channel) * share for channel in linear))
        case "inv":
            return _from_linear(*(1 - channel for channel in linear))
        case "comp":
            return _from_hls(parts[0] + 0.5, *parts[1:])
        case "gray":
            return _from_hls(0, parts[1], 0)
        case _:
            return colour


def _hls(colour: Colour) -> tuple[float, float, float]:
    return colorsys.rgb_to_hls(*(channel / 255 for channel in colour))


def _from_hls(hue: float, lightness: float, saturation: float) -> Colour:
    found = colorsys.hls_to_rgb(hue % 1, *(min(max(part, 0.0), 1.0) for part in (lightness, saturation)))
    return found[0] * 255, found[1] * 255, found[2] * 255


def _from_linear(*channels: float) -> Colour:
    red, green, blue = (255 * min(max(channel, 0.0), 1.0) ** (1 / _GAMMA) for channel in channels)
    return red, green, blue


def _preset(name: str) -> Colour | None:
    """A colour by its name, which is that of CSS but for some abbreviations."""
    from tinycss2.color3 import RGBA, parse_color

    found = parse_color(_SHORT.sub(lambda match: _LONG[match.group()], name))
    return (found.red * 255, found.green * 255, found.blue * 255) if isinstance(found, RGBA) else None


def _byte(digits: str) -> float:
    """Two hexadecimal digits as a share of one; one for anything else."""
    try:
        return int(digits, 16) / 255
    except ValueError:
        return 1.0


def _number(value: str, default: float = 0.0) -> float:
    """A number; per cents, which newer files write, as thousandths of them."""
    try:
        return float(value[:-1]) * 1_000 if value.endswith("%") else float(value or default)
    except ValueError:
        return default
