"""Documents that are ZIP packages of XML (EPUB, OpenDocument): parts within limits, no entities."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from rag.errors import DocumentError, DocumentTooLargeError, EncryptedDocumentError

__all__ = ["Package", "broken", "opened_package"]

_LARGEST_PART: Final = 200_000_000
_LARGEST_WHOLE: Final = 1_000_000_000


class Package:
    """An open package; what is read is counted, so that a bomb is stopped."""

    def __init__(self, archive: zipfile.ZipFile, source: str) -> None:
        self._archive = archive
        self._source = source
        self._left = _LARGEST_WHOLE
        self.names = frozenset(archive.namelist())
        """The names of all parts."""

    def read(self, name: str) -> bytes:
        """One part whole.

        Raises:
            DocumentTooLargeError: it unpacks to more than can be meant.
            EncryptedDocumentError: it needs a password.
            DocumentError: there is no such part.
        """
        limit = min(_LARGEST_PART, self._left)
        try:
            info = self._archive.getinfo(name)
            if info.flag_bits & 0x1:
                raise EncryptedDocumentError(f"{self._source} is encrypted: save it without a password")
            with self._archive.open(info) as part:
                data = part.read(limit + 1)
        except KeyError:
            raise DocumentError(f"cannot read {self._source}: its part {name} is missing") from None
        if len(data) > limit:
            raise DocumentTooLargeError(f"{self._source} unpacks to more than {limit / 1e6:.0f} MB: split it")
        self._left -= len(data)
        return data

    def xml(self, name: str) -> Any:
        """The root element of an XML part; entities are not expanded and nothing is fetched.

        Raises:
            DocumentError: as `read`, or the part is no XML.
        """
        from lxml import etree  # type: ignore[import-untyped]

        parser = etree.XMLParser(resolve_entities=False, no_network=True, recover=True, huge_tree=True)
        root = etree.fromstring(self.read(name), parser)
        if root is None:
            raise DocumentError(f"cannot read {self._source}: its part {name} is no XML")
        return root


def broken(source: str, kind: str, error: Exception, remedy: str = "Save it again") -> DocumentError:
    """What is told of a file that is no whole one of its kind, in a user's words; the cause comes last."""
    return DocumentError(
        f"cannot read {source}: broken {kind}, the file is damaged or was not copied whole. {remedy}, or get "
        f"it again. ({type(error).__name__})"
    )


@contextmanager
def opened_package(path: Path, source: str) -> Iterator[Package]:
    """Open a package; everything that goes wrong with the archive inside the block is a `DocumentError`."""
    from lxml import etree

    try:
        with zipfile.ZipFile(path) as archive:
            yield Package(archive, source)
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        EOFError,
        RuntimeError,
        ValueError,
        etree.LxmlError,
    ) as error:
        raise broken(source, "package", error) from error
    except OSError as error:
        if error.filename is not None:
            raise
        raise broken(source, "package", error) from error
    except Exception as error:
        if type(error).__module__ == "zlib":
            raise broken(source, "package", error) from error
        raise
