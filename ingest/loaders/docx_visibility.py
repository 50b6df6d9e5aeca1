"""Takes out of a Word document what no one can see, and counts it.

A run is hidden by a property of its own or of its styles (`vanish`), by its size or width, by a line or row
of no height, or by the colour of its ground. Text boxes, styles of tables and pictures behind the text make a
ground unknown; text on an unknown ground stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from ingest.loaders.docx_xml import TEXT_BOX, W, is_off
from ingest.loaders.visible import LEAST_POINTS, WHITE, Colour, from_hex, looks_alike

__all__ = ["take_out_hidden"]

_W14: Final = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_ANCHOR: Final = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}anchor"
_TEXT: Final = frozenset(W + name for name in ("t", "tab", "br", "cr", "noBreakHyphen", "sym"))
_FLAGS: Final = ("vanish", "specVanish", "webHidden")
_VALUES: Final = ("color", "sz", "w", "spacing", "highlight")
_NARROWEST: Final = 10
"""Per cent of a letter's width."""
_TWIPS: Final = 20
_HIGHLIGHTS: Final = {
    "black": "000000", "blue": "0000FF", "cyan": "00FFFF", "green": "00FF00", "magenta": "FF00FF",
    "red": "FF0000", "yellow": "FFFF00", "white": "FFFFFF", "darkBlue": "000080", "darkCyan": "008080",
    "darkGreen": "008000", "darkMagenta": "800080", "darkRed": "800000", "darkYellow": "808000",
    "darkGray": "808080", "lightGray": "C0C0C0",
}  # fmt: skip
Properties = dict[str, str]
"""What decides on a run: its flags as `1` or `0`, its colours, sizes and widths as Word writes them."""


def take_out_hidden(styles: Any, roots: Iterable[Any]) -> int:
    """Take the text of hidden runs out of parts of a document.

    Args:
        styles: The root of the part that defines styles.
        roots: The roots of the parts to read; they are changed.

    Returns:
        How many characters, without white space, were taken out.
    """
    looks = _Looks(styles)
    return sum(_take_out(root, looks) for root in roots)


def _take_out(root: Any, looks: _Looks) -> int:
    count = 0
    page = _page_ground(root)
    for run in root.iter(W + "r"):
        if not looks.is_hidden(run, page):
            continue
        for child in [child for child in run if child.tag in _TEXT]:
            count += len("".join((child.text or "").split()))
            run.remove(child)
    return count


class _Looks:
    """The properties that styles give to runs."""

    def __init__(self, styles: Any) -> None:
        self._styles = {style.get(W + "styleId"): style for style in styles.iter(W + "style")}
        self._known: dict[str | None, Properties] = {}
        self._shaded: dict[str | None, bool] = {}
        defaults = styles.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
        self._defaults = _properties(defaults)
        paragraphs = (s for s in self._styles.values() if s.get(W + "type") == "paragraph")
        standing = (s.get(W + "styleId") for s in paragraphs if s.get(W + "default") in ("1", "true"))
        self._standard = next(standing, None)

    def is_hidden(self, run: Any, page: Colour | None) -> bool:
        """Whether the text of a run cannot be seen on a page of a colour, None where that is not known."""
        own = run.find(W + "rPr")
        paragraph = next(run.iterancestors(W + "p"), None)
        look = self._defaults | self._of_style(self._paragraph_style(paragraph))
        if own is not None:
            named = own.find(W + "rStyle")
            look |= self._of_style(None if named is None else named.get(W + "val")) | _properties(own)
        if look.get("vanish") == "1" or look.get("specVanish") == "1":
            return True
        if look.get("webHidden") == "1" and any(map(str.isalpha, "".join(run.itertext()))):
            return True  # Word marks the page numbers of its tables of contents so, which are no words
        if _number(look.get("sz"), 24) / 2 < LEAST_POINTS or _number(look.get("w"), 100) < _NARROWEST:
            return True
        size = _number(look.get("sz"), 24) / 2
        if _number(look.get("spacing"), 0) <= -0.9 * size / 2 * _TWIPS or _has_no_height(paragraph):
            return True
        if own is not None and own.find(f"{_W14}textFill/{_W14}noFill") is not None:
            return True
        colour = from_hex(look.get("color"))
        if colour is None:
            return False  # a colour of itself is black on light ground and white on dark
        ground = self._ground(run, look, paragraph, page)
        return ground is not None and looks_alike(colour, ground)

    def _paragraph_style(self, paragraph: Any) -> str | None:
        style = None if paragraph is None else paragraph.find(f"{W}pPr/{W}pStyle")
        return self._standard if style is None else style.get(W + "val")

    def _of_style(self, identifier: str | None) -> Properties:
        """What a style says of runs, with the styles that it is based on."""
        if identifier not in self._known:
            self._known[identifier] = {}  # styles that are based on each other end here
            style = self._styles.get(identifier)
            if style is not None:
                based = style.find(W + "basedOn")
                outer = {} if based is None else self._of_style(based.get(W + "val"))
                self._known[identifier] = outer | _properties(style.find(W + "rPr"))
        return self._known[identifier]

    def _ground(self, run: Any, look: Properties, paragraph: Any, page: Colour | None) -> Colour | None:
        """The colour that a run stands on."""
        marked = from_hex(_HIGHLIGHTS.get(look.get("highlight", "")))
        if marked is not None:
            return marked
        style = self._styles.get(self._paragraph_style(paragraph))
        shades = [run.find(f"{W}rPr/{W}shd"), None if paragraph is None else paragraph.find(f"{W}pPr/{W}shd")]
        shades.append(None if style is None else style.find(f"{W}pPr/{W}shd"))
        for shade in shades:
            if shade is not None and _shade(shade) is not None:
                return _shade(shade)
        for outer in run.iterancestors(W + "tc", W + "tbl", TEXT_BOX):
            if outer.tag == TEXT_BOX:
                return None
            shade = outer.find(f"{W}tcPr/{W}shd" if outer.tag == W + "tc" else f"{W}tblPr/{W}shd")
            if shade is not None and _shade(shade) is not None:
                return _shade(shade)
            named = outer.find(f"{W}tblPr/{W}tblStyle") if outer.tag == W + "tbl" else None
            if named is not None and self._is_shaded(named.get(W + "val")):
                return None
        return page

    def _is_shaded(self, identifier: str | None) -> bool:
        """Whether a style of tables colours some of its cells."""
        if identifier not in self._shaded:
            self._shaded[identifier] = False
            style = self._styles.get(identifier)
            if style is not None:
                based = style.find(W + "basedOn")
                self._shaded[identifier] = any(
                    _shade(shade) is not None for shade in style.iter(W + "shd")
                ) or (based is not None and self._is_shaded(based.get(W + "val")))
        return self._shaded[identifier]


def _properties(element: Any) -> Properties:
    found: Properties = {}
    for child in () if element is None else element:
        name = child.tag.removeprefix(W) if isinstance(child.tag, str) else ""
        if name in _FLAGS:
            found[name] = "0" if is_off(child) else "1"
        elif name in _VALUES:
            found[name] = child.get(W + "val") or ""
    return found


def _shade(element: Any) -> Colour | None:
    """The colour of a shading; None where it has none of its own."""
    if element.get(W + "val") == "solid":
        return from_hex(element.get(W + "color"))
    return from_hex(element.get(W + "fill"))


def _has_no_height(paragraph: Any) -> bool:
    """Whether lines are cut to less than can be read: exact heights, of the line or of its row."""
    if paragraph is None:
        return False
    line = paragraph.find(f"{W}pPr/{W}spacing")
    least = LEAST_POINTS * _TWIPS
    if (
        line is not None
        and line.get(W + "lineRule") == "exact"
        and _number(line.get(W + "line"), 240) < least
    ):
        return True
    row = next(paragraph.iterancestors(W + "tr"), None)
    height = None if row is None else row.find(f"{W}trPr/{W}trHeight")
    if (
        height is not None
        and height.get(W + "hRule") == "exact"
        and _number(height.get(W + "val"), 240) < least
    ):
        return True
    hidden = None if row is None else row.find(f"{W}trPr/{W}hidden")
    return hidden is not None and not is_off(hidden)


def _page_ground(root: Any) -> Colour | None:
    """The colour of the page; None where a picture may lie behind the text."""
    if any(anchor.get("behindDoc") in ("1", "true") for anchor in root.iter(_ANCHOR)):
        return None
    tree = root.getroottree().getroot()
    background = tree.find(W + "background")
    given = None if background is None else from_hex(background.get(W + "color"))
    return given or WHITE


def _number(value: str | None, default: float) -> float:
    try:
        return float(value or default)
    except ValueError:
        return default
