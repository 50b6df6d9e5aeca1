"""Shadow roots of a page of HTML: which element has which, and what of it is shown in which slot."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    from bs4 import BeautifulSoup
    from bs4.element import Tag

__all__ = ["Shadows"]

_APART: Final = ("template", "noscript")
_WORDS: Final = re.compile("<(?:template|noscript)", re.I)


class Shadows:
    """The shadow roots that a page declares, numbered in their order; what they hold becomes text to read.

    Args:
        soup: The page.
        text: What it was parsed from.
    """

    def __init__(self, soup: BeautifulSoup, text: str) -> None:
        self._roots: dict[int, Tag] = {}
        self._numbers: dict[int, str] = {}
        self._slots: dict[int, dict[str, Tag]] = {}
        self._scopes: dict[int, str | None] = {}
        if _WORDS.search(text):
            self._find(soup)

    def _find(self, soup: BeautifulSoup) -> None:
        from bs4.element import NavigableString, Tag, TemplateString

        stack: list[tuple[Tag, Tag | None]] = [(soup, None)]
        while stack:
            node, apart = stack.pop()
            for child in node.contents:
                if isinstance(child, TemplateString) and self.number(apart):
                    # bs4 takes it for that of a template that is not shown; to replace it would search all
                    cast(Any, child).__class__ = NavigableString
                elif isinstance(child, Tag):
                    self._take(child, apart)
                    stack.append((child, child if child.name in _APART else apart))

    def _take(self, node: Tag, apart: Tag | None) -> None:
        """Note what a node in a template, or in none, is to shadow roots."""
        if node.name == "template" and node.has_attr("shadowrootmode") and id(node.parent) not in self._roots:
            self._roots[id(node.parent)] = node  # of two the first holds
            self._numbers[id(node)] = str(len(self._numbers) + 1)
        elif node.name == "slot":
            self._slots.setdefault(id(apart), {}).setdefault(str(node.get("name") or ""), node)
        elif node.name in ("style", "link") and apart is not None:
            self._scopes[id(node)] = self.number(apart) or None

    def of(self, host: Any) -> Tag | None:
        """The root that an element shows in place of its contents, or about them where it has slots."""
        return self._roots.get(id(host))

    def number(self, root: Any) -> str:
        """The number of a root; empty for what is none."""
        return self._numbers.get(id(root), "")

    def slot(self, root: Tag, child: Any) -> Tag | None:
        """The slot in which a child of a root's host is shown; None where it is not."""
        name = str(child.get("slot") or "") if getattr(child, "name", None) else ""
        return self._slots.get(id(root), {}).get(name)

    def scope(self, node: Tag) -> str | None:
        """The number of the root that a sheet stands in, empty in none; None where it holds for nothing."""
        return self._scopes.get(id(node), "")
