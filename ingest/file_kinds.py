"""The kinds of files that are known: their names, their first bytes, their members, their suffixes.

More kinds are known than are read, so that a refusal can name what it refuses and a new loader
needs no change here.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = [
    "BINARY_SUFFIXES",
    "BMP",
    "MAGIC",
    "NAMES",
    "OLE_STREAMS",
    "SHEBANG",
    "SOURCE_CODE",
    "SOURCE_NAMES",
    "SOURCE_SUFFIXES",
    "TEXT_SUFFIXES",
    "WEBP",
    "ZIP_MEMBERS",
]

_OOXML: Final = "application/vnd.openxmlformats-officedocument."
_ODF: Final = "application/vnd.oasis.opendocument."
SOURCE_CODE: Final = "text/x-source-code"

NAMES: Final = {
    "application/pdf": "PDF",
    _OOXML + "wordprocessingml.document": "DOCX",
    _OOXML + "presentationml.presentation": "PPTX",
    _OOXML + "spreadsheetml.sheet": "XLSX",
    _ODF + "text": "OpenDocument text",
    _ODF + "spreadsheet": "OpenDocument spreadsheet",
    _ODF + "presentation": "OpenDocument presentation",
    "application/epub+zip": "EPUB",
    "application/zip": "a ZIP archive",
    "application/x-ole-storage": "an old Office file",
    "application/msword": "an old Word file (DOC)",
    "application/vnd.ms-excel": "an old Excel file (XLS)",
    "application/vnd.ms-excel.sheet.binary": "a binary Excel file (XLSB)",
    "application/vnd.ms-powerpoint": "an old PowerPoint file (PPT)",
    "application/vnd.ms-outlook": "an Outlook message (MSG)",
    "application/x-iwork": "a Pages, Numbers or Keynote file",
    "application/x-encrypted-ooxml": "an encrypted Office file",
    "application/rtf": "RTF",
    "application/json": "JSON",
    "application/jsonl": "JSON Lines",
    "application/gzip": "a gzip archive",
    "application/octet-stream": "binary data of no known kind",
    "application/x-7z-compressed": "a 7-Zip archive",
    "application/vnd.rar": "a RAR archive",
    "application/vnd.sqlite3": "an SQLite database",
    "application/x-executable": "a program",
    "audio/mpeg": "a sound recording (MP3)",
    "video/mp4": "a film or sound recording (MP4)",
    "image/png": "a PNG picture",
    "image/jpeg": "a JPEG picture",
    "image/gif": "a GIF picture",
    "image/tiff": "a TIFF picture",
    "image/webp": "a WebP picture",
    "image/bmp": "a BMP picture",
    "message/rfc822": "an email (EML)",
    "text/html": "HTML",
    "text/markdown": "Markdown",
    "text/csv": "CSV",
    "text/tab-separated-values": "TSV",
    SOURCE_CODE: "source code",
    "text/plain": "plain text",
}

MAGIC: Final = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"{\\rtf", "application/rtf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"II+\x00", "image/tiff"),
    (b"MM\x00+", "image/tiff"),
    (b"\x1f\x8b", "application/gzip"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"SQLite format 3\0", "application/vnd.sqlite3"),
    (b"\x7fELF", "application/x-executable"),
    (b"MZ\x90\0", "application/x-executable"),
    (b"ID3", "audio/mpeg"),
    (b"\0\0\0\x18ftyp", "video/mp4"),
    (b"\0\0\0\x1cftyp", "video/mp4"),
    (b"\0\0\0\x20ftyp", "video/mp4"),
)
WEBP: Final = re.compile(rb"RIFF.{4}WEBP", re.S)
BMP: Final = re.compile(rb"BM.{4}\0{4}.{4}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0", re.S)

ZIP_MEMBERS: Final = (
    ("word/document.xml", _OOXML + "wordprocessingml.document"),
    ("ppt/presentation.xml", _OOXML + "presentationml.presentation"),
    ("xl/workbook.xml", _OOXML + "spreadsheetml.sheet"),
    ("xl/workbook.bin", "application/vnd.ms-excel.sheet.binary"),
    ("Index/Document.iwa", "application/x-iwork"),
)

OLE_STREAMS: Final = (
    ("EncryptedPackage", "application/x-encrypted-ooxml"),
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("__properties_version1.0", "application/vnd.ms-outlook"),
    ("Book", "application/vnd.ms-excel"),
)
"""Streams that the directory of an OLE file names, and what the file is then."""

TEXT_SUFFIXES: Final = {
    ".htm": "text/html",
    ".html": "text/html",
    ".xhtml": "text/html",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".tab": "text/tab-separated-values",
    ".json": "application/json",
    ".geojson": "application/json",
    ".jsonl": "application/jsonl",
    ".ndjson": "application/jsonl",
    ".eml": "message/rfc822",
    ".mbox": "message/rfc822",
    ".txt": "text/plain",
    ".text": "text/plain",
    ".log": "text/plain",
    ".rst": "text/plain",
}
_SOURCE_SUFFIXES: Final = """
    ada adb asm awk bash bat bib c cc cfg clj cljs cmake cmd coffee conf cpp cr cs css cu cuh cxx d
    dart el erl ex exs f f90 f95 fish for fs fsx go gradle graphql groovy h hh hpp hrl hs hxx ini
    java jl js jsx kt kts less lisp lua m mjs mk ml mli mm nim nix pas php pl pm proto ps1 py pyi
    pyx r rb rkt rs s sass scala scm scss sed sh sol sql sv svelte swift tcl tex tf toml ts tsx v vb
    vhd vue xml xsd xsl xslt yaml yml zig zsh
"""
SOURCE_SUFFIXES: Final = frozenset(f".{suffix}" for suffix in _SOURCE_SUFFIXES.split())
SOURCE_NAMES: Final = frozenset(
    {"cmakelists.txt", "dockerfile", "gemfile", "jenkinsfile", "makefile", "rakefile"}
)
SHEBANG: Final = re.compile(rb"#!\s*/\S+")

BINARY_SUFFIXES: Final = {
    ".pdf": "application/pdf",
    ".docx": _OOXML + "wordprocessingml.document",
    ".doc": "application/msword",
    ".pptx": _OOXML + "presentationml.presentation",
    ".ppt": "application/vnd.ms-powerpoint",
    ".xlsx": _OOXML + "spreadsheetml.sheet",
    ".xls": "application/vnd.ms-excel",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".webp": "image/webp",
    ".bmp": "image/bmp",
    ".gif": "image/gif",
    ".zip": "application/zip",
    ".epub": "application/epub+zip",
    ".odt": _ODF + "text",
    ".ods": _ODF + "spreadsheet",
    ".odp": _ODF + "presentation",
    ".rtf": "application/rtf",
}
