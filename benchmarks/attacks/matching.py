"""Counts the steps of a regular expression: a backtracking matcher that goes the way of Python's `re`.

It is slow, and stands in for a clock: steps are the same on every machine.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, Final

__all__ = ["MOST_STEPS", "Steps", "one_character", "parsed"]

_ASCII, _IGNORECASE, _MULTILINE, _DOTALL, _UNICODE = (int(flag) for flag in (re.A, re.I, re.M, re.S, re.U))
"""As plain numbers: flags are slow to combine, and are asked for at every character."""
MOST_STEPS: Final = 400_000
_DEEPEST: Final = 40_000
"""Calls in calls: a repeat of a text of some hundred letters takes some for each."""

Then = Callable[[int], bool]
Matcher = Callable[[int, Then], bool]
Accepts = Callable[[str], bool]


class _TooManyError(Exception):
    pass


@dataclass(slots=True)
class _Run:
    """One text after the other under one pattern."""

    flags: int
    text: str = ""
    count: int = 0
    groups: dict[int, tuple[int, int]] = field(default_factory=dict)

    def step(self, size: int = 1) -> None:
        self.count += size
        if self.count > MOST_STEPS:
            raise _TooManyError


class Steps:
    """Steps to find all matches of a pattern in a text, or with `anchored` to match at its start.

    The pattern is read once, for all texts.
    """

    def __init__(self, pattern: re.Pattern[Any], anchored: bool = False) -> None:
        sys.setrecursionlimit(max(sys.getrecursionlimit(), _DEEPEST))
        self._anchored = anchored
        self._run = _Run(int(pattern.flags))
        self._match = _sequence(parsed(pattern), self._run)

    def __call__(self, text: str) -> int:
        """At most 400,000."""
        run = self._run
        run.text, run.count = text, 0
        position = 0
        try:
            while position <= len(text):
                run.step()
                run.groups.clear()
                ends: list[int] = []
                self._match(position, lambda end, ends=ends: ends.append(end) is None)
                if self._anchored:
                    break
                position = max(ends[0], position + 1) if ends else position + 1
        except _TooManyError:
            return MOST_STEPS
        return run.count


def parsed(pattern: re.Pattern[Any]) -> list[Any]:
    """The nodes of a pattern, as Python's own parser tells them."""
    written = pattern.pattern
    source = written.decode("latin-1") if isinstance(written, bytes) else written
    return list(parser.parse(source, pattern.flags))


def _sequence(nodes: list[Any], run: _Run) -> Matcher:
    """What matches one node after the other; a row of single characters as one."""
    matchers: list[Matcher] = []
    row: list[Accepts] = []
    for node in nodes:
        accepts = one_character(node, run.flags)
        if accepts is not None:
            row.append(accepts)
            continue
        if row:
            matchers.append(_characters(row, run))
            row = []
        matchers.append(_node(node, run))
    if row or not matchers:
        matchers.append(_characters(row, run))
    return matchers[0] if len(matchers) == 1 else _chain(matchers)


def _chain(matchers: list[Matcher]) -> Matcher:
    last = len(matchers) - 1

    def match(position: int, then: Then, index: int = 0) -> bool:
        if index == last:
            return matchers[last](position, then)
        return matchers[index](position, lambda end: match(end, then, index + 1))

    return match


def _node(node: Any, run: _Run) -> Matcher:
    kind, value = node
    if kind in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        return _repeat(kind, value, run)
    if kind is op.SUBPATTERN:
        return _group(value[0], _sequence(list(value[3]), run), run)
    if kind is op.BRANCH:
        return _either([list(part) for part in value[1]], run)
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


def _characters(row: Sequence[Accepts], run: _Run) -> Matcher:
    def match(position: int, then: Then) -> bool:
        text = run.text
        for done, accepts in enumerate(row, 1):
            if position >= len(text) or not accepts(text[position]):
                run.step(done)
                return False
            position += 1
        run.step(len(row))
        return then(position)

    return match


def _repeat(kind: Any, value: Any, run: _Run) -> Matcher:
    least, most, body = value[0], int(value[1]), list(value[2])
    accepts = one_character(body[0], run.flags) if len(body) == 1 else None
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


def _run_of(accepts: Accepts, least: int, most: int, greedy: bool, run: _Run) -> Matcher:
    def match(position: int, then: Then) -> bool:
        text = run.text
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


def _either(options: list[list[Any]], run: _Run) -> Matcher:
    """What matches any of some sequences; those that fail at the first character are counted, not tried."""
    tries = [
        (one_character(nodes[0], run.flags) if nodes else None, _sequence(nodes, run)) for nodes in options
    ]
    known: dict[str, tuple[list[tuple[int, Matcher]], int]] = {}

    def ways(first: str) -> tuple[list[tuple[int, Matcher]], int]:
        """Those that are worth trying, with how many fail before each, and how many fail after the last."""
        found: list[tuple[int, Matcher]] = []
        failed = 0
        for accepts, matcher in tries:
            if accepts is None or (first and accepts(first)):
                found.append((failed, matcher))
                failed = 0
            else:
                failed += 1
        return found, failed

    def match(position: int, then: Then) -> bool:
        first = run.text[position : position + 1]
        if first not in known:
            known[first] = ways(first)
        found, failed = known[first]
        for before, matcher in found:
            run.step(before)
            if matcher(position, then):
                return True
        run.step(failed)
        return False

    return match


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
    lines = bool(run.flags & _MULTILINE)

    def is_word(index: int) -> bool:
        text = run.text
        return 0 <= index < len(text) and (text[index].isalnum() or text[index] == "_")

    def holds(position: int) -> bool:
        text, size = run.text, len(run.text)
        if code in (op.AT_BEGINNING, op.AT_BEGINNING_STRING):
            at_a_line = lines and code is op.AT_BEGINNING
            return position == 0 or (at_a_line and text[position - 1] == "\n")
        if code in (op.AT_END, op.AT_END_STRING):
            if position == size or code is op.AT_END_STRING:
                return position == size
            return text[position] == "\n" and (lines or position == size - 1)
        return (is_word(position - 1) != is_word(position)) is (code is op.AT_BOUNDARY)

    def match(position: int, then: Then) -> bool:
        run.step()
        return holds(position) and then(position)

    return match


def one_character(node: Any, flags: int) -> Accepts | None:
    """Whether a character is taken, where a node takes exactly one; None for other nodes."""
    kind, value = node
    if kind is op.ANY:
        return (lambda _: True) if flags & _DOTALL else (lambda c: c != "\n")
    if kind not in (op.LITERAL, op.NOT_LITERAL, op.IN):
        return None
    items = value if kind is op.IN else [(op.LITERAL, value)]
    negated = kind is op.NOT_LITERAL or items[0][0] is op.NEGATE
    known: dict[str, bool] = {}

    def accepts(character: str) -> bool:
        if character not in known:
            forms = {character, character.lower(), character.upper()} if flags & _IGNORECASE else {character}
            known[character] = any(_in(items, form, flags) for form in forms) is not negated
        return known[character]

    return accepts


def _in(items: Iterable[Any], character: str, flags: int) -> bool:
    code = ord(character[0])
    ascii_only = bool(flags & _ASCII) or not flags & _UNICODE
    for kind, value in items:
        if kind is op.LITERAL and value == code:
            return True
        if kind is op.RANGE and value[0] <= code <= value[1]:
            return True
        if kind is op.CATEGORY and _is_a(str(value), character, ascii_only):
            return True
    return False


@cache
def _is_a(category: str, character: str, ascii_only: bool) -> bool:
    letter = {"DIGIT": "d", "SPACE": "s", "WORD": "w"}[category.rsplit("_", 1)[-1]]
    letter = letter.upper() if "NOT" in category else letter
    return re.fullmatch(rf"\{letter}", character, re.A if ascii_only else 0) is not None
