from __future__ import annotations

import pytest
from lxml import etree

from ingest.loaders.office_colours import OfficeColours

THEME = b"""<a:theme xmlns:a="a"><a:clrScheme name="Office"><a:dk1><a:sysClr val="windowText"/></a:dk1>
<a:lt1><a:sysClr val="window"/></a:lt1>
<a:accent1><a:srgbClr val="4472C4"/></a:accent1></a:clrScheme></a:theme>"""


@pytest.mark.parametrize(
    ("xml", "digits"),
    [
        ('<schemeClr val="accent1"/>', "4472C4"),
        ('<schemeClr val="accent1"><lumMod val="40000"/><lumOff val="60000"/></schemeClr>', "B4C7E7"),
        ('<schemeClr val="accent1"><lumMod val="75000"/></schemeClr>', "2F5597"),
        ('<schemeClr val="bg1"><lumMod val="65000"/></schemeClr>', "A6A6A6"),
        ('<schemeClr val="tx1"><lumMod val="50000"/><lumOff val="50000"/></schemeClr>', "808080"),
        ('<srgbClr val="FF0000"><hueOff val="7200000"/></srgbClr>', "00FF00"),
        ('<srgbClr val="102030"><inv/><inv/></srgbClr>', "102030"),
        ('<prstClr val="ltGray"/>', "D3D3D3"),
        ('<hslClr hue="14400000" sat="100%" lum="50%"/>', "0000FF"),
    ],
)
def test_colours_are_those_that_office_shows(xml: str, digits: str) -> None:
    paint = OfficeColours(THEME).paint(etree.fromstring(xml))

    assert paint is not None
    assert "".join(f"{round(channel):02X}" for channel in paint[0]) == digits


@pytest.mark.parametrize("xml", ['<schemeClr val="phClr"/>', '<srgbClr val="no"/>', "<other/>"])
def test_what_is_no_colour_is_none(xml: str) -> None:
    assert OfficeColours(THEME).paint(etree.fromstring(xml)) is None


def test_a_mapping_turns_a_theme_over() -> None:
    colours = OfficeColours(THEME, {"bg1": "dk1", "t1": "light1"})

    assert colours.named("background1") == colours.named("dk1") == (0, 0, 0)
    assert colours.named("text1") == (255, 255, 255)
