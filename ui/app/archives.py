"""ZIP archives among the uploads: their files are taken out, within limits, and never outside a folder."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from rag.errors import DocumentError, DocumentTooLargeError
from ui.app.uploads import save_upload

__all__ = ["is_archive", "unpacked"]

_MOST_FILES: Final = 2_000
_MOST_TIMES_LIMIT: Final = 20
"""All files of an archive together may be this many times as large as one upload."""
_DOCUMENT_MARKS: Final = frozenset({"[Content_Types].xml", "mimetype", "META-INF/container.xml"})
_JUNK_FOLDERS: Final = frozenset({"__MACOSX"})


def is_archive(path: Path) -> bool:
    """Whether a file is a ZIP of files, and not a document that happens to be a ZIP (DOCX, EPUB, ODT)."""
    if not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return _DOCUMENT_MARKS.isdisjoint(archive.namelist())
    except zipfile.BadZipFile:
        return False


def unpacked(path: Path, folder: Path, limit_bytes: int) -> Iterator[tuple[str, Path | DocumentError]]:
    """Each file of an archive: its name, and where it was saved or why it was not.

    What is written is counted as it is written, so an archive that lies about its sizes gains nothing.

    Raises:
        DocumentTooLargeError: too many files, or too much in all.
        DocumentError: the archive is damaged.
    """
    left = _MOST_TIMES_LIMIT * limit_bytes
    try:
        with zipfile.ZipFile(path) as archive:
            members = [member for member in archive.infolist() if _wanted(member)]
            if len(members) > _MOST_FILES:
                raise DocumentTooLargeError(
                    f"{path.name} holds {len(members)} files, more than {_MOST_FILES}: upload it in parts"
                )
            for number, member in enumerate(members):
                if left <= 0:
                    raise DocumentTooLargeError(
                        f"{path.name} holds more than {_MOST_TIMES_LIMIT * limit_bytes / 1e6:.0f} MB: "
                        "upload it in parts"
                    )
                try:
                    saved = _saved(archive, member, folder / str(number), min(limit_bytes, left))
                    left -= saved.stat().st_size
                    yield member.filename, saved
                except DocumentError as error:
                    left -= limit_bytes if isinstance(error, DocumentTooLargeError) else 0
                    yield member.filename, error
    except (zipfile.BadZipFile, OSError, EOFError) as error:
        raise DocumentError(f"{path.name} is a damaged archive ({error}): pack it again") from None


def _wanted(member: zipfile.ZipInfo) -> bool:
    place = PurePosixPath(member.filename.replace("\\", "/"))
    hidden = any(part.startswith(".") and part not in {".", ".."} for part in place.parts)
    return not (member.is_dir() or hidden or _JUNK_FOLDERS.intersection(place.parts))


def _saved(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, limit_bytes: int) -> Path:
    if member.flag_bits & 0x1:
        raise DocumentError(f"{member.filename} is encrypted: unpack it yourself and upload what is inside")
    try:
        with archive.open(member) as stream:
            return save_upload(stream, member.filename, folder, limit_bytes)  # type: ignore[arg-type]
    except NotImplementedError as error:
        raise DocumentError(f"{member.filename} is packed in a way that is not read here ({error})") from None
    except zipfile.BadZipFile as error:
        raise DocumentError(f"{member.filename} is damaged in the archive ({error})") from None
