"""The ClientHello read without TLS: which name and versions a client asks for, before anything is answered.

Only as much of RFC 8446 §4.1.2 as that takes. What is no ClientHello asks for nothing.
"""

from __future__ import annotations

from typing import Final

from relaylab.domain.peer import ClientHello

_HANDSHAKE: Final = 22  # RFC 8446 §5.1
_CLIENT_HELLO: Final = 1
_SERVER_NAME: Final = 0  # RFC 6066 §3
_SUPPORTED_VERSIONS: Final = 43  # RFC 8446 §4.2.1
_TLS_1_3: Final = b"\x03\x04"
LONGEST: Final = 65_536  # octets that are waited for; a longer one asks for nothing


class _Octets:
    """Octets that are read from left to right."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._at = 0

    def take(self, count: int) -> bytes:
        taken = self._octets[self._at : self._at + count]
        if len(taken) < count:
            raise ValueError("it ends too early")
        self._at += count
        return taken

    def number(self, octets: int) -> int:
        return int.from_bytes(self.take(octets), "big")

    def block(self, octets: int) -> _Octets:
        """Take what has its length, in so many octets, before it."""
        return _Octets(self.take(self.number(octets)))

    @property
    def is_empty(self) -> bool:
        return self._at >= len(self._octets)


def read_client_hello(wire: bytes) -> ClientHello | None:
    """Give what the first octets of a connection ask for; None while more of them are needed."""
    try:
        message = _first_message(wire)
        if message is None:
            return None if len(wire) < LONGEST else ClientHello()
        return _asked(message)
    except ValueError:
        return ClientHello()


def _first_message(wire: bytes) -> bytes | None:
    """Put the first handshake message together from its records."""
    message, at = b"", 0
    while len(wire) - at >= 5:
        if wire[at] != _HANDSHAKE:
            raise ValueError("it is no handshake")
        length = int.from_bytes(wire[at + 3 : at + 5], "big")
        if len(wire) - at - 5 < length:
            return None
        message += wire[at + 5 : at + 5 + length]
        at += 5 + length
        if len(message) >= 4 and len(message) >= 4 + int.from_bytes(message[1:4], "big"):
            return message
    if wire and wire[0] != _HANDSHAKE:
        raise ValueError("it is no handshake")
    return None


def _asked(message: bytes) -> ClientHello:
    octets = _Octets(message)
    if octets.number(1) != _CLIENT_HELLO:
        raise ValueError("it is no ClientHello")
    hello = octets.block(3)
    hello.take(2 + 32)  # version and random
    for length in (1, 2, 1):  # session id, cipher suites, compression
        hello.block(length)
    name, offers_tls_1_3 = None, False
    extensions = _Octets(b"") if hello.is_empty else hello.block(2)
    while not extensions.is_empty:
        kind, content = extensions.number(2), extensions.block(2)
        if kind == _SERVER_NAME and not content.is_empty:
            names = content.block(2)
            names.take(1)  # host_name
            name = names.take(names.number(2)).decode("ascii", "replace")
        elif kind == _SUPPORTED_VERSIONS:
            versions = content.block(1)
            while not versions.is_empty:
                offers_tls_1_3 |= versions.take(2) == _TLS_1_3
    return ClientHello(name or None, offers_tls_1_3)
