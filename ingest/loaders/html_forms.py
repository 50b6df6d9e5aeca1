"""Forms and scripts of an HTML page turned into text in their places, before its blocks are read.

Boxes become characters with their labels, fields their values, choices what is chosen, equations
linear text; raised and lowered text is marked for `script`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ingest.loaders.boxes import box
from ingest.loaders.equation import linear_mathml
from ingest.loaders.script import END, LOWERED, MARK, RAISED, note_numbers

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from bs4.element import Tag

__all__ = ["write_in_place"]

_UNSHOWN: Final = frozenset(
    {"hidden", "submit", "button", "image", "reset", "password", "file", "range", "color"}
)
_COUNTED: Final = frozenset({"number", "date", "month", "week", "time", "datetime-local"})
_COUNT: Final = re.compile(r"[-+.:eETWZ\d ]*")
"""What such fields show; of other values they show nothing."""
_BOXES: Final = frozenset({"checkbox", "radio"})
_LONGEST_MARK: Final = 6
_NOTE: Final = re.compile(r"foot-?note|noteref|endnote|\bfn", re.I)
_BLOCK: Final = ("p", "li", "td", "th", "div", "dd", "aside", "section", "body", "figcaption", "caption")


def write_in_place(soup: BeautifulSoup) -> set[str]:
    """Change a parsed page as the module says; returns the numbers that its notes begin with."""
    for math in soup.find_all(re.compile(r"^(?:\w+:)?math$")):
        math.replace_with(_equation(math))
    for fieldset in soup.find_all("fieldset"):
        _write_choices(fieldset)
    for field in soup.find_all(["input", "select", "textarea"]):
        _write_field(field)
    return _mark_scripts(soup)


def _equation(math: Tag) -> str:
    from lxml import etree  # type: ignore[import-untyped]

    parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True)
    root = etree.fromstring(str(math).encode(), parser)
    return linear_mathml(root) if root is not None else math.get_text(" ")


def _write_choices(fieldset: Tag) -> None:
    """Write a group of boxes with a legend as one line, where it holds nothing else."""
    fields = fieldset.find_all(["input", "select", "textarea", "fieldset"])
    legend = fieldset.find("legend")
    if len(fields) < 2 or legend is None or not all(_type(field) in _BOXES for field in fields):
        return
    choices = [(box(field.has_attr("checked")), _label(field)) for field in fields]
    if all(label for _, label in choices):
        lead = _text(legend).rstrip(":")
        fieldset.clear()
        fieldset.append(f"{lead}: " + " ".join(f"{mark} {label}" for mark, label in choices))


def _label(field: Tag) -> str:
    """What a box is for: the label that holds it, one that names it, or the text right behind it."""
    around = field.find_parent("label")
    if around is not None:
        return _text(around)
    root = field.find_parent("form") or field.find_parent("body")
    identifier = str(field.get("id") or "")
    named = root.find("label", attrs={"for": identifier}) if root and identifier else None
    if named is not None:
        return _text(named)
    following = field.next_sibling
    return " ".join(str(following).split()) if isinstance(following, str) else ""


def _write_field(field: Tag) -> None:
    kind = _type(field)
    if kind in _BOXES:
        field.replace_with(f" {box(field.has_attr('checked'))} ")
        return
    value = "" if kind in _UNSHOWN else _value(field)
    if not value:
        field.extract()
        return
    label = _label(field) if field.find_parent("label") else _text_before(field)
    if not label or label.endswith((":", "：")):
        field.replace_with(f" {value}")
        return
    before = field.previous_sibling
    if isinstance(before, str):
        before.replace_with(before.rstrip())
    field.replace_with(f": {value}")


def _value(field: Tag) -> str:
    if field.name == "textarea":
        return _text(field)
    if field.name == "select":
        options = field.find_all("option")
        chosen = [option for option in options if option.has_attr("selected")]
        return ", ".join(map(_text, chosen))
    value = " ".join(str(field.get("value") or "").split())
    return "" if _type(field) in _COUNTED and not _COUNT.fullmatch(value) else value


def _text_before(field: Tag) -> str:
    """The text beside a field on its line: that of a label before it."""
    from bs4.element import Tag

    before = field.previous_sibling
    while isinstance(before, str) and not before.strip():
        before = before.previous_sibling
    if isinstance(before, str):
        return before.strip()
    return _text(before) if isinstance(before, Tag) and before.name == "label" else ""


def _type(field: Tag) -> str:
    return str(field.get("type") or "text").lower() if field.name == "input" else field.name


def _mark_scripts(soup: BeautifulSoup) -> set[str]:
    """Put marks around raised and lowered text; returns the numbers that notes begin with."""
    blocks: dict[int, Tag] = {}
    references = [
        a for a in soup.find_all("a") if not a.find("sup") and not a.find_parent("sup") and _is_mark(a)
    ]
    for node in [*soup.find_all("sup"), *references]:
        node.insert(0, MARK if _refers(node) else RAISED)
        node.append(END)
        holder = node.find_parent(_BLOCK)
        if holder is not None:
            blocks[id(holder)] = holder
    for node in soup.find_all("sub"):
        node.insert(0, LOWERED)
        node.append(END)
    return {number for holder in blocks.values() for number in note_numbers(holder.get_text())}


def _is_mark(link: Tag) -> bool:
    """Whether a link that is not raised is said to be the mark of a note."""
    names = f"{link.get('epub:type') or ''} {link.get('role') or ''}"
    return "noteref" in names and len(link.get_text()) <= _LONGEST_MARK


def _refers(node: Tag) -> bool:
    """Whether raised text links to a note of its page, or is said to be its mark."""
    link = node.find("a") or node.find_parent("a")
    if link is not None and str(link.get("href") or "").startswith("#"):
        return True
    told_by = (node, link) if link is not None else (node,)
    names = " ".join(
        str(one.get(name) or "") for one in told_by for name in ("class", "role", "epub:type", "id")
    )
    return _NOTE.search(names) is not None


def _text(node: Tag) -> str:
    return " ".join(node.get_text(" ").split())
