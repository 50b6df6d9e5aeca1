"""Finds regular expressions that backtrack without bound, by the steps that they take.

`hostile_texts` makes, for each repeat of a pattern, texts that pump it: what leads to the repeat, what it
repeats many times, and an end that does not match. `growth` compares two lengths; a linear pattern takes
twice the steps for twice the text (Davis et al. 2018, "The impact of regular expression denial of service
in practice").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from re import _constants as op  # type: ignore[attr-defined]
from typing import Any, Final

from benchmarks.attacks.matching import MOST_STEPS, Steps, one_character, parsed

__all__ = ["growth", "hostile_texts"]

_MANY: Final = 100
"""Repeats up to so many are bounded: a constant factor."""
_BRIEF: Final = (24, 48)
_LONG: Final = (160, 320)
_DOUBTFUL: Final = 2.2
"""Growth over the brief lengths from which the long ones are tried."""
_USUAL: Final = " \t\na0Z_-.,:;/'\"(\u4e2d\u00e9"
_ENDS: Final = ("", "\x00", "\n\x00", "z")
_SAMPLES: Final = 6


def growth(pattern: re.Pattern[Any], anchored: bool = False) -> tuple[float, str]:
    """How many times the steps twice the text takes at worst, and the text that was repeated in it."""
    steps = Steps(pattern, anchored)
    worst, by = 0.0, ""
    for text in hostile_texts(pattern):
        grown = _grown(steps, text, _BRIEF)
        if grown > _DOUBTFUL:
            grown = _grown(steps, text, _LONG)
        if grown > worst:
            worst, by = grown, "{!r} {!r}* {!r}".format(*text)
        if worst >= 3:
            break
    return worst, by


def _grown(steps: Steps, text: tuple[str, str, str], lengths: tuple[int, int]) -> float:
    prefix, pump, end = text
    times = max(lengths[0] // len(pump), 8)
    short, long = (steps(prefix + pump * n + end) for n in (times, 2 * times))
    return 99.0 if long >= MOST_STEPS else long / short


def hostile_texts(pattern: re.Pattern[Any]) -> list[tuple[str, str, str]]:
    """Prefix, pump and end of texts that make each unbounded repeat of a pattern work."""
    tree = parsed(pattern)
    letters = dict.fromkeys([*_literals(tree), *_USUAL])
    found: dict[tuple[str, str, str], None] = {}
    whole = _samples(tree, pattern.flags, letters)
    for prefix, body in _repeats(tree, "", pattern.flags, letters):
        pumps = [p for p in (*_samples(body, pattern.flags, letters, 12), prefix, *whole[:2]) if p]
        pumps += [prefix + p for p in pumps[:3] if prefix]
        for pump in pumps:
            for end in _ENDS:
                found.update(dict.fromkeys([(prefix, pump, end), ("", pump, end)]))
    return list(found)


def _literals(tree: Iterable[Any]) -> Iterator[str]:
    for kind, value in tree:
        if kind in (op.LITERAL, op.NOT_LITERAL):
            yield chr(value)
        elif kind is op.RANGE:
            yield chr(value[0])
        elif kind is op.IN:
            yield from _literals(value)
        else:
            for part in _parts(kind, value):
                yield from _literals(part)


def _parts(kind: Any, value: Any) -> list[Any]:
    """The sequences inside a node."""
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        return [value[2]]
    if kind is op.SUBPATTERN:
        return [value[3]]
    if kind is op.BRANCH:
        return list(value[1])
    if kind in (op.ASSERT, op.ASSERT_NOT):
        return [value[1]]
    if kind is op.ATOMIC_GROUP:
        return [value]
    if kind is op.GROUPREF_EXISTS:
        return [part for part in value[1:] if part is not None]
    return []


def _samples(tree: Iterable[Any], flags: int, letters: Iterable[str], most: int = _SAMPLES) -> list[str]:
    """Some texts that a sequence takes, in all its alternatives and with different letters."""
    found = [""]
    for kind, value in tree:
        accepts = one_character((kind, value), flags)
        if accepts is not None:
            options = list(islice(filter(accepts, letters), most)) or ["\u00a4"]
        elif kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
            once = _samples(value[2], flags, letters, most)
            options = [part * max(value[0], 1) for part in once] + ([""] if value[0] == 0 else [])
        elif kind in (op.ASSERT, op.ASSERT_NOT, op.AT):
            continue
        else:
            options = [text for part in _parts(kind, value) for text in _samples(part, flags, letters, most)]
        if not options:  # a reference to a group
            continue
        count = max(len(found), len(options))
        # each option once, and not all of their combinations
        found = [found[i % len(found)] + options[i % len(options)] for i in range(count)]
    return list(dict.fromkeys(found))[: 4 * most]


def _repeats(
    tree: Iterable[Any], prefix: str, flags: int, letters: Iterable[str]
) -> Iterator[tuple[str, list[Any]]]:
    """What leads to each repeat of many, and what it repeats."""
    for node in tree:
        kind, value = node
        if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT) and int(value[1]) > _MANY:
            yield prefix, list(value[2])
        for part in _parts(kind, value):
            yield from _repeats(part, prefix, flags, letters)
        if kind not in (op.ASSERT, op.ASSERT_NOT, op.AT):
            prefix += (_samples([node], flags, letters, 1) or [""])[0]
