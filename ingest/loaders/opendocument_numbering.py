"""The automatic numbers of an OpenDocument text: of headings by their outline, of lists by their style."""

from __future__ import annotations

from typing import Any, Final

from ingest.loaders.numerals import formed_number
from ingest.loaders.opendocument_text import STYLE, TEXT

__all__ = ["ListNumbers"]

_LEVELS: Final = 10


class ListNumbers:
    """Counts headings and list items in the order of the text."""

    def __init__(self, roots: list[Any]) -> None:
        """Read the styles of lists and of the outline from the parts of a package."""
        self._styles: dict[str, dict[int, Any]] = {}
        self._outline: dict[int, Any] = {}
        for root in roots:
            for style in root.iter(TEXT + "list-style"):
                self._styles[style.get(STYLE + "name") or ""] = _levels(style)
            for outline in root.iter(TEXT + "outline-style"):
                self._outline = _levels(outline)
        self._counts: dict[str, list[int]] = {}
        self._last: dict[str, str] = {}  # list style -> key of the list that used it last

    def heading(self, level: int) -> str:
        """The number of the next heading of a level (from 1), empty where the outline has none."""
        return self._next("", self._outline, level, None)

    def start(self, node: Any, style: str) -> str:
        """Begin a list; returns the key that its items are counted under."""
        before = self._last.get(style)
        if node.get(TEXT + "continue-numbering") == "true" and before is not None:
            return before
        continued = node.get(TEXT + "continue-list")
        identifier = continued or node.get("{http://www.w3.org/XML/1998/namespace}id") or str(id(node))
        self._last[style] = identifier
        return identifier

    def item(self, key: str, style: str, level: int, start: str | None) -> str:
        """The number of the next item of a list at a level (from 1)."""
        return self._next(key, self._styles.get(style, {}), level, start)

    def _next(self, key: str, levels: dict[int, Any], level: int, start: str | None) -> str:
        shape = levels.get(level)
        if shape is None or not shape.get(STYLE + "num-format") or not 0 < level <= _LEVELS:
            return ""
        counts = self._counts.setdefault(key, [0] * (_LEVELS + 1))
        first = _number(start or shape.get(TEXT + "start-value"), 1)
        counts[level] = first if start or not counts[level] else counts[level] + 1
        counts[level + 1 :] = [0] * (_LEVELS - level)
        shown = _number(shape.get(TEXT + "display-levels"), 1)
        numbers = [
            formed_number(counts[place] or 1, levels[place].get(STYLE + "num-format") or "1")
            for place in range(max(level - shown + 1, 1), level + 1)
            if place in levels
        ]
        before, after = shape.get(STYLE + "num-prefix") or "", shape.get(STYLE + "num-suffix") or ""
        return before + ".".join(numbers) + after


def _levels(style: Any) -> dict[int, Any]:
    return {
        _number(level.get(TEXT + "level"), 1): level
        for level in style.iter(TEXT + "list-level-style-number", TEXT + "outline-level-style")
    }


def _number(value: str | None, default: int) -> int:
    return int(value) if value and value.isdecimal() else default
