"""Removes documents whose files are gone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ingest.archives import holds
from rag.schema import DocumentInfo
from rag.store import Store
from rag.text import is_revealed

__all__ = ["prune_vanished"]


def prune_vanished(paths: Sequence[Path | str], store: Store) -> list[DocumentInfo]:
    """Remove documents whose source lay under one of the folders and is no file any more, nor in an archive.

    A folder that is itself not there prunes nothing: a drive that is not mounted must not empty
    the library. Documents with other sources, such as uploads, stay.
    """
    folders = [Path(path).expanduser().resolve() for path in paths]
    folders = [folder for folder in folders if folder.is_dir()]
    gone = [
        info.document_id
        for info in store.documents()
        if any(Path(info.source).is_relative_to(folder) for folder in folders)
        and "\ufffd" not in info.source  # stands for bytes that the source could not hold
        and not is_revealed(info.source)
        and not Path(info.source).exists()
        and not holds(Path(info.source))
    ]
    if not gone:
        return []
    removed = store.remove_documents(gone)
    store.publish()
    return removed
