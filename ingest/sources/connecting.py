"""Connections to public addresses only, whatever a name, an address or a redirect says.

A name is looked up once for each connection. All of its addresses are checked, and the connection goes to one
of those, so that a name server that answers otherwise the next time (DNS rebinding) changes nothing. How a
host is spelled does not matter, as what the system makes of it is checked. The name stays the one that TLS
and the Host header are given.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

import httpcore

from rag.errors import DocumentError

__all__ = ["CheckedBackend", "is_public"]

_V6_PUBLIC: Final = ipaddress.ip_network("2000::/3")
_SPECIAL: Final = tuple(
    map(
        ipaddress.ip_network,
        ("192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "2001::/23", "2001:db8::/32", "3fff::/20"),
    )
)
"""Of the registries of special addresses (RFC 6890) those that not every Python tells as such."""
_NAT64: Final = ipaddress.ip_network("64:ff9b::/96")
_TRIED: Final = 4


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the open internet.

    So does one that carries an IPv4 address (mapped, 6to4, NAT64) only if that one does. Not: private,
    loopback, link-local, shared, multicast, reserved, documentation, or Teredo.

    >>> [is_public(a) for a in ("93.184.215.14", "10.0.0.1", "::ffff:127.0.0.1", "2606:2800::1")]
    [True, False, False, True]
    """
    found = ipaddress.ip_address(address.split("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if inner is None and found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
        if found not in _V6_PUBLIC:
            return False
    special = any(found in network for network in _SPECIAL if network.version == found.version)
    return found.is_global and not (special or found.is_multicast or found.is_reserved)


class CheckedBackend(httpcore.NetworkBackend):
    """Opens connections to checked addresses; all that they do ends when `until` has come.

    `private_hosts` are those that may have other addresses. `until` is in seconds of `time.monotonic`.
    """

    def __init__(self, private_hosts: Iterable[str]) -> None:
        self._private = frozenset(_plain(host) for host in private_hosts)
        self._backend = httpcore.SyncBackend()
        self.until = 0.0

    def is_private(self, host: str) -> bool:
        """Whether a host may have other addresses."""
        return _plain(host) in self._private

    def left(self) -> float:
        """Seconds that are left.

        Raises:
            ReadTimeout: none are.
        """
        seconds = self.until - time.monotonic()
        if seconds <= 0:
            raise httpcore.ReadTimeout("it took too long")
        return seconds

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of a host that answers, if all of them may be asked.

        Raises:
            DocumentError: the host is not known, or one of its addresses is not public.
        """
        failure: Exception = httpcore.ConnectError("it has no address")
        for address in self._checked(host, port)[:_TRIED]:
            try:
                stream = self._backend.connect_tcp(address, port, self.left(), local_address, socket_options)
                return _TimedStream(stream, self.left)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    def _checked(self, host: str, port: int) -> list[str]:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise DocumentError(f"the host {host} is not known ({error}): check the address") from error
        addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
        if not self.is_private(host):
            for address in addresses:
                if not is_public(address):
                    raise DocumentError(
                        f"{host} is at {address}, which is in a private network or on this machine: if you "
                        f"mean it, put {host} into the list sources.private_hosts"
                    )
        return addresses


def _plain(host: str) -> str:
    """A host as addresses have it: in ASCII, without brackets."""
    with contextlib.suppress(UnicodeError):
        host = host.encode("idna").decode("ascii")
    return host.lower().strip("[]")


class _TimedStream(httpcore.NetworkStream):
    """A connection of which no step waits longer than is left for all."""

    def __init__(self, stream: httpcore.NetworkStream, left: Callable[[], float]) -> None:
        self._stream, self._left = stream, left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._left())

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._stream.start_tls(ssl_context, server_hostname, self._left())
        return _TimedStream(stream, self._left)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
