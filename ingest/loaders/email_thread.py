"""The messages of a thread: what was written now, and what it quotes, each with who wrote it when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from ingest.loaders.document_builder import DocumentBuilder
from ingest.loaders.html import write_html
from rag.schema import PAGE_BREAK, Block, BlockKind

__all__ = ["Paragraph", "Quoted", "html_paragraphs", "plain_paragraphs", "thread"]

_QUOTE: Final = re.compile(r"(?:[ \t]{0,3}>)+[ \t]?")
_RULE: Final = re.compile(
    r"\W*+[-_]*+(?:(?<=[-_]{4})[^\W\d_ ]*+(?: [^\W\d_ ]++){0,4}"
    r"|(?<=[-_]{4} )[^\W\d_ ]++(?: [^\W\d_ ]++){0,3})"
    r"[-_]*+\W*+|(?=\W*?[-_]{4})\W*+[-_]*+\W*+|[-_]{2,}+\s*+"
)
"""A line of dashes, or a few words after dashes: `----- Original Message -----`."""
_FIELD: Final = re.compile(r"\*?[^\W\d_][^\W\d_ -]{0,20}\*?\s?:\*?\s\S")
_LEAST_FIELDS: Final = 3
_ADDRESS_OR_DATE: Final = re.compile(r"@|\d{1,2}[:.]\d{2}|\d{4}")
_LONGEST_LEAD: Final = 300
_BLOCK_QUOTATION: Final = re.compile(rb"</?blockquote\b[^<>]*>", re.I)
_OPENS: Final = "\ue000"
_CLOSES: Final = "\ue001"


class Paragraph(NamedTuple):
    """A paragraph of a message and how deep it is quoted by marks or by the page's layout.

    `block` is what it is written as where that is no plain paragraph.
    """

    depth: int
    lines: list[str]
    block: Block | None = None


class Quoted(NamedTuple):
    """A paragraph of a message: how deep it is quoted (0: written now), and whether it leads to a message."""

    depth: int
    text: str
    leads: bool = False
    block: Block | None = None


def thread(paragraphs: Sequence[Paragraph]) -> list[Quoted]:
    """The paragraphs of a message with what leads to quoted ones told apart; lines stay lines.

    A line above a deeper quotation that ends with a colon (`On Monday Ada wrote:`) leads to it, and so do
    fields as mail programs set them above a message that they quote without marks.
    """
    found: list[Quoted] = []
    unmarked = 0
    for i, (depth, lines, block) in enumerate(paragraphs):
        following = paragraphs[i + 1].depth if i + 1 < len(paragraphs) else depth
        lead = _lead_length(lines) if following > depth else 0
        kept, leading = lines[: len(lines) - lead], lines[len(lines) - lead :]
        if _are_fields(kept) and (i or depth):
            unmarked += 1
            fields = [line for line in kept if not _RULE.fullmatch(line)]
            found.append(Quoted(depth + unmarked, "; ".join(fields), leads=True))
        elif any(not _RULE.fullmatch(line) for line in kept):
            lines = [line for line in kept if not _RULE.fullmatch(line)]
            found.append(Quoted(depth + unmarked, "\n".join(lines), block=block))
        if leading:
            found.append(Quoted(following + unmarked, " ".join(leading), leads=True))
    return found


def plain_paragraphs(text: str) -> list[Paragraph]:
    """The paragraphs of a plain message: runs of lines of one depth; marks of quotation are taken off."""
    return [Paragraph(depth, lines) for depth, lines in _paragraphs(text)]


def html_paragraphs(
    data: bytes, encoding: str | None, builder: DocumentBuilder
) -> tuple[str, list[Paragraph]]:
    """The text of a message in HTML, whose block quotations are its quoted parts, and its paragraphs.

    The blocks of the paragraphs have their places in that text; `builder` takes what is told of it.
    """
    scratch = DocumentBuilder("message", "", "text/html")
    write_html(_BLOCK_QUOTATION.sub(_marked_quotation, data), scratch, encoding)
    builder.warnings.extend(scratch.warnings)
    builder.take_counts(scratch)
    if not scratch.has_blocks:
        return "", []
    document = scratch.build()
    found: list[Paragraph] = []
    depth = 0
    for block in document.blocks:
        text = document.text[block.start : block.end]
        if text in (_OPENS, _CLOSES):
            depth += 1 if text == _OPENS else -1
            continue
        lines = text.split("\n")
        is_plain = block.kind is BlockKind.PARAGRAPH
        last = found[-1] if found else None
        if (
            is_plain
            and last is not None
            and last.depth == depth
            and all(map(_FIELD.match, last.lines + lines))
        ):
            last.lines.extend(lines)  # fields in elements of their own
        else:
            found.append(Paragraph(depth, lines, None if is_plain else block))
    return document.text, found


def _marked_quotation(tag: re.Match[bytes]) -> bytes:
    """The tag of a block quotation with a paragraph that says in the text where it opens or closes."""
    if tag[0].startswith(b"</"):
        return f"<p>&#{ord(_CLOSES)};</p>".encode() + tag[0]
    return tag[0] + f"<p>&#{ord(_OPENS)};</p>".encode()


def _paragraphs(text: str) -> Iterator[tuple[int, list[str]]]:
    """Runs of lines of one depth without an empty line between them."""
    lines: list[str] = []
    depth = 0
    for line in text.replace(PAGE_BREAK, "\n").split("\n"):
        match = _QUOTE.match(line)
        level = match.group().count(">") if match else 0
        rest = (line[match.end() :] if match else line).rstrip()
        if lines and (level != depth or not rest.strip()):
            yield depth, lines
            lines = []
        if rest.strip():
            lines.append(rest)
            depth = level
    if lines:
        yield depth, lines


def _lead_length(lines: list[str]) -> int:
    """How many last lines of a paragraph lead to the quotation below: up to three that end with a colon."""
    if not lines[-1].rstrip().endswith((":", "：")):
        return 0
    for count in (1, 2, 3):
        lead = " ".join(lines[-count:])
        if count <= len(lines) and len(lead) <= _LONGEST_LEAD and _ADDRESS_OR_DATE.search(lead):
            return count
    return 0


def _are_fields(lines: list[str]) -> bool:
    """Whether lines are the sender, date and subject of a message: fields with an address or a date."""
    lines = [line for line in lines if not _RULE.fullmatch(line)]
    fields = [line for line in lines if _FIELD.match(line)]
    return (
        len(fields) >= _LEAST_FIELDS
        and len(fields) == len(lines)
        and any(_ADDRESS_OR_DATE.search(line) for line in fields)
    )
