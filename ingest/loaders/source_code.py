"""Source code, its text kept exactly; definitions, as Pygments marks them, are headings.

Pygments knows some five hundred languages by file name and tells the names of what is defined;
parsers that know more know one language each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ingest.file_kinds import SOURCE_CODE
from ingest.loader_protocol import Loader
from ingest.loaders.document_builder import DocumentBuilder
from ingest.loaders.text_decoding import decode
from rag.schema import Block, BlockKind, Document
from rag.settings import IngestSettings
from rag.text import detect_language

__all__ = ["LOADER", "SourceCodeLoader"]

_LONGEST_LEXED: Final = 2_000_000
_LONGEST_HEADING: Final = 200
_LEAST_PROSE: Final = 200
_INDENT: Final = re.compile(r"[ \t]*")
_TAB: Final = 4
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")
_DEFINITION: Final = re.compile(
    r"^[ \t]*(?:(?:export|default|pub|public|private|protected|static|abstract|final|async)[ \t]+)*"
    r"(?:func|fn|def|function|sub|class|struct|interface|trait|impl|enum|module|type|procedure)\s+[\w(]",
    re.M,
)
"""What defines something in languages whose lexers do not mark names."""
_CALL_WORDS: Final = re.compile(
    r"\s*(?:return|new|await|yield|throw|raise|if|while|for|else|elif|switch|case)\b"
)


class SourceCodeLoader:
    """Reads source code and configuration files of any language."""

    media_types: tuple[str, ...] = (SOURCE_CODE,)

    def load(self, path: Path, source: str, sha256: str, settings: IngestSettings) -> Document:
        """Read a source file whole.

        Raises:
            EmptyDocumentError: it holds white space only.
        """
        decoded = decode(path.read_bytes())
        builder = DocumentBuilder(source, sha256, SOURCE_CODE)
        builder.warnings.extend(decoded.warnings)
        text = decoded.text.replace("\f", "\n")
        name = Path(source.replace("\\", "/")).name
        lexer = _lexer(name, text)
        prose, definitions = _read(lexer, text) if len(text) <= _LONGEST_LEXED else ("", {})
        builder.title = name
        builder.describe("language", lexer.name)
        # words of people stand in comments and strings; else the names are English mostly
        builder.language = detect_language(prose) if len(prose) > _LEAST_PROSE else "en"
        builder.verbatim(text, list(_blocks(text, definitions)))
        return builder.build()


def _lexer(name: str, text: str) -> Any:
    from pygments.lexers import TextLexer, get_lexer_for_filename, guess_lexer
    from pygments.util import ClassNotFound

    options = {"stripnl": False, "ensurenl": False}
    try:
        return get_lexer_for_filename(name, text[:4096], **options)
    except ClassNotFound:
        pass
    try:
        return guess_lexer(text[:4096], **options) if text.startswith("#!") else TextLexer(**options)
    except ClassNotFound:
        return TextLexer(**options)


def _read(lexer: Any, text: str) -> tuple[str, dict[int, int]]:
    """The words of comments and strings, and the offsets of lines that define something with their level."""
    from pygments.token import Comment, Name, String

    prose: list[str] = []
    definitions: dict[int, int] = {}
    for offset, kind, value in lexer.get_tokens_unprocessed(text):
        if kind in Comment or kind in String.Doc:
            prose.append(value)
        elif kind in Name.Function or kind in Name.Class:
            if kind in Name.Function.Magic:
                kind = Name.Function
            start = text.rfind("\n", 0, offset) + 1
            before = text[start:offset]
            if start not in definitions and not _CALL_WORDS.match(before) and "=" not in before:
                definitions[start] = _level(text, start)
    if not definitions:
        definitions = {match.start(): _level(text, match.start()) for match in _DEFINITION.finditer(text)}
    return " ".join(prose), definitions


def _level(text: str, start: int) -> int:
    """1 for what stands at the margin, more for what is indented."""
    match = _INDENT.match(text, start)
    indent = match.group().expandtabs(_TAB) if match else ""
    return min(1 + (len(indent) + _TAB - 1) // _TAB, 6)


def _blocks(text: str, definitions: dict[int, int]) -> Iterator[Block]:
    """A heading for each line that defines something, and code between them parted by blank lines."""
    start: int | None = None
    for match in _LINE.finditer(text):
        line, begin = match.group(), match.start()
        stripped = line.strip()
        heads = begin in definitions and 0 < len(stripped) <= _LONGEST_HEADING
        if start is not None and (heads or not stripped):
            yield from _code(text, start, begin)
            start = None
        if heads:
            first = begin + len(line) - len(line.lstrip())
            yield Block(first, first + len(stripped), BlockKind.HEADING, definitions[begin])
        elif stripped and start is None:
            start = begin
    if start is not None:
        yield from _code(text, start, len(text))


def _code(text: str, start: int, end: int) -> Iterator[Block]:
    end = start + len(text[start:end].rstrip())
    if end > start:
        yield Block(start, end, BlockKind.CODE)


LOADER: Loader = SourceCodeLoader()
