"""DNS as the world has it: what a name answers, without a network.

Laws: nothing outside the zones is ever asked; a name that no zone of the world holds is answered as refused. Names are
compared in their canonical form (``canonical``), so a question may be asked in any case, with or without its final dot.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

if TYPE_CHECKING:
    from relaylab.domain.world import DnsRecord

IpAddress: TypeAlias = IPv4Address | IPv6Address

TTL: Final = 5  # seconds, of every record: a cache may not outlive a travel of the clock by more
SERVFAIL: Final = "SERVFAIL"  # as the type of a world's record: the name cannot be had
TIMEOUT: Final = "TIMEOUT"  # as the type of a world's record: nobody answers for the name


class Rcode(StrEnum):
    """How a question is answered (RFC 1035 §4.1.1, RFC 2308 §2)."""

    NOERROR = "NOERROR"  # the name exists; there may be no record of the type that was asked for
    NXDOMAIN = "NXDOMAIN"  # no such name
    SERVFAIL = "SERVFAIL"  # the zone cannot be had; a question may be asked again
    REFUSED = "REFUSED"  # nobody's zone here


class View(StrEnum):
    """Whose eyes a service's host name is looked up with; all else is the same in both views."""

    WORLD = "world"  # as the internet sees it: the service's own addresses
    LAB = "lab"  # as a client of relaylab must see it: the addresses where relaylab listens


class Door(StrEnum):
    """A listener that a service's host name leads to; the words are those of the endpoints in ``serve --json``."""

    SUBMISSION = "submission"
    SUBMISSION_LEGACY = "submission_legacy"
    MX = "mx"
    HVE = "hve"
    ACS_SMTP = "acs_smtp"
    HTTPS = "https"


@dataclass(frozen=True, slots=True)
class Lab:
    """Where relaylab listens: the addresses of each door, and those of the doors that have none of their own."""

    otherwise: tuple[IpAddress, ...]
    doors: tuple[tuple[Door, tuple[IpAddress, ...]], ...] = ()

    def addresses(self, door: Door) -> tuple[IpAddress, ...]:
        """Give the addresses of one door."""
        return next((addresses for one, addresses in self.doors if one is door), self.otherwise)


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """An answer: its code and its records in order; a CNAME that was followed stands before what it led to.

    ``authority`` is the SOA record of the zone that says there is no such name or no such record. ``is_silent`` is an
    answer that never comes: over the wire nothing is sent, and SERVFAIL is what a resolver makes of that.
    """

    rcode: Rcode
    records: tuple[DnsRecord, ...] = ()
    authority: DnsRecord | None = None
    is_silent: bool = False

    def values(self, record_type: str) -> tuple[str, ...]:
        """Give the values of the records of one type."""
        return tuple(record.value for record in self.records if record.type == record_type)


class Zone(Protocol):
    """Answers questions at one instant."""

    def look_up(self, name: str, record_type: str) -> DnsAnswer:
        """Answer for a name, in any case and with or without its final dot, and a type such as ``TXT``."""
        ...


def canonical(name: str) -> str:
    """Give the form that names are compared in: lower case, no final dot, other scripts as RFC 5890 writes them."""
    bare = name.removesuffix(".").lower()
    return bare if bare.isascii() else ".".join(map(_ascii_label, bare.split(".")))


def suffixes(name: str) -> Iterator[str]:
    """Give a name and every name it lies in, the longest first: ``a.b.c``, ``b.c``, ``c``."""
    while name:
        yield name
        name = name.partition(".")[2]


def _ascii_label(label: str) -> str:
    try:
        return label.encode("idna").decode("ascii")
    except UnicodeError:  # no label that DNS could hold: it stays as it is, and nothing will be found at it
        return label
