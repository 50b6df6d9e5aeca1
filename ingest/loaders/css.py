"""The style of elements by CSS: sheets parsed by tinycss2, selectors matched by cssselect2.

Only what decides on whether text can be seen is kept of a sheet, so that matching stays quick. A page is
taken as it looks on a screen (`css_media`).
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from ingest.loaders.css_animation import Tracks, animated, tracks
from ingest.loaders.css_media import SCREEN, holds_on_screen
from ingest.loaders.css_properties import KEPT, LOGICAL, PAIRS
from ingest.loaders.css_selectors import is_of_line, selectors_of
from ingest.loaders.css_sheets import (
    LARGEST_SHEETS,
    Sheet,
    SheetOpener,
    left_of_file,
    no_sheets,
    opened_sheet,
)
from ingest.loaders.css_valid import is_taken

__all__ = [
    "SCREEN",
    "Declared",
    "Style",
    "StyleSheet",
    "inline_style",
    "style_sheet",
    "winning",
]

_MOST_KEPT: Final = LARGEST_SHEETS
"""Characters of sheets that are kept for the next page."""
_LEAST_KEPT: Final = 10_000
_DEEPEST: Final = 32
_LONGEST_SELECTOR: Final = 5_000
_MOST_TOKENS: Final = 1_000
"""Of one value, which each element that has it costs again."""
_SKIP: Final = {"skip_comments": True, "skip_whitespace": True}
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
        if one.type != "declaration":
            continue
        value = [token for token in one.value if token.type != "comment"][:_MOST_TOKENS]
        if one.name.startswith("--"):
            yield one.important, one.name, value
        elif one.lower_name in KEPT:
            name = LOGICAL.get(one.lower_name, one.lower_name)
            if is_taken(name, [token for token in value if token.type != "whitespace"]):
                yield one.important, name, value


_Rank = tuple[float, ...]
"""Where a layer of rules stands, by the places of its names; rules of a layer beat those of its layers."""
_UNLAYERED: Final[_Rank] = (math.inf,)


class _Place(NamedTuple):
    """Where a rule stands: how deep it may nest, in which file, layer, selectors and shadow root."""

    depth: int
    name: str
    layer: tuple[str, ...] = ()
    outer: str = ""
    scope: str = ""


class StyleSheet:
    """The rules of all sheets of a page that say something about what can be seen."""

    def __init__(self, sheets: Iterable[Sheet], opener: SheetOpener = no_sheets) -> None:
        from cssselect2 import Matcher

        self._matcher, self._lines = Matcher(), Matcher()
        self.has_lines = False
        """Whether some rule is for first lines."""
        self.initial: dict[str, Tokens] = {}
        """Variables that have a value from the beginning (`@property`)."""
        self.own: set[str] = set()
        """Variables that are not inherited."""
        self.is_empty = True
        self.imports = False
        """Whether a sheet asks for another file that cannot be had."""
        self.is_whole = True
        """Whether all that could be had was read; too much is not."""
        self._opener = opener
        self._of_file = left_of_file()
        self._left = most = min(LARGEST_SHEETS, self._of_file.characters)
        self._layers: dict[tuple[str, ...], int] = {}
        self.keyframes: dict[str, Tracks] = {}
        """The keyframes of animations by their names; of two of a name the later ones hold."""
        for sheet in sheets:
            self._read(sheet, _Place(_DEEPEST, sheet.name, scope=sheet.scope))
        self.characters = most - max(self._left, 0)
        """How many were parsed."""
        self._of_file.characters -= self.characters
        self.is_own = not self.is_whole and most < LARGEST_SHEETS
        """Whether it is not whole because of what other pages of its file took."""

    def _read(self, sheet: Sheet, place: _Place) -> None:
        import tinycss2

        self._left -= len(sheet.text)
        if self._left >= 0 and place.depth:
            self._take(tinycss2.parse_stylesheet(sheet.text, **_SKIP), place)
        else:
            self.is_whole = False

    def _take(self, rules: Iterable[Any], place: _Place) -> None:
        import tinycss2

        for rule in rules:
            if rule.type == "qualified-rule":
                self._add(rule.content, place._replace(outer=_nested(rule.prelude, place.outer)))
            elif rule.type != "at-rule":
                continue
            elif rule.lower_at_keyword == "import":
                self._import(rule, place)
            elif rule.content is None:
                if rule.lower_at_keyword == "layer":
                    for named in _names(rule.prelude):
                        self._rank((*place.layer, *named))
            elif rule.lower_at_keyword in ("keyframes", "-webkit-keyframes"):
                self._take_keyframes(rule)
            elif rule.lower_at_keyword == "property":
                self._take_property(rule)
            elif not place.depth:
                self.is_whole = False
            elif _applies(rule):
                inner = self._inside(rule, place)
                if place.outer:
                    self._add(rule.content, inner)
                else:
                    self._take(tinycss2.parse_rule_list(rule.content, **_SKIP), inner)

    def _take_keyframes(self, rule: Any) -> None:
        import tinycss2

        name = next((one.value for one in rule.prelude if one.type in ("ident", "string")), "")
        frames: dict[float, list[Declared]] = {}
        for frame in tinycss2.parse_rule_list(rule.content, **_SKIP):
            if frame.type == "qualified-rule":
                content = tinycss2.parse_blocks_contents(frame.content, **_SKIP)
                declared = tuple(one for one in _declarations(content) if not one[0])
                for share in _shares(frame.prelude):
                    frames.setdefault(share, []).append(declared)
        self.keyframes[name] = tracks({share: winning(declared) for share, declared in frames.items()})

    def _take_property(self, rule: Any) -> None:
        import tinycss2

        name = next((one.value for one in rule.prelude if one.type == "ident"), "")
        said = tinycss2.parse_declaration_list(rule.content, **_SKIP)
        given = {one.lower_name: one.value for one in said if one.type == "declaration"}
        value = [one for one in given.get("initial-value", ()) if one.type not in ("whitespace", "comment")]
        if name.startswith("--") and value:
            self.initial[name] = value[:_MOST_TOKENS]
        if any(one.type == "ident" and one.lower_value == "false" for one in given.get("inherits", ())):
            self.own.add(name)

    def _inside(self, rule: Any, place: _Place) -> _Place:
        """The place of the rules in an at-rule."""
        layer = place.layer
        if rule.lower_at_keyword == "layer":
            named = next(iter(_names(rule.prelude)), ())
            layer = (*layer, *(named or (f" {len(self._layers)}",)))
            self._rank(layer)
        return place._replace(depth=place.depth - 1, layer=layer)

    def _import(self, rule: Any, place: _Place) -> None:
        """Take the rules of a sheet that another asks for, if they hold on a screen."""
        tokens = [token for token in rule.prelude if token.type not in ("whitespace", "comment")]
        address = tokens[0] if tokens else None
        if address is not None and address.type == "function" and address.lower_name == "url":
            address = next((token for token in address.arguments if token.type == "string"), None)
        if address is None or address.type not in ("string", "url"):
            return
        layer = place.layer
        asked = tokens[1:]
        while asked and getattr(asked[0], "lower_name", getattr(asked[0], "lower_value", "")) in (
            "layer",
            "supports",
        ):
            own = asked.pop(0)
            if own.type == "ident" or own.lower_name == "layer":
                named = next(iter(_names(getattr(own, "arguments", ()))), ())
                layer = (*layer, *(named or (f" {len(self._layers)}",)))
                self._rank(layer)
        if not holds_on_screen(asked):
            return
        sheet = opened_sheet(self._opener, place.name, address.value) if place.depth else None
        if sheet is None:
            self.imports = True
        else:
            self._read(sheet, _Place(place.depth - 1, sheet.name, layer, scope=place.scope))

    def _rank(self, layer: tuple[str, ...]) -> _Rank:
        """Where a layer stands among others: those that are named first are the weakest."""
        if not layer:
            return _UNLAYERED
        path = [layer[: end + 1] for end in range(len(layer))]
        return (*(float(self._layers.setdefault(one, len(self._layers))) for one in path), math.inf)

    def _add(self, content: Any, place: _Place) -> None:
        """Take the declarations of a block, then the rules inside of it."""
        import tinycss2

        parsed = tinycss2.parse_blocks_contents(content, **_SKIP)
        declared = tuple(_declarations(parsed))
        selectors = selectors_of(place.outer, place.scope) if declared else []
        if selectors is None:
            self.is_whole, selectors = False, []
        rank = self._rank(place.layer)
        important = tuple(one for one in declared if one[0])
        for selector in selectors:
            matcher = self._lines if is_of_line(selector) else self._matcher
            matcher.add_selector(selector, (rank, declared))
            if important and place.layer:  # of important ones those of the first layer win
                matcher.add_selector(selector, ((math.inf, *(-one for one in rank)), important))
            self.is_empty = False
            self.has_lines = self.has_lines or matcher is self._lines
        if any(one.type in ("qualified-rule", "at-rule") for one in parsed):
            if place.depth and len(place.outer) <= _LONGEST_SELECTOR:
                self._take(parsed, place._replace(depth=place.depth - 1))
            else:
                self.is_whole = False

    def layers(self, element: Any, of_line: bool = False) -> list[Declared]:
        """What the sheets declare for a `cssselect2.ElementWrapper`, or its first line, the weakest first."""
        matcher = self._lines if of_line else self._matcher
        found = [payload for _, _, _, payload in matcher.match(element)]
        if self._layers:
            found.sort(key=lambda payload: payload[0])
        return [declared for _, declared in found]


def _nested(prelude: Sequence[Any], outer: str) -> str:
    """The selectors of a rule inside of others, which `&` stands for, or which are before it."""
    import tinycss2

    if not outer:
        return str(tinycss2.serialize(prelude))
    found, part = [], ""
    for token in [*prelude, None]:
        if token is None or token == ",":
            own = part if "&" in part else f"& {part}"
            found.append(own.replace("&", f":is({outer})"))
            part = ""
        else:
            part += token.serialize()
    return ",".join(found)


def _names(prelude: Iterable[Any]) -> Iterator[tuple[str, ...]]:
    """The names of layers, each of its parts."""
    import tinycss2

    for name in str(tinycss2.serialize(list(prelude))).split(","):
        if name.strip():
            yield tuple(name.strip().split("."))


class _Kept:
    """Sheets that were parsed, the last used last, as far as they fit into `_MOST_KEPT` characters."""

    def __init__(self) -> None:
        self._found: OrderedDict[tuple[tuple[Sheet, ...], SheetOpener], StyleSheet] = OrderedDict()
        self._characters = 0

    def sheet(self, sheets: tuple[Sheet, ...], opener: SheetOpener) -> StyleSheet:
        key = sheets, opener
        found = self._found.get(key)
        if found is not None:
            self._found.move_to_end(key)
            return found
        found = StyleSheet(sheets, opener)
        if not found.is_own:
            self._found[key] = found
            self._characters += _cost(found)
            while self._characters > _MOST_KEPT and len(self._found) > 1:
                self._characters -= _cost(self._found.popitem(last=False)[1])
        return found


def _cost(sheet: StyleSheet) -> int:
    return max(sheet.characters, _LEAST_KEPT)


_kept: Final = _Kept()


def style_sheet(sheets: tuple[Sheet, ...], opener: SheetOpener = no_sheets) -> StyleSheet:
    """The rules of sheets; the pages of a site and the chapters of a book share theirs."""
    return _kept.sheet(sheets, opener)


def _shares(prelude: Iterable[Any]) -> Iterator[float]:
    """The shares of an iteration at which a keyframe stands."""
    for token in prelude:
        if token.type == "ident" and token.lower_value in ("from", "to"):
            yield float(token.lower_value == "to")
        elif token.type == "percentage" and 0 <= token.value <= 100:
            yield float(token.value) / 100


_NO_KEYFRAMES: Final[Mapping[str, Tracks]] = {}


def winning(layers: Sequence[Declared], keyframes: Mapping[str, Tracks] = _NO_KEYFRAMES) -> Style:
    """What holds of several declarations, the weakest first.

    Animations win over them, and important ones over those (CSS Cascade 5, section 6.1).
    """
    found: Style = {}
    _put_all(found, layers, False)
    if any(one[0] for layer in layers for one in layer):
        before = dict(found)
        _put_all(found, layers, True)
        important = {name for name, value in found.items() if before.get(name) is not value}
    else:
        important = set()
    if keyframes and not found.keys().isdisjoint(("animation", "animation-name")):
        for name, value in animated(found, keyframes).items():
            if name in important:
                continue
            if value is None:
                found.pop(name, None)
            else:
                found[name] = value
    for name in [name for name in found if name.startswith("animation")]:
        del found[name]  # lists of any length
    return found


def _put_all(style: Style, layers: Sequence[Declared], wanted: bool) -> None:
    for layer in layers:
        for important, name, value in layer:
            if important is wanted:
                _put(style, name, value)


def _put(style: Style, name: str, value: Tokens) -> None:
    """Keep a value; a shorthand sets what it stands for."""
    parts = [token for token in value if token.type != "whitespace"]
    match name:
        case "background":
            style["background-color"] = style["background-image"] = parts
        case "mask":
            style["mask-image"] = style["mask-size"] = parts
        case "animation":
            for other in [other for other in style if other.startswith("animation-")]:
                del style[other]
            style[name] = parts
        case "all":
            for other in [other for other in style if not other.startswith("--")]:
                del style[other]
        case "inset" | "margin" if parts:
            last = len(parts) - 1
            order = (0, min(1, last), 2 if last > 1 else 0, 3 if last > 2 else min(1, last))
            prefix = "" if name == "inset" else "margin-"
            for side, index in zip(("top", "right", "bottom", "left"), order, strict=True):
                style[prefix + side] = parts[index : index + 1]
        case _ if name in PAIRS:
            for side, part in zip(PAIRS[name], (parts[:1], parts[-1:]), strict=True):
                style[side] = part
        case "font":
            sizes = [token for token in parts if token.type in ("dimension", "percentage") or _is_zero(token)]
            if sizes:
                style["font-size"] = sizes[:1]
        case _:
            style[name] = parts


def _is_zero(token: Any) -> bool:
    return bool(token.type == "number" and token.value == 0)


def _applies(rule: Any) -> bool:
    """Whether the rules in an at-rule hold on a screen."""
    match rule.lower_at_keyword:
        case "media":
            return holds_on_screen(rule.prelude)
        case "supports" | "layer" | "container" | "scope":
            return True
        case _:
            return False
