r"""Ways to hide a sentence in RTF and in messages, and their twins that can be seen."""

from __future__ import annotations

from typing import Final

__all__ = ["MAIL_HIDDEN", "MAIL_SEEN", "RTF_HIDDEN", "RTF_SEEN", "message", "rich_text"]

_RTF: Final = (
    r"{\rtf1\ansi{\fonttbl{\f0 Arial;}}{\colortbl;\red255\green255\blue255;\red20\green40\blue60;}"
    r"\f0\fs24 SHOWN\par BODY\par LAST\par}"
)
RTF_HIDDEN: Final[dict[str, str]] = {
    "hidden": r"{\v SECRET}",
    "hidden, then not": r"\v SECRET\v0 ",
    "hidden by a parameter": r"{\v1 SECRET}",
    "hidden in the web view": r"{\webhidden SECRET}",
    "hidden about groups": r"{\v{\b SECRET}}",
    "white": r"{\cf1 SECRET}",
    "the colour of its ground": r"{\cf2\chcbpat2 SECRET}",
    "half a point": r"{\fs1 SECRET}",
    "size 0": r"{\fs0 SECRET}",
    "letters of a hundredth": r"{\charscalex1 SECRET}",
    "letters on each other": r"{\expndtw-400 SECRET}",
    "deleted": r"{\deleted SECRET}",
    "raised off the page": r"{\up30000 SECRET}",
    "line of no height": r"{\sl-10\slmult0 SECRET\par}\pard ",
    "row of no height": r"{\trowd\trrh-10\cellx5000\intbl SECRET\cell\row}\pard ",
    "frame off the page": r"{\pard\phpg\pvpg\posnegx-30000\absw2000 SECRET\par}\pard ",
    "for programs without pictures": r"{\nonshppict SECRET}",
    "for programs without pictures, and not hidden": r"{\nonshppict\v0\plain SECRET}",
    "frame off the page to the left": r"{\pard\posx-9000\posy-9000\absw1000 SECRET\par}\pard ",
    "frame of no width": r"{\pard\posx900\absw1 SECRET\par}\pard ",
    "indented off the page": r"{\li-30000 SECRET\par}\pard ",
}
RTF_SEEN: Final[dict[str, str]] = {
    "frame in the margin": r"{\pard\posnegx-1500\absw1400 SECRET\par}\pard ",
    "beside a picture for old programs": (
        r"{\*\shppict{\pict\pngblip 0a0b}}{\nonshppict{\pict\wmetafile8 0a0b}}SECRET\par "
    ),
    "shown again": r"{\v aside}{\v0 SECRET}",
    "plain after hidden": r"\v\plain SECRET",
    "dark": r"{\cf2 SECRET}",
    "white on dark": r"{\cf1\highlight2 SECRET}",
    "six points": r"{\fs12 SECRET}",
    "condensed": r"{\expndtw-20 SECRET}",
    "exact lines": r"{\sl-240\slmult0\li720\fi-360 SECRET\par}\pard ",
    "indented, then not": r"\li-30000\pard SECRET\par ",
    "below a row of no height": r"\trowd\trrh-10\cellx5000\intbl\cell\row\pard SECRET\par ",
}
_MAIL: Final = """From: Ada <ada@example.org>
To: Bob <bob@example.org>
Subject: Harbour
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary=b

--b
Content-Type: text/plain; charset=utf-8

PLAIN
--b
Content-Type: text/html; charset=utf-8

<html><body>BODY</body></html>
--b--
"""
_NEXT_HTML: Final = "</body></html>\n--b\nContent-Type: text/html; charset=utf-8\n\n<html><body>"
MAIL_HIDDEN: Final[dict[str, tuple[str, str]]] = {
    "a sentence in the plain part": ("SHOWN\nSECRET\nLAST", "<p>SHOWN</p><p>LAST</p>"),
    "another plain part": ("SECRET", "<p>SHOWN</p><p>LAST</p>"),
    "hidden in the HTML": (
        "SHOWN\nLAST",
        '<p>SHOWN</p><div style="display:none">SECRET</div><p>LAST</p>',
    ),
    "HTML before other HTML": (
        "SHOWN LAST",
        f"<p>SHOWN</p><p>SECRET</p><p>LAST</p>{_NEXT_HTML}<p>SHOWN</p><p>LAST</p>",
    ),
    "a plain part before another": (
        "SHOWN SECRET LAST\n--b\nContent-Type: text/plain; charset=utf-8\n\nSHOWN LAST",
        "<p>SHOWN</p><p>LAST</p>",
    ),
    "preview text, white and of no size": (
        "SHOWN\nSECRET\nLAST",
        '<div style="font-size:0;color:#fff;max-height:0">SECRET</div><p>SHOWN</p><p>LAST</p>',
    ),
}
MAIL_SEEN: Final[dict[str, tuple[str, str]]] = {
    "in both parts": ("SHOWN\nSECRET\nLAST", "<p>SHOWN</p><p>SECRET</p><p>LAST</p>"),
    "in the last of two HTML parts": (
        "Please use another program.",
        f"<p>No pictures, no text.</p>{_NEXT_HTML}<p>SHOWN</p><p>SECRET</p><p>LAST</p>",
    ),
    "in the HTML only": ("Please use another program.", "<p>SHOWN</p><p>SECRET</p><p>LAST</p>"),
}


def rich_text(trick: str, shown: str, secret: str, last: str) -> bytes:
    """RTF that shows two sentences, with a third put in by a trick."""
    return _filled(_RTF.replace("BODY", trick), shown, secret, last).encode()


def message(trick: tuple[str, str], shown: str, secret: str, last: str) -> bytes:
    """A message with a plain part and one in HTML."""
    plain, html = trick
    return _filled(_MAIL.replace("PLAIN", plain).replace("BODY", html), shown, secret, last).encode()


def _filled(text: str, shown: str, secret: str, last: str) -> str:
    return text.replace("SHOWN", shown).replace("SECRET", secret).replace("LAST", last)
