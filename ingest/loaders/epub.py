"""Electronic books: the chapters in the order of the spine, each read as the HTML that it is.

An EPUB is a ZIP of XHTML with a table of contents, so that zipfile and the HTML loader read it;
EbookLib, the library for the format, is under the AGPL. A page is a chapter file.
"""

from __future__ import annotations

import posixpath
import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from ingest.heartbeat import heartbeat
from ingest.loader_protocol import Loader
from ingest.loaders.css_sheets import Sheet
from ingest.loaders.document_builder import DocumentBuilder
from ingest.loaders.html import write_html
from ingest.loaders.package import Package, opened_package
from ingest.loaders.text_decoding import decode
from rag.errors import DocumentError, EncryptedDocumentError
from rag.schema import Document
from rag.settings import IngestSettings

__all__ = ["LOADER", "EpubLoader"]

_CONTAINER: Final = "META-INF/container.xml"
_ENCRYPTION: Final = "META-INF/encryption.xml"
_CHAPTERS: Final = frozenset(
    {"application/xhtml+xml", "text/html", "application/x-dtbncx+xml", "text/x-oeb1-document"}
)
_FONTS: Final = re.compile(r"\.(?:otf|ttf|woff2?)$", re.I)
_LONGEST_LABEL: Final = 120
_MOST_SHEETS: Final = 64


class EpubLoader:
    """Reads EPUB 2 and 3 without copy protection."""

    media_types: tuple[str, ...] = ("application/epub+zip",)
    version: int = 4

    def load(self, path: Path, source: str, sha256: str, settings: IngestSettings) -> Document:
        """Read a book whole.

        Raises:
            EncryptedDocumentError: its chapters are under copy protection.
            DocumentError: the archive or its list of chapters is broken.
            EmptyDocumentError: no chapter holds text.
        """
        builder = DocumentBuilder(source, sha256, self.media_types[0])
        with opened_package(path, source) as package:
            _refuse_protected(package, source)
            _write(package, builder, source)
        return builder.build()


def _refuse_protected(package: Package, source: str) -> None:
    """Fonts may be obfuscated; chapters may not."""
    if _ENCRYPTION in package.names:
        for reference in _named(package.xml(_ENCRYPTION), "CipherReference"):
            if not _FONTS.search(reference.get("URI") or ""):
                raise EncryptedDocumentError(f"{source} is under copy protection (DRM) and cannot be read")


def _write(package: Package, builder: DocumentBuilder, source: str) -> None:
    root_file = next((file.get("full-path") for file in _named(package.xml(_CONTAINER), "rootfile")), None)
    if not root_file:
        raise DocumentError(f"cannot read {source}: it does not say where its chapters are. Make it again.")
    book = package.xml(root_file)
    _describe(book, builder)
    items = {item.get("id"): item for item in _named(book, "item")}
    labels = _labels(package, items, root_file)
    missing: list[str] = []
    seen: set[str] = set()

    def opened(base: str, address: str) -> Sheet | None:
        found = _resolved(base, address)
        return Sheet(found, decode(package.read(found)).text) if found in package.names else None

    opener = lru_cache(maxsize=_MOST_SHEETS)(opened)
    for reference in _named(book, "itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _CHAPTERS:
            continue
        name = _resolved(root_file, item.get("href") or "")
        if name in seen:
            continue
        seen.add(name)
        if name not in package.names:
            missing.append(name)
            continue
        if builder.is_full:
            break
        heartbeat()
        if len(seen) > len(missing) + 1:
            builder.page_break()
        builder.page_details(labels.get(name, ""))
        write_html(package.read(name), builder, name=name, opener=opener)
    if missing:
        builder.warnings.append(f"chapters that the book lists but does not hold: {', '.join(missing)}")


def _describe(book: Any, builder: DocumentBuilder) -> None:
    values = {
        name: [_text(node) for node in _named(book, name)]
        for name in ("title", "creator", "language", "date")
    }
    builder.title = next(iter(values["title"]), "")
    builder.describe("author", ", ".join(values["creator"]))
    builder.describe("date", next(iter(values["date"]), ""))
    language = next(iter(values["language"]), "").lower().split("-")[0]
    if re.fullmatch(r"[a-z]{2,3}", language) and language != "und":
        builder.language = language


def _labels(package: Package, items: dict[str, Any], root_file: str) -> dict[str, str]:
    """Names of chapters by file, from the table of contents of EPUB 3, else of EPUB 2."""
    labels: dict[str, str] = {}
    for item in items.values():
        name = _resolved(root_file, item.get("href") or "")
        if name not in package.names:
            continue
        if "nav" in (item.get("properties") or "").split():
            links = [(link.get("href"), _text(link)) for link in _named(package.xml(name), "a")]
        elif item.get("media-type") == "application/x-dtbncx+xml":
            points = _named(package.xml(name), "navPoint")
            links = [(_first(point, "content", "src"), _first(point, "text")) for point in points]
        else:
            continue
        for target, label in links:
            if target and label:
                labels.setdefault(_resolved(name, target), label[:_LONGEST_LABEL])
    return labels


def _first(parent: Any, name: str, attribute: str = "") -> str:
    node = next(iter(_named(parent, name)), None)
    if node is None:
        return ""
    return str(node.get(attribute) or "") if attribute else _text(node)


def _resolved(base: str, reference: str) -> str:
    """The name of a part that another one refers to, without its fragment."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(base), unquote(reference.split("#")[0])))


def _named(root: Any, name: str) -> list[Any]:
    """All elements of a local name, whatever their namespace."""
    return list(root.iter(f"{{*}}{name}"))


def _text(node: Any) -> str:
    return " ".join("".join(node.itertext()).split())


LOADER: Loader = EpubLoader()
