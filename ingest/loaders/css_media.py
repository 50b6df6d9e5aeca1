"""Media queries of CSS: whether they hold on a screen of `SCREEN` pixels in light colours, with a mouse."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from ingest.loaders.css_values import length

__all__ = ["SCREEN", "holds_on_screen"]

SCREEN: Final = (1280.0, 800.0)
_WORDS: Final = {
    "orientation": "landscape", "hover": "hover", "any-hover": "hover",
    "pointer": "fine", "any-pointer": "fine", "scripting": "enabled", "update": "fast",
    "display-mode": "browser", "color-gamut": "srgb",
    "overflow-block": "scroll", "overflow-inline": "scroll", "prefers-color-scheme": "light",
    "prefers-reduced-motion": "no-preference", "prefers-reduced-data": "no-preference",
    "prefers-reduced-transparency": "no-preference", "prefers-contrast": "no-preference",
    "forced-colors": "none", "inverted-colors": "none", "dynamic-range": "standard",
}  # fmt: skip
_NUMBERS: Final = {
    "width": SCREEN[0], "height": SCREEN[1], "device-width": SCREEN[0], "device-height": SCREEN[1],
    "aspect-ratio": SCREEN[0] / SCREEN[1], "device-aspect-ratio": SCREEN[0] / SCREEN[1],
    "resolution": 1.0, "device-pixel-ratio": 1.0, "color": 8.0, "monochrome": 0.0, "grid": 0.0,
}  # fmt: skip
_DENSITIES: Final = {"dppx": 1.0, "x": 1.0, "dpi": 1 / 96, "dpcm": 2.54 / 96}
_SIGNS: Final = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq,
}  # fmt: skip
_DEEPEST: Final = 16


def holds_on_screen(prelude: Iterable[Any]) -> bool:
    """Whether one of some queries, as tokens of tinycss2, holds; of none, all do."""
    return any(_query(query) for query in _parts(prelude))


def _parts(prelude: Iterable[Any]) -> Iterator[list[Any]]:
    part: list[Any] = []
    for token in prelude:
        if token == ",":
            yield part
            part = []
        elif token.type not in ("whitespace", "comment"):
            part.append(token)
    yield part


def _query(tokens: Sequence[Any]) -> bool:
    words = [token.lower_value if token.type == "ident" else "" for token in tokens[:2]]
    is_negated = len(words) == 2 and words[0] == "not" and bool(words[1])
    if words[:1] == ["only"] or is_negated:
        tokens, words = tokens[1:], words[1:]
    if words and words[0] not in ("", "not"):
        holds = words[0] in ("all", "screen") and _condition(tokens[1:], _DEEPEST)
    else:
        holds = _condition(tokens, _DEEPEST)
    return holds is not is_negated


def _condition(tokens: Sequence[Any], depth: int) -> bool:
    """Whether blocks in brackets hold that `and`, `or` and `not` join."""
    found: list[bool] = []
    is_negated = False
    for token in tokens:
        if token.type == "() block" and depth:
            found.append(_in_brackets(token.content, depth - 1) is not is_negated)
            is_negated = False
        elif token.type != "ident":
            return False
        elif token.lower_value == "not":
            is_negated = True
    joins = any(token.type == "ident" and token.lower_value == "or" for token in tokens)
    return any(found) if joins else all(found)


def _in_brackets(content: Iterable[Any], depth: int) -> bool:
    parts = [token for token in content if token.type not in ("whitespace", "comment")]
    is_nested = parts and (parts[0].type == "() block" or parts[0] == "not" or _word(parts[0]) == "not")
    return _condition(parts, depth) if is_nested else _feature(parts)


def _feature(parts: Sequence[Any]) -> bool:
    """Whether a feature has a value, is above or below it, or is there at all; unknown ones are not."""
    name = _word(parts[0]).removeprefix("-webkit-") if parts else ""
    if len(parts) > 2 and parts[1] == ":":
        value = parts[2:]
        if name in _WORDS:
            return _word(value[0]) == _WORDS[name]
        for prefix, sign in (("min-", ">="), ("max-", "<="), ("", "=")):
            if name.startswith(prefix) and name.removeprefix(prefix) in _NUMBERS:
                return _holds(_NUMBERS[name.removeprefix(prefix)], sign, _value(value))
        return False
    if len(parts) == 1:
        return _NUMBERS.get(name, 0.0) > 0 or _WORDS.get(name, "none") not in ("none", "no-preference")
    return _range(parts)


def _range(parts: Sequence[Any]) -> bool:
    """Whether values stand to each other as signs between them say, such as `400px <= width < 90em`."""
    sides: list[list[Any]] = [[]]
    signs: list[str] = []
    for token in parts:
        if token.type == "literal" and token.value in "<>=":
            if sides[-1] or not signs:
                signs.append(token.value)
                sides.append([])
            else:
                signs[-1] += token.value
        else:
            sides[-1].append(token)
    values = [_NUMBERS.get(_word(side[0]), None) if side else None for side in sides]
    values = [_value(side) if known is None else known for side, known in zip(sides, values, strict=True)]
    return bool(signs) and all(
        one is not None and _holds(one, sign, other)
        for one, sign, other in zip(values, signs, values[1:], strict=False)
    )


def _holds(one: float, sign: str, other: float | None) -> bool:
    return other is not None and sign in _SIGNS and bool(_SIGNS[sign](one, other))


def _value(tokens: Sequence[Any]) -> float | None:
    """A length in pixels, a density or a ratio."""
    if not tokens:
        return None
    if tokens[0].type == "dimension" and tokens[0].lower_unit in _DENSITIES:
        return float(tokens[0].value) * _DENSITIES[tokens[0].lower_unit]
    found = length(tokens, 16.0, SCREEN[0], SCREEN)
    if found is not None and len(tokens) > 2 and tokens[1] == "/":
        below = length(tokens[2:], 16.0, SCREEN[0], SCREEN)
        return found / below if below else None
    return found


def _word(token: Any) -> str:
    return str(token.lower_value) if token.type == "ident" else ""
