"""What stands beside the text of a Word document: notes, comments, headers and footers of its pages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

from ingest.loaders.docx_visibility import take_out_hidden
from ingest.loaders.docx_xml import W, element_text, is_off
from ingest.loaders.script import marked, note_lead

__all__ = ["Annotations", "page_margins"]

_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
LeaveOut = Callable[[int], None]
_PAGE_NUMBER: Final = re.compile(
    r"\W*(?:[^\W\d_]+\.?\s+)?\d{1,4}(?:\s*(?:/|[^\W\d_]{1,4}\s)\s*\d{1,4})?\W*|\W*"
)
"""A page's number, with the words for page and of in any language: `Page 3 of 12`, `- 3 -`."""
_REFERENCES: Final = {
    W + "footnoteReference": "footnote",
    W + "endnoteReference": "endnote",
    W + "commentReference": "comment",
}


class Annotations:
    """Notes and comments of a document, given out where the text refers to them, each once.

    `leave_out` takes the number of characters that no one can see.
    """

    def __init__(self, document: Any, leave_out: LeaveOut) -> None:
        self._texts: dict[tuple[str, str], str] = {}
        self.marks: dict[tuple[str, str], str] = {}
        """The number of each note, counted in the order of the text."""
        self._count(document.element.body)
        for root, _ in _parts(document, ("footnotes", "endnotes", "comments"), leave_out):
            self._read(root)

    def of(self, element: Any) -> Iterator[str]:
        """The texts of the notes and comments that an element refers to and that were not given yet."""
        for reference in element.iter(*_REFERENCES):
            text = self._texts.pop((_REFERENCES[reference.tag], reference.get(W + "id") or ""), "")
            if text:
                mark = self.marks.get((_REFERENCES[reference.tag], reference.get(W + "id") or ""), "")
                lead = note_lead(element_text(element, self.marks), mark) if mark else ""
                yield f"{marked(mark)} {lead}{text}" if mark else text

    def rest(self) -> Iterator[str]:
        """The texts that nothing referred to."""
        yield from self._texts.values()
        self._texts = {}

    def _count(self, body: Any) -> None:
        counts: dict[str, int] = {}
        for reference in body.iter(W + "footnoteReference", W + "endnoteReference"):
            kind = _REFERENCES[reference.tag]
            key = kind, reference.get(W + "id") or ""
            if key not in self.marks and not reference.get(W + "customMarkFollows"):
                counts[kind] = counts.get(kind, 0) + 1
                self.marks[key] = str(counts[kind])

    def _read(self, root: Any) -> None:
        kind = root.tag.removeprefix(W).removesuffix("s")
        for note in root:
            identifier = note.get(W + "id") or ""
            text = " ".join(element_text(paragraph).strip() for paragraph in note.iter(W + "p")).strip()
            if not text or note.get(W + "type") in (
                "separator",
                "continuationSeparator",
                "continuationNotice",
            ):
                continue
            if kind == "comment":
                author = note.get(W + "author") or ""
                self._texts[kind, identifier] = (
                    f"Comment by {author}: {text}" if author else f"Comment: {text}"
                )
            else:
                self._texts[kind, identifier] = text


def page_margins(document: Any, kind: str, leave_out: LeaveOut) -> list[str]:
    """The different texts of the pages' headers (`header`) or footers (`footer`), but for page numbers."""
    found: dict[str, None] = {}
    off: dict[str, None] = {}
    shown = _shown(document, kind)
    for root, identifier in _parts(document, (kind,), leave_out):
        for paragraph in root.iter(W + "p"):
            text = element_text(paragraph).replace("\t", " ").strip()
            if text and not _PAGE_NUMBER.fullmatch(text):
                (found if identifier in shown else off)[text] = None
    leave_out(sum(len("".join(text.split())) for text in off if text not in found))
    return list(found)


def _shown(document: Any, kind: str) -> set[str]:
    """The headers or footers that some page shows: those of first and of even pages must be switched on."""
    even = document.settings.element.find(W + "evenAndOddHeaders")
    switches = {"even": even is not None and not is_off(even)}
    current: dict[str, str] = {}
    shown: set[str] = set()
    for section in document.element.iter(W + "sectPr"):
        for reference in section.iter(f"{W}{kind}Reference"):
            current[reference.get(W + "type") or ""] = reference.get(_RELATION) or ""
        first = section.find(W + "titlePg")
        switches["first"] = first is not None and not is_off(first)
        shown.update(identifier for name, identifier in current.items() if switches.get(name, True))
    return shown


def _parts(document: Any, kinds: tuple[str, ...], leave_out: LeaveOut) -> Iterator[tuple[Any, str]]:
    """The roots of related parts of some kinds, without what no one can see, and their identifiers."""
    from lxml import etree  # type: ignore[import-untyped]

    for relation in document.part.rels.values():
        if relation.reltype.rsplit("/", 1)[-1] in kinds and not relation.is_external:
            root = etree.fromstring(relation.target_part.blob)
            leave_out(take_out_hidden(document, [root]))
            yield root, relation.rId
