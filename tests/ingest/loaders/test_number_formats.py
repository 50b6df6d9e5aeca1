from __future__ import annotations

import pytest

from ingest.loaders.number_formats import section_of


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        ("Eve", '0;0;0;"Nine"', "Nine"),
        ("Eve", '"Nine"', None),
        ("Eve", '@" Marlow"', "Eve Marlow"),
        ("Eve", "General", None),
        ("Eve", "0;0;0;_x* ", ""),
        (5, ";;;", ""),
        (-5, "0;", ""),
        (5, '"Yes";"No";"No"', "Yes"),
        (7, '[>5]"many";0', "many"),
        (3, '[>5]"many";0', None),
        (0, '0;-0;"-"', None),
        (0, '_(* #,##0_);_(* (#,##0);_(* "-"??_);_(@_)', None),
        (0.5, "[h]:mm", None),
        (5, '0.0" kg;"', None),
        (5, "@", None),
    ],
)
def test_what_shows_in_the_stead_of_a_value(
    value: str | float, number_format: str, shown: str | None
) -> None:
    assert section_of(value, number_format).in_stead(value) == shown


@pytest.mark.parametrize(("number_format", "colour"), [("[White]@", "white"), ("0;0;0;[Color 2]@", "color2")])
def test_the_colour_of_a_section(number_format: str, colour: str) -> None:
    assert section_of("Eve", number_format).colour == colour
