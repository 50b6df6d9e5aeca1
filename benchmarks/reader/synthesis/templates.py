"""A tiny template language: `(a|b|)` picks one of several wordings, `{name}` is filled from a mapping."""

# ruff: noqa: E501 - a template stands on one line

from __future__ import annotations

import re
from collections.abc import Mapping
from random import Random

__all__ = ["capital", "expand", "fill", "phrase", "words"]


def expand(rng: Random, template: str) -> str:
    """The template with each `(a|b)` replaced by one of its alternatives, nested ones as well; `[` and `]` become ( and )."""
    text, at = _sequence(rng, template, 0, top=True)
    assert at == len(template), f"unbalanced parentheses in {template!r}"
    text = text.replace("[", "(").replace("]", ")")
    return re.sub(" +", " ", text).replace(" ?", "?").replace(" ,", ",").strip()


def _sequence(rng: Random, template: str, at: int, top: bool = False) -> tuple[str, int]:
    options: list[list[str]] = [[]]
    while at < len(template):
        char = template[at]
        if char == "(":
            inner, at = _sequence(rng, template, at + 1)
            options[-1].append(inner)
        elif char == ")" and not top:
            return "".join(rng.choice(options)), at + 1
        elif char == "|" and not top:
            options.append([])
            at += 1
        else:
            options[-1].append(char)
            at += 1
    assert top, f"no closing parenthesis in {template!r}"
    return "".join(options[0]), at


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with its `{name}`s filled; an unknown name is an error."""
    out, rest = [], template
    while "{" in rest:
        before, _, after = rest.partition("{")
        name, closed, rest = after.partition("}")
        assert closed, f"no closing brace in {template!r}"
        value = values[name]
        if not before.strip() and not "".join(out).strip() and value:
            value = capital(value)
        out += [before, value]
    return "".join([*out, rest])


def capital(text: str) -> str:
    """The text with its first letter raised; keys of marks before it stay as they are."""
    in_key = False
    for i, char in enumerate(text):
        if char in "\x01\x02":
            in_key = char == "\x01"
        elif not in_key and char.isalpha():
            return text[:i] + char.upper() + text[i + 1 :] if char.islower() else text
        elif not in_key and char.isdigit():
            return text
    return text


def phrase(rng: Random, template: str, **values: str) -> str:
    """`expand`, then `fill`."""
    return fill(expand(rng, template), values)


def words(text: str) -> list[str]:
    """The words of a vocabulary that is written as running text."""
    return text.split()
