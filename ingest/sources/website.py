"""A web page, or all pages that a sitemap lists (https://www.sitemaps.org/protocol.html).

Each page is a document whose source is its address. A page that has not changed since (ETag, Last-Modified)
is not sent again. One that its server says is gone (404, 410) leaves the library with `--prune`, also if the
sitemap has ceased to list it.
"""

from __future__ import annotations

import codecs
import json
import logging
import mimetypes
from collections.abc import Iterable, Iterator
from email.message import Message
from itertools import chain, islice
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import urlsplit
from xml.parsers import expat

import webencodings

from ingest.archives import is_archive
from ingest.file_kinds import SOURCE_SUFFIXES, TEXT_SUFFIXES
from ingest.files import FoundFile
from ingest.sources import LONGEST_ADDRESS, NOWHERE, Asking
from ingest.sources.web_client import Reply, WebClient, clean_address, unzipped
from ingest.zip_files import pieces
from rag.errors import DocumentError, UsageError

__all__ = ["Website", "listed_in"]

_LOG = logging.getLogger(__name__)
_GONE: Final = (404, 410)
_SITEMAP_BYTES: Final = 50_000_000
"""Both bounds are the protocol's."""
_SITEMAP_ENTRIES: Final = 50_000
_DEPTH: Final = 10
_PLACE: Final = 2
"""So deep lies `loc`: in `url` in `urlset`, or in `sitemap` in `sitemapindex`."""
_HEAD: Final = 4_096
_GZIP: Final = b"\x1f\x8b"
_CONDITIONS: Final = (("etag", "If-None-Match"), ("last-modified", "If-Modified-Since"))
_PLAIN: Final = ("text/plain", "application/octet-stream", "binary/octet-stream", "")
_SUFFIXES: Final = {"application/xhtml+xml": ".html", "text/markdown": ".md", "text/plain": ".txt"}


class Website:
    """A page, or the pages of a sitemap and of those that it names."""

    def __init__(self, address: str, asking: Asking) -> None:
        """Keep the address.

        Raises:
            UsageError: it is none.
        """
        try:
            self._address = clean_address(address)
        except DocumentError as error:
            raise UsageError(f"{address}: {error}") from None
        self._asking = asking
        self._count = 0
        self._beyond: set[str] = set()
        """Listed, and not read as the limit says."""
        self._holders: list[str] = []
        """How sources begin that may lie in an archive, or in what could not be looked into this time."""

    def files(self, folder: Path) -> Iterator[FoundFile]:
        """The page, or all pages that the sitemap lists."""
        client = WebClient(self._asking.settings.sources, self._asking.stop)
        try:
            first = self._page(self._address, folder, client)
            try:
                if first is None or (listed := listed_in(first.path)) is None:
                    yield from () if first is None else (first,)
                    return
                first.path.unlink()
                pages, failed = self._pages(*listed, folder, client)
            except DocumentError as error:
                yield FoundFile(NOWHERE, self._address, error=str(error))
                return
            yield from failed
            for address in chain(pages, () if failed else self._unlisted(pages)):
                if self._asking.stop.is_set():
                    return
                page = self._page(address, folder, client)
                if page is not None:
                    self._holders += [f"{address}/"] if page.error or is_archive(page.path) else []
                    yield page
        finally:
            client.close()

    def _page(self, address: str, folder: Path, client: WebClient) -> FoundFile | None:
        """A page, saved; None for one that is gone and that the library is to lose."""
        target = self._place(folder)
        known = self._asking.known(address)
        version = json.loads(known.version) if known else {}
        conditions = {sent: version[told] for told, sent in _CONDITIONS if told in version}
        try:
            reply = client.get(address, target, self._asking.file_bytes, conditions)
        except DocumentError as error:
            target.unlink(missing_ok=True)
            return FoundFile(NOWHERE, address, error=str(error))
        if reply.status == 304 and known is not None:
            return FoundFile(NOWHERE, address, sha256=known.sha256)
        if reply.status in _GONE:
            held = self._asking.held(address)
            lost = [
                one for one in held if one == address or (one.startswith(f"{address}/") and _packs(address))
            ]
            if lost:
                assert self._asking.gone is not None
                self._asking.gone.extend(lost)
                return None
        if reply.status != 200:
            return FoundFile(NOWHERE, address, error=_told(address, reply.status))
        path = target.rename(target.with_suffix(_suffix(address, reply)))
        _mark_encoding(path, reply)
        told = {name: reply.headers[name] for name, _ in _CONDITIONS if name in reply.headers}
        return FoundFile(path, address, path.stat().st_size, version=json.dumps(told) if told else "")

    def _pages(
        self, is_index: bool, entries: list[str], folder: Path, client: WebClient
    ) -> tuple[list[str], list[FoundFile]]:
        """The pages of a sitemap, or of all those that an index names, within the limit and of the same host.

        Beside them, the sitemaps of an index that cannot be read.
        """
        pages = dict.fromkeys(() if is_index else self._own(entries))
        failed = []
        for sitemap in islice(dict.fromkeys(self._own(entries)), self._most) if is_index else ():
            if len(pages) > self._most or self._asking.stop.is_set():
                break
            target = self._place(folder)
            try:
                reply = client.get(sitemap, target, _SITEMAP_BYTES)
                listed = listed_in(target) if reply.status == 200 else None
                if listed is None or listed[0]:
                    raise DocumentError(
                        f"{self._address} names it, and it is no sitemap (HTTP {reply.status})"
                    )
                pages.update(dict.fromkeys(self._own(listed[1])))
            except DocumentError as error:
                failed.append(FoundFile(NOWHERE, sitemap, error=str(error)))
            finally:
                target.unlink(missing_ok=True)
        if len(pages) > self._most:
            _LOG.warning(
                "%s lists more than %d pages (sources.pages): read are the first", self._address, self._most
            )
        self._beyond = set(islice(pages, self._most, None))
        return list(islice(pages, self._most)), failed

    def _own(self, entries: list[str]) -> list[str]:
        """The addresses on the sitemap's own host, as the protocol has it."""
        host, kept, others = urlsplit(self._address).hostname, [], 0
        for entry in entries:
            try:
                address = clean_address(entry)
            except DocumentError:
                others += 1
                continue
            if urlsplit(address).hostname == host:
                kept.append(address)
            else:
                others += 1
        if others:
            _LOG.warning(
                "%s lists %d addresses that are not on its own host: left out", self._address, others
            )
        return kept

    def _unlisted(self, pages: list[str]) -> Iterator[str]:
        """Pages of the library under the sitemap's folder that it no longer lists: are they still there?

        Of what lies in an archive, that is asked for. What is listed beyond the limit is there.
        """
        listed = set(pages)
        asked: dict[str, None] = {}
        for source in self._asking.held(self._address.rsplit("/", 1)[0] + "/"):
            ends = [at for at, sign in enumerate(source) if sign == "/"][3:]
            places = [source[:at] for at in ends] + [source]
            if self._beyond.isdisjoint(places):
                asked[next(filter(_packs, places), source)] = None
        for address in islice((one for one in asked if one not in listed), self._most):
            if not address.startswith(tuple(self._holders)):
                yield address

    @property
    def _most(self) -> int:
        return self._asking.settings.sources.pages

    def _place(self, folder: Path) -> Path:
        self._count += 1
        return folder / f"{self._count}.part"


def listed_in(path: Path) -> tuple[bool, list[str]] | None:
    """Whether a file is an index of sitemaps or a sitemap, and what it lists; None where it is neither.

    Raises:
        DocumentError: it is called one and cannot be read.
    """
    if not path.is_file():
        return None
    with path.open("rb") as file:
        head = file.read(_HEAD)
        packed = head.startswith(_GZIP)
        if packed:
            try:
                head = next(unzipped(iter((head,))), b"")[:_HEAD]
            except DocumentError:
                return None
        if b"<urlset" not in head and b"<sitemapindex" not in head:
            return None
        file.seek(0)
        return b"<sitemapindex" in head, _locations(unzipped(pieces(file)) if packed else pieces(file))


def _locations(content: Iterable[bytes]) -> list[str]:
    """What a sitemap lists.

    Raises:
        DocumentError: it is damaged, too large, nested as none is, or declares a document type, whose
            entities can swell.
    """
    found: list[str] = []
    text, depth = "", 0

    def declared(*_: object) -> None:
        raise DocumentError("the sitemap declares a document type, as none has: it is not read")

    def started(name: str, _: object) -> None:
        nonlocal text, depth
        text, depth = "", depth + 1
        if depth > _DEPTH:
            raise DocumentError("the sitemap is nested deeper than any is: it is not read")

    def told(piece: str) -> None:
        nonlocal text
        if len(text) <= LONGEST_ADDRESS:
            text += piece

    def ended(name: str) -> None:
        nonlocal text, depth
        depth -= 1
        if depth == _PLACE and name.rpartition(":")[2] == "loc" and len(found) < _SITEMAP_ENTRIES:
            found.append(text.strip())
        text = ""

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = declared
    parser.StartElementHandler, parser.EndElementHandler = started, ended
    parser.CharacterDataHandler = told
    size = 0
    try:
        for piece in content:
            size += len(piece)
            if size > _SITEMAP_BYTES:
                raise DocumentError(f"the sitemap is larger than {_SITEMAP_BYTES / 1e6:g} MB: it is not read")
            parser.Parse(piece)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise DocumentError(f"the sitemap is damaged ({error}): it is not read") from None
    return [place for place in found if place]


def _packs(address: str) -> bool:
    return address.lower().endswith(".zip")


def _told(address: str, status: int) -> str:
    if status in _GONE:
        return (
            f"{address} is not there (HTTP {status}): check the address; --prune takes it out of the library"
        )
    if status in (401, 403):
        return f"{address} is not for everybody (HTTP {status}): save it as a file and ingest that"
    return f"{address} cannot be fetched (HTTP {status}): try again later"


def _content_type(reply: Reply) -> Message:
    message = Message()
    message["Content-Type"] = reply.headers.get("content-type", "")
    return message


def _suffix(address: str, reply: Reply) -> str:
    """The suffix that has the file read as what it is sent as; bytes that tell their kind go before it."""
    kind = _content_type(reply).get_content_type() if "content-type" in reply.headers else ""
    own = PurePosixPath(urlsplit(address).path).suffix.lower()
    text = TEXT_SUFFIXES.get(own, "text/plain") if own in TEXT_SUFFIXES or own in SOURCE_SUFFIXES else ""
    if text and text != "text/html" and kind in _PLAIN:
        return own
    return _SUFFIXES.get(kind) or mimetypes.guess_extension(kind, strict=False) or ""


def _mark_encoding(path: Path, reply: Reply) -> None:
    """Write a text whose encoding only the reply names as UTF-8 with its mark, which goes before a guess."""
    content = _content_type(reply)
    # of the names that browsers know only: Python's own codecs include some that take for ever
    encoding = webencodings.lookup(content.get_content_charset("") or "")
    if encoding is None or content.get_content_maintype() != "text":
        return
    data = path.read_bytes()
    if data.isascii() or data.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return
    try:
        text, _ = encoding.codec_info.decode(data, "strict")
    except ValueError:  # it is not what it is called
        return
    path.write_bytes(codecs.BOM_UTF8 + text.encode("utf-8", "replace"))
