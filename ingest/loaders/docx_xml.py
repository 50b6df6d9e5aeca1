"""The text of elements of a Word document.

It is read from the XML, because `Paragraph.text` of python-docx leaves out inserted text, content
controls and smart tags. Deleted and hidden text, field codes and fallback drawings are no text.
Struck-out text is put between ~~, as in Markdown: it stands there, and holds no longer.
"""

from __future__ import annotations

from typing import Any, Final

__all__ = ["FALLBACK", "TEXT_BOX", "W", "element_text"]

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
TEXT_BOX: Final = W + "txbxContent"
_SKIPPED: Final = frozenset((W + "pPr", W + "del", W + "moveFrom", W + "instrText", FALLBACK, TEXT_BOX))
_HIDDEN: Final = W + "vanish"
_STRUCK_OUT: Final = (W + "strike", W + "dstrike")
_OFF: Final = frozenset(("0", "false", "off", "none"))
_CHARACTERS: Final = {
    W + "tab": "\t",
    W + "br": "\n",
    W + "cr": "\n",
    W + "noBreakHyphen": "-",
}


def element_text(element: Any) -> str:
    """What a reader sees of an element, tabs and line breaks included."""
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
        elif node.tag == W + "r" and _is_on(node, _HIDDEN):
            continue
        elif node.tag not in _SKIPPED:
            inner: list[Any] = list(reversed(node))
            is_struck = node.tag == W + "r" and any(_is_on(node, name) for name in _STRUCK_OUT)
            stack.extend(["~~", *inner, "~~"] if is_struck else inner)
    return "".join(parts).replace("~~~~", "")


def _is_on(run: Any, name: str) -> bool:
    """Whether a run has a property that is on where it is named, unless its value says otherwise."""
    given = run.find(f"{W}rPr/{name}")
    return given is not None and (given.get(W + "val") or "").lower() not in _OFF
