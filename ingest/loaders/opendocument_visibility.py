"""Takes out of an OpenDocument file what no one can see, and counts it.

Text is hidden by its style (`text:display`), its size or width, or the colour of its ground; sections,
sheets, columns, rows without height, cells, layers and slides by what they or their styles say; shapes by
their place off the slide. What stands over shapes or on a coloured page has a ground that is not known, and
text on it stays.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

from ingest.loaders.opendocument_text import DRAW, OFFICE, STYLE, SVG, TABLE, TEXT
from ingest.loaders.visible import BLACK, LEAST_POINTS, WHITE, Colour, from_hex, looks_alike

__all__ = ["take_out_hidden"]

_FO: Final = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_NUMBER: Final = "{urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0}"
_PRESENTATION: Final = "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}"
_POINTS: Final = {"pt": 1.0, "in": 72.0, "cm": 72 / 2.54, "mm": 72 / 25.4, "px": 0.75, "pc": 12.0}
_LENGTH: Final = re.compile(r"(-?[0-9]{0,9}(?:\.[0-9]{1,9})?)([a-z]{2}|%)")
_NARROWEST: Final = 10
"""Per cent of a letter's width."""
_CONDENSED: Final = -0.45
"""Of the size of the type: letters that stand on each other."""
_DEEPEST: Final = 32
_MOST_COLUMNS: Final = 16_384
_UNSHOWN: Final = ("collapse", "filter")
_FAMILIES: Final = {
    TEXT + "p": ("paragraph", TEXT), TEXT + "h": ("paragraph", TEXT), TEXT + "span": ("text", TEXT),
    TEXT + "a": ("text", TEXT), TABLE + "table": ("table", TABLE), TABLE + "table-row": ("table-row", TABLE),
    TABLE + "table-cell": ("table-cell", TABLE), TEXT + "section": ("section", TEXT),
}  # fmt: skip
_OF_THEIR_OWN: Final = (DRAW + "text-box", TEXT + "note-body", OFFICE + "annotation")
"""Text that stands apart from the paragraph that holds it."""
_COVERING: Final = frozenset(
    DRAW + name for name in ("custom-shape", "rect", "ellipse", "circle", "image", "g")
)
_HIDDEN_PARAGRAPH: Final = "boolean(.//t:hidden-paragraph[@t:is-hidden='true'])"
Properties = dict[str, str]
Styles = dict[tuple[str, str], Any]


@dataclass(frozen=True, slots=True)
class _Look:
    """How text looks, in points and per cent; a colour or a ground that is not known is None."""

    size: float = 12.0
    width: float = 100.0
    spacing: float = 0.0
    colour: Colour | None = BLACK
    ground: Colour | None = WHITE
    is_gone: bool = False

    def after(self, said: Properties) -> _Look:
        """The look of what a style says, inside of this one."""
        size = _measured(said.get("font-size"), self.size, self.size)
        colour = None if said.get("use-window-font-color") == "true" else self.colour
        ground = self.ground
        for name in ("background-color", "fill-color", "text-ground"):
            if name in said and said[name] != "transparent" and said.get("fill", "solid") == "solid":
                ground = _colour(said[name])
        if said.get("fill", "solid") not in ("solid", "none"):
            ground = None
        return replace(
            self,
            size=size,
            width=_measured(said.get("text-scale"), 100.0, self.width),
            spacing=_measured(said.get("letter-spacing"), size, self.spacing),
            colour=_colour(said["color"]) if "color" in said else colour,
            ground=ground,
            is_gone=self.is_gone or said.get("display") == "none" or said.get("table-display") == "false",
        )

    def hides(self) -> bool:
        """Whether such text cannot be seen."""
        if self.is_gone or self.size < LEAST_POINTS or self.width < _NARROWEST:
            return True
        if self.colour is not None and self.ground is not None and looks_alike(self.colour, self.ground):
            return True
        return self.spacing <= _CONDENSED * self.size


def take_out_hidden(content: Any, styles: Any | None) -> int:
    """Take hidden text out of the roots of `content.xml` and `styles.xml`, which are changed.

    Returns:
        How many characters, without white space, were taken out.
    """
    shared = {} if styles is None else _styles(styles.find(OFFICE + "styles"))
    pages = [] if styles is None else list(styles.iter(STYLE + "master-page", STYLE + "page-layout"))
    own = {} if styles is None else _styles(styles.find(OFFICE + "automatic-styles"))
    margins = _Walk({**shared, **own}, pages).take_out(pages)
    walk = _Walk({**shared, **_styles(content.find(OFFICE + "automatic-styles"))}, pages)
    return margins + walk.take_out(content.findall(OFFICE + "body"))


def _styles(parent: Any) -> Styles:
    """Styles by family and name, the default of a family by none; those of values by `data`."""
    found: Styles = {}
    for style in () if parent is None else parent:
        if isinstance(style.tag, str):
            family = "data" if style.tag.startswith(_NUMBER) else style.get(STYLE + "family")
            found[family or "", style.get(STYLE + "name") or ""] = style
    return found


class _Walk:
    """Goes through a tree from the top, and takes out the text of what hides it."""

    def __init__(self, styles: Styles, pages: list[Any]) -> None:
        self._styles = styles
        self._known: dict[tuple[str, str], Properties] = {}
        self._unseen: dict[str, bool] = {}
        self._layers = {
            layer.get(DRAW + "name")
            for page in pages
            for layer in page.getparent().iter(DRAW + "layer")
            if layer.get(DRAW + "display") in ("none", "printer")
        }
        layouts = [found for page in pages for found in page.iter(STYLE + "page-layout-properties")]
        sizes = [
            (_points(one.get(_FO + "page-width")), _points(one.get(_FO + "page-height"))) for one in layouts
        ]
        self._size = max(sizes, default=(0.0, 0.0))
        fills = [one.get(_FO + "background-color") or "transparent" for one in layouts]
        is_plain = {"transparent", "#ffffff"}.issuperset(fills) and not any(
            node.tag in _COVERING
            or self._said("drawing-page", node.get(DRAW + "style-name")).get("fill", "none") != "none"
            for page in pages
            for node in page.iter()
            if isinstance(node.tag, str)
        )
        base = replace(_Look(), ground=WHITE if is_plain else None)
        self._base = base.after(self._said("paragraph", ""))

    def take_out(self, roots: list[Any]) -> int:
        """Take out what is hidden under some elements, and say how many characters that was."""
        count = 0
        stack = [(root, self._base) for root in roots]
        while stack:
            node, outer = stack.pop()
            if self._is_left_out(node):
                count += _emptied(node)
                continue
            look = self._look(node, outer)
            if node.tag == TABLE + "table":
                count += sum(map(_emptied, self._hidden_cells(node)))
            hides = look.hides()
            if hides:
                count += _characters(node.text)
                node.text = None
            for child in node:
                if hides:
                    count += _characters(child.tail)
                    child.tail = None
                if isinstance(child.tag, str):
                    stack.append((child, look))
        return count

    def _look(self, node: Any, outer: _Look) -> _Look:
        family, prefix = _FAMILIES.get(node.tag, ("", ""))
        if family:
            return outer.after(self._said(family, node.get(prefix + "style-name")))
        if node.tag in _OF_THEIR_OWN:
            return replace(self._base, is_gone=outer.is_gone, ground=outer.ground)
        if node.tag == DRAW + "page":
            said = self._said("drawing-page", node.get(DRAW + "style-name"))
            covered = sum(child.tag in _COVERING for child in node.iter())
            return replace(outer.after(said), ground=None) if covered else outer.after(said)
        named = (("graphic", DRAW), ("presentation", _PRESENTATION))
        given = [(family, node.get(prefix + "style-name")) for family, prefix in named]
        for family, name in given:
            if name and node.tag.startswith(DRAW):
                return outer.after(self._said(family, name))
        return outer

    def _said(self, family: str, name: str | None) -> Properties:
        """What a style says, with the styles that it is based on."""
        key = family, name or ""
        if key not in self._known:
            self._known[key] = {}
            chain: list[Any] = []
            style = self._styles.get(key) if name is not None else None
            while style is not None and len(chain) < _DEEPEST:
                chain.append(style)
                parent = style.get(STYLE + "parent-style-name")
                style = self._styles.get((family, parent)) if parent else None
            for one in reversed(chain):
                self._known[key] |= dict(_properties(one))
        return self._known[key]

    def _is_left_out(self, node: Any) -> bool:
        """Whether an element says of itself that it is not shown, or lies off the slide."""
        if node.tag == TEXT + "hidden-text":
            return bool(node.get(TEXT + "is-hidden") != "false")
        if node.tag in (TEXT + "p", TEXT + "h"):
            return bool(node.xpath(_HIDDEN_PARAGRAPH, namespaces={"t": TEXT[1:-1]}))
        if node.tag == TEXT + "section":
            return bool(node.get(TEXT + "display") == "none" or node.get(TEXT + "is-hidden") == "true")
        if node.tag == DRAW + "page":
            said = self._said("drawing-page", node.get(DRAW + "style-name"))
            return said.get("visibility") == "hidden"
        if node.get(DRAW + "layer") in self._layers:
            return True
        return node.getparent().tag == DRAW + "page" and self._is_off(node)

    def _is_off(self, shape: Any) -> bool:
        width, height = self._size
        if not width or not height or shape.get(SVG + "x") is None or shape.get(DRAW + "transform"):
            return False
        x, y, across, down = (_points(shape.get(SVG + name)) for name in ("x", "y", "width", "height"))
        return x + across <= 0 or y + down <= 0 or x >= width or y >= height

    def _hidden_cells(self, table: Any) -> Iterator[Any]:
        """Cells of hidden columns, of rows without height, and of a format that shows nothing."""
        hidden: list[bool] = []
        defaults: list[str | None] = []
        for column in table.iter(TABLE + "table-column"):
            repeated = min(_count(column), _MOST_COLUMNS - len(hidden))
            width = self._said("table-column", column.get(TABLE + "style-name")).get("column-width")
            is_thin = width is not None and _points(width) < LEAST_POINTS
            hidden += [column.get(TABLE + "visibility") in _UNSHOWN or is_thin] * repeated
            defaults += [column.get(TABLE + "default-cell-style-name")] * repeated
        for row in table.iter(TABLE + "table-row"):
            if next(row.iterancestors(TABLE + "table")) is not table:
                continue
            said = self._said("table-row", row.get(TABLE + "style-name"))
            is_flat = (
                said.get("use-optimal-row-height") != "true"
                and _points(said.get("row-height", "1in")) < LEAST_POINTS
            )
            place = 0
            for cell in list(row):
                end = place + _count(cell)
                style = cell.get(TABLE + "style-name") or row.get(TABLE + "default-cell-style-name")
                style = style or next(iter(defaults[place:end]), None)
                if style:
                    cell.set(TABLE + "style-name", style)
                spanned = hidden[place:end]
                if is_flat or (spanned and all(spanned)) or self._shows_nothing(style):
                    yield cell
                place = end

    def _shows_nothing(self, style: str | None) -> bool:
        """Whether a cell's format writes nothing, whatever the value, as `;;;` does."""
        name = self._said("table-cell", style).get("data-style-name") if style else None
        if not name:
            return False
        if name not in self._unseen:
            found, seen, waiting = True, set[str](), [name]
            while waiting and found:
                style_ = self._styles.get(("data", waiting.pop()))
                parts = [] if style_ is None else [part for part in style_ if isinstance(part.tag, str)]
                found = style_ is not None and not any(
                    part.tag.startswith(_NUMBER) and _writes(part) for part in parts
                )
                mapped = {
                    part.get(STYLE + "apply-style-name") or "" for part in parts if part.tag == STYLE + "map"
                }
                waiting += mapped - seen
                seen |= mapped
            self._unseen[name] = found
        return self._unseen[name]


def _writes(part: Any) -> bool:
    return part.tag != _NUMBER + "text" or bool((part.text or "").strip())


def _properties(style: Any) -> Iterator[tuple[str, str]]:
    """What a style says itself, by the names of its attributes."""
    given = style.get(STYLE + "data-style-name")
    if given:
        yield "data-style-name", given
    for part in style:
        if not isinstance(part.tag, str):
            continue
        is_text = part.tag == STYLE + "text-properties"
        for name, value in part.attrib.items():
            plain = name.rsplit("}", 1)[-1]
            if is_text and plain == "background-color":
                plain = "text-ground"
            elif name == TABLE + "display":
                plain = "table-display"
            yield plain, value


def _emptied(node: Any) -> int:
    """Take everything out of an element, and say how many characters that was."""
    count = sum(map(_characters, node.itertext()))
    node.text = None
    del node[:]
    return count


def _characters(text: str | None) -> int:
    return len("".join((text or "").split()))


def _count(element: Any) -> int:
    given = element.get(TABLE + "number-columns-repeated") or "1"
    return min(max(int(given), 1), _MOST_COLUMNS) if given.isdecimal() else 1


def _points(text: str | None) -> float:
    """A length in points, 0 where it is none."""
    return _measured(text, 0.0, 0.0)


def _measured(text: str | None, whole: float, default: float) -> float:
    """A length in points, or per cents of a whole."""
    match = _LENGTH.fullmatch((text or "").strip())
    if match is None or not match[1].strip("-"):
        return default
    return float(match[1]) * (whole / 100 if match[2] == "%" else _POINTS.get(match[2], 1.0))


def _colour(text: str) -> Colour | None:
    return from_hex(text.removeprefix("#"))
