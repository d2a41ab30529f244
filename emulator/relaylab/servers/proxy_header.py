"""The header of the PROXY protocol, versions 1 and 2: who a balancer says is at the other end.

``HeaderReader`` takes the first octets of a connection as they come. Law: it never takes an octet behind the header,
and never more than the longest header that there can be.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from typing import Final

_LONGEST_LINE: Final = 107  # octets of a version 1 header with its CRLF
_LINE_BEGINS: Final = b"PROXY "
_SIGNATURE: Final = b"\r\n\r\n\x00\r\nQUIT\n"  # of version 2
UNKNOWN: Final = b"PROXY UNKNOWN\r\n"  # what a balancer says that speaks for itself
_FIXED: Final = 16  # octets of a version 2 header before its addresses
_PORT: Final = re.compile(r"0|[1-9][0-9]{0,4}")
_HIGHEST_PORT: Final = 65_535


class ProxyHeaderError(Exception):
    """What came is no header; the text says why."""


@dataclass(frozen=True, slots=True)
class ProxyHeader:
    """What a header says, and the octets that came behind it.

    ``source`` is the client's address; None where the balancer speaks for itself (LOCAL, UNKNOWN).
    """

    source: IPv4Address | IPv6Address | None
    rest: bytes


class HeaderReader:
    """Gathers a header."""

    __slots__ = ("_received",)

    def __init__(self) -> None:
        self._received = b""

    @property
    def has_begun(self) -> bool:
        """True once an octet has come."""
        return bool(self._received)

    def take(self, data: bytes) -> ProxyHeader | None:
        """Take octets; give the header once it is complete; raise ProxyHeaderError for what can be none."""
        self._received += data
        received = self._received
        if _SIGNATURE.startswith(received[: len(_SIGNATURE)]):
            return _version_2(received) if len(received) >= _FIXED else None
        if _LINE_BEGINS.startswith(received[: len(_LINE_BEGINS)]):
            return _version_1(received)
        raise ProxyHeaderError("the connection does not begin with a PROXY header")


def _version_1(received: bytes) -> ProxyHeader | None:
    line, end, rest = received.partition(b"\r\n")
    if not end:
        if len(received) >= _LONGEST_LINE:
            raise ProxyHeaderError(f"a version 1 header has no CRLF within {_LONGEST_LINE} octets")
        return None
    if len(line) + 2 > _LONGEST_LINE:
        raise ProxyHeaderError(f"a version 1 header is longer than {_LONGEST_LINE} octets")
    match line.decode("ascii", "replace").split(" "):
        case ["PROXY", "UNKNOWN", *_]:
            return ProxyHeader(None, rest)
        case ["PROXY", "TCP4" | "TCP6" as family, source, destination, *ports] if len(ports) == 2:
            kind = IPv4Address if family == "TCP4" else IPv6Address
            try:
                kind(destination)
                found = kind(source)
            except ValueError:
                raise ProxyHeaderError(f"a version 1 header has an address that is none of {family}") from None
            if not all(_PORT.fullmatch(port) and int(port) <= _HIGHEST_PORT for port in ports):
                raise ProxyHeaderError("a version 1 header has a port that is none")
            return ProxyHeader(_plain(found), rest)
        case _:
            raise ProxyHeaderError("a version 1 header is not PROXY, a family, two addresses and two ports")


def _version_2(received: bytes) -> ProxyHeader | None:
    version, command = received[12] >> 4, received[12] & 0x0F
    family, length = received[13], int.from_bytes(received[14:_FIXED], "big")
    if version != 2 or command > 1:
        raise ProxyHeaderError(f"a version 2 header has version {version} and command {command}")
    if len(received) < _FIXED + length:
        return None
    addresses, rest = received[_FIXED : _FIXED + length], received[_FIXED + length :]
    if command == 0 or family == 0x00:
        return ProxyHeader(None, rest)
    match family:
        case 0x11 if length >= 12:
            return ProxyHeader(IPv4Address(addresses[:4]), rest)
        case 0x21 if length >= 36:
            return ProxyHeader(_plain(IPv6Address(addresses[:16])), rest)
        case 0x11 | 0x21:
            raise ProxyHeaderError(f"a version 2 header has no room for its addresses in {length} octets")
        case _:
            raise ProxyHeaderError(f"a version 2 header is for something else than TCP over IP (0x{family:02X})")


def _plain(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Give the IPv4 address that a balancer with one socket for both writes as ``::ffff:203.0.113.42``."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
