"""Objects of a bucket through fsspec: `s3://bucket/prefix`, and what else `sources.schemes` allows.

Who may read is told by the environment, as ever with these stores (`AWS_…` variables, profiles, roles;
another endpoint by `AWS_ENDPOINT_URL`), and kept nowhere. An object whose ETag and size are as before is not
fetched.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any, Final

import fsspec

from ingest.archives import is_archive
from ingest.files import FoundFile, is_junk
from ingest.sources import NOWHERE, Asking
from ingest.zip_files import pieces
from rag.errors import UsageError

__all__ = ["Bucket"]

_OPTIONS: Final[dict[str, dict[str, Any]]] = {
    "s3": {"config_kwargs": {"connect_timeout": 10, "read_timeout": 60, "retries": {"max_attempts": 3}}}
}
_VERSION: Final = (
    "ETag",
    "etag",
    "md5Hash",
    "generation",
    "LastModified",
    "last_modified",
    "mtime",
    "updated",
)
_LONGEST_REASON: Final = 300
_LONGEST_SUFFIX: Final = 16


class Bucket:
    """The objects under an address."""

    def __init__(self, address: str, asking: Asking) -> None:
        """Find the package that reads it.

        Raises:
            ImportError: it is not installed.
            UsageError: the address chains others, or names no bucket.
        """
        scheme, _, place = address.partition("://")
        if "::" in address or not place.strip("/"):
            raise UsageError(f"{address} is not read: give {scheme}://BUCKET or {scheme}://BUCKET/PREFIX")
        self._files = fsspec.filesystem(
            scheme.lower(),
            skip_instance_cache=True,
            use_listings_cache=False,
            **_OPTIONS.get(scheme.lower(), {}),
        )
        self._address = f"{scheme.lower()}://{place.rstrip('/')}"
        self._asking = asking

    def files(self, folder: Path) -> Iterator[FoundFile]:
        """Each object that a folder of files would give: nothing hidden, no junk of systems and tools."""
        most = self._asking.settings.sources.objects
        try:
            listed = self._files.find(self._address, detail=True)
        except Exception as error:  # whatever the store's own package raises
            yield self._error(self._address, "listed", error)
            return
        root = self._files._strip_protocol(self._address)
        wanted = {key: info for key, info in listed.items() if _is_wanted(key.removeprefix(root), info)}
        if not wanted or len(wanted) > most:
            told = (
                f"more than {most:,} objects (sources.objects): name a longer prefix" if wanted else "nothing"
            )
            yield FoundFile(NOWHERE, self._address, error=f"{self._address} holds {told}")
            return
        holders = []  # of what may lie in an archive, or in what could not be looked into this time
        for number, (key, info) in enumerate(sorted(wanted.items())):
            if self._asking.stop.is_set():
                return
            found = self._object(key, info, folder / f"{number}{_suffix(key)}")
            if found.error or is_archive(found.path):
                holders.append(f"{found.source}/")
            yield found
        there = {FoundFile(NOWHERE, self._source(key)).source for key in listed}
        for source in self._asking.held(f"{self._source(root)}/"):
            if source not in there and not source.startswith(tuple(holders)):
                assert self._asking.gone is not None
                self._asking.gone.append(source)

    def _source(self, key: str) -> str:
        return str(self._files.unstrip_protocol(key))

    def _object(self, key: str, info: dict[str, Any], target: Path) -> FoundFile:
        source = self._source(key)
        told = {name: str(info[name]) for name in (*_VERSION, "size") if info.get(name) is not None}
        version = json.dumps(told) if len(told) > 1 else ""
        known = self._asking.known(source)
        if known is not None and known.version == version:
            return FoundFile(NOWHERE, source, sha256=known.sha256)
        most = self._asking.file_bytes
        if (info.get("size") or 0) > most:
            return FoundFile(NOWHERE, source, error=_too_large(source, most))
        try:
            size = 0
            with self._files.open(key, "rb") as stream, target.open("wb") as file:
                for piece in pieces(stream):
                    size += len(piece)
                    if size > most:
                        target.unlink()
                        return FoundFile(NOWHERE, source, error=_too_large(source, most))
                    file.write(piece)
        except Exception as error:  # whatever the store's own package raises
            target.unlink(missing_ok=True)
            return self._error(source, "fetched", error)
        return FoundFile(target, source, size, version=version)

    def _error(self, source: str, what: str, error: Exception) -> FoundFile:
        reason = f"{type(error).__name__}: {str(error)[:_LONGEST_REASON]}"
        told = (
            f"{source} cannot be {what} ({reason}): check its name, and endpoint and keys in the environment"
        )
        return FoundFile(NOWHERE, source, error=told)


def _is_wanted(inner: str, info: dict[str, Any]) -> bool:
    """Not the markers of folders, nor what is passed over in a folder."""
    is_file = info.get("type") == "file" and not inner.endswith("/")
    return is_file and not any(is_junk(part) for part in inner.split("/") if part)


def _suffix(key: str) -> str:
    suffix = PurePosixPath(key).suffix.lower()
    return suffix if suffix[1:].isalnum() and suffix.isascii() and len(suffix) <= _LONGEST_SUFFIX else ""


def _too_large(source: str, most: int) -> str:
    return f"{source} is larger than {most / 1e6:g} MB: raise the setting ingest.max_file_megabytes"
