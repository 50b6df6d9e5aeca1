"""Which conditions a question denies: not diesel, without a berth, that Ruth does not skipper."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from rag.answering.scan.conditions import Condition
from rag.answering.scan.record_collections import Collection
from rag.answering.scan.values import Holds, number_of
from rag.answering.scan.words import Word, are_kin

__all__ = ["DENIAL", "denied"]

DENIAL: Final = re.compile(
    r"\b(?:not|without(?: an?\b| any\b)?|except(?: for)?|other than|apart from|neither|never|no)\b"
    r"|\b\w+n['’]t\b",
    re.IGNORECASE,
)
_OF_THINGS: Final = re.compile(r"no\b|without", re.IGNORECASE)
_NOTHING: Final = frozenset({"", "none", "n/a", "na", "null", "nil", "no", "-", "–", "—", "无"})


def denied(
    denials: Sequence[re.Match[str]],
    conditions: Sequence[Condition],
    said: Sequence[Word],
    collection: Collection,
) -> list[Condition] | None:
    """The conditions with those turned round that are denied; None where a denial is of none of them.

    That is the one which follows a denial, or the one whose verb does: "which does Ruth not skipper". Of
    "no berth" it is that the column is empty.
    """
    lacking: list[Condition] = []
    turned: set[Condition] = set()
    had: set[Condition] = set()
    ordered = sorted(conditions, key=lambda condition: condition.start)
    for denial in denials:
        lack = _lack(denial, said, conditions, collection)
        if lack is not None:
            lacking.append(lack)
            continue
        meant = next((c for c in ordered if c.start >= denial.end()), None) or _by_verb(denial, said, ordered)
        if meant is None or meant in turned or meant.is_bound:
            return None  # a record without a value is neither within a bound nor outside of it
        turned.add(meant)
        if _OF_THINGS.match(denial.group()) and not _is_named_behind(meant, said):
            had.add(meant)
    return [*(_turned(c, is_had=c in had) if c in turned else c for c in ordered), *lacking]


def _turned(condition: Condition, *, is_had: bool) -> Condition:
    value = condition.said.partition(": ")[2]
    said = f"{condition.column.name}: not {value}"
    return replace(condition, is_denied=True, is_had=is_had, said=said)


def _is_named_behind(condition: Condition, said: Sequence[Word]) -> bool:
    """Whether the column's name follows the value: "no diesel engine"."""
    behind = said[max(condition.used) + 1 :][: len(condition.column.terms)]
    return {word.term for word in behind} == condition.column.terms


def _by_verb(
    denial: re.Match[str], said: Sequence[Word], conditions: Sequence[Condition]
) -> Condition | None:
    behind = [word for word in said if word.start >= denial.end()]
    return next(
        (c for c in conditions if any(are_kin(word.term, c.column.terms) for word in behind)),
        None,
    )


def _lack(
    denial: re.Match[str], said: Sequence[Word], conditions: Sequence[Condition], collection: Collection
) -> Condition | None:
    """That a column is empty, where its name follows a denial and no value of it is named."""
    if not _OF_THINGS.match(denial.group()):
        return None
    behind = [(number, word) for number, word in enumerate(said) if word.start >= denial.end()]
    for column in collection.columns.values():
        own = behind[: len(column.terms)]
        if not column.terms or {word.term for _, word in own} != column.terms:
            continue
        if column.holds is not Holds.YES_NO and all(c.column is not column for c in conditions):
            used = frozenset(number for number, _ in own)
            said_as = f"{column.name}: none"
            return Condition(column, _is_filled, said_as, own[0][1].start, used, is_denied=True)
    return None


def _is_filled(value: str) -> bool:
    """Whether a value is more than nothing."""
    return value.strip().casefold() not in _NOTHING and number_of(value) != 0
