"""The values of spreadsheet cells as the sheet shows them: per cents, thousands, currencies, dates."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Final, NamedTuple

__all__ = ["shown"]

_QUOTED: Final = re.compile(r'"([^"]*)"|\\(.)')
_LITERAL: Final = re.compile(r'"([^"]*)"|\\(.)|( )')
_LONGEST_LITERAL: Final = 20
_CURRENCY: Final = re.compile(r"\[\$([^\[\]-]*+)(?:-[0-9A-Fa-f]*+)?\]|([$€£¥₹])")
_BRACKET: Final = re.compile(r"\[[^\[\]]*\]")
_PADDING: Final = re.compile(r"_.|\*.")
_DECIMALS: Final = re.compile(r"[0#?]\.([0#?]+)")
_THOUSANDS: Final = re.compile(r"[#0],[#0]")


class _NumberFormat(NamedTuple):
    prefix: str
    suffix: str
    decimals: int | None
    """None stands for as many as the value has."""
    thousands: bool
    percent: bool
    brackets: bool
    exponent: bool


def shown(value: Any, number_format: str = "General") -> str:
    """A cell's value as text, by its number format (ECMA-376, 18.8.30); times and dates in ISO form.

    Conditions, fractions and colours of number formats are passed over: such numbers come plain.
    """
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case datetime():
            return _date_time(value)
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case int() | float():
            return _number(value, number_format)
        case _:
            return str(value)


def _date_time(value: datetime) -> str:
    if value.time() == time():
        return value.date().isoformat()
    return value.isoformat(" ", "minutes" if not value.second else "seconds")


def _number(value: float, number_format: str) -> str:
    form = _parsed(number_format)
    if form.exponent:
        return f"{value:.{form.decimals or 0}E}"
    scaled = value * 100 if form.percent else value
    if form.decimals is None:
        digits = f"{abs(scaled):,.10g}" if form.thousands else f"{abs(scaled):.12g}"
    else:
        digits = f"{abs(scaled):{',' if form.thousands else ''}.{form.decimals}f}"
    text = form.prefix + digits + ("%" if form.percent else "") + form.suffix
    if not value < 0:  # nor is what is no number
        return text
    return f"({text})" if form.brackets else f"-{text}"


@lru_cache(maxsize=1_000)
def _parsed(number_format: str) -> _NumberFormat:
    sections = number_format.split(";")
    positive = sections[0]
    if positive.strip().lower() in ("general", "@", ""):
        return _NumberFormat("", "", None, False, False, False, False)
    currency = _CURRENCY.search(positive)
    plain = _PADDING.sub("", _BRACKET.sub("", _CURRENCY.sub("", positive)))
    first = re.search(r"[#0?]", _QUOTED.sub(lambda match: "x" * len(match.group()), plain))
    at = first.start() if first else len(plain)
    before, after = _literal(plain[:at]), _literal(plain[at:])
    sign = (currency.group(1) or currency.group(2) or "") if currency else ""
    if sign and currency is not None:
        leads = currency.start() <= positive.find(plain[at : at + 1])
        before, after = (sign + before, after) if leads else (before, f"{after.rstrip()} {sign}")
    decimals = _DECIMALS.search(plain)
    count = len(decimals.group(1)) if decimals else (0 if first else None)
    brackets = len(sections) > 1 and "(" in _QUOTED.sub("", _PADDING.sub("", sections[1]))
    exponent = re.search(r"[Ee][-+]0", plain) is not None
    return _NumberFormat(
        before,
        after,
        count,
        bool(_THOUSANDS.search(plain)),
        "%" in _QUOTED.sub("", plain),
        brackets,
        exponent,
    )


def _literal(part: str) -> str:
    """The words that a format sets beside its digits: `0.0" kg"` has ` kg`."""
    found = "".join(match[1] or match[2] or match[3] or "" for match in _LITERAL.finditer(part))
    return found[:_LONGEST_LITERAL]
