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

from ingest.loaders.css import Declared, StyleSheet, inline_style, style_sheet, winning
from ingest.loaders.css_look import Look, looking
from ingest.loaders.css_media import holds_on_screen
from ingest.loaders.css_sheets import Sheet, SheetOpener, no_sheets, opened_sheet
from ingest.loaders.css_values import legacy_colour

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from bs4.element import Tag

__all__ = ["Unseen", "take_out_unseen"]

_PICTURES: Final = ("img", "svg", "canvas", "video", "picture", "object", "iframe", "embed")
_LINKED: Final = re.compile(r"\brel\s*=\s*[\"']?[a-z ]{0,40}stylesheet|<\?xml-stylesheet", re.I)
_NAMED_BEFORE: Final = re.compile(r"<\?xml-stylesheet\b([^<>]*+)>", re.I)
_SHADOW: Final = re.compile("shadowrootmode", re.I)
_ADDRESS: Final = re.compile(r"\bhref\s*+=\s*+[\"']([^\"']{1,500})[\"']", re.I)
_OF_NOTE: Final = frozenset(("style", "hidden", "href", "bgcolor", "background", "color", "text", "popover"))
"""Attributes that say something of what can be seen."""
_WORDS: Final = re.compile(
    r"<style|\bstyle\b|\bhidden\b|<font|bgcolor|\b(?:text|v?link)\s*=|\bpopover\b|\bshadowrootmode\b"
    r"|<(?:noframes|noembed|meter|progress)\b|\bhref\s*+=\s*+[\"']?+data:",
    re.I,
)
"""A page without any of these hides nothing."""
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
    sheets = list(_sheets(soup, text, name, opener)) if is_linked or "<style" in text.lower() else []
    sheet = style_sheet(tuple(one for one in sheets if one is not None), opener)
    has_shadows = _SHADOW.search(text) is not None
    walk = _Walk(soup, sheet, not sheet.imports and None not in sheets, has_shadows)
    return replace(walk.take_out(), is_whole=sheet.is_whole)


def _sheets(soup: BeautifulSoup, text: str, name: str, opener: SheetOpener) -> Iterator[Sheet | None]:
    """The style sheets of a page in their order; None for one that cannot be had."""
    for found in _NAMED_BEFORE.finditer(text):
        address = _ADDRESS.search(found.group(1))
        yield opened_sheet(opener, name, address.group(1)) if address is not None else None
    for node in soup.find_all(["style", "link"]):
        if not _is_for_screens(node):
            continue
        if node.name == "style":
            yield Sheet(name, node.get_text())
        elif "stylesheet" in map(str.lower, node.get_attribute_list("rel")) and node.get("href"):
            yield opened_sheet(opener, name, str(node["href"]))


class _Walk:
    """Goes through a page once, from the top, then takes out what was found."""

    def __init__(self, soup: BeautifulSoup, sheet: StyleSheet, is_known: bool, has_shadows: bool) -> None:
        self._soup, self._sheet, self._is_known = soup, sheet, is_known
        self._wrapped = {} if sheet.is_empty else dict(_wrapped(soup))
        self._looks: dict[tuple[int, ...], tuple[Look, bool, list[Declared], Look]] = {}
        """Looks by the identities of what made them, which are kept so that they stay theirs."""
        self._verdicts: dict[int, tuple[bool, bool, Look]] = {}
        self._with_pictures: set[int] | None = None
        self._link = _link_colour(soup)
        self._has_shadows = has_shadows
        slots = soup.find_all("slot") if has_shadows else ()
        self._slotted = {id(slot.find_parent("template")) for slot in slots}
        self._shadows: list[Tag] = []
        self._out: list[Any] = []
        self._hidden = self._doubtful = 0

    def take_out(self) -> Unseen:
        from bs4.element import NavigableString, Tag

        stack: list[tuple[Tag, Look]] = [(self._soup, Look())]
        while stack:
            node, look = stack.pop()
            hides, vanishes = self._judged(look)
            shadow = self._shadow(node) if self._has_shadows else None
            for child in node.contents:
                if shadow is not None and child is not shadow and id(shadow) not in self._slotted:
                    self._leave_out(child, child.get_text(), True)
                elif isinstance(child, Tag):
                    if child.name not in _UNREAD or child is shadow:
                        inner = self._look(child, look)
                        if inner.is_gone or (child.name == "img" and inner.hides):
                            self._hidden += _characters(child.get_text())
                            self._out.append(child)
                            continue
                        if child.name == "input" and any(self._judged(inner)):
                            self._leave_out(child, str(child.get("value") or ""), inner.hides)
                        if inner.cut is not None and inner is not look:
                            for text in _below(child, *inner.cut):
                                self._leave_out(text, text, True)
                        if child.contents:
                            stack.append((child, inner))
                elif (hides or vanishes) and type(child) is NavigableString and not child.isspace():
                    self._leave_out(child, child, hides)
        for found in self._out:
            found.extract()
        for shown in self._shadows:
            shown.name = "div"
        return Unseen(self._hidden, self._doubtful)

    def _shadow(self, node: Tag) -> Tag | None:
        """What an element shows in place of its contents, or about them where it has a slot for them."""
        from bs4.element import Tag

        found = node.find("template", shadowrootmode=True, recursive=False)
        if not isinstance(found, Tag):
            return None
        self._shadows.append(found)
        return found

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
            return replace(outer, depth=0.0) if outer.depth else outer
        if "hidden" in attributes or "popover" in attributes or node.name in _INSTEAD:
            return replace(outer, is_gone=True)
        element = self._wrapped.get(id(node))
        layers = [*_hints(node, self._link), *(self._sheet.layers(element) if element is not None else ())]
        if "style" in attributes:
            layers.append(inline_style(str(attributes["style"])))
        if not layers:
            return replace(outer, depth=0.0) if outer.depth else outer
        key = (id(outer), *map(id, layers))
        known = self._looks.get(key)
        if known is None:
            look, is_placed = looking(winning(layers, self._sheet.keyframes), outer)
            known = self._looks[key] = look, is_placed, layers, outer
        look, is_placed, *_ = known
        if is_placed and not look.is_gone and look.ground == outer.ground and self._stands_on_picture(node):
            return replace(look, ground=None)
        return look

    def _stands_on_picture(self, node: Tag) -> bool:
        """Whether something that a browser may draw under a placed element stands beside it."""
        if self._with_pictures is None:
            self._with_pictures = _holders(self._soup)
        return id(node.parent) in self._with_pictures


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


def _wrapped(soup: BeautifulSoup) -> Iterator[tuple[int, Any]]:
    """Elements by their identity, as cssselect2 takes them: a tree of ElementTree beside that of the page."""
    from xml.etree import ElementTree

    from bs4.element import Tag
    from cssselect2 import ElementWrapper

    top = next((node for node in soup.contents if isinstance(node, Tag)), None)
    if top is None:
        return
    root = ElementTree.Element(top.name, _flat(top))
    stack = [(top, root)]
    nodes = {id(root): top}
    while stack:
        node, element = stack.pop()
        for child in node.contents:
            if isinstance(child, Tag):
                made = ElementTree.SubElement(element, child.name, _flat(child))
                nodes[id(made)] = child
                stack.append((child, made))
    for wrapper in ElementWrapper.from_html_root(root).iter_subtree():
        yield id(nodes[id(wrapper.etree_element)]), wrapper


def _flat(node: Tag) -> dict[str, str]:
    return {name: value if isinstance(value, str) else " ".join(value) for name, value in node.attrs.items()}


def _characters(text: str) -> int:
    return len("".join(text.split()))


def _is_for_screens(node: Tag) -> bool:
    import tinycss2

    media = str(node.get("media") or "all")
    return media == "all" or holds_on_screen(tinycss2.parse_component_value_list(media))
