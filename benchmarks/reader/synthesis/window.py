"""Windows of text in the reader's layout, labelled by construction.

A value is written into a sentence as `mark(key, value)`; when the window is laid out the marks become
offsets. A passage is relevant to a question if it holds the key that the question asks for, so a label can
only be wrong where two keys mean the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Group", "Window", "mark", "plain"]

_OPEN, _MIDDLE, _CLOSE = "\x01", "\x02", "\x03"


def mark(key: str, value: str = "") -> str:
    """`value` so that the layout knows where it is; an empty value marks evidence without a span."""
    return f"{_OPEN}{key}{_MIDDLE}{value}{_CLOSE}"


def plain(text: str) -> str:
    """The text without its marks."""
    return _parse(text)[0]


def _parse(text: str) -> tuple[str, list[tuple[int, int, str]]]:
    out, marks, length = [], [], 0
    while _OPEN in text:
        before, _, after = text.partition(_OPEN)
        key, _, after = after.partition(_MIDDLE)
        value, _, text = after.partition(_CLOSE)
        out += [before, value]
        length += len(before)
        marks.append((length, length + len(value), key))
        length += len(value)
    return "".join([*out, text]), marks


@dataclass
class Window:
    """A window while it is written: its lines in reading order under the context line `title`."""

    title: str
    _parts: list[tuple[str, str]] = field(default_factory=list)

    def heading(self, text: str) -> None:
        """A heading line; it is no quotable unit."""
        self._parts.append(("heading", f"## {text}"))

    def line(self, text: str) -> None:
        """A list item, a row or a paragraph of its own."""
        self._parts.append(("line", text))

    def lines(self, texts: Iterable[str]) -> None:
        """Each text as a line."""
        for text in texts:
            self.line(text)

    def paragraph(self, sentences: Sequence[str]) -> None:
        """A new paragraph of these sentences."""
        for i, sentence in enumerate(sentences):
            self._parts.append(("line" if i == 0 else "join", sentence))

    def join(self, sentences: Sequence[str]) -> None:
        """More sentences of the paragraph that is being written."""
        if not self._parts or self._parts[-1][0] == "heading":
            self.paragraph(sentences)
        else:
            self._parts += [("join", sentence) for sentence in sentences]

    def holds(self, key: str) -> bool:
        """Whether the window tells what `key` stands for."""
        return any(f"{_OPEN}{key}{_MIDDLE}" in text for _, text in self._parts)

    def passage(self, key: str | None, short: bool) -> dict[str, Any]:
        """The finished passage with its labels for the question that asks for `key`."""
        text, units, evidence, spans = "", [], [], []
        for kind, part in self._parts:
            words, marks = _parse(part)
            text += "" if not text else " " if kind == "join" else "\n"
            start = len(text)
            text += words
            if kind == "heading":
                continue
            units.append([start, len(text)])
            found = [(s, e) for s, e, k in marks if k == key]
            evidence.append(int(bool(found)))
            spans += [[start + s, start + e] for s, e in found if e > s]
        relevant = int(any(evidence))
        labels = spans if short or not relevant else None
        return {
            "text": text,
            "title": self.title,
            "relevant": relevant,
            "spans": labels,
            "sentences": units,
            "evidence": evidence,
        }


@dataclass(frozen=True)
class Group:
    """A question with the windows that compete for it; `key` is what it asks for, None for nothing."""

    question: str
    kind: str
    windows: tuple[Window, ...]
    key: str | None
    short: bool = True

    def record(self) -> dict[str, Any]:
        """The group as it is written: question, kind, labelled passages."""
        return {
            "question": self.question,
            "kind": self.kind,
            "passages": [window.passage(self.key, self.short) for window in self.windows],
        }
