"""The automatic numbers of a Word document, as Word shows them: `3.2`, `(c)`, `Article IV`.

They are not in the text: a paragraph names a list and a level, and the list says how its levels count
(ECMA-376, part 1, 17.9). Bullets have no number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ingest.loaders.docx_xml import W
from ingest.loaders.numerals import formed_number

__all__ = ["Numbering"]

_PLACEHOLDER: Final = re.compile(r"%(\d)")
_LEVELS: Final = 9
_FORMS: Final = {"lowerLetter": "a", "upperLetter": "A", "lowerRoman": "i", "upperRoman": "I"}


@dataclass(frozen=True, slots=True)
class _Level:
    """How a level of a list counts."""

    start: int
    form: str
    text: str
    is_legal: bool
    restarts: int
    """Its count begins again after a paragraph of a level below this number."""


class Numbering:
    """Counts the paragraphs of a document's lists, in the order of the text."""

    def __init__(self, numbering: Any, styles: Any) -> None:
        """Read the lists of `numbering.xml` and the lists that styles name; both may be None."""
        self._lists: dict[str, str] = {}  # list -> abstract list
        self._levels: dict[str, dict[int, _Level]] = {}  # abstract list -> its levels
        self._changed: dict[str, dict[int, _Level]] = {}  # list -> levels that differ
        self._restarts: dict[str, dict[int, int]] = {}  # list -> first numbers of levels of its own
        self._counts: dict[str, list[int | None]] = {}
        self._seen: set[str] = set()
        self._by_style = _styles(styles)
        if numbering is not None:
            self._read(numbering)

    def label(self, paragraph: Any, style: str) -> str:
        """The number of a paragraph, counted; empty where it has none."""
        number, level = self._place(paragraph, style)
        abstract = self._lists.get(number)
        if abstract is None:
            return ""
        levels = {**self._levels.get(abstract, {}), **self._changed.get(number, {})}
        if level not in levels:
            return ""
        counts = self._counts.setdefault(abstract, [None] * _LEVELS)
        if number not in self._seen:
            self._seen.add(number)
            for changed, start in self._restarts.get(number, {}).items():
                counts[changed] = start - 1
        before = counts[level]
        counts[level] = levels[level].start if before is None else before + 1
        for deeper in range(level + 1, _LEVELS):
            if deeper in levels and levels[deeper].restarts > level:
                counts[deeper] = None
        return _label(levels, level, counts)

    def is_listed(self, paragraph: Any, style: str) -> bool:
        """Whether a paragraph belongs to a list, numbered or not."""
        return self._place(paragraph, style)[0] not in ("", "0")

    def _place(self, paragraph: Any, style: str) -> tuple[str, int]:
        """List and level of a paragraph, its own or its style's."""
        own = paragraph.find(f"{W}pPr/{W}numPr")
        number, level = self._by_style.get(style, ("", 0))
        if own is not None:
            given = own.find(W + "numId")
            number = number if given is None else given.get(W + "val") or ""
            level = _value(own.find(W + "ilvl"), level)
        return number, min(level, _LEVELS - 1)

    def _read(self, numbering: Any) -> None:
        named: dict[str, str] = {}  # style of lists -> abstract list
        linked: dict[str, str] = {}
        for abstract in numbering.findall(W + "abstractNum"):
            identifier = abstract.get(W + "abstractNumId") or ""
            self._levels[identifier] = _levels(abstract)
            for tag, found in ((W + "styleLink", named), (W + "numStyleLink", linked)):
                link = abstract.find(tag)
                if link is not None:
                    name = link.get(W + "val") or ""
                    found.update({name: identifier} if found is named else {identifier: name})
        for number in numbering.findall(W + "num"):
            identifier = number.get(W + "numId") or ""
            reference = number.find(W + "abstractNumId")
            abstract = "" if reference is None else reference.get(W + "val") or ""
            self._lists[identifier] = named.get(linked.get(abstract, ""), abstract)
            for override in number.findall(W + "lvlOverride"):
                level = int(override.get(W + "ilvl") or "0")
                self._changed.setdefault(identifier, {}).update(_levels(override))
                start = override.find(W + "startOverride")
                if start is not None:
                    self._restarts.setdefault(identifier, {})[level] = _value(start, 1)


def _levels(parent: Any) -> dict[int, _Level]:
    found = {}
    for level in parent.findall(W + "lvl"):
        index = int(level.get(W + "ilvl") or "0")
        form, text = level.find(W + "numFmt"), level.find(W + "lvlText")
        found[index] = _Level(
            _value(level.find(W + "start"), 1),
            "decimal" if form is None else form.get(W + "val") or "decimal",
            "" if text is None else text.get(W + "val") or "",
            level.find(W + "isLgl") is not None,
            _value(level.find(W + "lvlRestart"), index),
        )
    return found


def _styles(styles: Any) -> Mapping[str, tuple[str, int]]:
    """List and level by the identifier of each style that names one, itself or by the one it is based on."""
    own: dict[str, tuple[str, int]] = {}
    parents: dict[str, str] = {}
    for style in () if styles is None else styles.findall(W + "style"):
        identifier = style.get(W + "styleId") or ""
        properties, parent = style.find(f"{W}pPr/{W}numPr"), style.find(W + "basedOn")
        if parent is not None:
            parents[identifier] = parent.get(W + "val") or ""
        if properties is not None:
            number = properties.find(W + "numId")
            if number is not None:
                own[identifier] = (number.get(W + "val") or "", _value(properties.find(W + "ilvl"), 0))
    found = dict(own)
    for identifier in parents:
        ancestor, steps = identifier, 0
        while ancestor not in own and ancestor in parents and steps < len(parents):
            ancestor, steps = parents[ancestor], steps + 1
        if ancestor in own:
            found[identifier] = own[ancestor]
    return found


def _label(levels: Mapping[int, _Level], level: int, counts: list[int | None]) -> str:
    shape = levels[level]
    if shape.form in ("bullet", "none"):
        return ""

    def count(match: re.Match[str]) -> str:
        index = int(match.group(1)) - 1
        if index not in levels:
            return ""
        number = counts[index]
        number = levels[index].start if number is None else number
        return _formed(number, "decimal" if shape.is_legal else levels[index].form)

    return _PLACEHOLDER.sub(count, shape.text).strip()


def _formed(number: int, form: str) -> str:
    match form:
        case "decimalZero":
            return f"{number:02d}"
        case "none" | "bullet":
            return ""
        case _:
            return formed_number(number, _FORMS.get(form, "1"))


def _value(element: Any, default: int) -> int:
    value = "" if element is None else str(element.get(W + "val") or "")
    return int(value) if value.isdecimal() else default
