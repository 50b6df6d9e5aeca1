"""Segments as files: a cache that is verified when it is opened and can be thrown away."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from rag.regular_files import open_regular, read_regular
from rag.store.database import explained
from rag.store.durable import PRIVATE_FILE, TEMPORARY, make_private_folder, replacing
from rag.store.lexical.segment import Segment

__all__ = ["SegmentCache", "SegmentKey"]

_FORMAT: Final = 1
_LOCK: Final = "publish.lock"
_MANIFEST: Final = "segments.json"
_SUFFIX: Final = ".segment"
_TYPES: Final = {
    "ids": "<i8",
    "offsets": "<i8",
    "average": "<f8",
    "lengths": "<u4",
    "terms": "<u4",
    "peaks": "<f4",
    "positions": "<u2",
    "frequencies": "<u1",
}
"""Wider numbers come first in a file, so that every array starts where its numbers may."""


@dataclass(frozen=True, slots=True)
class SegmentKey:
    """What segments were made from: a library at a version, and how its words are numbered."""

    library: str
    version: int
    terms: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """A segment's file, named by the SHA-256 of what it holds, and the length of each array in it."""

    file: str
    sha256: str
    lengths: dict[str, int]


class SegmentCache:
    """The folder `index/lexical/`: a file for each segment, and a manifest that names them.

    A segment that is on the disk is not written again. The manifest is replaced at the end, so that a
    reader sees the old segments or the new ones; a file that is cut off, changed or missing makes the
    cache useless, and it is built again from the catalog.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._sound: set[str] = set()
        """Files that were verified or written from here: they need not be written again."""

    def load(self, key: SegmentKey) -> tuple[SegmentKey, list[Segment]] | None:
        """The verified segments, mapped into memory, and what they were made from; None if unusable."""
        found = self._manifest()
        if found is None or self.fault(key):
            return None
        self._sound = {entry.file for entry in found[1]}
        try:
            return found[0], [_mapped(self.folder / entry.file, entry.lengths) for entry in found[1]]
        except (OSError, ValueError):  # another process has just replaced it
            return None

    def fault(self, key: SegmentKey) -> str:
        """Why the cache must not be used; empty if it may, or is not there. An older version may."""
        found = self._manifest()
        if found is None:
            return ""
        made, entries = found
        if (made.library, made.terms) != (key.library, key.terms):
            return "it belongs to another library, or its words are numbered in another way"
        for entry in entries:
            try:
                with open_regular(self.folder / entry.file) as source:
                    digest = hashlib.file_digest(source, "sha256").hexdigest()
            except OSError as error:
                return f"{entry.file}: {error.strerror}"
            if digest != entry.sha256:
                return f"{entry.file} has SHA-256 {digest[:12]}…"
        return ""

    def publish(self, key: SegmentKey, segments: Sequence[Segment]) -> list[Segment] | None:
        """Put segments in place of those before, and give them as mapped files.

        None if another process is publishing just now.
        """
        from filelock import FileLock, Timeout

        if not segments and not self.folder.is_dir():
            return []
        with explained(self.folder):
            make_private_folder(self.folder.parent)
            make_private_folder(self.folder)
            try:
                with FileLock(self.folder / _LOCK, timeout=0, mode=PRIVATE_FILE):
                    return self._publish(key, segments)
            except Timeout:
                return None

    def _publish(self, key: SegmentKey, segments: Sequence[Segment]) -> list[Segment]:
        entries = [self._written(segment) for segment in segments]
        content = {"format": _FORMAT, **asdict(key), "segments": [asdict(entry) for entry in entries]}
        with replacing(self.folder / _MANIFEST) as sink:
            sink.write(json.dumps(content, indent=1).encode())
        self._sound = kept = {entry.file for entry in entries}
        for path in self.folder.iterdir():
            if path.suffix == TEMPORARY or (path.suffix == _SUFFIX and path.name not in kept):
                _discard(path)
        return [_mapped(self.folder / entry.file, entry.lengths) for entry in entries]

    def _written(self, segment: Segment) -> _Entry:
        arrays = [
            np.ascontiguousarray(getattr(segment, name), np.dtype(kind)) for name, kind in _TYPES.items()
        ]
        digest = hashlib.sha256()
        for array in arrays:
            digest.update(array.data if array.size else b"")
        name = f"{int(segment.ids[0])}-{digest.hexdigest()[:16]}{_SUFFIX}"
        lengths = {name: len(array) for name, array in zip(_TYPES, arrays, strict=True)}
        if name not in self._sound or not (self.folder / name).is_file():
            with replacing(self.folder / name) as sink:
                for array in arrays:
                    sink.write(array.data if array.size else b"")
        return _Entry(name, digest.hexdigest(), lengths)

    def _manifest(self) -> tuple[SegmentKey, list[_Entry]] | None:
        try:
            found: dict[str, Any] = json.loads(read_regular(self.folder / _MANIFEST))
            if found["format"] != _FORMAT:
                return None
            key = SegmentKey(str(found["library"]), int(found["version"]), str(found["terms"]))
            entries = [_Entry(**entry) for entry in found["segments"]]
            lengths = [entry.lengths[name] for entry in entries for name in _TYPES]
            sound = all(Path(entry.file).name == entry.file for entry in entries)
            return (key, entries) if sound and all(isinstance(length, int) for length in lengths) else None
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None


def _mapped(path: Path, lengths: dict[str, int]) -> Segment:
    """Map a file into memory.

    Raises:
        ValueError: the file is of another size.
    """
    data = np.memmap(path, np.uint8, "r")
    arrays, start = {}, 0
    for name, kind in _TYPES.items():
        end = start + lengths[name] * np.dtype(kind).itemsize
        # a plain view: slicing np.memmap objects costs some microseconds each time
        arrays[name] = np.asarray(data[start:end]).view(np.dtype(kind))
        start = end
    if start != len(data):
        raise ValueError(f"{path.name} has {len(data)} bytes, not {start}")
    return Segment(**arrays)


def _discard(path: Path) -> None:
    """Remove a file; where it cannot be yet (Windows: a reader has it mapped), the next time will do."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return
