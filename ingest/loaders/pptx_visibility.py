"""Takes off a slide what no one can see, and counts it.

That is what lies off the slide, shapes that are hidden, tiny type, and text of the colour of what it stands
on: the fill of its shape, or the background where nothing else lies under it. A ground that is a picture or
that a theme's style colours is not known, and text on it stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ingest.loaders.visible import LEAST_POINTS, WHITE, Colour, from_hex, looks_alike

__all__ = ["take_out_hidden"]

_A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P: Final = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_SHAPES: Final = frozenset(_P + name for name in ("sp", "pic", "graphicFrame", "cxnSp", "grpSp"))
_FILLS: Final = ("solidFill", "gradFill", "blipFill", "pattFill", "noFill", "grpFill")
_HUNDREDTHS: Final = 100
_OPAQUE: Final = 100_000
_DEEPEST: Final = 16
Box = tuple[float, float, float, float]
"""Left, top, right and bottom on the slide, in EMU."""
_Placed = tuple[Any, Box | None]


def take_out_hidden(slide: Any, size: tuple[int, int]) -> int:
    """Take hidden shapes and runs off a slide of python-pptx; `size` is width and height in EMU.

    Returns:
        How many characters, without white space, were taken out.
    """
    theme = _Theme(slide)
    count = 0
    placed: list[_Placed] = []
    for shape, box in list(_placed(slide.shapes._spTree, (1.0, 0.0, 1.0, 0.0), 0)):
        if _is_hidden(shape) or (box is not None and _is_off(box, size)):
            count += _characters(shape)
            shape.getparent().remove(shape)
        else:
            placed.append((shape, box))
    below = [found for layer in theme.layers for found in _placed(layer, (1.0, 0.0, 1.0, 0.0), 0)]
    below = [(shape, box) for shape, box in below if not _is_placeholder(shape)]
    for index, (shape, box) in enumerate(placed):
        under = [*below, *placed[:index]]
        for run in _runs(shape):
            if _vanishes(run, shape, box, under, theme):
                count += _characters(run)
                run.getparent().remove(run)
    return count


def _placed(tree: Any, space: tuple[float, float, float, float], depth: int) -> Iterator[_Placed]:
    """Shapes that are no groups with their boxes; those of a group are mapped from its space."""
    for shape in tree:
        if shape.tag not in _SHAPES:
            continue
        frame = shape.find(f".//{_A}xfrm") if shape.tag != _P + "graphicFrame" else shape.find(_P + "xfrm")
        own = _box(frame, "off", "ext")
        box = None if own is None else _in_space(own, space)
        if shape.tag != _P + "grpSp" or depth >= _DEEPEST or _is_hidden(shape):
            yield shape, box
            continue
        inner = _box(frame, "chOff", "chExt")
        if own is None or inner is None or inner[2] == inner[0] or inner[3] == inner[1]:
            yield from _placed(shape, space, depth + 1)
            continue
        across = (own[2] - own[0]) / (inner[2] - inner[0])
        down = (own[3] - own[1]) / (inner[3] - inner[1])
        a, b, c, d = space
        mapped = (
            a * across,
            a * (own[0] - inner[0] * across) + b,
            c * down,
            c * (own[1] - inner[1] * down) + d,
        )
        yield from _placed(shape, mapped, depth + 1)


def _box(frame: Any, offset: str, extent: str) -> Box | None:
    place = None if frame is None else frame.find(_A + offset)
    reach = None if frame is None else frame.find(_A + extent)
    if place is None or reach is None:
        return None
    x, y = _number(place.get("x")), _number(place.get("y"))
    return x, y, x + _number(reach.get("cx")), y + _number(reach.get("cy"))


def _in_space(box: Box, space: tuple[float, float, float, float]) -> Box:
    a, b, c, d = space
    return a * box[0] + b, c * box[1] + d, a * box[2] + b, c * box[3] + d


def _is_off(box: Box, size: tuple[int, int]) -> bool:
    width, height = size
    return bool(width and height) and (box[2] <= 0 or box[3] <= 0 or box[0] >= width or box[1] >= height)


def _is_hidden(shape: Any) -> bool:
    named = next(shape.iter(_P + "cNvPr"), None)
    return named is not None and named.get("hidden") in ("1", "true")


def _is_placeholder(shape: Any) -> bool:
    return any(True for _ in shape.iter(_P + "ph"))


def _runs(shape: Any) -> list[Any]:
    return list(shape.iter(_A + "r", _A + "fld"))


def _vanishes(run: Any, shape: Any, box: Box | None, under: list[_Placed], theme: _Theme) -> bool:
    """Whether a run cannot be seen by its size or its colour."""
    look = [run.find(_A + "rPr"), _list_style(run, shape)]
    sizes = (one.get("sz") for one in look if one is not None and one.get("sz"))
    if _number(next(sizes, None), 1_800) < LEAST_POINTS * _HUNDREDTHS:
        return True
    fill = next((found for one in look if one is not None and (found := _fill(one)) is not None), None)
    if fill is None:
        return False
    if fill.tag == _A + "noFill":
        return look[0] is None or look[0].find(_A + "ln") is None
    colour = theme.colour(fill)
    if colour is None:
        return False
    if colour[1] == 0:
        return True
    ground = _ground(run, shape, box, under, theme)
    return ground is not None and looks_alike(colour[0], ground)


def _list_style(run: Any, shape: Any) -> Any:
    """What the shape's own list of styles says of runs of the first level."""
    return next(
        (
            found
            for body in shape.iter(_P + "txBody")
            if (found := body.find(f"{_A}lstStyle/{_A}lvl1pPr/{_A}defRPr")) is not None
        ),
        None,
    )


def _ground(run: Any, shape: Any, box: Box | None, under: list[_Placed], theme: _Theme) -> Colour | None:
    cell = next(run.iterancestors(_A + "tc"), None)
    if cell is not None:
        fill = None if cell.find(_A + "tcPr") is None else _fill(cell.find(_A + "tcPr"))
        return None if fill is None else _solid(fill, theme)  # a style of tables colours the others
    properties = shape.find(_P + "spPr")
    fill = None if properties is None else _fill(properties)
    if fill is not None and fill.tag != _A + "noFill":
        return _solid(fill, theme)
    if (fill is None and shape.find(_P + "style") is not None) or box is None:
        return None
    for other, place in under:
        overlaps = place is None or (
            place[0] < box[2] and box[0] < place[2] and place[1] < box[3] and box[1] < place[3]
        )
        if overlaps and not _is_bare(other):
            return None
    return theme.background


def _is_bare(shape: Any) -> bool:
    """Whether a shape has no fill that something could stand on."""
    properties = shape.find(_P + "spPr")
    if shape.tag != _P + "sp" or properties is None:
        return bool(shape.tag == _P + "cxnSp")
    fill = _fill(properties)
    return bool(fill.tag == _A + "noFill") if fill is not None else shape.find(_P + "style") is None


def _fill(element: Any) -> Any:
    return next((found for name in _FILLS if (found := element.find(_A + name)) is not None), None)


def _solid(fill: Any, theme: _Theme) -> Colour | None:
    found = theme.colour(fill) if fill.tag == _A + "solidFill" else None
    return found[0] if found is not None and found[1] == 1 else None


class _Theme:
    """What names of a theme's colours stand for, the background, and the shapes under those of the slide."""

    def __init__(self, slide: Any) -> None:
        layout = slide.slide_layout
        master = layout.slide_master
        self.layers = [master.shapes._spTree, layout.shapes._spTree]
        self._colours = _theme_colours(master.part)
        mapping = master.element.find(_P + "clrMap")
        self._mapping = dict(mapping.attrib) if mapping is not None else {}
        self.background = self._background(slide.element, layout.element, master.element)

    def _background(self, *elements: Any) -> Colour | None:
        for element in elements:
            found = element.find(f"{_P}cSld/{_P}bg")
            if found is None:
                continue
            properties = found.find(_P + "bgPr")
            if properties is not None:
                fill = _fill(properties)
                return None if fill is None else _solid(fill, self)
            reference = found.find(_P + "bgRef")
            plain = reference is not None and _number(reference.get("idx")) in (0, 1001)
            colour = self.colour(reference) if plain else None
            return None if colour is None else colour[0]
        return WHITE

    def colour(self, fill: Any) -> tuple[Colour, float] | None:
        """The colour in an element and its opacity, 0 to 1; None where that is not known."""
        for child in fill:
            alpha = child.find(_A + "alpha")
            opacity = 1.0 if alpha is None else _number(alpha.get("val"), _OPAQUE) / _OPAQUE
            if any(one.tag != _A + "alpha" for one in child):
                return None
            if child.tag == _A + "srgbClr":
                found = from_hex(child.get("val"))
            elif child.tag == _A + "schemeClr":
                name = child.get("val") or ""
                found = self._colours.get(self._mapping.get(name, name))
            else:
                found = from_hex(child.get("lastClr"))
            return None if found is None else (found, opacity)
        return None


def _theme_colours(master_part: Any) -> dict[str, Colour]:
    from lxml import etree  # type: ignore[import-untyped]

    found: dict[str, Colour] = {}
    for relation in master_part.rels.values():
        if relation.reltype.endswith("/theme") and not relation.is_external:
            for scheme in etree.fromstring(relation.target_part.blob).iter(_A + "clrScheme"):
                for entry in scheme:
                    colour = next((from_hex(one.get("lastClr") or one.get("val")) for one in entry), None)
                    if colour is not None:
                        found[entry.tag.removeprefix(_A)] = colour
    return found


def _characters(element: Any) -> int:
    return sum(len("".join((text.text or "").split())) for text in element.iter(_A + "t"))


def _number(value: str | None, default: float = 0.0) -> float:
    try:
        return float(value) if value is not None else default
    except ValueError:
        return default
