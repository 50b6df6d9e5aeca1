"""The text inside of OpenDocument's paragraphs: notes' marks, equations, fields, raised text, forms."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from ingest.loaders.boxes import box
from ingest.loaders.equation import linear_mathml
from ingest.loaders.package import Package
from ingest.loaders.script import lowered, marked, raised

__all__ = ["DRAW", "FORM", "OFFICE", "STYLE", "SVG", "TABLE", "TEXT", "TextReader", "is_equation", "plain"]

OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
DRAW: Final = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"
STYLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
FORM: Final = "{urn:oasis:names:tc:opendocument:xmlns:form:1.0}"
SVG: Final = "{urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0}"
_LINK: Final = "{http://www.w3.org/1999/xlink}href"
_XML_ID: Final = "{http://www.w3.org/XML/1998/namespace}id"
_MATH: Final = "{http://www.w3.org/1998/Math/MathML}math"
_SKIPPED: Final = frozenset(
    (
        TEXT + "tracked-changes",
        OFFICE + "annotation",
        TEXT + "ruby-text",
        DRAW + "text-box",
        TEXT + "note-body",
    )
)
_SPACES: Final = frozenset((TEXT + "s", TEXT + "tab", TEXT + "line-break"))
_SHIFT: Final = re.compile(r"(super|sub|-?\d+)")


@dataclass(slots=True)
class TextReader:
    """Reads paragraphs of one package.

    `shifts` tells by style whether its text stands above (1) or below (-1) the line, `controls` what
    each control of a form holds, by its identifier.
    """

    package: Package
    shifts: Mapping[str, int] = field(default_factory=dict)
    controls: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, package: Package, roots: list[Any]) -> TextReader:
        """A reader for the parts of a package, whose styles and forms it looks through."""
        shifts, controls = {}, {}
        for root in roots:
            for style in root.iter(STYLE + "style"):
                properties = style.find(STYLE + "text-properties")
                position = "" if properties is None else properties.get(STYLE + "text-position") or ""
                match = _SHIFT.match(position)
                if match and match.group(1) != "0":
                    below = match.group(1) == "sub" or match.group(1).startswith("-")
                    shifts[style.get(STYLE + "name") or ""] = -1 if below else 1
            for control in root.iter():
                if isinstance(control.tag, str) and control.tag.startswith(FORM):
                    for identifier in (control.get(_XML_ID), control.get(FORM + "id")):
                        if identifier:
                            controls[identifier] = _control(control)
        return cls(package, shifts, controls)

    def inline(self, element: Any) -> str:
        """The text of a paragraph with its spaces, tabs and breaks; notes' bodies and comments apart."""
        parts: list[str] = []
        stack: list[Any] = [element]
        while stack:
            node = stack.pop()
            if isinstance(node, str):
                parts.append(node)
                continue
            parts.append(self._special(node))
            if node.tag in (TEXT + "note", DRAW + "object", DRAW + "control", TEXT + "drop-down", _MATH):
                continue
            shift = (
                self.shifts.get(node.get(TEXT + "style-name") or "", 0) if node.tag == TEXT + "span" else 0
            )
            opening, closing = (raised if shift > 0 else lowered)("|").split("|") if shift else ("", "")
            inner: list[Any] = [opening + (node.text or "")]
            for child in node:
                if isinstance(child.tag, str) and child.tag not in _SKIPPED:
                    inner.append(child)
                inner.append(child.tail or "")
            stack.extend(reversed([*inner, closing]))
        return " ".join("".join(parts).split())

    def _special(self, node: Any) -> str:
        if node.tag in _SPACES:
            return " "
        if node.tag == TEXT + "note":
            citation = node.find(TEXT + "note-citation")
            return "" if citation is None else marked(plain(citation))
        if node.tag == _MATH:
            return linear_mathml(node)
        if node.tag == DRAW + "object":
            return self._object(node)
        if node.tag == DRAW + "control":
            return self.controls.get(node.get(DRAW + "control") or "", "")
        if node.tag == TEXT + "drop-down":
            return "" if node.text is None and not len(node) else "".join(node.itertext())
        if node.tag == DRAW + "frame":
            described = node.find(SVG + "desc")
            return "" if described is None else f" {plain(described)} "
        return ""

    def _object(self, node: Any) -> str:
        """The equation that an embedded object holds; charts and sheets hold none."""
        inner = node.find(_MATH)
        if inner is not None:
            return linear_mathml(inner)
        name = posixpath.normpath(f"{node.get(_LINK) or ''}/content.xml").lstrip("./")
        if name not in self.package.names:
            return ""
        root = self.package.xml(name)
        return linear_mathml(root) if root.tag == _MATH else ""


def is_equation(paragraph: Any) -> bool:
    """Whether a paragraph holds an object and no text of its own."""
    has_object = any(True for _ in paragraph.iter(DRAW + "object", _MATH))
    own = [paragraph.text, *(child.tail for child in paragraph)]
    return has_object and not any((text or "").strip() for text in own)


def plain(node: Any) -> str:
    """All text under an element on one line."""
    return " ".join("".join(node.itertext()).split())


def _control(control: Any) -> str:
    """What a control of a form says: its box with its label, or its value."""
    label = control.get(FORM + "label") or ""
    match control.tag.removeprefix(FORM):
        case "checkbox":
            state = control.get(FORM + "current-state") or control.get(FORM + "state")
            return f"{box(state == 'checked')} {label}".strip() + " "
        case "radio":
            state = control.get(FORM + "current-selected") or control.get(FORM + "selected")
            return f"{box(state == 'true')} {label}".strip() + " "
        case "listbox":
            chosen = [
                option.get(FORM + "label") or ""
                for option in control.iter(FORM + "option")
                if (option.get(FORM + "current-selected") or option.get(FORM + "selected")) == "true"
            ]
            return ", ".join(chosen)
        case "fixed-text":
            return label
        case _:
            return control.get(FORM + "current-value") or control.get(FORM + "value") or ""
