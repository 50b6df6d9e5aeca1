r"""Takes out of RTF what no one can see, and counts it.

That is text that is hidden or deleted, in tiny type or of letters that stand on each other, in lines and rows
without height, off the page, or of the colour of its ground.

Raised and lowered text is put between the marks of `script`, and the numbers of lists are made text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from ingest.loaders.script import END, LOWERED, RAISED
from ingest.loaders.visible import BLACK, LEAST_POINTS, WHITE, Colour, looks_alike

__all__ = ["without_hidden"]

_TOKEN: Final = re.compile(
    r"\\([a-z]{1,32})(-?[0-9]{1,10})? ?|\\'[0-9a-fA-F]{2}|\\[^a-z]|[{}]|[\r\n]+|[^\\{}\r\n]+", re.S
)
_WORTH: Final = re.compile(
    r"\\(?:v|webhidden|deleted|cf|charscalex|super|sub|listtext|pntext|nonshppict)(?![a-z])|\\fs[0-2](?![0-9])"
    r"|\\(?:expnd|expndtw|sl|trrh)-|\\(?:li|lin|fi|up|dn|posx|posy|posnegx|posnegy)-?[0-9]{4}|\\absw[0-9]"
)
_SCRIPTS: Final = {"super": RAISED, "sub": LOWERED, "nosupersub": ""}
_NUMBERS: Final = ("listtext", "pntext")
"""Groups with the number of an item, which old programs show and striprtf leaves out."""
_COLOURS: Final = re.compile(r"\\colortbl((?:[^{}\\]|\\(?!colortbl))*+)\}")
_CHANNEL: Final = re.compile(r"\\(red|green|blue)([0-9]{1,3})")
_GROUNDS: Final = ("cb", "chcbpat", "highlight")
_NARROWEST: Final = 10
_CONDENSED: Final = 0.45
"""Of the size of the type: letters that stand on each other."""
_TWIPS: Final = 20
_FAR: Final = 15_840
"""Twentieths of a point: as far as the longer side of a page, at least."""
_FARTHEST: Final = 2 * _FAR
"""No paper is longer."""
_MARGIN: Final = 1_800
"""The left margin of a document that names none."""
_MARGINS: Final = re.compile(r"\\margl(?:sxn)?([0-9]{1,5})(?![0-9])")
_PAPER: Final = re.compile(r"\\paper[wh]([0-9]{1,6})(?![0-9])")


def _is_far(value: int, far: int) -> bool:
    return abs(value) >= far


def _is_raised_far(value: int, far: int) -> bool:
    return abs(value) * 10 >= far


def _is_low(value: int, far: int) -> bool:
    """Whether a height is exact, which a number below zero tells, and too low for a line."""
    return -LEAST_POINTS * _TWIPS < value < 0


_BOUNDS: Final = {
    **dict.fromkeys(("li", "lin", "fi", "posx", "posy", "posnegx", "posnegy"), _is_far),
    **dict.fromkeys(("up", "dn"), _is_raised_far),
    **dict.fromkeys(("sl", "trrh"), _is_low),
}
"""Words that put text where it cannot be seen, and from which number on."""


@dataclass(frozen=True, slots=True)
class _Look:
    """How text looks at a place; colours are indexes into the file's table, 0 for none of its own."""

    hidden: bool = False
    size: int = 24
    width: int = 100
    colour: int = 0
    ground: int = 0
    script: str = ""
    deleted: bool = False
    spacing: float = 0.0
    in_row: bool = False
    pictured: bool = False
    """Whether what looks like text is a picture's data."""
    old: bool = False
    """Whether it is for programs of old."""
    place: int = 0
    wide: int = 0
    """Of a frame, from where it would stand by itself, and its width, 0 where it has none of its own."""
    off: frozenset[str] = frozenset()
    """Words that take text off the page, or leave it no height."""

    def after(self, word: str, value: int | None, far: int = _FAR) -> _Look:
        """The look after a control word; `far` is off the page."""
        if word == "nonshppict":  # for programs that know no pictures of Word 97
            return replace(self, old=True)
        if word == "pict":
            return replace(self, pictured=True)
        if word == "absw":
            return replace(self, wide=value or 0)
        if word in ("posx", "posnegx"):
            self = replace(self, place=value or 0)
        if word in ("v", "webhidden"):
            return replace(self, hidden=value != 0)
        if word in _SCRIPTS:
            return replace(self, script="" if value == 0 else _SCRIPTS[word])
        if word in _BOUNDS:
            is_off = value is not None and _BOUNDS[word](value, far)
            return replace(self, off=self.off | {word} if is_off else self.off - {word})
        if word == "deleted":
            return replace(self, deleted=value != 0)
        if word in ("expnd", "expndtw") and value is not None:
            return replace(self, spacing=value / 4 if word == "expnd" else value / _TWIPS)
        if word == "intbl":
            return replace(self, in_row=True)
        if word == "pard":
            return replace(self, in_row=False, place=0, wide=0, off=self.off & {"trrh"})
        if word == "trowd":
            return replace(self, off=self.off - {"trrh"})
        if word == "plain":
            kept = {"ground", "in_row", "pictured", "old", "place", "wide"}
            return replace(
                _Look(), off=self.off - {"up", "dn"}, **{name: getattr(self, name) for name in kept}
            )
        if word == "fs" and value is not None:
            return replace(self, size=value)
        if word == "charscalex" and value is not None:
            return replace(self, width=value)
        if word == "cf":
            return replace(self, colour=value or 0)
        if word in _GROUNDS or word in ("cbpat", "clcbpat"):
            return replace(self, ground=value or 0)
        return self

    def is_unseen(self, colours: list[Colour | None], margin: int = _MARGIN) -> bool:
        """Whether text of this look cannot be seen beside a left margin."""
        if self.old:
            return True
        if self.wide and (self.wide < LEAST_POINTS * _TWIPS or self.place + self.wide + margin <= 0):
            return True
        if self.hidden or self.deleted or self.size / 2 < LEAST_POINTS or self.width < _NARROWEST:
            return True
        if self.off - (set() if self.in_row else {"trrh"}) or self.spacing <= -_CONDENSED * self.size / 2:
            return True
        colour = colours[self.colour] if 0 < self.colour < len(colours) else None
        ground = colours[self.ground] if 0 < self.ground < len(colours) else WHITE
        return colour is not None and ground is not None and looks_alike(colour, ground)


def without_hidden(content: str) -> tuple[str, int]:
    """The markup without hidden text, and how many characters of it there were, without white space."""
    if not _WORTH.search(content):
        return content, 0
    colours = _colour_table(content)
    parts: list[str] = []
    far = min(max([_FAR, *map(int, _PAPER.findall(content))]), _FARTHEST)
    margin = min(max([_MARGIN, *map(int, _MARGINS.findall(content))]), _FARTHEST)
    stack = [_Look()]
    count = 0
    unseen: dict[_Look, bool] = {}
    for match in _TOKEN.finditer(content):
        token, word = match.group(), match.group(1)
        if token == "{":
            stack.append(stack[-1])
        elif token == "}":
            if len(stack) > 1:
                stack.pop()
        elif word in _NUMBERS:
            continue
        elif word and word != "u":
            stack[-1] = stack[-1].after(word, int(match.group(2)) if match.group(2) else None, far)
        elif not token.isspace():
            look = stack[-1]
            if look not in unseen:
                unseen[look] = look.is_unseen(colours, margin)
            if unseen[look] and len(stack) > 1:
                if look.pictured:
                    continue
                if word or token.startswith("\\'"):
                    count += 1
                elif not token.startswith("\\"):
                    count += len("".join(token.split()))
                continue
            if look.script and not word:
                token = f"{_code(look.script)}{token}{_code(END)}"
        parts.append(token)
    return "".join(parts), count


def _code(character: str) -> str:
    """A character as RTF writes those that no code page has, by its number as a signed word."""
    return f"\\u{ord(character) - 0x10000}?"


def _colour_table(content: str) -> list[Colour | None]:
    """The colours by their index; None where an entry says that the program is to choose."""
    found = _COLOURS.search(content)
    colours: list[Colour | None] = []
    for entry in (found.group(1) if found else "").split(";"):
        channels = {name: float(value) for name, value in _CHANNEL.findall(entry)}
        colours.append(
            (channels.get("red", 0.0), channels.get("green", 0.0), channels.get("blue", 0.0))
            if channels
            else None
        )
    return colours or [BLACK]
