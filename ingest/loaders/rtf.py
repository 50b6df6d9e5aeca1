r"""Rich Text Format by striprtf, the maintained reader of the format that is no converter of its own.

It gives text alone: what stands in bold on a line of its own may be a heading, but nothing says so.
Rows of tables come as cells with `|` between them, which are written as rows.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from ingest.loader_protocol import Loader
from ingest.loaders.document_builder import DocumentBuilder
from ingest.loaders.rtf_visibility import without_hidden
from rag.errors import DocumentError
from rag.schema import BlockKind, Document
from rag.settings import IngestSettings

__all__ = ["LOADER", "RtfLoader"]

_CELL: Final = "|"
_INFO: Final = re.compile(r"\{\\(title|author)\s++((?:[^{}\\]++|\\'[0-9a-fA-F]{2}|\\[\\{}])*+)\}")
_ESCAPED: Final = re.compile(r"\\'([0-9a-fA-F]{2})|\\([\\{}])")
_CODE_PAGE: Final = re.compile(r"\\ansicpg(\d{3,5})")
_LIST_ITEM: Final = re.compile(r"[•·▪◦‣o\uf0b7]\s*\t|\d{1,3}[.)]\s*\t")


class RtfLoader:
    """Reads RTF; it has no fixed pages, so it is one page unless page breaks part it."""

    media_types: tuple[str, ...] = ("application/rtf",)
    version: int = 5

    def load(self, path: Path, source: str, sha256: str, settings: IngestSettings) -> Document:
        """Read an RTF file whole.

        Raises:
            DocumentError: its markup is broken.
            EmptyDocumentError: there is no text.
        """
        from striprtf.striprtf import rtf_to_text

        content, hidden = without_hidden(path.read_bytes().decode("latin-1"))
        encoding = _encoding(content)
        try:
            text = rtf_to_text(content, encoding=encoding, errors="replace")
        except Exception as error:  # striprtf raises whatever its look-ups raise on broken markup
            raise DocumentError(f"cannot read {source}: broken RTF ({error}). Save it again.") from error
        builder = DocumentBuilder(source, sha256, self.media_types[0])
        builder.leave_out(hidden)
        _describe(content, encoding, builder)
        for number, page in enumerate(text.rstrip("\f").split("\f")):
            if number:
                builder.page_break()
            _write(page, builder)
        return builder.build()


def _encoding(content: str) -> str:
    stated = _CODE_PAGE.search(content[:4096])
    name = f"cp{stated.group(1)}" if stated else "cp1252"
    try:
        "".encode(name)
    except LookupError:
        return "cp1252"
    return name


def _describe(content: str, encoding: str, builder: DocumentBuilder) -> None:
    for key, value in _INFO.findall(content[:65_536]):
        raw = _ESCAPED.sub(lambda match: chr(int(match[1], 16)) if match[1] else match[2], value)
        text = raw.encode("latin-1", "replace").decode(encoding, "replace")
        if key == "title":
            builder.title = text.strip()
        else:
            builder.describe(key, text)


def _write(text: str, builder: DocumentBuilder) -> None:
    table: list[list[str]] = []
    for line in text.split("\n"):
        if line.endswith(_CELL) and line.count(_CELL) > 1:
            table.append(line.removesuffix(_CELL).split(_CELL))
            continue
        if table:
            builder.table(table)
            table = []
        item = _LIST_ITEM.match(line.strip())
        builder.block(line.replace("\t", " "), BlockKind.LIST_ITEM if item else BlockKind.PARAGRAPH)
    if table:
        builder.table(table)


LOADER: Loader = RtfLoader()
