"""Which addresses of the network may be asked, and the connection that asks no other.

A name is looked up once for a connection, its answers are checked, and the connection is made to the checked number:
whatever the name server says a moment later, nothing else is reached. The check stands in the one place that every
request, redirected or not, goes through.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Sequence

import httpcore

__all__ = ["Deadline", "Guard", "RefusedAddressError", "Resolver", "is_public", "look_up"]

Resolver = Callable[[str, int], Sequence[str]]
"""Host and port -> the numbers of the host."""

_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")  # RFC 6052: IPv4 behind a translator
_SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


class RefusedAddressError(Exception):
    """A host that has no public address."""


def is_public(address: str) -> bool:
    """Return whether a number is one of the public internet.

    Parameters
    ----------
    address
        An IPv4 or IPv6 address. One that carries an IPv4 address inside (mapped, 6to4, Teredo, translated) is public
        when that is.

    Returns
    -------
    bool
        False for private, shared, loopback, link-local (where clouds keep their metadata), multicast, unspecified and
        reserved addresses, as IANA lists them.
    """
    number = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(number, ipaddress.IPv6Address):
        inner = number.ipv4_mapped or number.sixtofour or (number.teredo[1] if number.teredo else None)
        if inner is None and number in _TRANSLATED:
            inner = ipaddress.IPv4Address(number.packed[-4:])
        if inner is not None or number.is_site_local:
            return inner is not None and is_public(str(inner))
    return number.is_global and not (
        number.is_private
        or number.is_loopback
        or number.is_link_local
        or number.is_multicast
        or number.is_reserved
        or number.is_unspecified
    )


def look_up(host: str, port: int) -> list[str]:
    """Return the numbers of a host as the system knows them, each once.

    Raises
    ------
    OSError
        When the name is not known, or nobody answers.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


class Deadline(threading.local):
    """The moment (of the monotonic clock) by which the request of this thread must have ended."""

    at: float = float("inf")

    def left(self, timeout: float | None) -> float:
        """Return the seconds that may still be waited, at most ``timeout``.

        Raises
        ------
        httpcore.ReadTimeout
            When there are none left.
        """
        left = self.at - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time for one answer is over")  # noqa: EM101
        return left if timeout is None else min(left, timeout)


class Guard(httpcore.NetworkBackend):
    """Makes connections to public addresses only (to any, where ``allow_private``), each until the deadline."""

    def __init__(self, *, allow_private: bool, resolve: Resolver, deadline: Deadline) -> None:
        self._allow_private = allow_private
        self._resolve = resolve
        self._deadline = deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[_SocketOption] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first address of a host that may be asked and answers.

        Raises
        ------
        RefusedAddressError
            When the host has no address that may be asked.
        httpcore.ConnectError
            When the name is not known or nobody answers.
        """
        try:
            numbers = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            msg = f"the name {host} is not known ({error})"
            raise httpcore.ConnectError(msg) from error
        asked = [number for number in numbers if self._allow_private or is_public(number)]
        if not asked:
            msg = f"{host} is {', '.join(numbers) or 'nowhere'}, which is not an address of the public internet"
            raise RefusedAddressError(msg)
        for number in asked[:-1]:
            try:
                return self._connected(number, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return self._connected(asked[-1], port, timeout, local_address, socket_options)

    def _connected(
        self,
        number: str,
        port: int,
        timeout: float | None,
        local_address: str | None,
        socket_options: Iterable[_SocketOption] | None,
    ) -> httpcore.NetworkStream:
        stream = self._inner.connect_tcp(number, port, self._deadline.left(timeout), local_address, socket_options)
        return _Stream(stream, self._deadline)

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[_SocketOption] | None = None
    ) -> httpcore.NetworkStream:
        """Refuse: a socket of this machine is no address of the internet."""
        del timeout, socket_options
        raise RefusedAddressError(path)


class _Stream(httpcore.NetworkStream):
    """A connection on which no wait outlasts the deadline, however small the pieces are that trickle in."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(
            self._inner.start_tls(ssl_context, server_hostname, self._deadline.left(timeout)), self._deadline
        )

    def get_extra_info(self, info: str) -> object:
        return self._inner.get_extra_info(info)
