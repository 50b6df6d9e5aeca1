"""What passwords open inside of ZIP files: members by WinZip's AES, parts of OpenDocument packages.

No library that is still kept opens OpenDocument files, and `cryptography`, which others of our libraries
need, has every cipher. Sources: WinZip, "AES Encryption Information", AE-1 and AE-2; OpenDocument 1.2, part
3, 4.8, with the key derivation by Argon2 and the one encrypted package that LibreOffice writes since 24.2.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
import zipfile
import zlib
from base64 import b64decode
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

__all__ = ["AES_METHOD", "odf_part", "winzip_member"]

AES_METHOD: Final = 99
"""The method that a ZIP names for a member encrypted by AES; the real one stands in its extra field."""
_EXTRA: Final = 0x9901
_ROUNDS: Final = 1_000
_CODE: Final = 10
_GCM_START: Final = 12
_HASHES: Final = ("sha256", "sha1")
_CHECKED: Final = 1_024


def winzip_member(member: zipfile.ZipInfo, data: bytes, passwords: Sequence[str]) -> tuple[bytes, int] | None:
    """The packed bytes of a member encrypted by AES and the method that they are packed by.

    None where no password opens it.

    Raises:
        ValueError: it is cut off, changed or of an unknown strength.
    """
    strength, method = _strength(member.extra)
    salt, check, sealed, code = (
        data[: 4 + 4 * strength],
        data[4 + 4 * strength : 6 + 4 * strength],
        data[6 + 4 * strength : -_CODE],
        data[-_CODE:],
    )
    size = 8 + 8 * strength
    for password in passwords:
        keys = hashlib.pbkdf2_hmac("sha1", password.encode(), salt, _ROUNDS, 2 * size + 2)
        if keys[2 * size :] != check:
            continue
        if hmac.digest(keys[size : 2 * size], sealed, "sha1")[:_CODE] == code:
            return _counted(keys[:size], sealed), method
    return None


def _strength(extra: bytes) -> tuple[int, int]:
    """Strength (1 to 3 for keys of 128 to 256 bits) and method of an encrypted member."""
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        if kind == _EXTRA and size >= 7:
            strength, method = struct.unpack_from("<BH", extra, 8)
            if 1 <= strength <= 3:
                return strength, method
        extra = extra[4 + size :]
    raise ValueError("it does not say how it is encrypted")


def _counted(key: bytes, data: bytes) -> bytes:
    """AES in counter mode as WinZip has it: the counter is little-endian and begins with 1."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    counters = np.zeros((-(-len(data) // 16), 2), "<u8")
    counters[:, 0] = np.arange(1, len(counters) + 1)
    stream = Cipher(algorithms.AES(key), modes.ECB()).encryptor().update(counters.tobytes())
    sealed = np.frombuffer(data, np.uint8)
    opened: bytes = (sealed ^ np.frombuffer(stream, np.uint8)[: len(sealed)]).tobytes()
    return opened


def odf_part(entry: Any, data: bytes, password: str, most: int) -> bytes | None:
    """A part of an OpenDocument package as it was before it was encrypted; None if the password is another.

    Args:
        entry: The part's `manifest:encryption-data` element.
        data: The part as it stands in the package.
        password: The package's password.
        most: So many bytes it may unpack to.

    Raises:
        ValueError: it unpacks to more, or its encryption is of an unknown kind or broken.
    """
    told = {node.tag.rpartition("}")[2]: _named(node) for node in entry.iter()}
    key = _odf_key(told, password)
    algorithm = told["algorithm"]
    start = b64decode(algorithm["initialisation-vector"])
    packed = _odf_opened(algorithm["algorithm-name"].lower(), key, start, data)
    if packed is None or not _is_right(told["encryption-data"], packed):
        return None
    if packed.startswith(b"PK\x03\x04"):
        return packed
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        opened = unpacker.decompress(packed, most)
    except zlib.error:
        return None
    if unpacker.unconsumed_tail:
        raise ValueError(f"it unpacks to more than {most / 1e6:.0f} MB")
    return opened


def _named(node: Any) -> dict[str, str]:
    return {str(name).rpartition("}")[2]: str(value) for name, value in node.attrib.items()}


def _odf_key(told: dict[str, dict[str, str]], password: str) -> bytes:
    """The key by the password's digest, stretched as the package says."""
    derivation, first = told["key-derivation"], told.get("start-key-generation", {})
    start = hashlib.new(_hash_of(first.get("start-key-generation-name", "sha1")), password.encode()).digest()
    size, salt = int(derivation.get("key-size", 16)), b64decode(derivation["salt"])
    if "argon2" in derivation["key-derivation-name"].lower():
        from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

        times, lanes, memory = (
            int(derivation[f"argon2-{name}"]) for name in ("iterations", "lanes", "memory")
        )
        if memory > 1 << 20 or times > 100 or lanes > 16:
            raise ValueError("its key takes too long to derive")
        return Argon2id(salt=salt, length=size, iterations=times, lanes=lanes, memory_cost=memory).derive(
            start
        )
    rounds = int(derivation.get("iteration-count", 1_024))
    if rounds > 10_000_000:
        raise ValueError("its key takes too long to derive")
    return hashlib.pbkdf2_hmac("sha1", start, salt, rounds, size)


def _hash_of(name: str) -> str:
    return next((known for known in _HASHES if known in name.lower()), "sha1")


def _odf_opened(name: str, key: bytes, start: bytes, data: bytes) -> bytes | None:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.decrepit.ciphers import algorithms as old
    from cryptography.hazmat.decrepit.ciphers import modes as old_modes
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if "gcm" in name:
        sealed = data[_GCM_START:] if data.startswith(start[:_GCM_START]) else data
        try:
            return AESGCM(key).decrypt(start[:_GCM_START], sealed, None)
        except InvalidTag:
            return None
    if "blowfish" in name:
        return Cipher(old.Blowfish(key), old_modes.CFB(start)).decryptor().update(data)
    if "aes" in name and len(data) % 16 == 0 and data:
        opened = Cipher(algorithms.AES(key), modes.CBC(start)).decryptor().update(data)
        return opened[: -opened[-1]] if 0 < opened[-1] <= 16 else None
    raise ValueError(f"it is encrypted by {name}")


def _is_right(checksum: dict[str, str], packed: bytes) -> bool:
    """Whether the packed bytes are those that were encrypted, where the package has their digest."""
    if "checksum" not in checksum:
        return True
    name = checksum.get("checksum-type", "sha1")
    covered = packed[:_CHECKED] if name.lower().endswith("1k") else packed
    return hmac.compare_digest(hashlib.new(_hash_of(name), covered).digest(), b64decode(checksum["checksum"]))
