"""Boxes and choices as what they say: `☒ The applicant smokes: yes`, `☒ Express (not chosen: Standard)`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

__all__ = ["EMPTY_BOX", "TICKED_BOX", "Choice", "box", "has_box", "is_ticked", "spelled", "told"]

TICKED_BOX: Final = "☒"
EMPTY_BOX: Final = "☐"
_TICKED: Final = "☑☒🗹🗷◉⦿⊠✅"
_EMPTY: Final = "☐◯⬜🞎"
_BOX: Final = re.compile(f"[{_TICKED}{_EMPTY}]\ufe0f?")
_LONGEST_LABEL: Final = 300
_GAP: Final = " \t;,/|·"


class Choice(NamedTuple):
    """A box with what stands beside it."""

    ticked: bool
    label: str


def box(ticked: bool) -> str:
    """The character of a box."""
    return TICKED_BOX if ticked else EMPTY_BOX


def has_box(text: str) -> bool:
    """Whether a text holds a box."""
    return _BOX.search(text) is not None


def is_ticked(character: str) -> bool:
    """Whether a box is a ticked one."""
    return character[:1] in _TICKED


def told(choices: Sequence[Choice], lead: str = "") -> str:
    """Boxes in words behind the text that leads to them.

    Where one of several is ticked, the others are told as not chosen; else each has its yes or no.
    """
    ticked = [choice for choice in choices if choice.ticked]
    if lead and not lead.endswith((":", "：", "?", ".")):
        lead += ":"
    lead = f"{lead} " if lead else ""
    if len(choices) > 1 and len(ticked) == 1:
        others = ", ".join(choice.label for choice in choices if not choice.ticked)
        return f"{lead}{TICKED_BOX} {ticked[0].label} (not chosen: {others})"
    return lead + "; ".join(
        f"{box(choice.ticked)} {choice.label}: {'yes' if choice.ticked else 'no'}" for choice in choices
    )


def spelled(text: str) -> str:
    """A line of a form with its boxes in words; without a label beside a box it stays as it is."""
    found = list(_BOX.finditer(text))
    if not found or len(text) > _LONGEST_LABEL * max(len(found), 1):
        return text
    lead = text[: found[0].start()]
    labels = [
        text[match.end() : following.start() if following else None].strip(_GAP + "\n")
        for match, following in zip(found, [*found[1:], None], strict=True)
    ]
    if not labels[-1]:  # each box stands behind its label
        starts = [0, *(match.end() for match in found[:-1])]
        labels = [text[a : match.start()].strip(_GAP + ":\n") for a, match in zip(starts, found, strict=True)]
        lead, labels[0] = _parted(labels[0]) if len(found) > 1 else ("", labels[0])
    if not all(labels):
        return text
    choices = [
        Choice(is_ticked(match.group()), label.rstrip(":"))
        for match, label in zip(found, labels, strict=True)
    ]
    return told(choices, " ".join(lead.split()))


def _parted(first: str) -> tuple[str, str]:
    """What leads to the boxes and the first label, where a colon parts them."""
    lead, colon, label = first.partition(":")
    return (lead + colon, label.strip()) if colon and label.strip() else ("", first)
