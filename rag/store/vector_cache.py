"""The FAISS index as files: a cache that is verified when it is read and can be thrown away."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from rag.regular_files import open_regular, read_regular
from rag.store.database import explained
from rag.store.durable import PRIVATE_FILE, TEMPORARY, make_private_folder, replacing
from rag.store.vectors import Fetch, FlatIndex, InvertedIndex, faiss_module, open_index

if TYPE_CHECKING:
    from hashlib import _Hash

__all__ = ["CacheKey", "Manifest", "VectorCache"]

_FORMAT: Final = 1
_LOCK: Final = "publish.lock"


@dataclass(frozen=True, slots=True)
class CacheKey:
    """What an index was made from: a library at a version, under an embedder."""

    library: str
    version: int
    fingerprint: str
    dimension: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the manifest says of the index file."""

    format: int
    library: str
    version: int
    fingerprint: str
    dimension: int
    kind: str
    count: int
    file: str
    sha256: str
    faiss: str


class VectorCache:
    """The folder `index/`: a manifest and the index file that it names, for each embedder.

    The index file is written under a new name, then the manifest is replaced: a reader sees the old
    pair or the new one. A file that is stale, cut off, changed or missing is not used.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def manifest(self, fingerprint: str) -> Manifest | None:
        """The manifest of an embedder's index; None if there is none that can be read."""
        try:
            found = Manifest(**json.loads(read_regular(self._manifest_path(fingerprint))))
        except (OSError, ValueError, TypeError, RecursionError):
            return None
        sound = all(
            type(value).__name__ == Manifest.__annotations__[name] for name, value in asdict(found).items()
        )
        return found if sound and Path(found.file).name == found.file else None

    def load(self, key: CacheKey, fetch: Fetch) -> tuple[FlatIndex | InvertedIndex, int] | None:
        """The verified index and the library version it stands at, or None if it has to be built."""
        manifest = self.manifest(key.fingerprint)
        if manifest is None or self.fault(manifest, key):
            return None
        try:
            read = faiss_module().read_index(str(self.folder / manifest.file))
            if (read.d, read.ntotal) != (manifest.dimension, manifest.count):
                return None
            return open_index(manifest.kind, read, fetch), manifest.version
        except (RuntimeError, AttributeError):  # replaced just now, by another FAISS, or of another kind
            return None

    def fault(self, manifest: Manifest, key: CacheKey) -> str:
        """Why a cached index must not be used; empty if it may. One of an older version may."""
        if manifest.format != _FORMAT:
            return f"format {manifest.format}, not {_FORMAT}"
        if (manifest.library, manifest.fingerprint, manifest.dimension) != (
            key.library,
            key.fingerprint,
            key.dimension,
        ):
            return "it belongs to another library or embedder"
        if manifest.version > key.version:
            return f"it stands at version {manifest.version}, the catalog at {key.version}"
        path = self.folder / manifest.file
        try:
            with open_regular(path) as source:
                found = hashlib.file_digest(source, "sha256").hexdigest()
        except OSError as error:
            return f"{manifest.file}: {error.strerror}"
        return "" if found == manifest.sha256 else f"{manifest.file} has SHA-256 {found[:12]}…"

    def publish(self, key: CacheKey, index: FlatIndex | InvertedIndex) -> None:
        """Put an index in place of the one before, unless another process is at it just now."""
        with self._publishing() as alone:
            if alone:
                self._publish(key, index)

    def clear(self) -> None:
        """Remove all index files: the library holds no vectors."""
        if self.folder.is_dir():
            with self._publishing() as alone:
                for path in self.folder.iterdir() if alone else ():
                    if path.name != _LOCK and path.is_file():
                        path.unlink(missing_ok=True)

    @contextmanager
    def _publishing(self) -> Iterator[bool]:
        """Whether this process alone may change the folder during the block."""
        from filelock import FileLock, Timeout

        with explained(self.folder):
            make_private_folder(self.folder)
            try:
                with FileLock(self.folder / _LOCK, timeout=0, mode=PRIVATE_FILE):
                    yield True
            except Timeout:
                yield False

    def _publish(self, key: CacheKey, index: FlatIndex | InvertedIndex) -> None:
        stem = _stem(key.fingerprint)
        path = self.folder / f"{stem}-{key.version}.faiss"
        digest = hashlib.sha256()
        with replacing(path) as sink:
            _write(index, sink, digest)
        manifest = Manifest(
            format=_FORMAT,
            library=key.library,
            version=key.version,
            fingerprint=key.fingerprint,
            dimension=key.dimension,
            kind=index.kind,
            count=len(index),
            file=path.name,
            sha256=digest.hexdigest(),
            faiss=str(faiss_module().__version__),
        )
        with replacing(self._manifest_path(key.fingerprint)) as sink:
            sink.write(json.dumps(asdict(manifest), indent=1).encode())
        for old in self.folder.iterdir():
            stale = old.name.startswith(stem) and old.suffix == ".faiss" and old != path
            if stale or old.suffix == TEMPORARY:
                old.unlink(missing_ok=True)

    def _manifest_path(self, fingerprint: str) -> Path:
        return self.folder / f"{_stem(fingerprint)}.json"


def _stem(fingerprint: str) -> str:
    return hashlib.sha256(fingerprint.encode()).hexdigest()[:16]


def _write(index: FlatIndex | InvertedIndex, sink: BinaryIO, digest: _Hash) -> None:
    """Write and hash in one go: the index is never held twice in memory."""

    def write(data: bytes) -> int:
        digest.update(data)
        return sink.write(data)

    faiss = faiss_module()
    faiss.write_index(index.faiss_index, faiss.PyCallbackIOWriter(write))
