"""ZIP archives as folders of files: unpacked within limits, each file under `archive.zip/inner/path`.

Of members whose paths fall together each later one has a number: `archive.zip/inner/path (2)`.

What is written is counted as it is written, so an archive that lies about its sizes gains nothing,
and names inside an archive only name documents: they never decide where on the disk a file goes.
"""

from __future__ import annotations

import posixpath
import re
import threading
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from shutil import disk_usage
from typing import IO, Final

from ingest.files import FoundFile, is_junk
from ingest.media_type import media_type_of
from ingest.zip_files import SWELLING, most_unpacked, opened_member, opened_zip, pieces, starts_like_zip
from rag.errors import DocumentError, DocumentTooLargeError, EmptyDocumentError, EncryptedDocumentError
from rag.schema import without_controls
from rag.temporary import TemporaryFolder

__all__ = ["ArchiveLimits", "Room", "holds", "is_archive", "is_locked", "unpacked", "with_archives_unpacked"]

Unpacked = Iterator[tuple[str, Path | DocumentError]]
"""Files of an archive: the path inside, and where it was saved or why it was not."""

_SUFFIX: Final = re.compile(r"\.[A-Za-z0-9]{1,12}\Z")
_DRIVE: Final = re.compile(r"\A[A-Za-z]:\Z")


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What an archive with those in it may hold: bytes of a file and in all, files, archives in archives."""

    file_bytes: int
    total_bytes: int
    files: int = 10_000
    depth: int = 2
    setting: str = "ingest.max_file_megabytes"
    """The setting that `file_bytes` comes from, for messages."""

    @classmethod
    def for_files(cls, file_bytes: int) -> ArchiveLimits:
        """Limits for a largest file: all of an archive may be twenty times as large."""
        return cls(file_bytes, 20 * file_bytes)


class Room:
    """Bytes that archives may still take on the disk, all that come together in sum."""

    def __init__(self, most: int) -> None:
        self._left = most

    @classmethod
    def for_archives(cls, limits: ArchiveLimits, sizes: Iterable[int], folder: Path) -> Room:
        """As much as one archive may take, or in proportion to all; and half of what is free on the disk."""
        return cls(min(max(limits.total_bytes, SWELLING * sum(sizes)), disk_usage(folder).free // 2))

    def takes(self, size: int) -> bool:
        """Take so many bytes; false where no room is left."""
        self._left -= size
        return self._left >= 0


class _FullError(Exception):
    """An archive has taken what it may."""


def is_archive(path: Path) -> bool:
    """Whether a file is a ZIP of files, and not a document that happens to be one (DOCX, EPUB, ODT).

    Only the first bytes of other files are read: what kind of text one is, is asked where it is parsed.
    """
    try:
        return starts_like_zip(path) and media_type_of(path).name == "application/zip"
    except OSError:
        return False


def is_locked(path: Path) -> bool:
    """Whether an archive holds a file that is encrypted.

    Raises:
        DocumentError: the archive is damaged.
    """
    with opened_zip(path, path.name) as archive:
        return any(member.flag_bits & 1 for member in archive.infolist())


def unpacked(
    path: Path,
    folder: Path,
    limits: ArchiveLimits,
    room: Room | None = None,
    passwords: Sequence[str] = (),
) -> Unpacked:
    """Each file of an archive: its path inside, and where it was saved or why it was not.

    Archives in it are unpacked too. Hidden files and the junk of operating systems are passed over.
    Archives that come together share one `room`; `passwords` are tried on encrypted files.

    Raises:
        DocumentTooLargeError: too many files, or too much in all.
        DocumentError: the archive is damaged.
    """
    room = room or Room(limits.total_bytes)
    yield from _Unpacking(folder, limits, path.stat().st_size, room, passwords).files(
        path, path.name, "", limits.depth
    )


@contextmanager
def with_archives_unpacked(
    files: Sequence[FoundFile],
    megabytes: float,
    stop: threading.Event | None = None,
    passwords: Sequence[str] = (),
) -> Iterator[list[FoundFile]]:
    """The files with archives replaced by what they hold, which lies in a temporary folder meanwhile.

    Args:
        files: What was found.
        megabytes: The largest file.
        stop: Unpacks no more once it is set.
        passwords: Tried on encrypted files.
    """
    limits = ArchiveLimits.for_files(int(megabytes * 1_000_000))
    archives = {
        file.path: file.size for file in files if not (file.error or file.sha256) and is_archive(file.path)
    }
    with TemporaryFolder() as folder:
        room = Room.for_archives(limits, archives.values(), Path(folder))
        found: dict[str, FoundFile] = {}
        for number, file in enumerate(files):
            archive = file.path in archives and not file.error
            parts = _members(file, Path(folder, str(number)), limits, room, passwords) if archive else [file]
            for part in parts:
                if stop is not None and stop.is_set():
                    break
                found.setdefault(part.source, part)
        yield list(found.values())


def holds(place: Path) -> bool:
    """Whether a path leads into an archive that still holds a file under it."""
    for parent in place.parents:
        if parent.is_file():
            status = parent.stat()
            names = _listed(parent, status.st_mtime_ns, status.st_size)
            inner = place.relative_to(parent)
            # of an archive in an archive the name of the inner archive is enough
            return names is None or any(path.as_posix() in names for path in (inner, *inner.parents))
    return False


def _members(
    file: FoundFile, folder: Path, limits: ArchiveLimits, room: Room, passwords: Sequence[str]
) -> Iterator[FoundFile]:
    count = 0
    try:
        for inner, saved in unpacked(file.path, folder, limits, room, passwords):
            count += 1
            source = f"{file.source}/{inner}"
            if isinstance(saved, Path):
                yield FoundFile(saved, source, saved.stat().st_size)
            else:
                locked = isinstance(saved, EncryptedDocumentError)
                yield FoundFile(file.path, source, error=str(saved), locked=locked)
    except (DocumentError, OSError) as error:
        yield replace(file, error=str(error))
        return
    if not count:
        yield replace(file, error=f"{file.source} holds no files: there is nothing to index")


@lru_cache(maxsize=8)
def _listed(path: Path, modified: int, size: int) -> frozenset[str] | None:
    """The names in a ZIP of files, none in another file; None for a damaged one, which is not gone.

    Kept for the next member of the same archive, for as long as its time and size are the same.
    """
    if not is_archive(path):
        return frozenset()
    try:
        with opened_zip(path, path.name) as opened:
            members = [member for member in opened.infolist() if _is_wanted(member)]
            return frozenset(_told_apart(members)) | {_inner_path(name) for name in opened.namelist()} - {""}
    except DocumentError:
        return None


class _Unpacking:
    """One archive on its way to disk, with what may still be written."""

    def __init__(
        self, folder: Path, limits: ArchiveLimits, size: int, room: Room, passwords: Sequence[str]
    ) -> None:
        self._folder = folder
        self._passwords = passwords
        self._limits = limits
        self._room = room
        self._most = min(limits.total_bytes, most_unpacked(size))
        self._taken = 0
        self._members = 0
        self._files = 0

    def files(self, path: Path, name: str, prefix: str, depth: int) -> Unpacked:
        with opened_zip(path, name) as archive:
            members = [member for member in archive.infolist() if _is_wanted(member)]
            self._members += len(members)
            if self._members > self._limits.files:
                raise DocumentTooLargeError(
                    f"{name} holds more than {self._limits.files:,} files: unpack it yourself"
                )
            for member, inner in zip(members, _told_apart(members), strict=True):
                yield from self._member(archive, member, name, prefix + inner, depth)

    def _member(
        self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, inner: str, depth: int
    ) -> Unpacked:
        try:
            saved = self._saved(archive, member)
        except _FullError:
            raise DocumentTooLargeError(
                f"{name} unpacks to more than {self._most / 1e6:,.0f} MB, or than the disk has room for "
                "beside the archives that came with it: split it, or unpack it yourself"
            ) from None
        except DocumentError as error:
            yield inner, error
            return
        if not is_archive(saved):
            yield inner, saved
        elif depth <= 0:
            yield inner, DocumentError(f"{inner} is an archive too deep inside others: unpack it yourself")
        else:
            try:
                yield from self.files(saved, inner, f"{inner}/", depth - 1)
            except DocumentTooLargeError:
                raise
            except DocumentError as error:
                yield inner, error
            finally:
                saved.unlink(missing_ok=True)

    def _saved(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Path:
        if member.file_size > self._limits.file_bytes:
            raise self._too_large(member)
        self._files += 1
        suffix = _SUFFIX.search(member.filename)
        target = self._folder / f"{self._files}{suffix.group().lower() if suffix else ''}"
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with opened_member(archive, member, self._passwords) as stream, target.open("wb") as file:
                written = self._copied(stream, file, member)
        except (DocumentError, _FullError):
            target.unlink(missing_ok=True)
            raise
        except NotImplementedError as error:
            raise DocumentError(
                f"{member.filename} is packed in a way that is not read here ({error})"
            ) from None
        except Exception as error:  # whatever a decompressor makes of damaged bytes
            target.unlink(missing_ok=True)
            raise DocumentError(f"{member.filename} is damaged in the archive ({error})") from error
        if not written:
            raise EmptyDocumentError(f"{member.filename} is empty (0 bytes): nothing to index")
        return target

    def _copied(self, stream: IO[bytes], file: IO[bytes], member: zipfile.ZipInfo) -> int:
        written = 0
        for piece in pieces(stream):
            written += len(piece)
            if written > self._limits.file_bytes:
                raise self._too_large(member)
            self._taken += len(piece)
            if self._taken > self._most or not self._room.takes(len(piece)):
                raise _FullError
            file.write(piece)
        return written

    def _too_large(self, member: zipfile.ZipInfo) -> DocumentTooLargeError:
        return DocumentTooLargeError(
            f"{member.filename} is larger than {self._limits.file_bytes / 1e6:.0f} MB: "
            f"split it, or raise the setting {self._limits.setting}"
        )


def _is_wanted(member: zipfile.ZipInfo) -> bool:
    parts = _inner_path(member.filename).split("/")
    # a name that begins with a NUL is empty, and zipfile cannot ask it whether it is a folder
    return bool(member.filename) and not (member.is_dir() or any(map(is_junk, parts)) or parts == [""])


def _told_apart(members: Sequence[zipfile.ZipInfo]) -> list[str]:
    """The paths of members inside their archive; one that fell together with an earlier one has a number."""
    paths = [_inner_path(member.filename) for member in members]
    taken = {parent.as_posix() for path in set(paths) for parent in PurePosixPath(path).parents}
    numbers: dict[str, int] = {}
    found = []
    for path in paths:
        stem, suffix = posixpath.splitext(path)
        told = path
        while told in taken:
            numbers[path] = numbers.get(path, 1) + 1
            told = f"{stem} ({numbers[path]}){suffix}"
        taken.add(told)
        found.append(told)
    return found


def _inner_path(name: str) -> str:
    """A name inside an archive without drives, steps upwards and control characters."""
    parts = without_controls(name).replace("\\", "/").split("/")
    return "/".join(part for part in parts if part not in ("", ".", "..") and not _DRIVE.match(part))
