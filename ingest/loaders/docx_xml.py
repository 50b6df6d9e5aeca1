"""The text of elements of a Word document.

It is read from the XML, because `Paragraph.text` of python-docx leaves out inserted text, content
controls and smart tags. Deleted text, field codes and fallback drawings are no text; what is hidden was
taken out before (`docx_visibility`).
Struck-out text is put between ~~, as in Markdown: it stands there, and holds no longer. Equations are
linear text, raised and lowered text is marked for `script`, and what forms hold is told: boxes as
characters, drop-downs by what is chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ingest.loaders.boxes import box
from ingest.loaders.equation import M, linear_omml
from ingest.loaders.script import lowered, marked, raised

__all__ = ["FALLBACK", "TEXT_BOX", "NoteMarks", "W", "element_text", "is_off", "is_on"]

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
TEXT_BOX: Final = W + "txbxContent"
NoteMarks = Mapping[tuple[str, str], str]
"""The mark of each note by its kind (`footnote`, `endnote`) and identifier."""

_W14: Final = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_SKIPPED: Final = frozenset(
    (W + "pPr", W + "rPr", W + "sdtPr", W + "del", W + "moveFrom", W + "instrText", FALLBACK, TEXT_BOX)
)
_EQUATIONS: Final = frozenset((M + "oMath", M + "oMathPara"))
_REFERENCES: Final = {W + "footnoteReference": "footnote", W + "endnoteReference": "endnote"}
_STRUCK_OUT: Final = (W + "strike", W + "dstrike")
_OFF: Final = frozenset(("0", "false", "off", "none"))
_CHARACTERS: Final = {
    W + "tab": "\t",
    W + "br": "\n",
    W + "cr": "\n",
    W + "noBreakHyphen": "-",
}
_SYMBOLS: Final = {
    ("wingdings", 0xA8): "☐",
    ("wingdings", 0x6F): "☐",
    ("wingdings", 0xFE): "☒",
    ("wingdings", 0xFD): "☒",
    ("wingdings", 0x78): "☒",
    ("wingdings", 0xFC): "✓",
    ("wingdings", 0xFB): "✗",
    ("wingdings 2", 0xA3): "☐",
    ("wingdings 2", 0x2A): "☐",
    ("wingdings 2", 0x52): "☒",
    ("wingdings 2", 0x53): "☒",
    ("wingdings 2", 0x50): "✓",
    ("wingdings 2", 0x4F): "✗",
}
"""Characters of symbol fonts that say something; the others are bullets and ornaments."""


def element_text(element: Any, marks: NoteMarks | None = None) -> str:
    """What a reader sees of an element, tabs and line breaks included, its scripts marked for `script`."""
    parts: list[str] = []
    stack: list[Any] = [element]
    while stack:
        node = stack.pop()
        if isinstance(node, str):
            parts.append(node)
        elif node.tag == W + "t":
            parts.append(node.text or "")
        elif node.tag in _CHARACTERS:
            parts.append(_CHARACTERS[node.tag])
        elif node.tag in _EQUATIONS:
            parts.append(linear_omml(node))
        elif node.tag in _REFERENCES:
            parts.append(marked((marks or {}).get((_REFERENCES[node.tag], node.get(W + "id") or ""), "")))
        elif node.tag == W + "sym":
            parts.append(_symbol(node))
        elif node.tag == W + "fldChar":
            parts.append(_legacy_field(node))
        elif node.tag == W + "sdt":
            stack.extend(reversed(_content_control(node)))
        elif node.tag == W + "r":
            stack.extend(reversed(_run(node)))
        elif node.tag not in _SKIPPED:
            stack.extend(reversed(node))
    return "".join(parts).replace("~~~~", "")


def is_on(run: Any, name: str) -> bool:
    """Whether a run has a property that is on where it is named, unless its value says otherwise."""
    given = run.find(f"{W}rPr/{name}")
    return given is not None and not is_off(given)


def is_off(given: Any) -> bool:
    """Whether the value of a property that is there says that it is off."""
    return (given.get(W + "val") or "").lower() in _OFF


def _run(run: Any) -> list[Any]:
    """What to read of a run, in order; strings are text."""
    inner: list[Any] = [child for child in run if child.tag not in _SKIPPED]
    if any(is_on(run, name) for name in _STRUCK_OUT):
        inner = ["~~", *inner, "~~"]
    aligned = run.find(f"{W}rPr/{W}vertAlign")
    place = "" if aligned is None else aligned.get(W + "val")
    if place not in ("superscript", "subscript"):
        return inner
    opening, closing = (raised if place == "superscript" else lowered)("|").split("|")
    return [opening, *inner, closing]


def _content_control(control: Any) -> list[Any]:
    """A box as a character, a placeholder as nothing, all else as its content."""
    properties = control.find(W + "sdtPr")
    if properties is not None:
        checkbox = properties.find(_W14 + "checkbox")
        if checkbox is not None:
            checked = checkbox.find(_W14 + "checked")
            value = "0" if checked is None else (checked.get(_W14 + "val") or "1").lower()
            return [box(value not in _OFF)]
        if properties.find(W + "showingPlcHdr") is not None:
            return []
    content = control.find(W + "sdtContent")
    return [] if content is None else list(content)


def _legacy_field(character: Any) -> str:
    """The box or the choice of a form field of Word 97; the text of others stands in runs of its own."""
    data = character.find(W + "ffData")
    if data is None:
        return ""
    check = data.find(W + "checkBox")
    if check is not None:
        given = check.find(W + "checked")
        given = check.find(W + "default") if given is None else given
        return box(given is not None and (given.get(W + "val") or "1").lower() not in _OFF) + " "
    choices = data.find(W + "ddList")
    if choices is None:
        return ""
    entries = [entry.get(W + "val") or "" for entry in choices.findall(W + "listEntry")]
    chosen = choices.find(W + "result")
    index = (chosen.get(W + "val") or "0") if chosen is not None else "0"
    return entries[int(index)] if index.isdecimal() and int(index) < len(entries) else ""


def _symbol(node: Any) -> str:
    try:
        code = int(node.get(W + "char") or "", 16)
    except ValueError:
        return ""
    if 0xF000 <= code <= 0xF0FF:
        code -= 0xF000
    known = _SYMBOLS.get(((node.get(W + "font") or "").lower(), code), "")
    return known or (chr(code) if code > 0xFF else "")
