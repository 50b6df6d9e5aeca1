"""From a file to a document: one module a kind of file.

To add a loader, put a module here that offers `LOADER`, an `ingest.loader_protocol.Loader`; it is found by
its `media_types`. Import heavy packages inside `load`: every module here is imported to find them.
"""

from __future__ import annotations

import hashlib
import importlib
import pkgutil
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from ingest.loader_protocol import Loader
from ingest.loaders.css_sheets import sheets_of_one_file
from ingest.loaders.document_builder import bounded_by
from ingest.loaders.unlocking import unlocked
from ingest.media_type import MediaType, describe, media_type_of
from ingest.ocr import one_file
from rag.errors import (
    DocumentError,
    DocumentTooLargeError,
    EmptyDocumentError,
    UnsupportedDocumentError,
)
from rag.regular_files import open_regular
from rag.schema import Document
from rag.settings import IngestSettings

__all__ = ["load_document", "loaders", "supported_media_types"]

_MEGABYTE = 1_000_000
_FALLBACK = "text/plain"
_SAVE_AS = {
    "application/msword": "DOCX or PDF",
    "application/vnd.ms-excel": "XLSX",
    "application/vnd.ms-excel.sheet.binary": "XLSX",
    "application/vnd.ms-powerpoint": "PPTX or PDF",
    "application/vnd.ms-outlook": "EML",
    "application/x-iwork": "PDF or an Office file",
    "application/x-ole-storage": "DOCX, XLSX or PPTX",
}


def load_document(
    path: Path, settings: IngestSettings, source: str | None = None, passwords: Sequence[str] = ()
) -> Document:
    """Read one file of any kind that has a loader; `source` is its name in the library, else the path.

    `passwords` are tried where it is protected; they are not kept.

    Raises:
        DocumentError: the file is missing, empty, too large, encrypted, of no known kind, or broken.
    """
    source = source if source is not None else path.as_posix()
    try:
        _check_size(path, source, settings)
        kind = media_type_of(path)
        size = path.stat().st_size
        with (
            unlocked(path, source, kind.name, passwords) as readable,
            one_file(),
            sheets_of_one_file(),
            bounded_by(size),
        ):
            if readable != path:
                kind = media_type_of(readable)
            loader = _loader_for(kind.name, source)
            document = loader.load(readable, source, _sha256(path), settings)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DocumentError(f"cannot read {source}: {reason}. Check the path and its permissions.") from error
    except RecursionError as error:
        raise DocumentError(f"cannot read {source}: it is nested too deeply") from error
    return _with_warnings(document, kind)


@cache
def loaders() -> dict[str, Loader]:
    """Every loader by the media types that it reads."""
    found: dict[str, Loader] = {}
    for module_info in pkgutil.iter_modules(__path__):
        loader: Loader | None = getattr(
            importlib.import_module(f"{__name__}.{module_info.name}"), "LOADER", None
        )
        if loader is not None:
            found.update(dict.fromkeys(loader.media_types, loader))
    return found


def supported_media_types() -> tuple[str, ...]:
    """The media types that can be read, sorted."""
    return tuple(sorted(loaders()))


def _loader_for(media_type: str, source: str) -> Loader:
    known = loaders()
    if media_type in known:
        return known[media_type]
    if media_type.startswith("text/"):
        return known[_FALLBACK]
    if media_type in _SAVE_AS:
        raise UnsupportedDocumentError(
            f"{source} holds {describe(media_type)}, which is not read: save it as {_SAVE_AS[media_type]}"
        )
    readable = ", ".join(dict.fromkeys(describe(name) for name in supported_media_types()))
    raise UnsupportedDocumentError(
        f"{source} holds {describe(media_type)}, which is not read. Kinds that are: {readable}"
    )


def _check_size(path: Path, source: str, settings: IngestSettings) -> None:
    size = path.stat().st_size
    if not path.is_file():
        raise DocumentError(f"{source} is not a file: give the path of a file")
    if size == 0:
        raise EmptyDocumentError(f"{source} is empty (0 bytes): there is nothing to index")
    if size > settings.max_file_megabytes * _MEGABYTE:
        raise DocumentTooLargeError(
            f"{source} has {size / _MEGABYTE:.1f} MB, above the limit of {settings.max_file_megabytes:g} MB: "
            "split it, or raise the setting ingest.max_file_megabytes"
        )


def _sha256(path: Path) -> str:
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _with_warnings(document: Document, kind: MediaType) -> Document:
    if not kind.warnings:
        return document
    return replace(document, warnings=(*kind.warnings, *document.warnings))
