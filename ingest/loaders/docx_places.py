"""What of a Word document lies off its pages: paragraphs, frames, tables, drawings and boxes with text.

Places are in twentieths of a point. What is placed by something else than the page may stand anywhere on it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from ingest.loaders.docx_xml import W
from ingest.loaders.visible import LEAST_POINTS

__all__ = ["CONTAINERS", "TWIPS", "Pages", "number"]

TWIPS: Final = 20
_DRAWING: Final = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_VML: Final = "{urn:schemas-microsoft-com:vml}"
CONTAINERS: Final = (
    W + "tbl",
    _DRAWING + "anchor",
    _DRAWING + "inline",
    *(_VML + name for name in ("shape", "rect", "roundrect", "oval", "group")),
)
"""Elements that may take all text in them off the page."""
_EMU: Final = 635
_LINES: Final = 1_440
"""The height of a frame that is as high as its lines."""
_LETTER: Final = 0.6
"""The width of a letter as a share of its size, a generous guess."""
_STYLE: Final = re.compile(r"(?:^|;|margin-)(left|top|width|height):(-?[0-9]{1,9})(?:\.[0-9]{1,9})?(pt|in)")
_UNITS: Final = {"pt": 20, "in": 1_440}
_UNSEEN: Final = re.compile("visibility:hidden|display:none")


class Pages:
    """The largest page of a document, and what does not lie on it."""

    def __init__(self, body: Any) -> None:
        self.width, self.height, self._margin = 0.0, 0.0, 0.0
        for section in body.iter(W + "sectPr"):
            size, margins = section.find(W + "pgSz"), section.find(W + "pgMar")
            if size is not None:
                self.width = max(self.width, number(size.get(W + "w"), 0))
                self.height = max(self.height, number(size.get(W + "h"), 0))
            if margins is not None:
                self._margin = max(self._margin, number(margins.get(W + "left"), 0))
        self.width, self.height = self.width or 12_240, self.height or 15_840

    def drops(self, look: Mapping[str, Any], length: int, size: float, is_placed: bool) -> bool:
        """Whether a paragraph is off the page by its indents or its frame.

        Args:
            look: What is said of it: `ind:left`, `framePr:x` and so on.
            length: How many letters it has.
            size: The size of its type in points.
            is_placed: Whether it stands in something that has a place of its own.
        """
        least = LEAST_POINTS * TWIPS
        height = number(look.get("framePr:h"), 0) if look.get("framePr:hRule") == "exact" else 0
        if 0 < height < least or 0 < number(look.get("framePr:w"), 0) < least:
            return True
        width = number(look.get("framePr:w"), self.width)
        if self._off("x", number(look.get("framePr:x"), 0), width, look.get("framePr:hAnchor") == "page"):
            return True
        down, high = number(look.get("framePr:y"), 0), number(look.get("framePr:h"), _LINES)
        if self._off("y", down, high, look.get("framePr:vAnchor") == "page"):
            return True
        left = number(look.get("ind:start") or look.get("ind:left"), 0)
        left += number(look.get("ind:firstLine"), 0) - number(look.get("ind:hanging"), 0)
        before, after = (self.width, 0.0) if is_placed else (self._margin, self._margin)
        end = left + length * size * _LETTER * TWIPS
        return end < -before or left + after >= self.width

    def holds(self, element: Any) -> bool:
        """Whether a table, a drawing or a shape lets its text be seen on the page."""
        if element.tag == W + "tbl":
            return not self._drops_table(element)
        if element.tag.startswith(_VML):
            style = "".join((element.get("style") or "").lower().split())
            at = {name: float(value) * _UNITS[unit] for name, value, unit in _STYLE.findall(style)}
            return not (
                _UNSEEN.search(style)
                or self._off("x", at.get("left", 0), at.get("width", self.width), False)
                or self._off("y", at.get("top", 0), at.get("height", self.height), False)
            )
        named, extent = element.find(_DRAWING + "docPr"), element.find(_DRAWING + "extent")
        if named is not None and named.get("hidden") in ("1", "true"):
            return False
        sizes = [0.0 if extent is None else number(extent.get(name), 0) / _EMU for name in ("cx", "cy")]
        if extent is not None and min(sizes) < LEAST_POINTS * TWIPS:
            return False
        for axis, name, size in (("x", "positionH", sizes[0]), ("y", "positionV", sizes[1])):
            position = element.find(_DRAWING + name)
            offset = None if position is None else position.find(_DRAWING + "posOffset")
            if position is not None and offset is not None:
                place = number(offset.text, 0) / _EMU
                if self._off(axis, place, size, position.get("relativeFrom") == "page"):
                    return False
        return True

    def _drops_table(self, table: Any) -> bool:
        width = sum(number(column.get(W + "w"), 0) for column in table.iterfind(f"{W}tblGrid/{W}gridCol"))
        indent, place = table.find(f"{W}tblPr/{W}tblInd"), table.find(f"{W}tblPr/{W}tblpPr")
        if place is not None:
            across, down = (number(place.get(W + name), 0) for name in ("tblpX", "tblpY"))
            return self._off("x", across, width, place.get(W + "horzAnchor") == "page") or self._off(
                "y", down, self.height, place.get(W + "vertAnchor") == "page"
            )
        return indent is not None and self._off("x", number(indent.get(W + "w"), 0), width, False)

    def _off(self, axis: str, start: float, extent: float, is_exact: bool) -> bool:
        whole = self.width if axis == "x" else self.height
        return start + extent < (0 if is_exact else -whole) or start >= whole


def number(value: str | None, default: float) -> float:
    """A number as a file writes it; the default for anything else."""
    try:
        return float(value or default)
    except ValueError:
        return default
