"""Weights are those that were tested: their files are compared with pinned SHA-256 digests."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final

from rag.errors import ModelError

__all__ = ["cache_folder", "verify"]

_KEPT: Final = "verified.json"
_MOST: Final = 200


def cache_folder() -> Path:
    """Where derived files of models are kept: `citewell` in `XDG_CACHE_HOME`, by default `~/.cache`."""
    root = os.environ.get("XDG_CACHE_HOME")
    return (Path(root) if root else Path.home() / ".cache") / "citewell"


def verify(folder: Path, digests: Mapping[str, str], install: str) -> None:
    """Compare files of a folder with their SHA-256; `install` is the command that brings the right ones.

    A file is read once: its digest is kept in the user's cache under device, inode, size and times, which any
    change of it changes.

    Raises:
        ModelError: a file is missing or another one.
    """
    for name, expected in digests.items():
        path = folder / name
        try:
            status = path.stat()
            parts = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
            found = _digest(path, "-".join(map(str, parts)))
        except OSError as error:
            raise ModelError(
                f"the weights {path} cannot be read ({error.strerror}): run `{install}`"
            ) from None
        if found != expected:
            raise ModelError(
                f"the weights {path} have SHA-256 {found[:12]}…, not {expected[:12]}… as those that Citewell "
                f"was tested with, and are not loaded: run `{install}`"
            )


@lru_cache(maxsize=64)
def _digest(path: Path, identity: str) -> str:
    place = cache_folder() / _KEPT
    kept = _read(place)
    match kept.get(str(path)):
        case [str(known), str(digest)] if known == identity:
            return digest
    with path.open("rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
    others = [(name, entry) for name, entry in kept.items() if name != str(path)]
    with contextlib.suppress(OSError):  # then it is read again by the next process
        _write(place, {**dict(others[-_MOST:]), str(path): [identity, digest]})
    return digest


def _read(place: Path) -> dict[str, object]:
    try:
        tree = json.loads(place.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return tree if isinstance(tree, dict) else {}


def _write(place: Path, tree: dict[str, object]) -> None:
    """Whole or not at all; of two processes at once one wins, and the other's files are read once more."""
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=place.parent, prefix=_KEPT)
    with os.fdopen(handle, "w", encoding="utf-8") as sink:
        json.dump(tree, sink, indent=0)
    os.replace(temporary, place)
