"""Fetching a file: gone on with where it broke off, and under its name only once its bytes are right."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import urljoin, urlsplit

import httpx

from rag.errors import ModelError
from rag.models.exchange import PLAIN, within
from rag.models.offered import OfferedModel

__all__ = ["fetch"]

_PIECE: Final = 1 << 20
_SPARE: Final = 256 << 20
"""Free bytes that are left on the disk."""
_TRIES: Final = 5
"""Attempts in a row that bring next to nothing new."""
_PAUSE_SECONDS: Final = 1.0
_REDIRECTS: Final = 5
_TIMEOUT: Final = httpx.Timeout(30.0)
_HEAD_SECONDS: Final = 60.0
"""From the name that is looked up to the end of an answer's head."""
_AGAIN: Final = frozenset({408, 429, 500, 502, 503, 504})


def fetch(
    model: OfferedModel,
    folder: Path,
    progress: Callable[[int], None] | None = None,
    pause_seconds: float = _PAUSE_SECONDS,
) -> Path:
    """Bring a model's file into a folder; `progress` gets the bytes that are there.

    What was fetched stays beside it as `….part`, and is gone on with by the next call. A file that is there
    already is only checked.

    Raises:
        ModelError: the hub cannot be reached or gives other bytes, or the disk has no room; says what to do.
    """
    from filelock import FileLock, Timeout

    place = folder / model.file
    part = folder / f"{model.file}.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / f".{model.file}.lock", timeout=0):
            if place.exists():
                return _checked(place, model)
            _Download(model, part, progress or (lambda done: None), pause_seconds).run()
            os.replace(part, place)
    except Timeout:
        raise ModelError(f"another process is fetching {model.file} into {folder}: wait for it") from None
    except OSError as error:
        raise ModelError(
            f"{model.file} cannot be written into {folder}: {error.strerror or error}: make room there, or "
            "name another folder (--folder)"
        ) from None
    return place


def _checked(place: Path, model: OfferedModel) -> Path:
    with place.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != model.sha256:
        raise ModelError(
            f"{place} has SHA-256 {digest[:12]}…, not {model.sha256[:12]}… of {model.name}: move it away, "
            "and fetch again"
        )
    return place


class _UnfinishedError(Exception):
    """The connection failed or ended early: what is there is gone on with."""


class _Download:
    def __init__(
        self, model: OfferedModel, part: Path, progress: Callable[[int], None], pause_seconds: float
    ) -> None:
        self._model, self._part = model, part
        self._progress, self._pause = progress, pause_seconds
        self._digest = hashlib.sha256()
        self._done = 0

    def run(self) -> None:
        """Fetch until all bytes are there, and check them."""
        if self._part.is_symlink():
            self._part.unlink()
        with self._part.open("a+b") as file:
            self._read_again(file)
            self._require_room()
            furthest, idle = self._done, 0
            while self._done < self._model.bytes:
                try:
                    self._go_on(file)
                except (httpx.TransportError, _UnfinishedError) as error:
                    is_further = self._done >= furthest + _PIECE
                    furthest, idle = (self._done, 0) if is_further else (furthest, idle + 1)
                    if idle == _TRIES:
                        raise self._broken(error) from None
                    time.sleep(self._pause * idle)
            file.flush()
            os.fsync(file.fileno())
        if self._digest.hexdigest() != self._model.sha256:
            raise self._wrong(f"SHA-256 {self._digest.hexdigest()[:12]}…, not {self._model.sha256[:12]}…")

    def _read_again(self, file: BinaryIO) -> None:
        """What an earlier call left."""
        file.seek(0)
        while piece := file.read(_PIECE):
            self._digest.update(piece)
            self._done += len(piece)
        if self._done > self._model.bytes:
            self._start_anew(file)
        self._progress(self._done)

    def _start_anew(self, file: BinaryIO) -> None:
        file.truncate(0)
        self._digest, self._done = hashlib.sha256(), 0

    def _require_room(self) -> None:
        free = shutil.disk_usage(self._part.parent).free
        needed = self._model.bytes - self._done + _SPARE
        if free < needed:
            raise ModelError(
                f"{self._model.file} needs {needed / 1e9:.1f} GB in {self._part.parent}, and "
                f"{free / 1e9:.1f} GB are free: make room, or name another folder (--folder)"
            )

    def _go_on(self, file: BinaryIO) -> None:
        with httpx.Client(timeout=_TIMEOUT) as client:
            response = self._opened(client)
            try:
                if response.status_code == httpx.codes.OK:
                    self._start_anew(file)
                for piece in response.iter_raw():
                    if self._done + len(piece) > self._model.bytes:
                        raise self._wrong(f"more than its {self._model.bytes:,} bytes")
                    file.write(piece)
                    self._digest.update(piece)
                    self._done += len(piece)
                    self._progress(self._done)
            finally:
                response.close()
        if self._done < self._model.bytes:
            raise _UnfinishedError("the answer ended early")

    def _opened(self, client: httpx.Client) -> httpx.Response:
        """The answer that brings the rest, over redirects to places that are as safe as the first."""
        address = self._model.address
        headers = PLAIN | ({"Range": f"bytes={self._done}-"} if self._done else {})
        for _ in range(_REDIRECTS):
            request = client.build_request("GET", address, headers=headers)
            response = within(_HEAD_SECONDS, partial(client.send, request, stream=True))
            if not response.has_redirect_location:
                return self._usable(response)
            response.close()
            address = self._onward(address, response.headers["Location"])
        raise ModelError(f"{self._model.address} leads from one place to the next: try again later")

    def _onward(self, address: str, location: str) -> str:
        old = urlsplit(address)
        try:
            onward = str(httpx.URL(urljoin(address, location)))
        except (httpx.InvalidURL, ValueError):
            raise ModelError(f"{old.hostname} sends on to what is no address: try again later") from None
        new = urlsplit(onward)
        if new.scheme != "https" and (new.scheme, new.hostname) != (old.scheme, old.hostname):
            raise ModelError(
                f"{old.hostname} sends on to {new.scheme}://{new.hostname}, which is not https: nothing was "
                "fetched from there"
            )
        return onward

    def _usable(self, response: httpx.Response) -> httpx.Response:
        """The answer, where it is of this file and begins where it is wanted."""
        status, told = response.status_code, response.headers
        whole = (
            told.get("Content-Range", "").rpartition("/")[2] if status == 206 else told.get("Content-Length")
        )
        begins = told.get("Content-Range", "").startswith(f"bytes {self._done}-")
        if status in (200, 206) and (whole or "").isdecimal() and int(whole or 0) != self._model.bytes:
            response.close()
            raise self._wrong(f"{int(whole or 0):,} bytes, not {self._model.bytes:,}")
        if status == 200 or (status == 206 and begins):
            return response
        response.close()
        if status in _AGAIN:
            raise _UnfinishedError(f"HTTP {status}")
        raise ModelError(
            f"{urlsplit(self._model.address).hostname} refuses {self._model.file} (HTTP {status}): try again "
            "later, or fetch the file by other means and put it into the folder"
        )

    def _broken(self, error: Exception) -> ModelError:
        host = urlsplit(self._model.address).hostname
        return ModelError(
            f"{self._model.file} could not be fetched from {host} ({error or type(error).__name__}); "
            f"{self._done:,} of {self._model.bytes:,} bytes are there: run the same command again to go on"
        )

    def _wrong(self, what: str) -> ModelError:
        self._part.unlink(missing_ok=True)
        return ModelError(
            f"what came as {self._model.file} has {what}: it was deleted, and is not used. Try again; if it "
            "comes again, what lies there is not what Citewell was told of"
        )
