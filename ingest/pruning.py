"""Removes documents whose files, pages, objects or messages are gone."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from ingest.archives import holds
from ingest.sources import told_apart
from ingest.sources.mailboxes import in_mailbox, is_mailbox
from rag.schema import DocumentInfo
from rag.store import Store
from rag.text import is_revealed

__all__ = ["prune_vanished"]


_MAIL = "message/rfc822"


def prune_vanished(
    paths: Sequence[Path | str], store: Store, gone: Collection[str] = ()
) -> list[DocumentInfo]:
    """Remove documents whose source lay under one of the folders and is no file any more, nor in an archive.

    So go those whose source is among `gone`: sites, buckets and mail folders tell that as they are read
    (`ingest_paths`). A mail folder that was once read as one document gives way to its messages.

    A folder that is itself not there prunes nothing: a drive that is not mounted must not empty
    the library. Documents with other sources, such as uploads, stay.
    """
    folders = [Path(path).expanduser().resolve() for path in told_apart(paths)[1]]
    folders = [folder for folder in folders if folder.is_dir()]
    lost = set(gone)
    vanished = [
        info.document_id
        for info in store.documents()
        if info.source in lost
        or (
            any(Path(info.source).is_relative_to(folder) for folder in folders)
            and "\ufffd" not in info.source  # stands for bytes that the source could not hold
            and not is_revealed(info.source)
            and _is_gone(info)
        )
    ]
    if not vanished:
        return []
    removed = store.remove_documents(vanished)
    store.publish()
    return removed


def _is_gone(info: DocumentInfo) -> bool:
    path = Path(info.source)
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return not (holds(path) or in_mailbox(path))
    except OSError:  # a folder on the way cannot be looked into
        return False
    return info.media_type == _MAIL and is_mailbox(path)
