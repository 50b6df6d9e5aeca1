"""Which files to ingest: paths, folders and globs become files, each with its source name."""

from __future__ import annotations

import contextlib
import glob
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rag.schema import without_controls
from rag.text import revealed

__all__ = ["FoundFile", "find_files", "is_junk", "is_maildir", "safe_name"]

_JUNK_FILES: Final = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"})
_JUNK_FOLDERS: Final = frozenset(
    {"__pycache__", "node_modules", "__macosx", "$recycle.bin", "system volume information", "venv"}
)
_LIBRARY: Final = "catalog.sqlite"
"""The file that makes a folder a library: neither this one nor another is ingested."""
_LOCK_FILE: Final = "~$"
_MAILDIR: Final = frozenset({"cur", "new", "tmp"})
"""The folders that make a folder a Maildir (https://cr.yp.to/proto/maildir.html)."""
_LONGEST_NAME: Final = 255


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file to ingest under its source name, or, with `error`, a path that is none.

    `locked` says that a password was wanting. With `sha256` there is no file to read: the source says that it
    holds what the document of that digest was read from. `version` is what its server calls this version.
    """

    path: Path
    source: str
    size: int = 0
    error: str = ""
    locked: bool = False
    sha256: str = ""
    version: str = ""

    def __post_init__(self) -> None:
        """Names are told with what cannot be seen of them written out."""
        object.__setattr__(self, "source", revealed(self.source))
        object.__setattr__(self, "error", revealed(self.error))


def find_files(
    paths: Sequence[Path | str], sources: Mapping[Path, str] | None = None, follow_links: bool = False
) -> list[FoundFile]:
    """The files that paths, folders (all that is in them) and globs name, each once.

    What lies in a folder comes sorted by path; hidden files, lock files, libraries and the junk of
    operating systems and build tools are passed over there, but not where they are named themselves. A
    Maildir folder is found as one. The source of a file is its absolute POSIX path with symbolic links
    resolved, or what `sources` says for its path, made safe.

    A symbolic link that is named itself is followed. One that is met in a folder or by a glob is followed
    where it leads to something inside what was named, or with `follow_links`; another is an error: a folder
    that came from elsewhere could have any file of this machine read.
    """
    names = {Path(path).resolve(): safe_name(name) for path, name in (sources or {}).items()}
    found: dict[str, FoundFile] = {}
    named = None if follow_links else [_place(given) for given in paths]
    for given in paths:
        for file in _named(given, named):
            file = _with_source(file, names)
            found.setdefault(file.source, file)
    return list(found.values())


def safe_name(name: str) -> str:
    r"""The last part of a file name that came from outside, without control characters.

    >>> safe_name("../../etc/pass\nwd")
    'passwd'
    """
    last = without_controls(name).replace("\\", "/").rstrip("/ ").rsplit("/", 1)[-1].strip()
    return last[-_LONGEST_NAME:] if last.strip(".") else "upload"


_Places = Sequence[Path] | None
"""What links may lead into; None for anywhere."""


def _place(given: Path | str) -> Path:
    """What a path names with all that is in it; of a glob the folder before its first wildcard."""
    path = Path(os.path.expanduser(given))
    with contextlib.suppress(OSError, ValueError):  # told where the path is read
        if not path.exists():
            wild = next((n for n, part in enumerate(path.parts) if glob.has_magic(part)), len(path.parts))
            path = Path(*path.parts[:wild])
        return path.resolve()
    return path


def _leads_out(path: Path, named: _Places) -> bool:
    if named is None:
        return False
    target = path.resolve()
    return not any(target.is_relative_to(place) for place in named)


def _left_out(path: Path) -> FoundFile:
    told = (
        f"{path} is a symbolic link that leads out of what was given, to {path.resolve()}: give that too, "
        "or set ingest.follow_links = true"
    )
    return FoundFile(path, os.fsencode(path.absolute().as_posix()).decode("utf-8", "replace"), error=told)


def _named(given: Path | str, named: _Places) -> Iterator[FoundFile]:
    path = Path(os.path.expanduser(given))
    try:
        if path.is_dir():
            yield from _in_folder(path, named)
        elif path.exists() or not glob.has_magic(str(path)):
            yield _file(path, missing="no such file or folder: check the path")
        else:
            yield from _matching(path, str(given), named)
    except (OSError, ValueError) as error:  # a name that is too long, or holds a null character
        yield FoundFile(
            path, str(given), error=f"cannot read {str(given)!r}: {_reason(error)}. Check the path."
        )


def _matching(pattern: Path, given: str, named: _Places) -> Iterator[FoundFile]:
    matches = sorted(glob.glob(str(pattern), recursive=True))
    if not matches:
        yield FoundFile(pattern, given, error=f"no file matches {given!r}: check the pattern")
    for match in matches:
        path = Path(match)
        if _leads_out(path, named):
            yield _left_out(path)
        elif path.is_dir():
            yield from _in_folder(path, named)
        else:
            yield _file(path)


def _in_folder(folder: Path, named: _Places) -> Iterator[FoundFile]:
    """Regular files under a folder; a folder that cannot be listed is told as an error."""
    errors: list[OSError] = []
    seen: set[tuple[int, int]] = set()
    for parent, folders, files in os.walk(folder, onerror=errors.append, followlinks=True):
        status = os.stat(parent)
        is_loop = (status.st_dev, status.st_ino) in seen  # by a symbolic link that leads back up
        if is_loop or _LIBRARY in files:
            folders.clear()
            continue
        seen.add((status.st_dev, status.st_ino))
        if _MAILDIR.issubset(folders):  # of what is in it only its folders count, such as `.Sent`
            yield FoundFile(Path(parent), _source(Path(parent)))
            files = []
            wanted = sorted(name for name in folders if is_maildir(Path(parent, name)))
        else:
            wanted = sorted(name for name in folders if not is_junk(name, _JUNK_FOLDERS))
        out = {name for name in wanted if _is_link_out(Path(parent, name), named)}
        folders[:] = [name for name in wanted if name not in out]
        yield from (_left_out(Path(parent, name)) for name in sorted(out))
        for name in sorted(files):
            path = Path(parent, name)
            if is_junk(name, _JUNK_FILES) or not path.is_file():
                continue
            yield _left_out(path) if _is_link_out(path, named) else _file(path)
    for error in errors:
        path = Path(error.filename or folder)
        yield FoundFile(path, path.as_posix(), error=f"cannot list folder {path}: {_reason(error)}")


def _is_link_out(path: Path, named: _Places) -> bool:
    return path.is_symlink() and _leads_out(path, named)


def is_junk(name: str, junk: frozenset[str] = _JUNK_FILES | _JUNK_FOLDERS) -> bool:
    """Whether the name of a file or folder is hidden, a lock's, or left by a system or build tool."""
    return name.startswith((".", _LOCK_FILE)) or name.lower() in junk


def is_maildir(path: Path) -> bool:
    """Whether a path is a folder that mail programs keep messages in, a file each."""
    return all((path / name).is_dir() for name in _MAILDIR)


def _file(path: Path, missing: str = "") -> FoundFile:
    if not path.exists():
        link = "a broken symbolic link" if path.is_symlink() else ""
        return FoundFile(path, _source(path), error=f"{path}: {link}" if link else missing)
    if not path.is_file():
        return FoundFile(path, _source(path), error=f"{path} is not a regular file: give files or folders")
    return FoundFile(path, _source(path), path.stat().st_size)


def _with_source(file: FoundFile, names: Mapping[Path, str]) -> FoundFile:
    name = names.get(file.path.resolve()) if names else None
    return FoundFile(file.path, name, file.size, file.error) if name else file


def _source(path: Path) -> str:
    """The absolute path; bytes that are not UTF-8 become U+FFFD, which a database can hold."""
    return os.fsencode(path.resolve().as_posix()).decode("utf-8", "replace")


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else str(error)) or type(error).__name__
