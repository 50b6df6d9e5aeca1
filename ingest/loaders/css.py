"""The style of elements by CSS: sheets parsed by tinycss2, selectors matched by cssselect2.

Only what decides on whether text can be seen is kept of a sheet, so that matching stays quick. A page is
taken as it looks on a screen of `SCREEN` pixels in light colours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from ingest.loaders.css_values import length

__all__ = [
    "SCREEN",
    "Declared",
    "Sheet",
    "SheetOpener",
    "Style",
    "StyleSheet",
    "inline_style",
    "no_sheets",
    "style_sheet",
    "winning",
]

SCREEN: Final = (1280.0, 800.0)
_LARGEST_SHEET: Final = 1_000_000
_DEEPEST: Final = 8
_SKIP: Final = {"skip_comments": True, "skip_whitespace": True}
# fmt: off
_RELEVANT: Final = frozenset((
    "display", "visibility", "content-visibility", "opacity", "filter", "zoom", "transform", "scale",
    "translate", "rotate", "clip", "clip-path", "color", "background", "background-color",
    "background-image", "background-clip", "-webkit-background-clip", "-webkit-text-fill-color",
    "-webkit-text-stroke", "-webkit-text-stroke-color", "text-shadow", "font", "font-size",
    "letter-spacing", "line-height", "text-indent", "position", "left", "right", "top", "bottom", "inset",
    "margin", "margin-left", "margin-top", "margin-right", "overflow", "overflow-x", "overflow-y", "height",
    "width", "block-size", "inline-size", "max-height", "max-width", "max-block-size", "max-inline-size",
))
# fmt: on
Tokens = Sequence[Any]
Style = dict[str, Tokens]
"""The winning values of properties, as tokens of tinycss2."""
_Declaration = tuple[bool, str, Tokens]
Declared = tuple[_Declaration, ...]
"""Declarations in order: whether it is important, the property, its value."""


@lru_cache(maxsize=4_096)
def inline_style(text: str) -> Declared:
    """What a `style` attribute declares."""
    import tinycss2

    return tuple(_declarations(tinycss2.parse_declaration_list(text, **_SKIP)))


def _declarations(parsed: Iterable[Any]) -> Iterator[_Declaration]:
    for one in parsed:
        if one.type == "declaration" and (one.lower_name in _RELEVANT or one.name.startswith("--")):
            value = [token for token in one.value if token.type != "comment"]
            yield one.important, one.name if one.name.startswith("--") else one.lower_name, value


class Sheet(NamedTuple):
    """A style sheet, and the name of the file that it stands in."""

    name: str
    text: str


SheetOpener = Callable[[str, str], Sheet | None]
"""Opens the sheet that a file, by its name, refers to by an address; None where it cannot be had."""


def no_sheets(name: str, address: str) -> Sheet | None:
    """Opens none."""
    return None


class StyleSheet:
    """The rules of all sheets of a page that say something about what can be seen."""

    def __init__(self, sheets: Iterable[Sheet], opener: SheetOpener = no_sheets) -> None:
        from cssselect2 import Matcher

        self._matcher = Matcher()
        self.is_empty = True
        self.imports = False
        """Whether a sheet asks for another file that cannot be had."""
        self._opener = opener
        self._left = _LARGEST_SHEET
        for sheet in sheets:
            self._read(sheet, _DEEPEST)

    def _read(self, sheet: Sheet, depth: int) -> None:
        import tinycss2

        self._left -= len(sheet.text)
        if self._left >= 0:
            self._take(tinycss2.parse_stylesheet(sheet.text, **_SKIP), depth, sheet.name)
        else:
            self.imports = True

    def _take(self, rules: Iterable[Any], depth: int, name: str) -> None:
        import tinycss2

        for rule in rules:
            if rule.type == "qualified-rule":
                self._add(rule)
            elif rule.type == "at-rule" and rule.lower_at_keyword == "import":
                self._import(rule, depth, name)
            elif rule.type == "at-rule" and rule.content is not None and depth and _applies(rule):
                self._take(
                    tinycss2.parse_rule_list(rule.content, **_SKIP),
                    depth - 1,
                    name,
                )

    def _import(self, rule: Any, depth: int, name: str) -> None:
        """Take the rules of a sheet that another asks for, if they hold on a screen."""
        tokens = [token for token in rule.prelude if token.type not in ("whitespace", "comment")]
        address = tokens[0] if tokens else None
        if address is not None and address.type == "function" and address.lower_name == "url":
            address = next((token for token in address.arguments if token.type == "string"), None)
        if (
            address is None
            or address.type not in ("string", "url")
            or not any(map(_matches, _queries(tokens[1:])))
        ):
            return
        sheet = self._opener(name, address.value) if depth else None
        if sheet is None:
            self.imports = True
        else:
            self._read(sheet, depth - 1)

    def _add(self, rule: Any) -> None:
        import tinycss2
        from cssselect2 import SelectorError, compile_selector_list

        parsed = tinycss2.parse_blocks_contents(rule.content, **_SKIP)
        declared = tuple(_declarations(parsed))
        if not declared:
            return
        try:
            selectors = compile_selector_list(rule.prelude)
        except SelectorError:
            return
        for selector in selectors:
            if selector.pseudo_element is None:
                self._matcher.add_selector(selector, declared)
                self.is_empty = False

    def layers(self, element: Any) -> list[Declared]:
        """What the sheets declare for a `cssselect2.ElementWrapper`, the weakest first."""
        return [payload for _, _, _, payload in self._matcher.match(element)]


@lru_cache(maxsize=8)
def style_sheet(sheets: tuple[Sheet, ...], opener: SheetOpener = no_sheets) -> StyleSheet:
    """The rules of sheets; the pages of a site and the chapters of a book share theirs."""
    return StyleSheet(sheets, opener)


def winning(layers: Sequence[Declared]) -> Style:
    """What holds of several declarations, the weakest first; important ones win."""
    found: Style = {}
    for wanted in (False, True):
        for layer in layers:
            for important, name, value in layer:
                if important is wanted:
                    _put(found, name, value)
    return found


def _put(style: Style, name: str, value: Tokens) -> None:
    """Keep a value; a shorthand sets what it stands for."""
    parts = [token for token in value if token.type != "whitespace"]
    match name:
        case "background":
            style["background-color"] = style["background-image"] = parts
        case "inset" | "margin" if parts:
            last = len(parts) - 1
            order = (0, min(1, last), 2 if last > 1 else 0, 3 if last > 2 else min(1, last))
            prefix = "" if name == "inset" else "margin-"
            for side, index in zip(("top", "right", "bottom", "left"), order, strict=True):
                style[prefix + side] = parts[index : index + 1]
        case "font":
            sizes = [token for token in parts if token.type in ("dimension", "percentage") or _is_zero(token)]
            if sizes:
                style["font-size"] = sizes[:1]
        case _:
            style[name] = parts


def _is_zero(token: Any) -> bool:
    return bool(token.type == "number" and token.value == 0)


def _applies(rule: Any) -> bool:
    """Whether the rules in an at-rule hold on a screen; of conditions, widths and heights are known."""
    match rule.lower_at_keyword:
        case "media":
            return any(_matches(query) for query in _queries(rule.prelude))
        case "supports" | "layer" | "container" | "scope":
            return True
        case _:
            return False


def _queries(prelude: Iterable[Any]) -> Iterator[list[Any]]:
    query: list[Any] = []
    for token in prelude:
        if token == ",":
            yield query
            query = []
        elif token.type not in ("whitespace", "comment"):
            query.append(token)
    yield query


def _matches(query: Sequence[Any]) -> bool:
    words = [token.lower_value for token in query if token.type == "ident"]
    negated = words[:1] == ["not"]
    media = [word for word in words if word not in ("not", "only", "and", "or")]
    holds = all(word in ("screen", "all") for word in media)
    holds &= all(_holds(token.content) for token in query if token.type == "() block")
    return bool(holds) is not negated


def _holds(condition: Sequence[Any]) -> bool:
    parts = [token for token in condition if token.type not in ("whitespace", "comment")]
    name = parts[0].lower_value if parts and parts[0].type == "ident" else ""
    value = parts[2:] if len(parts) > 2 and parts[1] == ":" else []
    limit = length(value, 16.0, SCREEN[0], SCREEN) if value else None
    known: Mapping[str, float] = {"width": SCREEN[0], "height": SCREEN[1]}
    bound, _, side = name.partition("-")
    if bound in ("min", "max") and side in known and limit is not None:
        return known[side] >= limit if bound == "min" else known[side] <= limit
    if name == "prefers-color-scheme":
        return any(token.type == "ident" and token.lower_value == "light" for token in value)
    return name in ("color", "hover", "pointer", "scripting")
