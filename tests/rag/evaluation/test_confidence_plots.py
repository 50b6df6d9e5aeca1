"""Pictures of a confidence: whole SVG files whose curves stand where the figures say."""

import re
from xml.etree import ElementTree

import pytest

from rag.errors import UsageError
from rag.evaluation import reliability_diagram, risk_coverage_curve, write_pictures

SVG = "{http://www.w3.org/2000/svg}"


def points(picture, index):
    path = ElementTree.fromstring(picture).findall(f"{SVG}path")[index].get("d")
    return [tuple(map(float, pair)) for pair in re.findall(r"([\d.]+) ([\d.]+)", path)]


def test_a_dot_stands_at_confidence_and_share_of_right_answers():
    picture = reliability_diagram([0.0] * 5 + [1.0] * 5, [True] * 5 + [False] * 5)
    dots = ElementTree.fromstring(picture).findall(f"{SVG}circle")
    assert len(dots) == 10
    corner = [(float(dot.get("cx")), float(dot.get("cy"))) for dot in dots]
    assert len(set(corner)) == 2
    (left, top), (right, bottom) = corner[0], corner[-1]
    assert left < right
    assert top < bottom  # the unsure ones were right: up is smaller in SVG
    assert "ECE 1.000" in picture


def test_the_risk_curve_falls_where_doubtful_answers_are_right():
    curve = points(risk_coverage_curve([0.9, 0.8, 0.7, 0.6], [False, True, True, True]), -1)
    xs, ys = zip(*curve, strict=True)
    assert list(xs) == sorted(xs)
    assert list(ys) == sorted(ys)  # down on the page
    assert len(curve) == 4


def test_long_curves_are_thinned_and_keep_their_end():
    picture = risk_coverage_curve([i / 5000 for i in range(5000)], [i % 3 == 0 for i in range(5000)])
    assert len(picture) < 12_000
    assert points(picture, -1)[-1][0] == points(risk_coverage_curve([0.1], [True]), -1)[-1][0]


def test_text_is_escaped_and_reads_on_any_ground():
    picture = reliability_diagram([0.5], [True])
    ElementTree.fromstring(picture)
    assert "#000" not in picture
    assert "white" not in picture


def test_nothing_judged_is_nothing_to_draw(tmp_path):
    with pytest.raises(UsageError, match="nothing to draw"):
        write_pictures(tmp_path, [])
