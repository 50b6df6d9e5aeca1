from __future__ import annotations

import pytest
from lxml import etree

from ingest.loaders.equation import linear_mathml, linear_omml

M = "http://schemas.openxmlformats.org/officeDocument/2006/math"


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("<mn>12.5</mn><mtext>kN</mtext>", "12.5 kN"),
        ("<mn>3</mn><mo>×</mo><msup><mn>10</mn><mrow><mo>−</mo><mn>4</mn></mrow></msup>", "3 × 10⁻⁴"),
        ("<mi>E</mi><mo>=</mo><mi>m</mi><msup><mi>c</mi><mn>2</mn></msup>", "E = mc²"),
        ("<mfrac><mi>a</mi><mi>b</mi></mfrac>", "a/b"),
        ("<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac>", "(a + b)/2"),
        ("<msqrt><mn>2</mn></msqrt>", "√2"),
        ("<mroot><mi>x</mi><mn>3</mn></mroot>", "∛x"),
        ("<mo>−</mo><mn>5</mn><mo>≤</mo><msub><mi>x</mi><mi>i</mi></msub>", "−5 ≤ x_i"),
        ("<mn>92.3</mn><mo>%</mo>", "92.3%"),
        ("<mfenced><mi>x</mi><mi>y</mi></mfenced>", "(x, y)"),
        ("<mover><mi>x</mi><mo>¯</mo></mover>", "x"),
        (
            "<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover><mi>k</mi>",
            "∑_(i = 1)^(n) k",
        ),
        ("<semantics><mn>7</mn><annotation encoding='application/x-tex'>7</annotation></semantics>", "7"),
    ],
)
def test_mathml(inner: str, text: str) -> None:
    assert linear_mathml(etree.fromstring(f"<math>{inner}</math>")) == text


def test_mathml_with_a_text_of_its_own() -> None:
    assert linear_mathml(etree.fromstring("<math alttext='x + 1'/>")) == "x + 1"


@pytest.mark.parametrize(
    ("inner", "text"),
    [
        ("<m:r><m:t>F=12.5 kN</m:t></m:r>", "F = 12.5 kN"),
        ("<m:f><m:num><m:r><m:t>P</m:t></m:r></m:num><m:den><m:r><m:t>Q</m:t></m:r></m:den></m:f>", "P/Q"),
        (
            "<m:sSup><m:e><m:r><m:t>10</m:t></m:r></m:e><m:sup><m:r><m:t>-3</m:t></m:r></m:sup></m:sSup>",
            "10⁻³",
        ),
        ("<m:rad><m:deg/><m:e><m:r><m:t>2</m:t></m:r></m:e></m:rad>", "√2"),
        ("<m:d><m:e><m:r><m:t>a</m:t></m:r></m:e></m:d><m:r><m:t>=1</m:t></m:r>", "(a) = 1"),
        (
            "<m:func><m:fName><m:r><m:t>sin</m:t></m:r></m:fName><m:e><m:r><m:t>x</m:t></m:r></m:e></m:func>",
            "sin x",
        ),
        (
            "<m:sSub><m:e><m:r><m:t>P</m:t></m:r></m:e><m:sub><m:r><m:t>out</m:t></m:r></m:sub></m:sSub>",
            "P_out",
        ),
    ],
)
def test_omml(inner: str, text: str) -> None:
    assert linear_omml(etree.fromstring(f'<m:oMath xmlns:m="{M}">{inner}</m:oMath>')) == text
