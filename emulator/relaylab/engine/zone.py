"""A zone made of records: how a question is answered from them, without a network.

Laws: an answer's records lie in the zones, whatever was asked; every look-up ends, also on records that lead in a
circle; nothing that is asked raises an error.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Self

from relaylab.domain.address import DomainName
from relaylab.domain.world import DnsRecord
from relaylab.domain.zone import SERVFAIL, TIMEOUT, TTL, DnsAnswer, Rcode, canonical, suffixes

if TYPE_CHECKING:
    from collections.abc import Mapping

_STATES: Final = frozenset({SERVFAIL, TIMEOUT})
_LONGEST_CHAIN: Final = 16  # CNAME records that are followed, as resolvers do
_ANY: Final = "ANY"


@dataclass(frozen=True, slots=True)
class RecordZone:
    """Records by name and type.

    ``apexes`` are the names at which zones begin: those given, and for a record that lies in none of them the shortest
    name that was written. ``existing`` are the names that exist, also because something lies below them.
    """

    nodes: Mapping[str, Mapping[str, tuple[DnsRecord, ...]]]
    apexes: frozenset[str]
    existing: frozenset[str] = field(repr=False)
    states: Mapping[str, tuple[DnsRecord, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, records: Iterable[DnsRecord], apexes: Iterable[str] = ()) -> Self:
        """Make the zone; a record that is given twice counts once."""
        states: dict[str, tuple[DnsRecord, ...]] = {}
        nodes: dict[str, dict[str, tuple[DnsRecord, ...]]] = {}
        written = dict.fromkeys(map(_canonical, records))
        for one in written:
            if one.type in _STATES:
                states[one.name.name] = (*states.get(one.name.name, ()), one)
            else:
                node = nodes.setdefault(one.name.name, {})
                node[one.type] = (*node.get(one.type, ()), one)
        tops = _apexes(map(canonical, apexes), [one.name.name for one in written], nodes)
        for top in tops:
            nodes.setdefault(top, {}).setdefault("SOA", (_start_of_authority(top),))
        existing = frozenset(above for name in (*nodes, *states) for above in _up_to_apex(name, tops))
        return cls(nodes, tops, existing, states)

    def look_up(self, name: str, record_type: str) -> DnsAnswer:
        """Answer for a name, in any case and with or without its final dot, and a type such as ``TXT``."""
        wanted, at = record_type.upper(), canonical(name)
        followed: list[DnsRecord] = []
        visited = {at}
        while True:
            answer = self._at(at, wanted)
            if answer.rcode is Rcode.REFUSED and followed:
                return DnsAnswer(Rcode.NOERROR, tuple(followed))  # it leads out of the zones: who asks goes on there
            alias = next((one for one in answer.records if one.type == "CNAME" and wanted not in {"CNAME", _ANY}), None)
            if alias is None:
                if answer.rcode is Rcode.SERVFAIL:
                    return answer
                return replace(answer, records=(*followed, *answer.records))
            followed.append(alias)
            at = canonical(alias.value)
            if at in visited or len(visited) > _LONGEST_CHAIN:
                return DnsAnswer(Rcode.SERVFAIL)
            visited.add(at)

    def _at(self, name: str, wanted: str) -> DnsAnswer:
        """Answer from one name, without following a CNAME."""
        apex = next((above for above in suffixes(name) if above in self.apexes), None)
        if apex is None:
            return DnsAnswer(Rcode.REFUSED)
        if (state := self._state(name, wanted)) is not None:
            return DnsAnswer(Rcode.SERVFAIL, is_silent=state.type == TIMEOUT)
        node = self._node(name, apex)
        authority = self.nodes[apex]["SOA"][0]
        if node is None:
            return DnsAnswer(Rcode.NOERROR if name in self.existing else Rcode.NXDOMAIN, authority=authority)
        found = tuple(one for many in node.values() for one in many) if wanted == _ANY else node.get(wanted, ())
        records = found or node.get("CNAME", ())
        return DnsAnswer(Rcode.NOERROR, records, authority=None if records else authority)

    def _state(self, name: str, wanted: str) -> DnsRecord | None:
        """Give the record that says that this cannot be had: of the name for some types, or of a whole zone."""
        for above in suffixes(name):
            for state in self.states.get(above, ()):
                if not state.value or (above == name and wanted in state.value.split()):
                    return state
        return None

    def _node(self, name: str, apex: str) -> Mapping[str, tuple[DnsRecord, ...]] | None:
        """Give the records of a name, or those of the wildcard that stands for it (RFC 4592 §3.3.1)."""
        if name in self.nodes:
            return self.nodes[name]
        if name in self.existing:
            return None
        nearest = next((above for above in suffixes(name) if above in self.existing), apex)
        node = self.nodes.get(f"*.{nearest}")
        if node is None:
            return None
        owner = DomainName(name)
        return {kind: tuple(replace(one, name=owner) for one in many) for kind, many in node.items()}


def _apexes(
    given: Iterable[str], names: Iterable[str], nodes: Mapping[str, Mapping[str, tuple[DnsRecord, ...]]]
) -> frozenset[str]:
    tops = {*given, *(name for name, node in nodes.items() if {"NS", "SOA"} & node.keys())}
    outside = {_owner(name) for name in names if not _lies_in(name, tops)}
    for name in sorted(outside, key=lambda name: name.count(".")):
        if not _lies_in(name, tops):
            tops.add(name)
    return frozenset(tops)


def _lies_in(name: str, tops: set[str]) -> bool:
    return any(above in tops for above in suffixes(name))


def _canonical(one: DnsRecord) -> DnsRecord:
    name = canonical(one.name.name)
    return one if name == one.name.name else replace(one, name=DomainName(name))


def _owner(name: str) -> str:
    """Give the domain that a record is about: ``_dmarc.contoso.com`` is contoso.com's, and so is ``*.contoso.com``."""
    labels = name.split(".")
    last = max((place for place, label in enumerate(labels[:-1]) if label[:1] in {"_", "*"}), default=-1)
    return ".".join(labels[last + 1 :])


def _up_to_apex(name: str, apexes: frozenset[str]) -> Iterable[str]:
    for above in suffixes(name):
        yield above
        if above in apexes:
            return


def _start_of_authority(apex: str) -> DnsRecord:
    """Make the record that begins a zone; its last number is how long an absence may be remembered (RFC 2308 §4)."""
    return DnsRecord(DomainName(apex), "SOA", f"{apex} hostmaster.{apex} 1 {TTL} {TTL} {TTL} {TTL}")
