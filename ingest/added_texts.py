"""Texts that a program has in hand, without a file, into the library: each a document like any other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from ingest.chunkers import StructureChunker
from ingest.embedding import Embedding, VectorFiller
from ingest.file_pool import ReadFile
from ingest.files import FoundFile
from ingest.handover import ParsedDocument
from ingest.loaders.document_builder import DocumentBuilder, readable_title
from ingest.loaders.text import write_pages
from ingest.loaders.text_decoding import clean_text
from ingest.rules import current_rules
from rag.errors import UsageError
from rag.models.model_protocol import Embedder
from rag.schema import METADATA, TEXT_SOURCE, Document
from rag.settings import Settings
from rag.store import Rules, Store, chosen_settings

__all__ = ["Text", "add_texts", "text_source"]

_MEDIA_TYPE: Final = "text/plain"
_LONGEST_ID: Final = 200
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Text:
    """A text with the id that it is known by, and what its owner wants to keep with it.

    Of `metadata`, `title` becomes the document's title, and where there is none, what `source` calls it.
    """

    text_id: str
    text: str
    metadata: Mapping[str, Any] = field(default_factory=dict)


def text_source(text_id: str) -> str:
    """The source of the document of a text: no file on a disk, no upload and no archive has such a one.

    Raises:
        UsageError: the id is empty, longer than 200 characters, or holds what cannot be seen.
    """
    if not (isinstance(text_id, str) and 0 < len(text_id) <= _LONGEST_ID and text_id.isprintable()):
        raise UsageError(
            f"the id of a text is 1 to {_LONGEST_ID} characters that can be seen, "
            f"not {str(text_id)[:_SHOWN]!r}"
        )
    return f"{TEXT_SOURCE}{text_id}"


def add_texts(texts: Sequence[Text], store: Store, embedder: Embedder, settings: Settings) -> None:
    """Bring texts into the library, in place of those of the same ids.

    They are cleaned as the text of files is: line ends become newlines, what is invisible goes, form feeds
    part pages. Each is in by one transaction. What is there already, with the same metadata, is left as it
    is. Where one of the texts cannot be taken, nothing is added.

    Raises:
        ConfigurationError: the library was embedded by another model.
        EmptyDocumentError: a text holds white space only.
        StoreError: the library cannot be written.
        UsageError: an id is not a possible one, a text is no string, or metadata are not values of JSON.
    """
    documents = {document.source: document for document in map(_document, texts)}
    settings = chosen_settings(settings, store.embedder_settings)
    chunker = StructureChunker(settings.chunking)
    filler = VectorFiller(store, embedder, settings)
    rules = current_rules(_MEDIA_TYPE, settings, embedder.fingerprint)

    def write(complete: Sequence[Embedding]) -> None:
        for one in complete:
            document = one.read.parsed.document
            store.add_document(
                document, one.chunks, embedder.fingerprint, one.hashes, one.vectors, rules=rules
            )
            filler.forget(one)

    changed = [document for document in documents.values() if not _is_there(document, store, rules)]
    for document in changed:
        chunks = tuple(chunker.chunks(document, embedder))
        embedding = filler.add(_as_read(document), chunks)
        write([embedding] if embedding.complete else [])
        while filler.has_batch:
            write(filler.step(_tell_nobody))
    while filler.waiting:
        write(filler.step(_tell_nobody))
    if changed:
        store.publish()


def _document(text: Text) -> Document:
    source = text_source(text.text_id)
    if not isinstance(text.text, str) or not isinstance(text.metadata, Mapping):
        raise UsageError(f"text {text.text_id!r} has to be a string, and its metadata names with values")
    clean = clean_text(text.text)
    builder = DocumentBuilder(source, hashlib.sha256(clean.encode("utf-8")).hexdigest(), _MEDIA_TYPE)
    builder.title = _title(text.metadata)
    write_pages(builder, clean)
    document = builder.build()
    # an id, most often a number of many digits, is no title: it would be embedded with each chunk
    title = "" if document.title == readable_title(source) else document.title
    return replace(document, title=title, metadata={METADATA: _as_json(text)})


def _title(metadata: Mapping[str, Any]) -> str:
    title, source = metadata.get("title"), metadata.get("source")
    if isinstance(title, str) and title.strip():
        return title
    return readable_title(source) if isinstance(source, str) and source.strip() else ""


def _as_json(text: Text) -> str:
    try:
        return json.dumps(dict(text.metadata), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        why = "nested too deep" if isinstance(error, RecursionError) else error
        raise UsageError(
            f"metadata of text {text.text_id!r} cannot be kept ({why}): give texts, numbers, true, false, "
            "null, and lists and objects of these"
        ) from None


def _is_there(document: Document, store: Store, rules: Rules) -> bool:
    earlier = store.document_by_source(document.source)
    if earlier is None or Rules(earlier.loaded_by, earlier.chunked_by) != rules:
        return False
    held = (earlier.document_id, earlier.title, earlier.metadata)
    return held == (document.document_id, document.title, document.metadata)


def _as_read(document: Document) -> ReadFile:
    file = FoundFile(Path(), document.source, len(document.text))
    return ReadFile(file, ParsedDocument(document, None, 0.0), "added", 0.0)


def _tell_nobody(chunks: int, size: float) -> None:
    """Texts in hand are few enough to need no progress."""
