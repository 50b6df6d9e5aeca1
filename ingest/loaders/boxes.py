"""Boxes and choices as what they say: `☒ The applicant smokes: yes`, `☒ Express (not chosen: Standard)`."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

__all__ = [
    "EMPTY_BOX",
    "TICKED_BOX",
    "Boxes",
    "Span",
    "box",
    "boxes_of",
    "has_box",
    "needs_colon",
    "spelled",
]

TICKED_BOX: Final = "☒"
EMPTY_BOX: Final = "☐"
_TICKED: Final = "☑☒🗹🗷◉⦿⊠✅"
_EMPTY: Final = "☐◯⬜🞎"
_BOX: Final = re.compile(
    f"[{_TICKED}{_EMPTY}]\ufe0f?"
    r"|(?<![^\s:：|/,;])(?<!= )(?:\[[ _xX✓✔]\](?=\s|\Z|[^\W\d_])|\([ _xX✓✔]\)(?=\s|\Z))"
)
"""Characters, and boxes set in brackets, as `[x]` and `( )`."""
_MARKER: Final = re.compile(r"\s*(?:(?:[-*+•]|\d{1,3}[.)])\s+)?")
_LONGEST_LABEL: Final = 300
_LONGEST_BEFORE: Final = 80
"""Characters of a label at most: before its box there may be the end of a sentence."""
_GAP: Final = " \t\n;,/|·"
_LABEL_END: Final = " .:："
_BOUNDARY: Final = re.compile(r"[.?!:：;]\s|\t")
_SENTENCE_ENDS: Final = (".", "!", "?")
_LEADS: Final = (":", "：", "?", ".", "!", ")", ";")

Span = tuple[int, int]


class Boxes(NamedTuple):
    """The boxes of a line: what leads to them, and for each its place, whether it is ticked, its label.

    Spans count from the start of the line.
    """

    lead: Span
    places: tuple[Span, ...]
    ticked: tuple[bool, ...]
    labels: tuple[Span, ...]

    @property
    def chosen(self) -> int | None:
        """Which one is ticked where there are several and only one is."""
        return self.ticked.index(True) if len(self.ticked) > 1 and sum(self.ticked) == 1 else None


def box(ticked: bool) -> str:
    """The character of a box."""
    return TICKED_BOX if ticked else EMPTY_BOX


def has_box(text: str) -> bool:
    """Whether a text holds a box."""
    return bool(_found(text))


def boxes_of(line: str) -> Boxes | None:
    """The boxes of a line with their labels; None where it holds none, or their labels are not clear.

    Labels stand behind their boxes, or before them where nothing follows the last box. Tabs part cells.
    """
    found = _found(line)
    if not found:
        return None
    edges = [0, *(edge for match in found for edge in match.span()), len(line)]
    lead, *labels = (_trimmed(line, *span) for span in zip(edges[::2], edges[1::2], strict=True))
    longest = _LONGEST_LABEL
    is_alone = len(found) == 1
    if labels[-1][0] == labels[-1][1]:
        longest = _LONGEST_BEFORE
        lead, first = _parted(line, lead)
        labels = [first, *labels[:-1]]
        if line[slice(*first)].endswith(_SENTENCE_ENDS):
            return None  # the box answers a sentence, which is no label
    before = line[lead[0] : found[0].start()].rstrip(" ")
    if is_alone and lead[0] < lead[1] and not (line[: lead[1]].endswith(_LEADS) or before.endswith("\t")):
        return None
    if any(not 0 < end - start <= longest or "\t" in line[start:end] for start, end in labels):
        return None
    places = tuple(match.span() for match in found)
    return Boxes(lead, places, tuple(map(_is_ticked, found)), tuple(labels))


def spelled(text: str) -> str:
    """Lines of a form with their boxes in words; a line stays as it is where their labels are not clear.

    Where one of several is ticked, the others are told as not chosen, but not where they are sentences: each
    of those is declared or not. Else each has its yes or no.
    """
    found = _found(text)
    if not found:
        return text
    edges = [0, *(edge for match in found for edge in match.span()), len(text)]
    between = [text[start:end] for start, end in zip(edges[::2], edges[1::2], strict=True)]
    written = between[0] + "".join(
        box(_is_ticked(match)) + rest for match, rest in zip(found, between[1:], strict=True)
    )
    lines = zip(written.split("\n"), text.split("\n"), strict=True)
    return "\n".join(_spelled_line(line) or own for line, own in lines)


def _spelled_line(line: str) -> str:
    """A line with its boxes in words; "" where that cannot be."""
    marker = _MARKER.match(line)
    start, line = (line[: marker.end()], line[marker.end() :]) if marker else ("", line)
    found = boxes_of(line)
    if found is None:
        return ""
    lead = " ".join(line[slice(*found.lead)].split())
    lead += (": " if needs_colon(lead) else " ") if lead else ""
    written = [line[slice(*label)] for label in found.labels]
    labels = [label.rstrip(_LABEL_END) for label in written]
    if found.chosen is not None and not all(map(_is_sentence, written)):
        others = ", ".join(label for i, label in enumerate(labels) if i != found.chosen)
        return f"{start}{lead}{TICKED_BOX} {labels[found.chosen]} (not chosen: {others})"
    return (
        start
        + lead
        + "; ".join(
            f"{box(ticked)} {label}: {'yes' if ticked else 'no'}"
            for ticked, label in zip(found.ticked, labels, strict=True)
        )
    )


def _is_sentence(label: str) -> bool:
    return label.endswith(_SENTENCE_ENDS)


def needs_colon(lead: str) -> bool:
    """Whether a colon parts what leads to boxes from them."""
    return not lead.rstrip().endswith(_LEADS)


def _found(text: str) -> list[re.Match[str]]:
    """The boxes of a text; a mark in brackets is one beside an empty one, or where a line begins."""
    found = list(_BOX.finditer(text))
    empty = {match[0][0] for match in found if match[0][1:2] in (" ", "_")}
    return [match for match in found if _is_one(match, empty)]


def _is_one(match: re.Match[str], empty: set[str]) -> bool:
    bracket = match[0][0]
    if bracket not in "[(" or bracket in empty:
        return True
    line = match.string[match.string.rfind("\n", 0, match.start()) + 1 : match.start()]
    return bracket == "[" and _MARKER.fullmatch(line) is not None


def _is_ticked(match: re.Match[str]) -> bool:
    return match[0][0] in _TICKED or match[0][1:2] in (*"xX✓✔",)


def _parted(line: str, span: Span) -> tuple[Span, Span]:
    """What leads to the boxes, and the label before the first: its last clause or cell."""
    start, end = span
    boundaries = list(_BOUNDARY.finditer(line, start, end))
    if not boundaries:
        return (start, start), span
    boundary = boundaries[-1]
    return _trimmed(line, start, boundary.start() + (line[boundary.start()] != "\t")), (boundary.end(), end)


def _trimmed(line: str, start: int, end: int) -> Span:
    while start < end and line[start] in _GAP:
        start += 1
    while end > start and line[end - 1] in _GAP:
        end -= 1
    return start, end
