"""DNS as the world has it: what a name answers, without a network.

Law: nothing outside the zone is ever asked; a name that no zone of the world holds is answered as refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from relaylab.domain.world import DnsRecord


class Rcode(StrEnum):
    """How a question is answered (RFC 1035 §4.1.1, RFC 2308 §2)."""

    NOERROR = "NOERROR"  # the name exists; there may be no record of the type that was asked for
    NXDOMAIN = "NXDOMAIN"  # no such name
    SERVFAIL = "SERVFAIL"  # the zone cannot be had; a question may be asked again
    REFUSED = "REFUSED"  # nobody's zone here


@dataclass(frozen=True, slots=True)
class DnsAnswer:
    """An answer: its code and its records in order; a CNAME that was followed stands before what it led to."""

    rcode: Rcode
    records: tuple[DnsRecord, ...] = ()

    def values(self, record_type: str) -> tuple[str, ...]:
        """Give the values of the records of one type."""
        return tuple(record.value for record in self.records if record.type == record_type)


class Zone(Protocol):
    """Answers questions at one instant."""

    def look_up(self, name: str, record_type: str) -> DnsAnswer:
        """Answer for a name, in any case and with or without its final dot, and a type such as ``TXT``."""
        ...
