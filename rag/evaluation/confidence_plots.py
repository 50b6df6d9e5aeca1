"""Two pictures of a confidence as SVG: the reliability diagram and the risk-coverage curve.

Written by hand, since two curves are no reason to depend on a plotting library. Text and axes have a
grey that reads on white and on black; the page behind shows through.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

from rag.errors import UsageError
from rag.evaluation.confidence_metrics import (
    area_under_risk_coverage,
    expected_calibration_error,
    reliability,
    risk_coverage,
)
from rag.evaluation.judgement import Judged
from rag.text import how_many

__all__ = ["reliability_diagram", "risk_coverage_curve", "write_pictures"]

_SIZE: Final = 360
_LEFT, _TOP, _RIGHT, _BOTTOM = 56, 40, 16, 48
_INK: Final = "#7a7f87"
_FAINT: Final = "#7a7f8755"
_MARK: Final = "#2f81f7"
_MOST_POINTS: Final = 240


def write_pictures(folder: Path, judged: Sequence[Judged]) -> list[Path]:
    """Write `reliability.svg` and `risk_coverage.svg`; the paths written.

    Raises:
        UsageError: no answer could be judged, or the folder cannot be written to.
    """
    lines = [line for line in judged if line.right is not None]
    if not lines:
        raise UsageError("no answer could be judged right or wrong, so there is nothing to draw")
    confidence = [line.confidence for line in lines]
    right = [bool(line.right) for line in lines]
    drawn = {
        "reliability.svg": reliability_diagram(confidence, right),
        "risk_coverage.svg": risk_coverage_curve(confidence, right),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, picture in drawn.items():
            (folder / name).write_text(picture, "utf-8")
    except OSError as error:
        raise UsageError(f"cannot write pictures to {str(folder)!r}: {error.strerror}") from None
    return [folder / name for name in drawn]


def reliability_diagram(confidence: Sequence[float], right: Sequence[bool]) -> str:
    """Share of right answers against confidence, a dot for each tenth of the answers."""
    error = expected_calibration_error(confidence, right)
    bins = [(part.confidence, part.accuracy) for part in reliability(confidence, right)]
    title = f"Reliability: {how_many(len(confidence), 'answer')}, ECE {error:.3f}"
    dots = [
        f'<circle cx="{_x(x):.1f}" cy="{_y(y):.1f}" r="4.5" fill="{_MARK}"><title>'
        f"confidence {x:.2f}, right {y:.2f}</title></circle>"
        for x, y in bins
    ]
    diagonal = f'<path d="{_path([(0.0, 0.0), (1.0, 1.0)])}" stroke="{_INK}" stroke-dasharray="4 4"/>'
    curve = f'<path d="{_path(bins)}" stroke="{_MARK}" stroke-width="1.5" fill="none"/>'
    return _picture(title, "confidence", "share of right answers", [diagonal, curve, *dots])


def risk_coverage_curve(confidence: Sequence[float], right: Sequence[bool]) -> str:
    """Share of wrong answers against the share of questions answered, the most confident first."""
    curve = risk_coverage(confidence, right)
    points = list(zip(curve.coverage.tolist(), curve.risk.tolist(), strict=True))
    step = max(1, len(points) // _MOST_POINTS)
    kept = [*points[:-1:step], points[-1]]
    area = area_under_risk_coverage(confidence, right)
    title = f"Risk and coverage: {how_many(len(points), 'question')}, AURC {area:.3f}"
    drawn = f'<path d="{_path(kept)}" stroke="{_MARK}" stroke-width="2" fill="none"/>'
    return _picture(title, "share of questions answered", "share of wrong answers", [drawn])


def _picture(title: str, across: str, up: str, shapes: Iterable[str]) -> str:
    """A square of 0 to 1 by 0 to 1 with axes, a grid and a title."""
    ticks = [number / 5 for number in range(6)]
    grid = [
        f'<path d="{_path([(t, 0.0), (t, 1.0)])}{_path([(0.0, t), (1.0, t)])}" stroke="{_FAINT}"/>'
        for t in ticks
    ]
    labels = [
        f'<text x="{_x(t):.1f}" y="{_y(0) + 18:.1f}" text-anchor="middle">{t:.1f}</text>'
        f'<text x="{_LEFT - 8}" y="{_y(t) + 4:.1f}" text-anchor="end">{t:.1f}</text>'
        for t in ticks
    ]
    width, height = _LEFT + _SIZE + _RIGHT, _TOP + _SIZE + _BOTTOM
    middle = _TOP + _SIZE / 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}" role="img" aria-label="{escape(title, {chr(34): "&quot;"})}">',
        f'<g font-family="system-ui, sans-serif" font-size="12" fill="{_INK}">',
        f'<text x="{_x(0.5):.1f}" y="22" text-anchor="middle" font-size="14">{escape(title)}</text>',
        *labels,
        f'<text x="{_x(0.5):.1f}" y="{height - 10}" text-anchor="middle">{escape(across)}</text>',
        f'<text x="16" y="{middle}" text-anchor="middle" transform="rotate(-90 16 {middle})">'
        f"{escape(up)}</text>",
        "</g>",
        *grid,
        *shapes,
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _path(points: Sequence[tuple[float, float]]) -> str:
    (x, y), *rest = points
    return f"M{_x(x):.1f} {_y(y):.1f}" + "".join(f"L{_x(a):.1f} {_y(b):.1f}" for a, b in rest)


def _x(value: float) -> float:
    return _LEFT + value * _SIZE


def _y(value: float) -> float:
    return _TOP + (1.0 - value) * _SIZE
