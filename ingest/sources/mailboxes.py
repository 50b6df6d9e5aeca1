"""Mail folders: mbox files and Maildir folders, each of their messages a document of its own.

A message is called by its Message-ID, or by a digest of what it says, under the path of its folder; so it
stays the same document when others come or go, or when a mail program marks it as read. An mbox is read line
by line: the `mailbox` module of the standard library would hold its longest line, and opens it to write.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
from collections.abc import Iterable, Iterator
from email.message import Message
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import IO, Final

from ingest.files import FoundFile, is_maildir
from ingest.sources import NOWHERE, Asking
from ingest.zip_files import pieces
from rag.regular_files import open_regular
from rag.schema import without_controls

__all__ = ["Mailbox", "in_mailbox", "is_mailbox"]

_MBOX: Final = re.compile(rb"From [^\n]{1,200}\d{4}[^\n]{0,40}\n>?[A-Za-z][A-Za-z0-9-]{0,60}:")
_FROM: Final = re.compile(rb"From [^\n]{1,200}\d{4}[^\n]{0,40}\n")
_LONGEST_PIECE: Final = 65_536
_LONGEST_HEAD: Final = 262_144
_LONGEST_NAME: Final = 200
_TELLING: Final = ("From", "To", "Date", "Subject")
_EXPUNGED: Final = 0x0008
"""Of `X-Mozilla-Status`: deleted by the reader, and in the file until it is compacted.

Thunderbird writes `X-Mozilla-Keys` beside it; alone, it may be a sender's.
"""


def is_mailbox(path: Path) -> bool:
    """Whether a path is a Maildir folder, or a file that begins as an mbox does and is not called `.eml`."""
    try:
        if path.is_dir():
            return is_maildir(path)
        if path.suffix.lower() == ".eml":
            return False
        with open_regular(path) as file:
            return _MBOX.match(file.read(1024)) is not None
    except OSError:
        return False


def in_mailbox(place: Path) -> bool:
    """Whether the name of a document leads into a mail folder that is there.

    Also into a file that is empty, begins with empty lines or cannot be read: it may be being written.
    """
    parent = next((parent for parent in place.parents if parent.is_file() or is_maildir(parent)), None)
    if parent is None or parent.is_dir():
        return parent is not None
    try:
        with open_regular(parent) as file:
            head = file.read(1024).lstrip()
    except OSError:
        return True
    return not head or _MBOX.match(head) is not None


class Mailbox:
    """The messages of one mail folder."""

    def __init__(self, file: FoundFile, asking: Asking) -> None:
        self._file = file
        self._asking = asking
        self._seen: set[str] = set()
        self._numbers: dict[str, int] = {}
        """The last number that a name was given."""

    def files(self, folder: Path) -> Iterator[FoundFile]:
        """Each message, saved as a file of its own."""
        most = self._asking.settings.sources.messages
        saved = self._of_maildir(folder) if self._file.path.is_dir() else self._of_mbox(folder)
        try:
            before = self._state()
            for number, (path, size) in enumerate(saved):
                if self._asking.stop.is_set():
                    return
                if number >= most:
                    yield self._error(
                        f"{self._file.source} holds more than {most:,} messages (sources.messages)"
                    )
                    return
                message = self._message(path, size)
                if message is not None:
                    yield message
            if self._state() != before:  # a mail program is writing: what it has not written is not gone
                return
        except OSError as error:
            yield self._error(
                f"cannot read {self._file.source}: {error.strerror or error}. Check its permissions."
            )
            return
        prefix = f"{self._file.source}/"
        for source in self._asking.held(prefix):  # of folders in a Maildir they themselves tell
            if source not in self._seen and "/" not in source.removeprefix(prefix):
                assert self._asking.gone is not None
                self._asking.gone.append(source)

    def _state(self) -> tuple[int, ...]:
        """What differs when an mbox is written; of a Maildir, when a message comes or goes."""
        path = self._file.path
        places = [path / part for part in ("cur", "new")] if path.is_dir() else [path]
        found = [place.stat() for place in places if place.exists()]
        return tuple(number for s in found for number in (s.st_size, s.st_mtime_ns, s.st_ino))

    def _error(self, told: str) -> FoundFile:
        return FoundFile(NOWHERE, self._file.source, error=told)

    def _message(self, path: Path, size: int) -> FoundFile | None:
        """A saved message under its name; None for one that its reader has deleted."""
        head = _head(path)
        if "X-Mozilla-Keys" in head and _number(head.get("X-Mozilla-Status", "")) & _EXPUNGED:
            path.unlink()
            return None
        name = f"{self._file.source}/{_name(path, head)}"
        number = self._numbers.get(name, 0) + 1
        found = FoundFile(path, f"{name} ({number})" if number > 1 else name, size)
        while found.source in self._seen:
            number += 1
            found = FoundFile(path, f"{name} ({number})", size)
        self._numbers[name] = number
        self._seen.add(found.source)
        if size > self._asking.file_bytes:
            told = f"{found.source} has {size / 1e6:.1f} MB: raise the setting ingest.max_file_megabytes"
            return FoundFile(path, found.source, error=told)
        return found

    def _of_maildir(self, folder: Path) -> Iterator[tuple[Path, int]]:
        number = 0
        for part in ("cur", "new"):
            place = self._file.path / part
            if place.is_symlink() or not place.is_dir():
                continue
            with os.scandir(place) as entries:
                names = sorted(entry.name for entry in entries if entry.is_file(follow_symlinks=False))
            for name in names:
                number += 1
                if name.startswith("."):
                    continue
                with open_regular(place / name) as message:
                    yield self._saved(folder / f"{number}.eml", pieces(message))

    def _of_mbox(self, folder: Path) -> Iterator[tuple[Path, int]]:
        with open_regular(self._file.path) as raw, io.BufferedReader(raw) as file:
            lines = _Lines(file)
            number = 0
            while lines.next_message():
                number += 1
                yield self._saved(folder / f"{number}.eml", lines.of_message())

    def _saved(self, path: Path, content: Iterable[bytes]) -> tuple[Path, int]:
        """Write a message, not more of it than a file may have; its size is told whole."""
        size = 0
        with path.open("wb") as target:
            for piece in content:
                if size <= self._asking.file_bytes:
                    target.write(piece)
                size += len(piece)
        return path, size


class _Lines:
    """The lines of an mbox, message by message, in pieces of bounded length.

    A message begins with a line `From …` at the start or behind an empty line; the empty lines before the
    next one, or at the end, are not its own.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._begins = False
        self._empty = True

    def next_message(self) -> bool:
        """Go on to where the next message begins; false where there is none."""
        for _ in self.of_message():
            pass
        begins, self._begins = self._begins, False
        return begins

    def of_message(self) -> Iterator[bytes]:
        """What is left of the message."""
        held = b""
        whole = True
        while not self._begins and (piece := self._file.readline(_LONGEST_PIECE)):
            if self._empty and whole and _FROM.match(piece):
                self._begins, self._empty = True, False
                return
            self._empty = whole and piece in (b"\n", b"\r\n")
            whole = piece.endswith(b"\n")
            if self._empty and len(held) < _LONGEST_PIECE:
                held += piece
            else:
                yield held + piece
                held = b""


def _head(path: Path) -> Message:
    with path.open("rb") as file:
        return BytesHeaderParser().parsebytes(file.read(_LONGEST_HEAD).partition(b"\n\n")[0])


def _name(path: Path, head: Message) -> str:
    """The Message-ID; else a digest of the body and who wrote what when."""
    given = without_controls(str(head.get("Message-ID", ""))).strip().strip("<>").strip().replace("/", "_")
    if given.strip("."):
        return given[:_LONGEST_NAME]
    digest = hashlib.sha256(repr([str(head.get(name, "")) for name in _TELLING]).encode("utf-8", "replace"))
    with path.open("rb") as file:
        for line in iter(lambda: file.readline(_LONGEST_PIECE), b""):
            if not line.strip():
                break
        for piece in pieces(file):
            digest.update(piece)
    return digest.hexdigest()[:32]


def _number(hexadecimal: object) -> int:
    try:
        return int(str(hexadecimal).strip() or "0", 16)
    except ValueError:
        return 0
