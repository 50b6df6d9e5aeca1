"""The text of elements of a Word document.

It is read from the XML, because `Paragraph.text` of python-docx leaves out inserted text, content
controls and smart tags. Deleted text, field codes and fallback drawings are no text.
"""

from __future__ import annotations

from typing import Any, Final

__all__ = ["FALLBACK", "TEXT_BOX", "W", "element_text"]

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
TEXT_BOX: Final = W + "txbxContent"
_SKIPPED: Final = frozenset((W + "pPr", W + "del", W + "moveFrom", W + "instrText", FALLBACK, TEXT_BOX))
_CHARACTERS: Final = {
    W + "tab": "\t",
    W + "br": "\n",
    W + "cr": "\n",
    W + "noBreakHyphen": "-",
}


def element_text(element: Any) -> str:
    """What a reader sees of an element, tabs and line breaks included."""
    parts: list[str] = []
    stack = [element]
    while stack:
        node = stack.pop()
        if node.tag == W + "t":
            parts.append(node.text or "")
        elif node.tag in _CHARACTERS:
            parts.append(_CHARACTERS[node.tag])
        elif node.tag not in _SKIPPED:
            stack.extend(reversed(node))
    return "".join(parts)
