"""Counts the steps of a regular expression: a backtracking matcher that goes the way of Python's `re`.

It is slow, and stands in for a clock: steps are the same on every machine. `hostile_texts` makes, for
each repeat of a pattern, texts that pump it: what leads to the repeat, what it repeats many times, and an
end that does not match. `growth` compares two lengths; a linear pattern takes twice the steps for twice
the text (Davis et al. 2018, "The impact of regular expression denial of service in practice").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final

__all__ = ["growth", "hostile_texts", "steps"]

_MOST_STEPS: Final = 400_000
_MANY: Final = 100
"""Repeats up to so many are bounded: a constant factor."""
_BRIEF: Final = (24, 48)
_LONG: Final = (160, 320)
_DOUBTFUL: Final = 2.2
"""Growth over the brief lengths from which the long ones are tried."""
_USUAL: Final = " \t\na0Z_-.,:;/'\"(\u4e2d\u00e9"
_ENDS: Final = ("", "\x00", "\n\x00", "z")
_SAMPLES: Final = 6

Then = Callable[[int], bool]
Matcher = Callable[[int, Then], bool]


class _TooManyError(Exception):
    pass


@dataclass(slots=True)
class _Run:
    """One text under one pattern."""

    text: str
    flags: int
    count: int = 0
    groups: dict[int, tuple[int, int]] = field(default_factory=dict)

    def step(self, size: int = 1) -> None:
        self.count += size
        if self.count > _MOST_STEPS:
            raise _TooManyError


def steps(pattern: re.Pattern[Any], text: str, anchored: bool = False) -> int:
    """Steps to find all matches in a text, or with `anchored` to match at its start; at most 400,000."""
    run = _Run(text, pattern.flags)
    matcher = _sequence(list(parser.parse(_source(pattern), pattern.flags)), run)
    position = 0
    try:
        while position <= len(text):
            run.step()
            run.groups.clear()
            ends: list[int] = []
            matcher(position, lambda end, ends=ends: ends.append(end) is None)
            if anchored:
                break
            position = max(ends[0], position + 1) if ends else position + 1
    except _TooManyError:
        return _MOST_STEPS
    return run.count


def growth(pattern: re.Pattern[Any], anchored: bool = False) -> tuple[float, str]:
    """How many times the steps twice the text takes at worst, and the text that was repeated in it."""
    worst, by = 0.0, ""
    for text in hostile_texts(pattern):
        grown = _grown(pattern, text, _BRIEF, anchored)
        if grown > _DOUBTFUL:
            grown = _grown(pattern, text, _LONG, anchored)
        if grown > worst:
            worst, by = grown, "{!r} {!r}* {!r}".format(*text)
        if worst >= 3:
            break
    return worst, by


def _grown(
    pattern: re.Pattern[Any], text: tuple[str, str, str], lengths: tuple[int, int], anchored: bool
) -> float:
    prefix, pump, end = text
    times = max(lengths[0] // len(pump), 8)
    short, long = (steps(pattern, prefix + pump * n + end, anchored) for n in (times, 2 * times))
    return 99.0 if long >= _MOST_STEPS else long / short


def hostile_texts(pattern: re.Pattern[Any]) -> list[tuple[str, str, str]]:
    """Prefix, pump and end of texts that make each unbounded repeat of a pattern work."""
    tree = list(parser.parse(_source(pattern), pattern.flags))
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


def _source(pattern: re.Pattern[Any]) -> str:
    return pattern.pattern.decode("latin-1") if isinstance(pattern.pattern, bytes) else pattern.pattern


def _sequence(nodes: list[Any], run: _Run) -> Matcher:
    matchers = [_node(node, run) for node in nodes]

    def match(position: int, then: Then, index: int = 0) -> bool:
        if index == len(matchers):
            return then(position)
        return matchers[index](position, lambda end: match(end, then, index + 1))

    return match


def _node(node: Any, run: _Run) -> Matcher:
    kind, value = node
    accepts = _one(node, run.flags)
    if accepts is not None:
        return _character(accepts, run)
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        return _repeat(kind, value, run)
    if kind is op.SUBPATTERN:
        return _group(value[0], _sequence(list(value[3]), run), run)
    if kind is op.BRANCH:
        return _either([_sequence(list(part), run) for part in value[1]])
    if kind is op.AT:
        return _place(value, run)
    if kind in (op.ASSERT, op.ASSERT_NOT):
        return _look(kind is op.ASSERT, value[0], _sequence(list(value[1]), run), value[1].getwidth())
    if kind is op.ATOMIC_GROUP:
        return _once(_sequence(list(value), run))
    if kind is op.GROUPREF:
        return _reference(value, run)
    if kind is op.GROUPREF_EXISTS:
        group, yes, no = value
        options = _sequence(list(yes), run), _sequence(list(no or []), run)
        return lambda position, then: options[group not in run.groups](position, then)
    raise NotImplementedError(f"no steps are counted for {kind}")


def _character(accepts: Callable[[str], bool], run: _Run) -> Matcher:
    text = run.text

    def match(position: int, then: Then) -> bool:
        run.step()
        return position < len(text) and accepts(text[position]) and then(position + 1)

    return match


def _repeat(kind: Any, value: Any, run: _Run) -> Matcher:
    least, most, body = value[0], int(value[1]), list(value[2])
    accepts = _one(body[0], run.flags) if len(body) == 1 else None
    if kind is op.POSSESSIVE_REPEAT:
        return _once(_repeat(op.MAX_REPEAT, value, run))
    if accepts is not None:
        return _run_of(accepts, least, most, kind is op.MAX_REPEAT, run)
    inner = _sequence(body, run)

    def match(position: int, then: Then, done: int = 0) -> bool:
        run.step()

        def more() -> bool:
            return done < most and inner(
                position, lambda end: (end > position or done < least) and match(end, then, done + 1)
            )

        if done < least:
            return more()
        return more() or then(position) if kind is op.MAX_REPEAT else then(position) or more()

    return match


def _run_of(accepts: Callable[[str], bool], least: int, most: int, greedy: bool, run: _Run) -> Matcher:
    text = run.text

    def match(position: int, then: Then) -> bool:
        end, last = position, min(len(text), position + most)
        if greedy:
            while end < last and accepts(text[end]):
                end += 1
            run.step(end - position + 1)
            for stop in range(end, position + least - 1, -1):
                run.step()
                if then(stop):
                    return True
            return False
        while True:
            run.step()
            if end - position >= least and then(end):
                return True
            if end >= last or not accepts(text[end]):
                return False
            end += 1

    return match


def _group(number: int | None, inner: Matcher, run: _Run) -> Matcher:
    if number is None:
        return inner

    def match(position: int, then: Then) -> bool:
        def after(end: int) -> bool:
            before = run.groups.get(number)
            run.groups[number] = (position, end)
            if then(end):
                return True
            if before is None:
                del run.groups[number]
            else:
                run.groups[number] = before
            return False

        return inner(position, after)

    return match


def _either(options: list[Matcher]) -> Matcher:
    return lambda position, then: any(option(position, then) for option in options)


def _once(inner: Matcher) -> Matcher:
    def match(position: int, then: Then) -> bool:
        ends: list[int] = []
        return inner(position, lambda end: ends.append(end) is None) and then(ends[0])

    return match


def _look(wanted: bool, direction: int, inner: Matcher, width: tuple[int, int]) -> Matcher:
    def match(position: int, then: Then) -> bool:
        start = position if direction > 0 else position - width[0]
        found = start >= 0 and inner(start, lambda end: direction > 0 or end == position)
        return found is wanted and then(position)

    return match


def _reference(group: int, run: _Run) -> Matcher:
    def match(position: int, then: Then) -> bool:
        if group not in run.groups:
            return False
        start, end = run.groups[group]
        run.step(end - start + 1)
        return run.text.startswith(run.text[start:end], position) and then(position + end - start)

    return match


def _place(code: Any, run: _Run) -> Matcher:
    text, size = run.text, len(run.text)

    def is_word(index: int) -> bool:
        return 0 <= index < size and (text[index].isalnum() or text[index] == "_")

    def holds(position: int) -> bool:
        if code in (op.AT_BEGINNING, op.AT_BEGINNING_STRING):
            lines = run.flags & re.M and code is op.AT_BEGINNING
            return position == 0 or bool(lines and text[position - 1] == "\n")
        if code in (op.AT_END, op.AT_END_STRING):
            if position == size or code is op.AT_END_STRING:
                return position == size
            return text[position] == "\n" and (bool(run.flags & re.M) or position == size - 1)
        return (is_word(position - 1) != is_word(position)) is (code is op.AT_BOUNDARY)

    def match(position: int, then: Then) -> bool:
        run.step()
        return holds(position) and then(position)

    return match


def _one(node: Any, flags: int) -> Callable[[str], bool] | None:
    """Whether a character is taken, where a node takes exactly one; None for other nodes."""
    kind, value = node
    if kind is op.ANY:
        return (lambda _: True) if flags & re.S else (lambda c: c != "\n")
    if kind not in (op.LITERAL, op.NOT_LITERAL, op.IN):
        return None
    items = value if kind is op.IN else [(op.LITERAL, value)]
    negated = kind is op.NOT_LITERAL or items[0][0] is op.NEGATE
    known: dict[str, bool] = {}

    def accepts(character: str) -> bool:
        if character not in known:
            forms = {character, character.lower(), character.upper()} if flags & re.I else {character}
            known[character] = any(_in(items, form, flags) for form in forms) is not negated
        return known[character]

    return accepts


def _in(items: Iterable[Any], character: str, flags: int) -> bool:
    code = ord(character[0])
    ascii_only = bool(flags & re.A) or not flags & re.U
    for kind, value in items:
        if kind is op.LITERAL and value == code:
            return True
        if kind is op.RANGE and value[0] <= code <= value[1]:
            return True
        if kind is op.CATEGORY:
            name = str(value).rsplit("_", 1)[-1]
            letter = {"DIGIT": "d", "SPACE": "s", "WORD": "w"}[name]
            letter = letter.upper() if "NOT" in str(value) else letter
            if re.fullmatch(rf"\{letter}", character, re.A if ascii_only else 0):
                return True
    return False


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
        accepts = _one((kind, value), flags)
        if accepts is not None:
            options = [letter for letter in letters if accepts(letter)][:most] or ["\u00a4"]
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
