"""What `transform` and its like do to an element: how small it is drawn, how far away, with which side."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

from ingest.loaders.css_media import SCREEN
from ingest.loaders.css_values import length, numbers

__all__ = ["Drawn", "drawn"]

_Matrix = tuple[tuple[float, ...], ...]
"""The rows of a linear map of space (three), or of one in homogeneous coordinates (four)."""
_SAME: Final[_Matrix] = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
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


def drawn(style: dict[str, Sequence[Any]], size: float, depth: float = 0.0) -> Drawn:
    """What the declarations of a style make of an element whose type has a size in pixels.

    Args:
        style: The winning values.
        size: Of the type.
        depth: Pixels from which it is looked at, by the `perspective` of what it stands in; 0: flat.
    """
    whole = _perspective(depth)
    for step in _steps(style, size):
        whole = _product(whole, step)
    *rows, last = whole
    near = last[3]
    if not all(math.isfinite(value) for row in whole for value in row) or near <= 0:  # behind who looks
        return Drawn(0.0)
    # the middle of the element, and how what is about it is drawn (the derivative there)
    shift = [row[3] / near for row in rows]
    linear = [
        [(row[side] - place * last[side]) / near for side in range(3)]
        for row, place in zip(rows, shift, strict=True)
    ]
    (a, c, _), (b, d, _), _ = linear
    sides = (math.hypot(a, b), math.hypot(c, d))
    flat = a * d - b * c
    if not all(map(math.isfinite, sides)) or abs(flat) <= _LITTLE * sides[0] * sides[1]:
        return Drawn(0.0)
    return Drawn(min(sides), shift[0], shift[1], flat * _determinant(linear) < 0)


def _steps(style: dict[str, Sequence[Any]], size: float) -> Iterator[_Matrix]:
    """In the order in which a browser takes them (CSS Transforms 2, section 7)."""
    moves = [length([token], size, _OWN_SIZE, SCREEN) for token in style.get("translate", ())]
    if moves and None not in moves:
        yield _moving([move or 0.0 for move in moves])
    if turn := style.get("rotate"):
        yield _rotation(_axis(turn), _angle(turn))
    scales = [length([token], 0.0, 1.0, SCREEN) for token in style.get("scale", ())]
    if scales and None not in scales:
        yield _scaling("scale", [1.0 if scale is None else scale for scale in scales])
    for token in style.get("transform", ()):
        if token.type == "function":
            step = _step(token, size)
            if step is not None:
                yield step


def _step(function: Any, size: float) -> _Matrix | None:
    """What one function does; None where it is not known."""
    name = function.lower_name
    if name.startswith("translate"):
        values = numbers(function, size, _OWN_SIZE, SCREEN)
        if not values:
            return None
        if name in ("translatey", "translatez"):
            values = [0.0] * "xyz".index(name[-1]) + values[:1]
        return _moving(values)
    if name == "perspective":
        values = numbers(function, size, 0.0, SCREEN)
        return _perspective(max(values[0], 1.0)) if values else None  # less than a pixel counts as one
    if name.startswith("scale"):
        values = numbers(function, 0.0, 1.0, SCREEN)
        return _scaling(name, values) if values else None
    if name.startswith("rotate"):
        values = numbers(function, 0.0, 1.0, SCREEN)
        axis = (
            tuple(values[:3]) if name == "rotate3d" and len(values) >= 3 else _AXES.get(name[6:], _AXES["z"])
        )
        return _rotation(axis, _angle(function.arguments))
    if name.startswith("skew"):
        return _skewing(name, [_degrees(token) for token in function.arguments if _is_angle(token)])
    values = numbers(function, 0.0, 1.0, SCREEN)
    if name == "matrix" and len(values) == 6:
        a, b, c, d, across, down = values
        return _mapping(((a, c, 0.0), (b, d, 0.0), (0.0, 0.0, 1.0)), (across, down, 0.0))
    if name == "matrix3d" and len(values) == 16:
        return tuple(tuple(values[row::4]) for row in range(4))
    return None


def _mapping(linear: _Matrix, shift: Sequence[float] = (0.0, 0.0, 0.0)) -> _Matrix:
    """A linear map of space, and a shift after it, in homogeneous coordinates."""
    return (*((*row, move) for row, move in zip(linear, shift, strict=True)), (0.0, 0.0, 0.0, 1.0))


def _moving(values: Sequence[float]) -> _Matrix:
    return _mapping(_SAME, _three(values, 0.0))


def _perspective(depth: float) -> _Matrix:
    """How things look from a distance in pixels (CSS Transforms 2, section 11); 0: from far away."""
    *rows, _ = _mapping(_SAME)
    return (*rows, (0.0, 0.0, -1 / depth if depth else 0.0, 1.0))


def _three(values: Sequence[float], rest: float) -> tuple[float, ...]:
    return tuple([*values, rest, rest, rest][:3])


def _scaling(name: str, values: Sequence[float]) -> _Matrix:
    one = {"scalex": 0, "scaley": 1, "scalez": 2}.get(name)
    sides = [1.0, 1.0, 1.0]
    if one is not None:
        sides[one] = values[0]
    else:
        sides = list(_three([*values[:1], *(values[1:] or values[:1])], 1.0))
    return _mapping(
        tuple(tuple(side if row == column else 0.0 for column in range(3)) for row, side in enumerate(sides))
    )


def _rotation(axis: tuple[float, ...], degrees: float) -> _Matrix:
    """A turn about an axis (Rodrigues' formula)."""
    norm = math.hypot(*axis)
    if not norm or not math.isfinite(norm):
        return _mapping(_SAME)
    x, y, z = (value / norm for value in axis)
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    rest = 1 - cosine
    return _mapping(
        (
            (cosine + x * x * rest, x * y * rest - z * sine, x * z * rest + y * sine),
            (y * x * rest + z * sine, cosine + y * y * rest, y * z * rest - x * sine),
            (z * x * rest - y * sine, z * y * rest + x * sine, cosine + z * z * rest),
        )
    )


def _skewing(name: str, degrees: Sequence[float]) -> _Matrix:
    across, down, *_ = (*degrees, 0.0, 0.0) if name != "skewy" else (0.0, *degrees, 0.0)
    if any(abs(math.cos(math.radians(angle))) <= _LITTLE for angle in (across, down)):
        return _mapping(((0.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 1.0)))  # drawn out without end
    slopes = math.tan(math.radians(across)), math.tan(math.radians(down))
    return _mapping(((1.0, slopes[0], 0.0), (slopes[1], 1.0, 0.0), (0.0, 0.0, 1.0)))


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


def _determinant(matrix: Sequence[Sequence[float]]) -> float:
    (a, b, c), (d, e, f), (g, h, i) = matrix
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
