"""Takes out of a page of HTML what a browser would not show to a person, and counts it.

The style of each element comes from its attributes, the sheets in the page and its own `style` (`css`),
how it looks from that (`css_look`). Text that is placed beside a picture may stand on it, and stays.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from ingest.loaders.css import SCREEN, Declared, StyleSheet, inline_style, style_sheet, winning
from ingest.loaders.css_look import Look, looking
from ingest.loaders.css_media import holds_on_screen
from ingest.loaders.css_selectors import CUSTOM, DIRECTION, HOST, INSIDE
from ingest.loaders.css_sheets import Sheet, SheetOpener, no_sheets, opened_sheet
from ingest.loaders.css_values import legacy_colour
from ingest.loaders.html_shadows import Shadows

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from bs4.element import Tag

__all__ = ["Unseen", "take_out_unseen"]

_PICTURES: Final = ("img", "svg", "canvas", "video", "picture", "object", "iframe", "embed")
_LINKED: Final = re.compile(r"\brel\s*=\s*[\"']?[a-z ]{0,40}stylesheet|<\?xml-stylesheet", re.I)
_NAMED_BEFORE: Final = re.compile(r"<\?xml-stylesheet\b([^<>]*+)>", re.I)
_ADDRESS: Final = re.compile(r"\bhref\s*+=\s*+[\"']([^\"']{1,500})[\"']", re.I)
_OF_NOTE: Final = frozenset(("style", "hidden", "href", "bgcolor", "background", "color", "text", "popover"))
"""Attributes that say something of what can be seen."""
_WORDS: Final = re.compile(
    r"<style|\bstyle\b|\bhidden\b|<font|bgcolor|\b(?:text|v?link)\s*=|\bpopover\b|\bshadowrootmode\b"
    r"|<(?:noframes|noembed|meter|progress)\b|\bhref\s*+=\s*+[\"']?+data:",
    re.I,
)
"""A page without any of these hides nothing."""
_MEAN_WIDTH: Final = 0.5
"""Of a letter, as a share of its size."""
_OF_LINES: Final = ("color", "background", "font", "text-shadow", "-webkit-text-", "-webkit-background", "--")
"""How the properties begin that a first line can have of its own."""
_INSTEAD: Final = ("noframes", "noembed", "meter", "progress")
"""What such elements hold is shown only by browsers that do not know them."""
_UNREAD: Final = frozenset(("script", "style", "template", "noscript", "head", "title", "svg", "canvas"))


@dataclass(frozen=True, slots=True)
class Unseen:
    """What was taken out, and what stays though it is open to doubt.

    `hidden` counts characters, without white space, that were taken out; `doubtful` those that look like
    their ground as far as the file tells, but whose style lies in other files.
    """

    hidden: int = 0
    doubtful: int = 0
    is_whole: bool = True
    """Whether all style sheets that could be had were read; there may be too much of them."""


def take_out_unseen(
    soup: BeautifulSoup, text: str, name: str = "", opener: SheetOpener = no_sheets
) -> Unseen:
    """Take what cannot be seen out of a page that was parsed from a text.

    Args:
        soup: The page; it is changed.
        text: What it was parsed from.
        name: What the page is called by those who open sheets for it.
        opener: Opens the sheets that the page refers to.
    """
    is_linked = _LINKED.search(text) is not None
    if not _WORDS.search(text) and (opener is no_sheets or not is_linked):
        return Unseen()
    shadows = Shadows(soup, text)
    has_sheets = is_linked or "<style" in text.lower()
    sheets = list(_sheets(soup, text, name, opener, shadows)) if has_sheets else []
    sheet = style_sheet(tuple(one for one in sheets if one is not None), opener)
    walk = _Walk(soup, sheet, not sheet.imports and None not in sheets, shadows)
    return replace(walk.take_out(), is_whole=sheet.is_whole)


def _sheets(
    soup: BeautifulSoup, text: str, name: str, opener: SheetOpener, shadows: Shadows
) -> Iterator[Sheet | None]:
    """The style sheets of a page in their order; None for one that cannot be had."""
    for found in _NAMED_BEFORE.finditer(text):
        address = _ADDRESS.search(found.group(1))
        yield opened_sheet(opener, name, address.group(1)) if address is not None else None
    for node in soup.find_all(["style", "link"]):
        scope = shadows.scope(node)
        if not _is_for_screens(node):
            continue
        if node.name == "style":
            if scope is not None:
                yield Sheet(name, node.get_text(), scope)
        elif "stylesheet" in map(str.lower, node.get_attribute_list("rel")) and node.get("href"):
            # one for pages without scripts is what a script loads on others
            opened = None if scope is None else opened_sheet(opener, name, str(node["href"]))
            yield None if opened is None else opened._replace(scope=scope or "")


class _Walk:
    """Goes through a page once, from the top, then takes out what was found."""

    def __init__(self, soup: BeautifulSoup, sheet: StyleSheet, is_known: bool, shadows: Shadows) -> None:
        self._soup, self._sheet, self._is_known = soup, sheet, is_known
        self._wrapped = {} if sheet.is_empty else dict(_wrapped(soup, shadows))
        self._looks: dict[tuple[int, ...], tuple[Look, bool, list[Declared], Look]] = {}
        """Looks by the identities of what made them, which are kept so that they stay theirs."""
        self._verdicts: dict[int, tuple[bool, bool, Look]] = {}
        self._with_pictures: set[int] | None = None
        self._link = _link_colour(soup)
        self._shadows = shadows
        self._in_slots: dict[int, Look] = {}
        self._shown: list[Tag] = []
        self._out: list[Any] = []
        self._hidden = self._doubtful = 0

    def take_out(self) -> Unseen:
        from bs4.element import NavigableString, Tag

        first = Look(variables=dict(self._sheet.initial), fresh=_fresh(self._sheet))
        stack: list[tuple[Tag, Look]] = [(self._soup, first)]
        while stack:
            node, look = stack.pop()
            shadow = self._shadows.of(node)
            if shadow is not None:
                self._shown.append(shadow)
            for child in node.contents:
                outer = look if shadow is None or child is shadow else self._slotted(shadow, child, look)
                if outer is None or outer.is_gone:
                    self._leave_out(child, child.get_text(), True)
                elif isinstance(child, Tag):
                    if child.name not in _UNREAD or child is shadow:
                        inner = self._taken(child, outer)
                        if inner is not None and child.contents:
                            stack.append((child, inner))
                elif type(child) is NavigableString and not child.isspace():
                    hides, vanishes = self._judged(outer)
                    if hides or vanishes:
                        self._leave_out(child, child, hides)
        for found in self._out:
            found.extract()
        for shown in self._shown:
            shown.name = "div"
        return Unseen(self._hidden, self._doubtful)

    def _taken(self, child: Tag, outer: Look) -> Look | None:
        """The look of an element; None where nothing of it can be seen, and it was left out."""
        inner = self._look(child, outer)
        if child.parent is self._soup:
            inner = replace(inner, root=inner.size)
        if inner.is_gone or (child.name == "img" and inner.hides):
            self._hidden += _characters(child.get_text())
            self._out.append(child)
            return None
        if child.name == "input" and any(self._judged(inner)):
            self._leave_out(child, str(child.get("value") or ""), inner.hides)
        if inner.cut is not None and inner is not outer:
            for text in _below(child, *inner.cut):
                self._leave_out(text, text, True)
        return inner

    def _slotted(self, root: Tag, child: Any, look: Look) -> Look | None:
        """The look of what a child of a host stands in: that of its slot; None where it has none."""
        slot = self._shadows.slot(root, child)
        if slot is None:
            return None
        known = self._in_slots.get(id(slot))
        if known is None:
            known = look
            path = [slot]
            while path[-1] is not root and path[-1].parent is not None:
                path.append(path[-1].parent)
            for node in reversed(path):
                known = known if known.is_gone else self._look(node, known)
            self._in_slots[id(slot)] = known
        return known

    def _leave_out(self, node: Any, text: str, hides: bool) -> None:
        """Leave out what cannot be seen, unless another file may colour it."""
        if hides or self._is_known:
            self._hidden += _characters(text)
            self._out.append(node)
        else:
            self._doubtful += _characters(text)

    def _judged(self, look: Look) -> tuple[bool, bool]:
        """Whether the text of such elements cannot be seen, and whether it looks like its ground."""
        known = self._verdicts.get(id(look))
        if known is None:
            known = self._verdicts[id(look)] = look.hides, look.vanishes, look
        return known[0], known[1]

    def _look(self, node: Tag, outer: Look) -> Look:
        attributes = node.attrs
        if not self._wrapped and _OF_NOTE.isdisjoint(attributes) and node.name not in _OWN_LOOKS:
            return _plain(outer)
        if "hidden" in attributes or "popover" in attributes or node.name in _INSTEAD:
            return replace(outer, is_gone=True)
        element = self._wrapped.get(id(node))
        layers = [*_hints(node, self._link), *(self._sheet.layers(element) if element is not None else ())]
        if "style" in attributes:
            layers.append(inline_style(str(attributes["style"])))
        if not layers and not self._sheet.has_lines:
            return _plain(outer)
        key = (id(outer), node.name == "img", *map(id, layers))
        known = self._looks.get(key)
        if known is None:
            style = winning(layers, self._sheet.keyframes)
            if node.name == "img":
                style.pop("content", None)  # another picture, of the same description
            look, is_placed = looking(style, outer)
            known = self._looks[key] = look, is_placed, layers, outer
        look, is_placed, *_ = known
        if self._sheet.has_lines and element is not None:
            look = self._of_line(node, element, look)
        if is_placed and not look.is_gone and look.ground == outer.ground and self._stands_on_picture(node):
            return replace(look, ground=None)
        return look

    def _of_line(self, node: Tag, element: Any, look: Look) -> Look:
        """The look of an element's first line, where it has but one."""
        layers = self._sheet.layers(element, of_line=True)
        if not layers or look.size <= 0 or len(node.get_text()) > SCREEN[0] / (_MEAN_WIDTH * look.size):
            return look
        style = {
            name: value
            for name, value in winning(layers).items()
            if name.startswith(_OF_LINES) or name == "letter-spacing"
        }
        return looking(style, look)[0]

    def _stands_on_picture(self, node: Tag) -> bool:
        """Whether something that a browser may draw under a placed element stands beside it."""
        if self._with_pictures is None:
            self._with_pictures = _holders(self._soup)
        return id(node.parent) in self._with_pictures


def _plain(outer: Look) -> Look:
    """The look of an element without a style of its own."""
    return replace(outer, depth=0.0, lays_out=False) if outer.depth or outer.lays_out else outer


def _fresh(sheet: StyleSheet) -> dict[str, Any]:
    """Variables that are not inherited, by what they are where none is set."""
    return {name: sheet.initial.get(name, ()) for name in sheet.own}


def _holders(soup: BeautifulSoup) -> set[int]:
    """Elements by their identity in which some picture stands, however deep."""
    found: set[int] = set()
    for picture in soup.find_all(_PICTURES):
        for holder in picture.parents:
            if id(holder) in found:
                break
            found.add(id(holder))
    return found


_OWN_LOOKS: Final = {
    "mark": inline_style("color:#000;background-color:#ff0"),
    **dict.fromkeys(("input", "textarea", "select"), inline_style("color:#000;background-color:#fff")),
    **dict.fromkeys(_INSTEAD, ()),
}
"""How a browser draws some elements without a style."""
_PICTURED: Final = inline_style("background-image:url(picture)")


def _link_colour(soup: BeautifulSoup) -> Declared:
    given = soup.body.get("link") if soup.body is not None else None
    return inline_style(f"color:{legacy_colour(str(given)) if given else '#0000ee'}")


def _hints(node: Tag, link: Declared) -> Iterator[Declared]:
    """What a browser does without a style, and what old attributes say of colours."""
    attributes = node.attrs
    if node.name in _OWN_LOOKS:
        yield _OWN_LOOKS[node.name]
    if not attributes:
        return
    if node.name == "a" and "href" in attributes:
        yield link
    if "bgcolor" in attributes:
        yield inline_style(f"background-color:{legacy_colour(str(attributes['bgcolor']))}")
    if "background" in attributes:
        yield _PICTURED
    name = {"font": "color", "body": "text"}.get(node.name, "")
    if name in attributes:
        yield inline_style(f"color:{legacy_colour(str(attributes[name]))}")


def _below(node: Tag, lines: float, letters: float) -> Iterator[Any]:
    """The texts of an element that begin below the lines that it shows, by how many letters are in a line.

    Only the element's own breaks count: what it holds may stand side by side.
    """
    from bs4.element import NavigableString

    line, filled = 0, 0
    for found in node.descendants:
        if getattr(found, "name", None) == "br" and found.parent is node:
            line, filled = line + max(math.ceil(filled / letters), 1), 0
        elif type(found) is NavigableString and not found.isspace():
            if line + filled // letters + 0.5 > lines:
                yield found
            filled += len(" ".join(found.split()))


def _wrapped(soup: BeautifulSoup, shadows: Shadows) -> Iterator[tuple[int, Any]]:
    """Elements by their identity, as cssselect2 takes them: a tree of ElementTree beside that of the page."""
    from xml.etree import ElementTree

    from bs4.element import Tag
    from cssselect2 import ElementWrapper

    top = next((node for node in soup.contents if isinstance(node, Tag)), None)
    if top is None:
        return
    has_scripts = soup.find("script") is not None
    root = ElementTree.Element(top.name, _flat(top))
    root.attrib[DIRECTION] = _direction(top, "ltr")
    stack = [(top, root)]
    nodes = {id(root): top}
    while stack:
        node, element = stack.pop()
        shadow = shadows.of(node)
        if shadow is not None:
            element.attrib[HOST] = shadows.number(shadow)
        inside = shadows.number(node) or element.attrib.get(INSIDE)
        for child in node.contents:
            if isinstance(child, Tag):
                made = ElementTree.SubElement(element, child.name, _flat(child))
                made.attrib[DIRECTION] = _direction(child, element.attrib[DIRECTION])
                if inside:
                    made.attrib[INSIDE] = inside
                if "-" in child.name and not has_scripts:
                    made.attrib[CUSTOM] = ""
                nodes[id(made)] = child
                stack.append((child, made))
    for wrapper in ElementWrapper.from_html_root(root).iter_subtree():
        yield id(nodes[id(wrapper.etree_element)]), wrapper


def _flat(node: Tag) -> dict[str, str]:
    return {
        name: value if isinstance(value, str) else " ".join(value)
        for name, value in node.attrs.items()
        if not name.startswith("-ct-")
    }


def _direction(node: Tag, outer: str) -> str:
    """The direction of an element's text; of one that follows from the text that of what is about it."""
    own = str(node.get("dir") or "").lower()
    return own if own in ("ltr", "rtl") else outer


def _characters(text: str) -> int:
    return len("".join(text.split()))


def _is_for_screens(node: Tag) -> bool:
    import tinycss2

    media = str(node.get("media") or "all")
    return media == "all" or holds_on_screen(tinycss2.parse_component_value_list(media))
