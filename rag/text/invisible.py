"""Characters that no one can see, and those that turn the order of others: taken out of text, shown in names.

They are Unicode's default ignorable code points, its controls of direction, and the marks of annotations
(DerivedCoreProperties.txt and PropList.txt of Unicode 16). Joiners and variants stay where writing needs
them: after a letter of a script beyond Latin, or a symbol, one at a time.
"""

from __future__ import annotations

import json
import re
from typing import Final

__all__ = ["escaped", "for_terminal", "is_revealed", "revealed", "without_invisible"]

_IGNORED: Final = (
    "\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0"
    "\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"
)
_VARIANTS: Final = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
_JOINED: Final = "\u0250-\u180a\u1810-\u200b\u200e-\ufdff\ufe10-\U000e00ff\U000e01f0-\U0010ffff"
"""What a joiner or a variant selector may stand after: neither Latin nor another of them."""
_INVISIBLE: Final = re.compile(f"[{_IGNORED}]")
_STRAY: Final = re.compile(f"(?<![{_JOINED}])(?:[\u200c{_VARIANTS}]|(?<!\ufe0f)\u200d)")
_UNSHOWN: Final = re.compile(f"[{_IGNORED}{_VARIANTS}\u00ad\u200c\u200d\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")
_LEFT_RAW: Final = re.compile(f"[{_IGNORED}\x7f-\x9f\u2028\u2029]")
"""What JSON may hold as it is."""
_MARK: Final = "⟨U+"


def without_invisible(text: str) -> str:
    r"""A text as a person sees it, its characters in the order in which they are stored.

    >>> without_invisible("pay\\u200bment \\u202eon\\u202c time")
    'payment on time'
    """
    return text if text.isascii() else _STRAY.sub("", _INVISIBLE.sub("", text))


def revealed(name: str) -> str:
    r"""A name with its unseen characters and controls written out, so that no two names look the same.

    >>> revealed("report\\u202efdp.exe")
    'report⟨U+202E⟩fdp.exe'
    """
    return _UNSHOWN.sub(_written_out, name)


def for_terminal(text: str) -> str:
    r"""A text that a terminal only shows: controls other than newline and tab are written out.

    >>> for_terminal("owned\x1b[2J")
    'owned⟨U+001B⟩[2J'
    """
    return _CONTROL.sub(_written_out, without_invisible(text))


def escaped(json_text: str) -> str:
    r"""JSON that says the same without a character that no one can see.

    >>> escaped('{"name": "report\u202efdp.exe"}')
    '{"name": "report\\u202efdp.exe"}'
    """
    return _LEFT_RAW.sub(lambda match: json.dumps(match.group())[1:-1], json_text)


def _written_out(match: re.Match[str]) -> str:
    return f"{_MARK}{ord(match.group()):04X}⟩"


def is_revealed(name: str) -> bool:
    """Whether characters of a name were written out, so that it is not the name of the file."""
    return _MARK in name
