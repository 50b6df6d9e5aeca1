"""What `transform` and its like do to an element: how small it is drawn, how far away, with which side."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from ingest.loaders.css_media import SCREEN
from ingest.loaders.css_values import length, numbers

__all__ = ["Drawn", "drawn"]

_Matrix = tuple[tuple[float, ...], ...]
"""The rows of a linear map of space."""
_Step = tuple[_Matrix, tuple[float, ...]]
"""A map and a shift after it."""
_SAME: Final[_Matrix] = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
_NOWHERE: Final[tuple[float, ...]] = (0.0, 0.0, 0.0)
_DEGREES: Final = {"deg": 1.0, "grad": 0.9, "rad": 180 / math.pi, "turn": 360.0}
_AXES: Final = {"x": (1.0, 0.0, 0.0), "y": (0.0, 1.0, 0.0), "z": (0.0, 0.0, 1.0)}
_LITTLE: Final = 1e-3
_OWN_SIZE: Final = 500.0
"""Pixels of an element that per cents of a shift are taken of: more than twice that is off its place."""


class Drawn(NamedTuple):
    """How an element is drawn.

    `factor` is how much smaller or larger it is by its narrower side, 0 where it is seen edge-on; `across`
    and `down` are pixels; `turned` says whether its back is seen.
    """

    factor: float = 1.0
    across: float = 0.0
    down: float = 0.0
    turned: bool = False


def drawn(style: dict[str, Sequence[Any]], size: float) -> Drawn:
    """What the declarations of a style make of an element whose type has a size in pixels."""
    linear, shift = _SAME, _NOWHERE
    for step, move in _steps(style, size):
        shift = tuple(a + b for a, b in zip(shift, _applied(linear, move), strict=True))
        linear = _product(linear, step)
    (a, c, _), (b, d, _), _ = linear
    sides = (math.hypot(a, b), math.hypot(c, d))
    flat = a * d - b * c
    if not all(map(math.isfinite, (*sides, *shift))) or abs(flat) <= _LITTLE * sides[0] * sides[1]:
        return Drawn(0.0)
    return Drawn(min(sides), shift[0], shift[1], flat * _determinant(linear) < 0)


def _steps(style: dict[str, Sequence[Any]], size: float) -> Iterator[_Step]:
    """In the order in which a browser takes them (CSS Transforms 2, section 7)."""
    moves = [length([token], size, _OWN_SIZE, SCREEN) for token in style.get("translate", ())]
    if moves and None not in moves:
        yield _SAME, _three([move or 0.0 for move in moves], 0.0)
    if turn := style.get("rotate"):
        yield _rotation(_axis(turn), _angle(turn)), _NOWHERE
    scales = [length([token], 0.0, 1.0, SCREEN) for token in style.get("scale", ())]
    if scales and None not in scales:
        yield _scaling("scale", [1.0 if scale is None else scale for scale in scales]), _NOWHERE
    for token in style.get("transform", ()):
        if token.type == "function":
            step = _step(token, size)
            if step is not None:
                yield step


def _step(function: Any, size: float) -> _Step | None:
    """What one function does; None where it is not known."""
    name = function.lower_name
    if name.startswith("translate"):
        values = numbers(function, size, _OWN_SIZE, SCREEN)
        if not values:
            return None
        if name in ("translatey", "translatez"):
            values = [0.0] * "xyz".index(name[-1]) + values[:1]
        return _SAME, _three(values, 0.0)
    if name.startswith("scale"):
        values = numbers(function, 0.0, 1.0, SCREEN)
        return (_scaling(name, values), _NOWHERE) if values else None
    if name.startswith("rotate"):
        values = numbers(function, 0.0, 1.0, SCREEN)
        axis = (
            tuple(values[:3]) if name == "rotate3d" and len(values) >= 3 else _AXES.get(name[6:], _AXES["z"])
        )
        return _rotation(axis, _angle(function.arguments)), _NOWHERE
    if name.startswith("skew"):
        return _skewing(name, [_degrees(token) for token in function.arguments if _is_angle(token)]), _NOWHERE
    values = numbers(function, 0.0, 1.0, SCREEN)
    if name == "matrix" and len(values) == 6:
        a, b, c, d, across, down = values
        return ((a, c, 0.0), (b, d, 0.0), (0.0, 0.0, 1.0)), (across, down, 0.0)
    if name == "matrix3d" and len(values) == 16 and values[15]:
        values = [value / values[15] for value in values]
        return tuple(tuple(values[row : row + 9 : 4]) for row in range(3)), tuple(values[12:15])
    return None


def _three(values: Sequence[float], rest: float) -> tuple[float, ...]:
    return tuple([*values, rest, rest, rest][:3])


def _scaling(name: str, values: Sequence[float]) -> _Matrix:
    one = {"scalex": 0, "scaley": 1, "scalez": 2}.get(name)
    sides = [1.0, 1.0, 1.0]
    if one is not None:
        sides[one] = values[0]
    else:
        sides = list(_three([*values[:1], *(values[1:] or values[:1])], 1.0))
    return tuple(
        tuple(side if row == column else 0.0 for column in range(3)) for row, side in enumerate(sides)
    )


def _rotation(axis: tuple[float, ...], degrees: float) -> _Matrix:
    """A turn about an axis (Rodrigues' formula)."""
    norm = math.hypot(*axis)
    if not norm or not math.isfinite(norm):
        return _SAME
    x, y, z = (value / norm for value in axis)
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    rest = 1 - cosine
    return (
        (cosine + x * x * rest, x * y * rest - z * sine, x * z * rest + y * sine),
        (y * x * rest + z * sine, cosine + y * y * rest, y * z * rest - x * sine),
        (z * x * rest - y * sine, z * y * rest + x * sine, cosine + z * z * rest),
    )


def _skewing(name: str, degrees: Sequence[float]) -> _Matrix:
    across, down, *_ = (*degrees, 0.0, 0.0) if name != "skewy" else (0.0, *degrees, 0.0)
    if any(abs(math.cos(math.radians(angle))) <= _LITTLE for angle in (across, down)):
        return ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 1.0))  # drawn out without end
    slopes = math.tan(math.radians(across)), math.tan(math.radians(down))
    return ((1.0, slopes[0], 0.0), (slopes[1], 1.0, 0.0), (0.0, 0.0, 1.0))


def _axis(tokens: Sequence[Any]) -> tuple[float, ...]:
    """The axis that `rotate` names, by a letter or by three numbers."""
    named = [
        _AXES[token.lower_value] for token in tokens if token.type == "ident" and token.lower_value in _AXES
    ]
    given = tuple(float(token.value) for token in tokens if token.type == "number")
    return named[0] if named else given if len(given) == 3 else _AXES["z"]


def _is_angle(token: Any) -> bool:
    return bool(token.type == "dimension" and token.lower_unit in _DEGREES) or token.type == "number"


def _angle(tokens: Sequence[Any]) -> float:
    angles = (_degrees(token) for token in tokens if token.type == "dimension" and _is_angle(token))
    return next(angles, 0.0)


def _degrees(token: Any) -> float:
    found = float(token.value) * (_DEGREES[token.lower_unit] if token.type == "dimension" else 1.0)
    return found if math.isfinite(found) else 0.0


def _product(one: _Matrix, other: _Matrix) -> _Matrix:
    columns = tuple(zip(*other, strict=True))
    return tuple(
        tuple(sum(a * b for a, b in zip(row, column, strict=True)) for column in columns) for row in one
    )


def _applied(matrix: _Matrix, vector: Sequence[float]) -> tuple[float, ...]:
    return tuple(sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)


def _determinant(matrix: _Matrix) -> float:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
