"""Where style sheets come from, and how much of them a page and a file may have."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, NamedTuple
from urllib.parse import unquote_to_bytes

__all__ = [
    "LARGEST_SHEETS",
    "Left",
    "Sheet",
    "SheetOpener",
    "left_of_file",
    "no_sheets",
    "opened_sheet",
    "sheets_of_one_file",
]

LARGEST_SHEETS: Final = 4_000_000
"""Characters of all sheets of a page, parsed in some five seconds."""
_LARGEST_OF_FILE: Final = 4 * LARGEST_SHEETS
"""Of all pages of a file, such as the chapters of a book; a sheet that is parsed again counts again."""


@dataclass(slots=True)
class Left:
    """How many characters of style sheets may still be parsed for a file."""

    characters: int = _LARGEST_OF_FILE


_left_of_file: ContextVar[Left] = ContextVar("left_of_file")


def left_of_file() -> Left:
    """What is left for the file that is being read; all, where none is said to be."""
    return _left_of_file.get(None) or Left()


@contextmanager
def sheets_of_one_file() -> Iterator[None]:
    """Count the characters of the style sheets of a file and all files in it toward one limit."""
    if _left_of_file.get(None) is not None:
        yield
        return
    token = _left_of_file.set(Left())
    try:
        yield
    finally:
        _left_of_file.reset(token)


class Sheet(NamedTuple):
    """A style sheet, the name of the file that it stands in, and the number of its shadow root, if any."""

    name: str
    text: str
    scope: str = ""


SheetOpener = Callable[[str, str], Sheet | None]
"""Opens the sheet that a file, by its name, refers to by an address; None where it cannot be had."""


def no_sheets(name: str, address: str) -> Sheet | None:
    """Opens none."""
    return None


def opened_sheet(opener: SheetOpener, name: str, address: str) -> Sheet | None:
    """The sheet at an address; one that stands in the address itself needs no opener."""
    scheme, _, rest = address.strip().partition(":")
    if scheme.lower() != "data":
        return opener(name, address)
    head, _, body = rest.partition(",")
    data = unquote_to_bytes(body)
    try:
        data = base64.b64decode(data) if head.lower().rstrip().endswith(";base64") else data
    except binascii.Error:
        return None
    return Sheet(name, data.decode("utf-8", "replace"))
