"""Files in `tests/data/locked` are opened by `salt mine`: by LibreOffice 7.4, Info-ZIP and pyzipper."""

from __future__ import annotations

import hashlib
import os
import zlib
from base64 import b64encode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from ingest.archives import ArchiveLimits, unpacked
from ingest.loaders import load_document
from rag.errors import EncryptedDocumentError
from rag.settings import IngestSettings
from tests.fakes import zipped

LOCKED = Path(__file__).parent.parent / "data" / "locked"
LIMITS = ArchiveLimits(100_000, 1_000_000)
ODF = "application/vnd.oasis.opendocument.text"
NAMES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "text")
)
CONTENT = (
    f"<office:document-content {NAMES}><office:body><office:text><text:p>Rent is due in May.</text:p>"
    "</office:text></office:body></office:document-content>"
)


@pytest.mark.parametrize("name", ["aes.zip", "old.zip"])
def test_members_of_archives_are_opened(tmp_path: Path, name: str) -> None:
    for given in ((), ("wrong",)):
        ((_, error),) = unpacked(LOCKED / name, tmp_path / "out", LIMITS, passwords=given)
        assert isinstance(error, EncryptedDocumentError)
    ((inner, saved),) = unpacked(LOCKED / name, tmp_path / "out", LIMITS, passwords=("wrong", "salt mine"))
    assert inner.endswith("note.txt")
    assert isinstance(saved, Path)
    assert saved.read_text().startswith("The mine closes at nine.")


def test_a_text_of_libreoffice_is_opened() -> None:
    path = LOCKED / "lease.odt"
    for given in ((), ("wrong",)):
        with pytest.raises(EncryptedDocumentError):
            load_document(path, IngestSettings(), passwords=given)
    document = load_document(path, IngestSettings(), passwords=("salt mine",))
    assert "2.3. Late payment costs 2 percent." in document.text
    assert document.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_one_encrypted_package_is_opened(tmp_path: Path) -> None:
    """As LibreOffice writes it since 24.2: the whole package sealed by AES-GCM, its key from Argon2."""
    start, salt = os.urandom(12), os.urandom(16)
    first = hashlib.sha256(b"quince").digest()
    key = Argon2id(salt=salt, length=32, iterations=1, lanes=1, memory_cost=64).derive(first)
    packer = zlib.compressobj(wbits=-15)
    inner = packer.compress(zipped({"mimetype": ODF, "content.xml": CONTENT})) + packer.flush()
    manifest = (
        '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" xmlns:l="urn:x">'
        '<m:file-entry m:full-path="encrypted-package"><m:encryption-data>'
        '<m:algorithm m:algorithm-name="http://www.w3.org/2009/xmlenc11#aes256-gcm" '
        f'm:initialisation-vector="{b64encode(start).decode()}"/>'
        '<m:start-key-generation m:start-key-generation-name="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        f'<m:key-derivation m:key-derivation-name="urn:x:argon2id" m:key-size="32" '
        f'm:salt="{b64encode(salt).decode()}" l:argon2-iterations="1" l:argon2-lanes="1" '
        'l:argon2-memory="64"/></m:encryption-data></m:file-entry></m:manifest>'
    )
    sealed = start + AESGCM(key).encrypt(start, inner, None)
    parts = {"mimetype": ODF, "META-INF/manifest.xml": manifest, "encrypted-package": sealed}
    path = tmp_path / "rent.odt"
    path.write_bytes(zipped(parts))
    with pytest.raises(EncryptedDocumentError):
        load_document(path, IngestSettings(), passwords=("medlar",))
    assert load_document(path, IngestSettings(), passwords=("quince",)).text == "Rent is due in May."
