from __future__ import annotations

import pytest

from ingest.loaders.script import in_line, lowered, marked, note_numbers, power, raised, subscript


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (f"3 × 10{raised('6')} spores", "3 × 10⁶ spores"),
        (f"2 × 10{raised('−7')} mbar", "2 × 10⁻⁷ mbar"),
        (f"8,200 m{raised('2')}.", "8,200 m²."),
        (f"CO{lowered('2')} and P{lowered('out')}", "CO₂ and P_out"),
        (f"Ca{raised('2+')}", "Ca²⁺"),
        (f"x{raised('n+1')}", "x^(n+1)"),
        (f"1{raised('1')}/{lowered('2')} cups", "1 1/2 cups"),
        (f"{raised('3')}/{lowered('4')} inch", "3/4 inch"),
        (f"the 10{raised('th')} floor", "the 10th floor"),
        (f"Acme{raised('TM')}", "Acme™"),
        (f"{raised('14')}C dating", "¹⁴C dating"),
        (f"wells{raised('1')}and", "wells ¹ and"),
        (f"wells.{raised('1')} Then", "wells. ¹ Then"),
        (f"412{raised('3')} employees", "412 ³ employees"),
        (f"96{marked('4')}.", "96 ⁴."),
        (f"geese{raised('*')}", "geese*"),
        (f"{raised('1')}The data", "¹ The data"),
        (f"a{raised('b' + lowered('1'))}", "a^b₁"),
    ],
)
def test_scripts_are_written_on_the_line(text: str, written: str) -> None:
    assert in_line(text) == written


def test_a_number_that_a_note_begins_with_is_a_mark() -> None:
    text = f"in Kolding 96{raised('4')}, 3 × 10{raised('4')}"
    assert in_line(text, {"4"}) == "in Kolding 96 ⁴, 3 × 10⁴"
    assert in_line(text).startswith("in Kolding 96⁴")


def test_numbers_of_notes() -> None:
    assert note_numbers(f"{raised('3')} As of May. {raised('4')} Without tax.") == ["3", "4"]
    assert note_numbers(f"The area is 5 m{raised('2')} here") == []


def test_no_sign_of_the_marks_remains() -> None:
    assert in_line(raised("")) == ""
    assert in_line("a" + raised(raised("")) + "b\ufdd3") == "ab"


def test_powers_and_indexes() -> None:
    assert [power(text) for text in ("-4", "n", "0.5", "a + b")] == ["⁻⁴", "ⁿ", "^0.5", "^(a + b)"]
    assert [subscript(text) for text in ("10", "max", "i + 1")] == ["₁₀", "_max", "_(i + 1)"]
