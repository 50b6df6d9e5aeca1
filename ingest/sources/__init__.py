"""What is no file or folder here: web pages, buckets, mail folders. Each gives files, under stable names.

To add a kind, put a module here with a `Source`, and name it in `open_source`.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, Protocol
from urllib.parse import urlsplit

from ingest.files import FoundFile, find_files
from ingest.rules import loaded_by
from rag.errors import ConfigurationError, UsageError
from rag.settings import Settings
from rag.store import Store
from rag.temporary import TemporaryFolder

__all__ = [
    "LONGEST_ADDRESS",
    "NOWHERE",
    "Asking",
    "Known",
    "Source",
    "find_batches",
    "open_source",
    "told_apart",
]

NOWHERE: Final = Path(os.devnull)
"""The path of what could not be fetched, or need not be."""
LONGEST_ADDRESS: Final = 2_000
"""In characters."""
_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{1,20}://")
_BATCH_FILES: Final = 64
_BATCH_BYTES: Final = 200_000_000


class Known(NamedTuple):
    """A document that is read as it would be now: its content, and what its server called the version."""

    sha256: str
    version: str


@dataclass(frozen=True)
class Asking:
    """What a source needs of the run that asks it.

    `gone` takes the names of documents in the library that the source no longer has; None where nobody wants
    to know.
    """

    settings: Settings
    store: Store
    stop: threading.Event
    gone: list[str] | None = None

    def known(self, source: str) -> Known | None:
        """What is known of a document that need not be fetched if it is the same version still."""
        info = self.store.document_by_source(source)
        if info is None or info.loaded_by != loaded_by(info.media_type, self.settings.ingest):
            return None
        version = self.store.versions.find(info.document_id)
        return Known(info.sha256, version) if version else None

    def held(self, prefix: str) -> list[str]:
        """The sources in the library that begin so; none where nobody asks what is gone."""
        if self.gone is None:
            return []
        return [info.source for info in self.store.documents() if info.source.startswith(prefix)]

    @property
    def file_bytes(self) -> int:
        """The largest file."""
        return int(self.settings.ingest.max_file_megabytes * 1_000_000)


class Source(Protocol):
    """A place that files come from; what it no longer has goes to `Asking.gone`, if all of it was seen."""

    def files(self, folder: Path) -> Iterator[FoundFile]:
        """Each item, saved in the folder under a name that is used once, or why it is not.

        The taker may delete what it has taken. One that is in the library already has its `sha256` and no
        file.
        """
        ...


def told_apart(paths: Sequence[Path | str]) -> tuple[list[str], list[Path | str]]:
    """Addresses (`https://…`, `s3://…`), and paths; a `Path` is no address whatever it holds."""
    addresses = [path for path in paths if isinstance(path, str) and _ADDRESS.match(path)]
    return addresses, [path for path in paths if path not in addresses]


def open_source(address: str, asking: Asking) -> Source:
    """The source at an address; nothing is asked of it yet.

    Raises:
        ConfigurationError: the network is off, or a package is wanting.
        UsageError: it is no address that can be read, or holds a user or password.
    """
    scheme = address.split("://")[0].lower()
    schemes = ("http", "https", *asking.settings.sources.schemes)
    if scheme not in schemes:
        raise UsageError(
            f"addresses with {scheme}:// are not read, only with {', '.join(schemes)} (sources.schemes)"
        )
    if len(address) > LONGEST_ADDRESS:
        raise UsageError(f"an address with {scheme}:// has more than {LONGEST_ADDRESS:,} characters")
    try:
        named = "@" in urlsplit(address).netloc
    except ValueError as error:  # brackets that hold no address
        raise UsageError(f"an address that begins with {scheme}:// is none: {error}") from None
    if named:
        raise UsageError(
            f"an address with {scheme}:// holds a user or password, which would be kept with the document: "
            "take it out"
        )
    if asking.settings.offline:
        raise ConfigurationError(
            f"{address} is on the network, which is off: allow it by --set offline=false"
        )
    try:
        if scheme in ("http", "https"):
            from ingest.sources.website import Website

            return Website(address, asking)
        from ingest.sources.buckets import Bucket

        return Bucket(address, asking)
    except ImportError as error:
        raise ConfigurationError(
            f"{scheme}:// needs a package ({error.name}): pip install 'citewell[sources]'"
        ) from error


def find_batches(
    paths: Sequence[Path | str],
    asking: Asking,
    names: Mapping[Path, str] | None = None,
    only: Collection[Path] | None = None,
) -> Iterator[list[FoundFile]]:
    """The files of paths (`find_files`), then those of mail folders and addresses, some at a time.

    What was fetched is deleted when the next files are asked for. `names` are those of single paths; of what
    is found on the disk, `only` these are taken where they are given.

    Raises:
        ConfigurationError, UsageError: as `open_source`, before anything is found.
    """
    from ingest.sources.mailboxes import Mailbox, is_mailbox

    addresses, local = told_apart(paths)
    sources = [open_source(address, asking) for address in addresses]
    found = find_files(local, names, asking.settings.ingest.follow_links)
    found = [file for file in found if only is None or file.path in only]
    mail = {file.path: Mailbox(file, asking) for file in found if not file.error and is_mailbox(file.path)}
    yield [file for file in found if file.path not in mail]
    for source in (*mail.values(), *sources):
        yield from _in_batches(source)


def _in_batches(source: Source) -> Iterator[list[FoundFile]]:
    with TemporaryFolder() as folder:
        batch: list[FoundFile] = []
        for file in source.files(folder):
            batch.append(file)
            if len(batch) >= _BATCH_FILES or sum(one.size for one in batch) >= _BATCH_BYTES:
                yield batch
                for one in batch:
                    (folder / one.path.name).unlink(missing_ok=True)
                batch = []
        if batch:
            yield batch
