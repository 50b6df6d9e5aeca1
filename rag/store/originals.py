"""The files that documents came from, kept under their SHA-256 and removed with the last document."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from rag.errors import StoreError
from rag.regular_files import open_regular, read_regular
from rag.store.durable import flush_directory, make_private_folder, private_opener

__all__ = ["Originals"]

_PENDING: Final = ".pending"
_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_SUFFIX: Final = re.compile(r"\.[a-z0-9]{1,16}")


class Originals:
    """The folder `files/`.

    A file system has no transactions, so a file whose fate a transaction decides is first named in a
    note (`….pending`). Whoever holds the catalog's write lock later, after the commit or after a
    crash, deletes the files of the note that no document refers to, and then the note. Files change
    only under the write lock.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, name: str) -> Path:
        """Where the file of this name lies.

        Raises:
            StoreError: the name is not one that this class gave.
        """
        if not _is_name(name):
            raise StoreError(f"{name!r} is not a name of a kept file: the catalog was changed by hand")
        return self.folder / name

    @staticmethod
    def is_kept(path: Path) -> bool:
        """Whether a file lies there, and not a link to one elsewhere."""
        return path.is_file() and not path.is_symlink()

    def keep(self, original: Path, sha256: str) -> str:
        """Copy a file in under the write lock and return its name; `announce` it before.

        Raises:
            StoreError: the file's bytes are no longer those that the document was read from.
        """
        name = self.name(original, sha256)
        target = self.path(name)
        if self.is_kept(target) and file_sha256(target) == sha256:
            return name
        copy = self.folder / f"{name}.copy"
        copy.unlink(missing_ok=True)
        with open_regular(original) as source, open(copy, "wb", opener=private_opener) as sink:
            shutil.copyfileobj(source, sink, 1 << 20)
            sink.flush()
            os.fsync(sink.fileno())
        found = file_sha256(copy)
        if found != sha256:
            copy.unlink()
            raise StoreError(
                f"{str(original)!r} has SHA-256 {found[:12]}…, not {sha256[:12]}…: it changed while it was "
                "read. Ingest it again"
            )
        os.replace(copy, target)
        flush_directory(self.folder)
        return name

    def name(self, original: Path, sha256: str) -> str:
        """The name that a file is kept under: its SHA-256 and its suffix, if that is a plain one."""
        suffix = original.suffix.lower()
        return sha256 + (suffix if _SUFFIX.fullmatch(suffix) else "")

    def announce(self, names: Iterable[str]) -> list[Path]:
        """Write a note of files that may end up without a document; no note for no files."""
        listed = sorted(set(names))
        if not listed:
            return []
        make_private_folder(self.folder)
        note = self.folder / f"{uuid.uuid4().hex}{_PENDING}"
        with open(note, "w", encoding="utf-8", opener=private_opener) as sink:
            json.dump(listed, sink)
            sink.flush()
            os.fsync(sink.fileno())
        flush_directory(self.folder)
        return [note]

    def notes(self) -> list[Path]:
        """The notes that nobody has settled yet."""
        return sorted(self.folder.glob(f"*{_PENDING}"))

    def settle(self, connection: sqlite3.Connection, note: Path) -> None:
        """Under the write lock: delete what the note names and no document has, then the note.

        Only names that this class gives are followed: a note that came with a library from elsewhere
        deletes nothing outside it.
        """
        try:
            names = json.loads(read_regular(note))
        except FileNotFoundError:  # settled by another process
            return
        except (ValueError, RecursionError):  # cut off by a crash while it was written: nothing was done yet
            names = []
        for name in names if isinstance(names, list) else ():
            if not _is_name(name):
                continue
            (self.folder / f"{name}.copy").unlink(missing_ok=True)
            used = connection.execute("SELECT EXISTS (SELECT 1 FROM documents WHERE file = ?)", (name,))
            if not used.fetchone()[0]:
                self.path(name).unlink(missing_ok=True)
        note.unlink(missing_ok=True)

    def names(self) -> list[str]:
        """All files in the folder but notes."""
        if not self.folder.is_dir():
            return []
        return sorted(p.name for p in self.folder.iterdir() if p.suffix != _PENDING)


def _is_name(name: object) -> bool:
    if not isinstance(name, str):
        return False
    stem, dot, suffix = name.partition(".")
    return bool(_SHA256.fullmatch(stem)) and (not dot or bool(_SUFFIX.fullmatch(dot + suffix)))


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with open_regular(path) as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
