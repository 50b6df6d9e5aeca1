"""Takes off a slide what no one can see, and counts it.

That is what lies off the slide or wholly under another shape, shapes that are hidden, tiny type, and text of
the colour of what it stands on: its highlight, the fill of its shape, or the background where nothing else
lies under it. A ground that is a picture or that a theme's style colours is not known, and text on it stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from ingest.loaders.office_colours import OfficeColours, fill_of
from ingest.loaders.visible import LEAST_POINTS, WHITE, Colour, is_faint

__all__ = ["take_out_hidden"]

_A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P: Final = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_SHAPES: Final = frozenset(_P + name for name in ("sp", "pic", "graphicFrame", "cxnSp", "grpSp"))
_PLACE: Final = f"{_P}nvSpPr/{_P}nvPr/{_P}ph"
_HUNDREDTHS: Final = 100
_WHOLE: Final = 100_000
_POINT: Final = 12_700
_CONDENSED: Final = -0.45
"""Of the size of the type: letters that stand on each other."""
_MOST_COVERS: Final = 200
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
        if _is_hidden(shape) or (box is not None and _is_off(box, size)) or _loses_text(shape, box, size):
            count += _characters(shape)
            shape.getparent().remove(shape)
        else:
            placed.append((shape, box))
    below = [found for layer in theme.layers for found in _placed(layer, (1.0, 0.0, 1.0, 0.0), 0)]
    below = [(shape, box) for shape, box in below if not _is_placeholder(shape)]
    covers = [] if slide.element.find(_P + "timing") is not None else _covers(placed, theme)
    for index, (shape, box) in enumerate(placed):
        under = [*below, *placed[:index]]
        is_covered = _is_upright(shape) and any(
            index < place and _lies_in(box, cover) for place, cover in covers
        )
        for run in _runs(shape):
            if is_covered or _vanishes(run, shape, box, under, theme):
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


def _loses_text(shape: Any, box: Box | None, size: tuple[int, int]) -> bool:
    """Whether a shape cuts off all of its text, or sets it off the slide by its margins."""
    body = shape.find(f"{_P}txBody/{_A}bodyPr")
    if body is None or box is None or not all(size):
        return False
    least = LEAST_POINTS * _POINT
    for low, high, name, lead, whole in (
        (box[0], box[2], "horzOverflow", "lIns", size[0]),
        (box[1], box[3], "vertOverflow", "tIns", size[1]),
    ):
        start = low + _number(body.get(lead))
        if (body.get(name) == "clip" and high - low < least) or start >= whole or start < -whole:
            return True
    return False


def _covers(placed: list[_Placed], theme: _Theme) -> list[tuple[int, Box]]:
    """Upright boxes of an opaque fill, with their places in the order of shapes."""
    found = []
    for index, (shape, box) in enumerate(placed):
        properties = shape.find(_P + "spPr")
        geometry = None if properties is None else properties.find(_A + "prstGeom")
        if box is None or geometry is None or geometry.get("prst") != "rect" or not _is_upright(shape):
            continue
        if theme.colours.grounds(fill_of(properties)):
            found.append((index, box))
    return found[-_MOST_COVERS:]


def _is_upright(shape: Any) -> bool:
    frame = shape.find(f"{_P}spPr/{_A}xfrm")
    return frame is None or frame.get("rot", "0") == "0"


def _lies_in(box: Box | None, cover: Box) -> bool:
    return box is not None and all(
        a >= b for a, b in zip(box[:2] + cover[2:], cover[:2] + box[2:], strict=True)
    )


def _is_placeholder(shape: Any) -> bool:
    return any(True for _ in shape.iter(_P + "ph"))


def _runs(shape: Any) -> list[Any]:
    return list(shape.iter(_A + "r", _A + "fld"))


def _vanishes(run: Any, shape: Any, box: Box | None, under: list[_Placed], theme: _Theme) -> bool:
    """Whether a run cannot be seen by its size or its colour."""
    looks = [one for one in (run.find(_A + "rPr"), *_list_styles(run, shape, theme)) if one is not None]
    size = _number(_first(looks, "sz"), 1_800)
    fitted = shape.find(f"{_P}txBody/{_A}bodyPr/{_A}normAutofit")
    size *= _number(None if fitted is None else fitted.get("fontScale"), _WHOLE) / _WHOLE
    if size < LEAST_POINTS * _HUNDREDTHS or _number(_first(looks, "spc")) <= _CONDENSED * size:
        return True
    fill = next((found for one in looks if (found := fill_of(one)) is not None), None)
    if fill is None:
        return False
    line = next((found for one in looks if (found := one.find(_A + "ln")) is not None), None)
    paints = theme.colours.of_text(fill, line)
    return is_faint(paints, _grounds(run, looks, shape, box, under, theme) if paints else [])


def _first(looks: list[Any], name: str) -> str | None:
    return next((one.get(name) for one in looks if one.get(name)), None)


def _list_styles(run: Any, shape: Any, theme: _Theme) -> Iterator[Any]:
    """What the styles of lists of a shape, and of those that its place is laid out by, say of runs."""
    properties = run.getparent().find(_A + "pPr")
    level = int(_number(None if properties is None else properties.get("lvl"))) + 1
    for one in (shape, *theme.models(shape)):
        yield one.find(f"{_P}txBody/{_A}lstStyle/{_A}lvl{level}pPr/{_A}defRPr")


def _grounds(
    run: Any, looks: list[Any], shape: Any, box: Box | None, under: list[_Placed], theme: _Theme
) -> list[Colour]:
    """The colours that a run stands on; none where they are not known."""
    marked = next((found for one in looks if (found := one.find(_A + "highlight")) is not None), None)
    if marked is not None:
        return [paint[0] for colour in marked if (paint := theme.colours.paint(colour)) is not None]
    cell = next(run.iterancestors(_A + "tc"), None)
    if cell is not None:
        fill = None if cell.find(_A + "tcPr") is None else fill_of(cell.find(_A + "tcPr"))
        styled = next(cell.iterancestors(_A + "tbl")).find(f"{_A}tblPr/{_A}tableStyleId")
        if fill is not None or styled is not None:
            return theme.colours.grounds(fill)  # a style of tables colours those without a fill
    properties = shape.find(_P + "spPr")
    fill = None if properties is None else fill_of(properties)
    if fill is not None and fill.tag != _A + "noFill":
        return theme.colours.grounds(fill)
    if (fill is None and shape.find(_P + "style") is not None) or box is None:
        return []
    for other, place in under:
        overlaps = place is None or (
            place[0] < box[2] and box[0] < place[2] and place[1] < box[3] and box[1] < place[3]
        )
        if overlaps and not _is_bare(other):
            return []
    return theme.background


def _is_bare(shape: Any) -> bool:
    """Whether a shape has no fill that something could stand on."""
    properties = shape.find(_P + "spPr")
    if shape.tag != _P + "sp" or properties is None:
        return bool(shape.tag == _P + "cxnSp")
    fill = fill_of(properties)
    return bool(fill.tag == _A + "noFill") if fill is not None else shape.find(_P + "style") is None


class _Theme:
    """What names of a theme's colours stand for, the background, and the shapes under those of the slide."""

    def __init__(self, slide: Any) -> None:
        layout = slide.slide_layout
        master = layout.slide_master
        self._models: dict[Any, list[Any]] = {}
        self.layers = [master.shapes._spTree, layout.shapes._spTree]
        mapping = master.element.find(_P + "clrMap")
        for element in (layout.element, slide.element):
            own = element.find(f"{_P}clrMapOvr/{_A}overrideClrMapping")
            mapping = mapping if own is None else own
        self.colours = OfficeColours(
            _theme_part(master.part), {} if mapping is None else dict(mapping.attrib)
        )
        self.background = self._background(slide.element, layout.element, master.element)

    def models(self, shape: Any) -> list[Any]:
        """The shapes of layout and master that a placeholder takes its looks from."""
        if shape not in self._models:
            place = shape.find(_PLACE)
            keys = () if place is None else (("idx", "0"), ("type", "body"))
            self._models[shape] = [
                other
                for (name, default), layer in zip(keys, reversed(self.layers), strict=False)
                for other in layer.iter(_P + "sp")
                if (model := other.find(_PLACE)) is not None
                and model.get(name, default) == place.get(name, default)
            ]
        return self._models[shape]

    def _background(self, *elements: Any) -> list[Colour]:
        for element in elements:
            found = element.find(f"{_P}cSld/{_P}bg")
            if found is None:
                continue
            properties = found.find(_P + "bgPr")
            if properties is not None:
                return self.colours.grounds(fill_of(properties))
            reference = found.find(_P + "bgRef")
            if reference is None or _number(reference.get("idx")) not in (0, 1001):
                return []
            return [paint[0] for one in reference if (paint := self.colours.paint(one)) is not None]
        return [WHITE]


def _theme_part(master_part: Any) -> bytes | None:
    for relation in master_part.rels.values():
        if relation.reltype.endswith("/theme") and not relation.is_external:
            return bytes(relation.target_part.blob)
    return None


def _characters(element: Any) -> int:
    return sum(len("".join((text.text or "").split())) for text in element.iter(_A + "t"))


def _number(value: str | None, default: float = 0.0) -> float:
    """A number; per cents, which newer files write, as thousandths of them."""
    try:
        return float((value or "").replace("%", "e3") or default)
    except ValueError:
        return default
