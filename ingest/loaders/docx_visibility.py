"""Takes out of a Word document what no one can see, and counts it.

A run is hidden by a property of its own or of its styles (`vanish`), by its size or width, by a line or row
of no height, by a place off the page, as part of a field's code, or by the colour of its ground. Text boxes,
styles of tables and pictures behind the text make a ground unknown; text on an unknown ground stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from ingest.loaders.docx_places import CONTAINERS, TWIPS, Pages, number
from ingest.loaders.docx_xml import TEXT_BOX, W, is_off
from ingest.loaders.equation import M
from ingest.loaders.office_colours import OfficeColours, fill_of, local_name
from ingest.loaders.visible import LEAST_POINTS, WHITE, Colour, Paint, blended, from_hex, is_faint

__all__ = ["take_out_hidden"]

_W14: Final = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_ANCHOR: Final = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}anchor"
_SHAPE: Final = "{http://schemas.microsoft.com/office/word/2010/wordprocessingShape}"
_TEXT: Final = (*(W + name for name in ("t", "tab", "br", "cr", "noBreakHyphen", "sym")), M + "t")
_FLAGS: Final = ("vanish", "specVanish", "webHidden", "rtl", "cs")
_VALUES: Final = ("sz", "szCs", "w", "spacing", "highlight", "fitText", "position")
_PLACES: Final = ("ind", "spacing", "framePr")
_ELEMENTS: Final = (W + "color", _W14 + "textFill", _W14 + "textOutline")
_RUN_STYLE: Final = f"{W}rPr/{W}rStyle"
_NARROWEST: Final = 10
"""Per cent of a letter's width."""
_OF_TABLES: Final = (W + "tr", W + "tbl")
_DEEPEST: Final = 64
_LEAST_SHARE: Final = 0.3
"""Of the size of its type that a line or a row must be high, for its text to be read."""
_HIGHLIGHTS: Final = {
    "black": "000000", "blue": "0000FF", "cyan": "00FFFF", "green": "00FF00", "magenta": "FF00FF",
    "red": "FF0000", "yellow": "FFFF00", "white": "FFFFFF", "darkBlue": "000080", "darkCyan": "008080",
    "darkGreen": "008000", "darkMagenta": "800080", "darkRed": "800000", "darkYellow": "808000",
    "darkGray": "808080", "lightGray": "C0C0C0",
}  # fmt: skip
Properties = dict[str, Any]
"""What decides on a run: its flags as `1` or `0`, sizes, widths and places as Word writes them, and the
elements of its colours."""


def take_out_hidden(document: Any, roots: Iterable[Any]) -> int:
    """Take the text of hidden runs out of parts of a document.

    Args:
        document: The document of python-docx, for its styles, its theme and the size of its pages.
        roots: The roots of the parts to read; they are changed.

    Returns:
        How many characters, without white space, were taken out.
    """
    looks = _Looks(document)
    return sum(_take_out(root, looks) for root in roots)


def _take_out(root: Any, looks: _Looks) -> int:
    count = 0
    _take_out_deleted(root)
    page = looks.page_ground(root)
    codes = set(_field_codes(root))
    for run in root.iter(W + "r", M + "r"):
        texts = [child for child in run if child.tag in _TEXT]
        if texts and not looks.is_hidden(run, page):
            texts = [text for text in texts if text in codes]
        for text in texts:
            count += len("".join((text.text or "").split()))
            run.remove(text)
    return count


def _take_out_deleted(root: Any) -> None:
    """Take out rows and cells that a tracked change deleted, and tables of which none is left."""
    for mark in [*root.iterfind(f".//{W}tr/{W}trPr/{W}del"), *root.iterfind(f".//{W}tc/{W}tcPr/{W}cellDel")]:
        gone = mark.getparent().getparent()
        while (holder := gone.getparent()) is not None:
            holder.remove(gone)
            if holder.tag not in _OF_TABLES or any(True for _ in holder.iter(W + "tc")):
                break
            gone = holder


def _field_codes(root: Any) -> Iterator[Any]:
    """Text in the codes of fields: only what stands behind a field's separator is shown."""
    fields: list[tuple[list[Any], bool]] = []
    for node in root.iter(W + "fldChar", *_TEXT):
        if node.tag != W + "fldChar":
            codes = (texts for texts, is_code in reversed(fields[-_DEEPEST:]) if is_code)
            next(codes, []).append(node)
            continue
        match node.get(W + "fldCharType"):
            case "begin":
                fields.append(([], True))
            case "separate" if fields:
                fields[-1] = fields[-1][0], False
            case "end" if fields:
                yield from fields.pop()[0]


class _Looks:
    """The properties that styles give to runs."""

    def __init__(self, document: Any) -> None:
        styles = document.styles.element
        self._colours = _colours(document)
        self._pages = Pages(document.element.body)
        self._styles = {style.get(W + "styleId"): style for style in styles.iter(W + "style")}
        self._known: dict[str | None, Properties] = {}
        self._shaded: dict[str | None, bool] = {}
        self._held: dict[Any, bool] = {}
        self._last: tuple[Any, Properties, int] = None, {}, 0
        self._defaults: Properties = {}
        for kind in ("r", "p"):
            self._defaults |= _properties(styles.find(f"{W}docDefaults/{W}{kind}PrDefault/{W}{kind}Pr"))
        paragraphs = (s for s in self._styles.values() if s.get(W + "type") == "paragraph")
        standing = (s.get(W + "styleId") for s in paragraphs if s.get(W + "default") in ("1", "true"))
        self._standard = next(standing, None)

    def is_hidden(self, run: Any, page: Colour | None) -> bool:
        """Whether the text of a run cannot be seen on a page of a colour, None where that is not known."""
        paragraph = next(run.iterancestors(W + "p"), None)
        if paragraph is None or paragraph is not self._last[0]:
            length = 0 if paragraph is None else sum(len(text.text or "") for text in paragraph.iter(W + "t"))
            self._last = paragraph, self._of_paragraph(paragraph), length
        look = self._last[1] | self._of_style(_named(run, _RUN_STYLE))
        look |= _properties(run.find(W + "rPr"))
        if self._vanishes(look, run) or _is_phantom(run):
            return True
        if look.get("webHidden") == "1" and any(map(str.isalpha, "".join(run.itertext()))):
            return True  # Word marks the page numbers of its tables of contents so, which are no words
        is_complex = "1" in (look.get("rtl"), look.get("cs"))
        size = (number(look.get("szCs"), 20) if is_complex else number(look.get("sz"), 24)) / 2
        if _is_tiny(look, size, run) or self._is_off(look, size, run):
            return True
        paints = self._paints(look)
        return is_faint(paints, self._grounds(run, look, paragraph, page) if paints else [])

    def _vanishes(self, look: Properties, run: Any) -> bool:
        """Whether a run of a look is hidden by name, or the one that holds the box that it stands in."""
        outer = (
            self._of_style(_named(one, _RUN_STYLE)) | _properties(one.find(W + "rPr"))
            for one in run.iterancestors(W + "r")
        )
        return any(one.get(name) == "1" for one in (look, *outer) for name in ("vanish", "specVanish"))

    def _of_paragraph(self, paragraph: Any) -> Properties:
        table = None if paragraph is None else next(paragraph.iterancestors(W + "tbl"), None)
        look = self._defaults | self._of_style(_named(table, f"{W}tblPr/{W}tblStyle"))
        look |= self._of_style(self._paragraph_style(paragraph))
        return look | _properties(None if paragraph is None else paragraph.find(W + "pPr"))

    def _paints(self, look: Properties) -> list[Paint]:
        """The colours of the letters; one of itself, black on light and white on dark ground, is none."""
        filled = look.get("textFill")
        if filled is not None and fill_of(filled) is not None:
            return self._colours.of_text(fill_of(filled), look.get("textOutline"))
        colour = self._colours.word(look.get("color"), "val", "themeColor")
        return [] if colour is None else [(colour, 1.0)]

    def _is_off(self, look: Properties, size: float, run: Any) -> bool:
        """Whether a run is off the page, or in something that does not show it."""
        if abs(number(look.get("position"), 0)) / 2 * TWIPS > self._pages.height:
            return True
        is_placed = "framePr:x" in look
        for outer in run.iterancestors(*CONTAINERS):
            is_placed = True
            if outer not in self._held:
                self._held[outer] = self._pages.holds(outer)
            if not self._held[outer]:
                return True
        return self._pages.drops(look, self._last[2], size, is_placed)

    def _paragraph_style(self, paragraph: Any) -> str | None:
        style = None if paragraph is None else paragraph.find(f"{W}pPr/{W}pStyle")
        return self._standard if style is None else style.get(W + "val")

    def _of_style(self, identifier: str | None) -> Properties:
        """What a style says of runs, with the styles that it is based on."""
        if identifier not in self._known:
            self._known[identifier] = {}  # styles that are based on each other end here
            style = self._styles.get(identifier)
            if style is not None:
                look = dict(self._of_style(_named(style, W + "basedOn")))
                for whole in (style, style.find(f"{W}tblStylePr[@{W}type='wholeTable']")):
                    for kind in ("pPr", "rPr") if whole is not None else ():
                        look |= _properties(whole.find(W + kind))
                self._known[identifier] = look
        return self._known[identifier]

    def _grounds(self, run: Any, look: Properties, paragraph: Any, page: Colour | None) -> list[Colour]:
        """The colours that a run stands on; none where they are not known."""
        marked = from_hex(_HIGHLIGHTS.get(look.get("highlight", "")))
        if marked is not None:
            return [marked]
        style = self._styles.get(self._paragraph_style(paragraph))
        shades = [run.find(f"{W}rPr/{W}shd"), None if paragraph is None else paragraph.find(f"{W}pPr/{W}shd")]
        shades.append(None if style is None else style.find(f"{W}pPr/{W}shd"))
        for shade in shades:
            if shaded := self._shade(shade):
                return shaded
        for outer in run.iterancestors(W + "tc", W + "tbl", TEXT_BOX):
            if outer.tag == TEXT_BOX:
                shape = next(outer.iterancestors(_SHAPE + "wsp"), None)
                properties = None if shape is None else shape.find(_SHAPE + "spPr")
                return [] if properties is None else self._colours.grounds(fill_of(properties))
            if shaded := self._shade(outer.find(f"{outer.tag}Pr/{W}shd")):
                return shaded
            named = _named(outer, f"{W}tblPr/{W}tblStyle")
            if named is not None and self._is_shaded(named):
                return []
        return [] if page is None else [page]

    def _is_shaded(self, identifier: str | None) -> bool:
        """Whether a style of tables colours some of its cells."""
        if identifier not in self._shaded:
            self._shaded[identifier] = False
            style = self._styles.get(identifier)
            if style is not None:
                based = _named(style, W + "basedOn")
                self._shaded[identifier] = any(map(self._shade, style.iter(W + "shd"))) or (
                    based is not None and self._is_shaded(based)
                )
        return self._shaded[identifier]

    def _shade(self, shade: Any) -> list[Colour]:
        """The colours of a shading; none where it has none of its own."""
        pattern = "" if shade is None else shade.get(W + "val") or "clear"
        fill = self._colours.word(shade, "fill", "themeFill")
        if pattern in ("", "clear", "nil"):
            return [] if fill is None else [fill]
        colour = self._colours.word(shade, "color", "themeColor")
        if pattern == "solid" or colour is None:
            return [] if colour is None else [colour]
        if pattern.startswith("pct"):
            return [blended(colour, number(pattern[3:], 0) / 100, fill or WHITE)]
        return [colour, fill or WHITE]

    def page_ground(self, root: Any) -> Colour | None:
        """The colour of the page; None where a picture may lie behind the text."""
        if any(anchor.get("behindDoc") in ("1", "true") for anchor in root.iter(_ANCHOR)):
            return None
        background = root.getroottree().getroot().find(W + "background")
        return self._colours.word(background, "color", "themeColor") or WHITE


def _colours(document: Any) -> OfficeColours:
    theme = next((part for part in document.part.rels.values() if part.reltype.endswith("/theme")), None)
    mapping = document.settings.element.find(W + "clrSchemeMapping")
    return OfficeColours(
        None if theme is None or theme.is_external else theme.target_part.blob,
        {} if mapping is None else {key.removeprefix(W): name for key, name in mapping.attrib.items()},
    )


def _properties(element: Any) -> Properties:
    found: Properties = {}
    for child in () if element is None else element:
        name = local_name(child)
        if child.tag in _ELEMENTS:
            found[name] = child
        elif name in _FLAGS:
            found[name] = "0" if is_off(child) else "1"
        elif name in _PLACES and child.get(W + "val") is None:
            found |= {f"{name}:{key.removeprefix(W)}": value for key, value in child.attrib.items()}
        elif name in _VALUES:
            found[name] = child.get(W + "val") or ""
    return found


def _named(element: Any, path: str) -> str | None:
    """The value of an element in another; None where it is not there."""
    found = None if element is None else element.find(path)
    return None if found is None else found.get(W + "val")


def _is_phantom(run: Any) -> bool:
    """Whether a run keeps the room of an equation's part that is not shown."""
    shows = (phantom.find(f"{M}phantPr/{M}show") for phantom in run.iterancestors(M + "phant"))
    return any(show is not None and show.get(M + "val") in ("0", "off", "false") for show in shows)


def _is_tiny(look: Properties, size: float, run: Any) -> bool:
    """Whether letters are too small, too narrow or too close, or their line or row is too low."""
    if size < LEAST_POINTS or number(look.get("w"), 100) < _NARROWEST:
        return True
    narrowest = _NARROWEST / 100 * size / 2 * TWIPS
    fitted = number(look.get("fitText"), 0)
    if number(look.get("spacing"), 0) <= -0.9 * size / 2 * TWIPS or (
        0 < fitted < narrowest * len("".join(run.itertext()))
    ):
        return True
    least = max(LEAST_POINTS, _LEAST_SHARE * size) * TWIPS
    if look.get("spacing:lineRule") == "exact" and number(look.get("spacing:line"), 240) < least:
        return True
    row = next(run.iterancestors(W + "tr", TEXT_BOX), None)
    if row is None or row.tag == TEXT_BOX:
        return False
    height, hidden = row.find(f"{W}trPr/{W}trHeight"), row.find(f"{W}trPr/{W}hidden")
    is_low = height is not None and height.get(W + "hRule") == "exact"
    return (is_low and number(height.get(W + "val"), 240) < least) or (
        hidden is not None and not is_off(hidden)
    )
