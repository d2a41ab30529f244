"""A zone as a literal: what each name answers, and which names do not answer at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from relaylab.domain.address import DomainName
from relaylab.domain.world import DnsRecord
from relaylab.domain.zone import DnsAnswer, Rcode

LONGEST_CHAIN = 8


@dataclass(frozen=True, slots=True)
class LiteralZone:
    """Records by lower-case name; ``silent`` pairs of name and type (or ``*``) get SERVFAIL, as a time-out would."""

    records: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    silent: frozenset[tuple[str, str]] = frozenset()
    foreign: frozenset[str] = frozenset()

    def look_up(self, name: str, record_type: str) -> DnsAnswer:
        bare = name.lower().removesuffix(".")
        if bare in self.foreign:
            return DnsAnswer(Rcode.REFUSED)
        return self._follow(bare, record_type, ())

    def _follow(self, name: str, record_type: str, seen: tuple[DnsRecord, ...]) -> DnsAnswer:
        if len(seen) > LONGEST_CHAIN or {(name, record_type), (name, "*")} & self.silent:
            return DnsAnswer(Rcode.SERVFAIL)
        if name not in self.records:
            return DnsAnswer(Rcode.NXDOMAIN, seen)
        held = self.records[name]
        found = tuple(DnsRecord(DomainName(name), kind, value) for kind, value in held if kind == record_type)
        alias = next((value for kind, value in held if kind == "CNAME"), None)
        if not found and alias:
            step = DnsRecord(DomainName(name), "CNAME", alias)
            return self._follow(alias.lower().removesuffix("."), record_type, (*seen, step))
        return DnsAnswer(Rcode.NOERROR, (*seen, *found))


def a_zone(
    records: Mapping[str, Iterable[tuple[str, str]]], *, silent: Iterable[str] = (), foreign: Iterable[str] = ()
) -> LiteralZone:
    """Make a zone from a literal; ``silent`` names answer nothing, ``foreign`` names are nobody's here."""
    return LiteralZone(
        {name.lower(): tuple(held) for name, held in records.items()},
        frozenset((name.lower(), "*") for name in silent),
        frozenset(name.lower() for name in foreign),
    )
