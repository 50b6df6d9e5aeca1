"""What a file holds, told by its bytes; its name only decides between kinds of text."""

from __future__ import annotations

import codecs
import json
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.file_kinds import (
    BINARY_SUFFIXES,
    BMP,
    MAGIC,
    NAMES,
    OLE_STREAMS,
    SHEBANG,
    SOURCE_CODE,
    SOURCE_NAMES,
    SOURCE_SUFFIXES,
    TEXT_SUFFIXES,
    WEBP,
    ZIP_MEMBERS,
)
from ingest.zip_files import ZIP_STARTS, opened_member, opened_zip
from rag.errors import DocumentError
from rag.regular_files import open_regular

__all__ = ["SOURCE_CODE", "MediaType", "describe", "media_type_of", "sniff"]

_SAMPLE: Final = 65_536
_LONGEST_TYPE: Final = 100
_OLE_DIRECTORY: Final = 1 << 20

_HTML_START: Final = re.compile(
    rb"\s*+(?:<\?xml[^>]*+>\s*+)?+(?:(?><!--.*?-->)\s*+)*+<(?:!doctype\s+html|html)\b", re.I | re.S
)
_HTML_TAG: Final = re.compile(
    rb"</?(?:html|head|body|div|p|table|tr|td|span|h[1-6]|ul|ol|li|a|br)\b[^<>]*+>", re.I
)
_MARKDOWN: Final = re.compile(
    rb"^(?:#{1,6} \S|```|\|[^|\n]*+\|[^|\n]*+\||\|?[ \t]*+:?-{3,}+:?[ \t]*+\||[ \t]*+[-*+] \[[ x]\] |>\s\S)"
    rb"|\[[^\[\]\n]++\]\((?:https?:|[./#])[^()\n]*+\)",
    re.M,
)
_JSON_START: Final = re.compile(rb"\s*(?:\{\s*[\"}]|\[\s*(?:[\[\]{\"]|-?\d|true|false|null))")
_HEADER_FIELD: Final = re.compile(
    rb"^(?:Return-Path|Received|Delivered-To|Message-ID|MIME-Version|From|To|Subject|Date|Content-Type):",
    re.I | re.M,
)
_LEAST_FIELDS: Final = 4
_STRAY_CONTROLS: Final = 3
_PDF_OBJECT: Final = re.compile(rb"(?m)^\d+ \d+ obj\s*<<")
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class MediaType:
    """The kind of a file, and what is odd about it (a name that promises another kind)."""

    name: str
    warnings: tuple[str, ...] = ()


def media_type_of(path: Path) -> MediaType:
    """The media type of a file by its content; `application/octet-stream` for unknown binary data.

    Reads no more than 64 kB, and of a ZIP its list of members, of an old Office file its directory.

    Raises:
        OSError: it cannot be opened, or is no regular file.
    """
    with open_regular(path) as file:
        head = file.read(_SAMPLE)
    suffix = path.suffix.lower()
    name = sniff(head, suffix)
    if name == "application/zip":
        name = _zip_type(path)
    elif name == "application/x-ole-storage":
        name = _ole_type(path, head)
    elif name == "text/plain" and path.name.lower() in SOURCE_NAMES:
        name = SOURCE_CODE
    promised = BINARY_SUFFIXES.get(suffix)
    if promised and promised != name and name.startswith(("text/", "application/json", "message/")):
        return MediaType(name, (f"named {suffix} but holds {describe(name)}",))
    return MediaType(name)


def sniff(head: bytes, suffix: str = "") -> str:
    """The media type by the first bytes of a file; `suffix` (with its dot) decides between text kinds."""
    # PDF readers accept the header anywhere in the first 1,024 bytes (PDF 1.7, appendix H, note 13)
    if b"%PDF-" in head[:1024] or (suffix == ".pdf" and _PDF_OBJECT.search(head)):
        return "application/pdf"
    if head.startswith(ZIP_STARTS):
        return "application/zip"
    for magic, name in MAGIC:
        if head.startswith(magic):
            return name
    if WEBP.match(head):
        return "image/webp"
    if BMP.match(head):
        return "image/bmp"
    ascii_view = _ascii_view(head, suffix)
    return "application/octet-stream" if ascii_view is None else _text_kind(ascii_view, suffix)


def describe(media_type: str) -> str:
    """The kind as people call it."""
    return NAMES.get(media_type, media_type)


def _ascii_view(head: bytes, suffix: str) -> bytes | None:
    """The sample with its ASCII characters as single bytes, or None when it is no text."""
    if head.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return head.replace(b"\0", b"")[2:]
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head[2:].replace(b"\0", b"")
    if looks_like_utf16(head):
        return head.replace(b"\0", b"")
    head = head.removeprefix(b"\xef\xbb\xbf")
    return head if _is_text(head, suffix) else None


def _is_text(head: bytes, suffix: str) -> bool:
    """Whether bytes hold no more control characters than text may.

    A few stray ones happen in real text files; in a short one whose name promises no text a fifth of all
    bytes at most. Of a long one in UTF-8 a tenth may be such; in other encodings a hundredth, since they
    take any byte for a letter.
    """
    controls = len(_CONTROL.findall(head))
    share = 10 if _is_utf8(head) else 100
    promised = suffix in TEXT_SUFFIXES or suffix in SOURCE_SUFFIXES
    most = _STRAY_CONTROLS + len(head) // share
    return controls <= (most if promised else min(most, max(len(head) // 5, 1)))


def _is_utf8(head: bytes) -> bool:
    """Whether bytes are UTF-8; the last character may be cut."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return True


def looks_like_utf16(head: bytes) -> bool:
    """Whether bytes without a byte order mark are UTF-16 of mostly Latin text: every second byte is 0."""
    pairs = len(head) // 2
    if pairs < 2:
        return False
    even, odd = head[0 : 2 * pairs : 2].count(0), head[1 : 2 * pairs : 2].count(0)
    return max(even, odd) > 0.7 * pairs and min(even, odd) < 0.05 * pairs


def _text_kind(text: bytes, suffix: str) -> str:
    by_name = TEXT_SUFFIXES.get(suffix)
    is_html = _HTML_START.match(text) is not None
    if by_name in ("text/csv", "text/tab-separated-values") and is_html:
        return "text/html"  # spreadsheets on the web are often HTML under another name
    if by_name:
        return by_name
    if suffix in SOURCE_SUFFIXES or SHEBANG.match(text):
        return SOURCE_CODE
    if (json_kind := _json_kind(text)) is not None:
        return json_kind
    if len(_HEADER_FIELD.findall(_first_paragraph(text))) >= _LEAST_FIELDS:
        return "message/rfc822"
    if is_html or len(_HTML_TAG.findall(text[:8192])) > 20:
        return "text/html"
    separator = _separator(text)
    if separator:
        return "text/tab-separated-values" if separator == b"\t" else "text/csv"
    return "text/markdown" if len(_MARKDOWN.findall(text)) >= 3 else "text/plain"


def _json_kind(text: bytes) -> str | None:
    """JSON by its look, JSON Lines where the first two lines are an object each, None for all else."""
    if not _JSON_START.match(text):
        return None
    lines = [line for line in text.split(b"\n", 3)[:2] if line.strip()]
    if len(lines) == 2 and all(map(_is_object, lines)):
        return "application/jsonl"
    closes = text.rstrip()[-1:] in (b"}", b"]")
    return "application/json" if closes or len(text) >= _SAMPLE else None


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _first_paragraph(text: bytes) -> bytes:
    return re.split(rb"\r?\n\r?\n", text, maxsplit=1)[0]


def _separator(text: bytes) -> bytes | None:
    """The separator of a nameless table: the same number of them, two or more, on every line."""
    lines = [line for line in text.splitlines()[:50] if line.strip()]
    if len(lines) > 3 and len(text) == _SAMPLE:
        lines.pop()
    if len(lines) < 3:
        return None
    for separator in (b"\t", b",", b";"):
        counts = {line.count(separator) for line in lines}
        if len(counts) == 1 and counts.pop() >= 2:
            return separator
    return None


def _zip_type(path: Path) -> str:
    try:
        with opened_zip(path, path.name) as archive:
            names = set(archive.namelist())
            if "mimetype" in names:
                with opened_member(archive, archive.getinfo("mimetype")) as stated:
                    return stated.read(_LONGEST_TYPE).decode("ascii", "replace").strip()
    except DocumentError:
        # a broken document says more than a broken archive
        return BINARY_SUFFIXES.get(path.suffix.lower(), "application/zip")
    return next((name for member, name in ZIP_MEMBERS if member in names), "application/zip")


def _ole_type(path: Path, head: bytes) -> str:
    """By the names in an OLE file's directory, which are UTF-16 (MS-CFB 2.2 and 2.6)."""
    shift, sector = struct.unpack("<30xH16xI", head[:52]) if len(head) >= 52 else (9, 0)
    with open_regular(path) as file:
        file.seek((sector + 1) << min(shift, 12))
        directory = head + file.read(_OLE_DIRECTORY)
    for stream, name in OLE_STREAMS:
        if stream.encode("utf-16-le") in directory:
            return name
    return "application/x-ole-storage"
