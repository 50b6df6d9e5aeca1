"""Protected files opened with a password: an open copy that exists while the file is read.

PDF is opened by pdfium, Office files by msoffcrypto-tool (ECMA-376 agile and standard encryption),
OpenDocument by `ingest.encryption`.
Passwords are kept nowhere and stand in no message.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from ingest.encryption import odf_part
from ingest.loaders.package import opened_package
from rag.errors import DocumentError, EncryptedDocumentError
from rag.temporary import TemporaryFolder

__all__ = ["needs_password", "unlocked"]

_REMOVE_SECURITY: Final = 3
"""FPDF_REMOVE_SECURITY of fpdf_save.h."""
_OPENDOCUMENT: Final = "application/vnd.oasis.opendocument."
_MANIFEST: Final = "META-INF/manifest.xml"
_WHOLE: Final = "encrypted-package"
_LARGEST_PART: Final = 200_000_000


@contextmanager
def unlocked(path: Path, source: str, media_type: str, passwords: Sequence[str]) -> Iterator[Path]:
    """The file as it can be read: itself, or for the time of the block an open copy of a protected one.

    Raises:
        EncryptedDocumentError: it is protected, and no password opens it.
        DocumentError: its encryption is broken or of an unknown kind.
    """
    opens = _OPENS.get(media_type)
    if media_type.startswith(_OPENDOCUMENT) and _is_encrypted(path):
        opens = _open_opendocument
    if opens is None or (opens is _open_pdf and not passwords):  # a PDF's loader tells that it is locked
        yield path
        return
    with TemporaryFolder() as folder:  # cleared also if this process is killed
        copy = folder / f"opened{path.suffix[:16]}"
        for password in ("", *passwords):
            if opens(path, copy, password):
                yield copy if copy.exists() else path
                return
    raise EncryptedDocumentError(needs_password(source, len(passwords)))


def needs_password(source: str, tried: int = 0) -> str:
    """What to tell about a file that opens with a password only."""
    if tried:
        given = "the password given" if tried == 1 else f"none of the {tried} passwords given"
        return (
            f"{source} is protected, and {given} {'does not open' if tried == 1 else 'opens'} it: try another"
        )
    return (
        f"{source} is protected and needs a password: give it with --password, or beside the file in the "
        "app's list of results"
    )


def _open_pdf(path: Path, copy: Path, password: str) -> bool:
    """Whether a password opens a PDF; one that needs none is not copied."""
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(path, password=password or None)
    except pypdfium2.PdfiumError as error:
        return "password" not in str(error).lower()  # broken: its loader tells
    try:
        if password:
            document.save(copy, flags=_REMOVE_SECURITY)
    finally:
        document.close()
    return True


def _open_office(path: Path, copy: Path, password: str) -> bool:
    """Whether a password opens an encrypted Office file."""
    import msoffcrypto
    from msoffcrypto.exceptions import DecryptionError, InvalidKeyError

    if not password:
        return False
    try:
        with path.open("rb") as source, copy.open("wb") as sink:
            file = msoffcrypto.OfficeFile(source)
            file.load_key(password=password, verify_password=True)
            file.decrypt(sink)
    except (InvalidKeyError, DecryptionError):
        copy.unlink()
        return False
    except Exception as error:  # its parsers raise whatever broken bytes make them raise
        raise DocumentError(
            f"cannot open {path.name}: its encryption is broken or unknown ({error})"
        ) from error
    return True


def _is_encrypted(path: Path) -> bool:
    """Whether an OpenDocument package says that parts of it are encrypted."""
    with opened_package(path, path.name) as package:
        return _MANIFEST in package.names and b"encryption-data" in package.read(_MANIFEST)


def _open_opendocument(path: Path, copy: Path, password: str) -> bool:
    """Whether a password opens an encrypted OpenDocument package; the copy is one without encryption."""
    if not password:
        return False
    try:
        with opened_package(path, path.name) as package, zipfile.ZipFile(copy, "w") as opened:
            entries = _encrypted(package.xml(_MANIFEST))
            for name in sorted(package.names - {_MANIFEST}):
                data = package.read(name)
                if name in entries and data:
                    part = odf_part(entries[name], data, password, _LARGEST_PART)
                    if part is None:
                        return False
                    if name == _WHOLE:
                        opened.close()
                        copy.write_bytes(part)
                        return True
                    data = part
                opened.writestr(name, data)
    except (ValueError, KeyError, TypeError) as error:  # what is missing or broken in the manifest
        raise DocumentError(
            f"cannot open {path.name}: its encryption is broken or unknown ({error})"
        ) from error
    return True


def _encrypted(manifest: Any) -> dict[str, Any]:
    """The description of the encryption of each part that has one, by the part's name."""
    found = {}
    for entry in manifest.iter("{*}file-entry"):
        data = entry.find("{*}encryption-data")
        if data is not None:
            names = [value for key, value in entry.attrib.items() if key.endswith("full-path")]
            found.update(dict.fromkeys(names, data))
    return found


_OPENS: Final = {"application/pdf": _open_pdf, "application/x-encrypted-ooxml": _open_office}
