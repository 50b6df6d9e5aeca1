"""Values as they stand in documents: numbers, dates, money, hours, each in several notations.

A value is asked for by a specification, a word and its arguments: `num 2 40 1 m` (from, to, decimals, unit),
`money 5 90`, `date 2015 2025`, `of red|blue`, `name person`.
"""

# ruff: noqa: E501 - a template stands on one line

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from benchmarks.reader.synthesis.names import NAMES, surname
from benchmarks.reader.synthesis.templates import words

__all__ = ["MONTHS", "Value", "date_text", "number_text", "value"]

MONTHS = words("January February March April May June July August September October November December")
_DAYS = words("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")


@dataclass(frozen=True)
class Value:
    """A value: as the text has it, in another notation, its number for comparing, and its unit."""

    text: str
    other: str = ""
    number: float | None = None
    unit: str = ""

    @property
    def bare(self) -> str:
        """The value without its unit, as it stands in a column that is headed by the unit."""
        return self.text.removesuffix(self.unit).rstrip() if self.unit else self.text


def number_text(rng: Random, number: float, decimals: int = 0, style: str = "") -> str:
    """The number as 1,234.5, 1.234,5, 1 234.5 or 1234.5; `style` is one of `,`, `.`, ` `, `-`."""
    style = style or rng.choice([",", ",", ",", "-", "-", " "])
    text = f"{number:,.{decimals}f}"
    if style == ".":
        return text.replace(",", "\0").replace(".", ",").replace("\0", ".")
    return text.replace(",", {",": ",", " ": " ", "-": ""}[style])


def date_text(rng: Random, year: int, month: int, day: int, style: int | None = None) -> str:
    """The day in one of seven notations."""
    name = MONTHS[month - 1]
    forms = [
        f"{day} {name} {year}",
        f"{name} {day}, {year}",
        f"{year}-{month:02d}-{day:02d}",
        f"{day:02d}.{month:02d}.{year}",
        f"{day} {name[:3]} {year}",
        f"{name[:3]} {day}, {year}",
        f"{day:02d}/{month:02d}/{year}",
    ]
    return forms[rng.choice([0, 0, 0, 1, 1, 2, 2, 3, 4, 5, 6]) if style is None else style]


def _num(rng: Random, low: str, high: str, decimals: str = "0", *unit: str) -> Value:
    places = int(decimals)
    number = round(rng.uniform(float(low), float(high)), places)
    if places == 0 and number > 400 and rng.random() < 0.3:
        number = float(round(number, -1 if number < 4000 else -2))
    measure = " ".join(unit)
    options = measure.split("|") if measure else [""]
    own = rng.choice(options)
    first = number_text(rng, number, places)
    joint = "" if own in {"%", "°C"} and rng.random() < 0.5 else " "
    text = f"{first}{joint}{own}" if own else first
    other = f"{number_text(rng, number, places)} {rng.choice(options)}".strip()
    return Value(text, other, number, own)


def _money(rng: Random, low: str, high: str) -> Value:
    number = rng.uniform(float(low), float(high))
    places = rng.choice([0, 2]) if float(high) < 5000 else 0
    number = round(number, places) if number < 1000 else float(round(number, -1))
    if places == 2 and rng.random() < 0.5:
        number = int(number) + rng.choice([0.5, 0.9, 0.95, 0.99, 0.25, 0.0])
    figure = number_text(rng, number, places)
    sign, word, name = rng.choice(
        [
            ("€", "EUR", "euros"),
            ("$", "USD", "dollars"),
            ("£", "GBP", "pounds"),
            ("", "CHF", "francs"),
            ("", "SEK", "kronor"),
            ("", "DKK", "kroner"),
            ("₹", "INR", "rupees"),
            ("¥", "JPY", "yen"),
        ]
    )
    forms = [f"{figure} {word}", f"{word} {figure}", f"{figure} {name}"]
    if sign:
        forms += [f"{sign}{figure}", f"{sign}{figure}", f"{sign}{figure}"]
        if sign == "€":
            forms += [f"{number_text(rng, number, places, '.')} €"] * 2
    text = rng.choice(forms)
    return Value(text, f"{number_text(rng, number, places)} {name}", number)


def _date(rng: Random, low: str, high: str) -> Value:
    year, month, day = rng.randint(int(low), int(high)), rng.randint(1, 12), rng.randint(1, 28)
    return Value(
        date_text(rng, year, month, day),
        date_text(rng, year, month, day, rng.randint(0, 2)),
        year + month / 13,
    )


def _year(rng: Random, low: str, high: str) -> Value:
    year = rng.randint(int(low), int(high))
    return Value(str(year), str(year), float(year))


def _clock(rng: Random, minute: int | None = None) -> str:
    hour, minute = rng.randint(6, 21), rng.choice([0, 0, 15, 30, 45, rng.randint(0, 59)])
    if rng.random() < 0.3:
        return f"{(hour - 1) % 12 + 1}{f':{minute:02d}' if minute else ''} {'am' if hour < 12 else 'pm'}"
    return rng.choice([f"{hour}:{minute:02d}", f"{hour:02d}:{minute:02d}", f"{hour}.{minute:02d}"])


def _hours(rng: Random) -> Value:
    first, last = rng.randint(6, 11), rng.randint(12, 22)
    half = rng.choice(["00", "30", "00", "15"])
    times = rng.choice(
        [
            f"{first}:{half}–{last}:00",
            f"{first:02d}:00 to {last}:{half}",
            f"{first} am to {last - 12 or 12} pm",
            f"{first}.{half}-{last}.00",
            f"from {first}:00 to {last}:{half}",
            f"{first:02d}:{half} - {last}:{half}",
        ]
    )
    a, b = sorted(rng.sample(range(7), 2))
    day = [d[:3] if rng.random() < 0.5 else d for d in _DAYS]
    form = rng.random()
    if form < 0.35:
        return Value(times)
    if form < 0.75:
        return Value(f"{day[a]} {rng.choice(['to', '–', '-'])} {day[b]} {times}")
    return Value(f"{times} {rng.choice(['daily', 'every day', 'on weekdays', 'except ' + _DAYS[b] + 's'])}")


def _phone(rng: Random) -> Value:
    def run(n: int) -> str:
        return "".join(str(rng.randint(0, 9)) for _ in range(n))

    return Value(
        rng.choice(
            [
                f"0{run(2)} {run(3)} {run(4)}",
                f"+{rng.randint(1, 98)} {run(2)} {run(3)} {run(3)}",
                f"ext. {run(4)}",
                f"({run(3)}) {run(3)}-{run(4)}",
                f"{run(3)}-{run(4)}",
                f"0{run(3)}/{run(6)}",
                f"-{run(3)}",
                run(4),
            ]
        )
    )


def _email(rng: Random) -> Value:
    host = rng.choice(
        ["example", "mail", "office", "nordhus", "kelda", "team", "info-desk", "brightway", "tavo"]
    )
    return Value(
        f"{rng.choice('abcdefghjklmnprst')}{rng.choice(['.', '', '_'])}{surname(rng).lower().replace(' ', '')}"
        f"@{host}.{rng.choice(['org', 'com', 'net', 'eu', 'edu', 'test'])}"
    )


def _span(rng: Random, low: str, high: str, *units: str) -> Value:
    number = rng.randint(int(low), int(high))
    options = " ".join(units).split("|")
    unit = rng.choice(options)
    numerals = words("zero one two three four five six seven eight nine ten eleven twelve")
    figure = numerals[number] if number <= 12 and rng.random() < 0.3 else str(number)
    unit = unit[:-1] if number == 1 and unit.endswith("s") else unit
    return Value(f"{figure} {unit}", f"{number} {unit}", float(number))


def _of(rng: Random, *options: str) -> Value:
    return Value(rng.choice(" ".join(options).split("|")))


def _range(rng: Random, low: str, high: str, *unit: str) -> Value:
    a = rng.randint(int(low), int(high) - 2)
    b = rng.randint(a + 1, int(high))
    own = rng.choice(" ".join(unit).split("|"))
    return Value(rng.choice([f"{a} to {b} {own}", f"{a}–{b} {own}", f"between {a} and {b} {own}"]).strip())


def _name(rng: Random, kind: str) -> Value:
    return Value(NAMES[kind](rng))


_KINDS: dict[str, Callable[..., Value]] = {
    "num": _num,
    "money": _money,
    "date": _date,
    "year": _year,
    "clock": lambda rng: Value(_clock(rng)),
    "hours": _hours,
    "phone": _phone,
    "email": _email,
    "span": _span,
    "of": _of,
    "range": _range,
    "name": _name,
    "daytime": lambda rng: Value(
        rng.choice(
            [
                f"{rng.choice(_DAYS)} at {_clock(rng)}",
                f"{rng.choice(_DAYS)}, {_clock(rng)}",
                f"every {rng.choice(_DAYS)} from {_clock(rng)}",
                f"{rng.choice(_DAYS)} {_clock(rng)}",
            ]
        )
    ),
    "day": lambda rng: Value(rng.choice(_DAYS)),
    "month": lambda rng: Value(rng.choice(MONTHS)),
}


def value(rng: Random, specification: str) -> Value:
    """A value by its specification, e.g. `num 2 40 1 m|metres`."""
    kind, *arguments = specification.split()
    return _KINDS[kind](rng, *arguments)
