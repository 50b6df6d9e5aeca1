r"""Takes out of RTF what no one can see: hidden text (`\v`), tiny type, text of the colour of its ground.

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
    r"\\(?:v|webhidden|cf|charscalex|super|sub|listtext|pntext)(?![a-z])|\\fs[0-2](?![0-9])"
)
_SCRIPTS: Final = {"super": RAISED, "sub": LOWERED, "nosupersub": ""}
_NUMBERS: Final = ("listtext", "pntext")
"""Groups with the number of an item, which old programs show and striprtf leaves out."""
_COLOURS: Final = re.compile(r"\\colortbl((?:[^{}\\]|\\(?!colortbl))*+)\}")
_CHANNEL: Final = re.compile(r"\\(red|green|blue)([0-9]{1,3})")
_GROUNDS: Final = ("cb", "chcbpat", "highlight")
_NARROWEST: Final = 10


@dataclass(frozen=True, slots=True)
class _Look:
    """How text looks at a place; colours are indexes into the file's table, 0 for none of its own."""

    hidden: bool = False
    size: int = 24
    width: int = 100
    colour: int = 0
    ground: int = 0
    script: str = ""

    def after(self, word: str, value: int | None) -> _Look:
        """The look after a control word."""
        if word in ("v", "webhidden"):
            return replace(self, hidden=value != 0)
        if word in _SCRIPTS:
            return replace(self, script="" if value == 0 else _SCRIPTS[word])
        if word == "plain":
            return replace(_Look(), ground=self.ground)
        if word == "fs" and value is not None:
            return replace(self, size=value)
        if word == "charscalex" and value is not None:
            return replace(self, width=value)
        if word == "cf":
            return replace(self, colour=value or 0)
        if word in _GROUNDS or word in ("cbpat", "clcbpat"):
            return replace(self, ground=value or 0)
        return self

    def is_unseen(self, colours: list[Colour | None]) -> bool:
        """Whether text of this look cannot be seen."""
        if self.hidden or self.size / 2 < LEAST_POINTS or self.width < _NARROWEST:
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
            stack[-1] = stack[-1].after(word, int(match.group(2)) if match.group(2) else None)
        elif not token.isspace():
            look = stack[-1]
            if look not in unseen:
                unseen[look] = look.is_unseen(colours)
            if unseen[look] and len(stack) > 1:
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
