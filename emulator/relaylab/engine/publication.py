"""What the service publishes in DNS by itself: dated, cited statements that give records.

The decorator returns a Publication and registers nothing: order and membership are the ``PUBLICATIONS`` tuples.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Final

from relaylab.domain.address import DomainName
from relaylab.domain.clock import Epoch
from relaylab.domain.memory import Memory
from relaylab.domain.world import DnsRecord
from relaylab.domain.zone import Door, IpAddress, Lab, Zone, canonical
from relaylab.engine.zone import RecordZone

if TYPE_CHECKING:
    from relaylab.domain.randomness import Randomness
    from relaylab.domain.source import Source
    from relaylab.domain.tenant import AcceptedDomain, Tenant
    from relaylab.domain.world import World
    from relaylab.engine.milestones import Calendar, Milestone
    from relaylab.engine.rulebook import Rulebook

_OF_ADDRESS: Final = {4: "A", 6: "AAAA"}
# One epoch is asked about at a time; who travels to and fro should not make each zone anew.
_KEPT: Final = 4


@dataclass(frozen=True, slots=True)
class Publishing:
    """What a publication may know: the instant, the world, the calendar, the dice, and the keys mail is signed with.

    ``signing_key`` gives for a selector, ``selector1`` or ``selector2``, its public key in base64; ``told`` are the
    values that the world's own records have, by name and type.
    """

    now: datetime
    world: World
    calendar: Calendar
    chance: Randomness
    signing_key: Callable[[str], str]
    told: Mapping[tuple[str, str], tuple[str, ...]]

    def domains(self) -> Iterator[tuple[Tenant, AcceptedDomain]]:
        """Give every accepted domain that exists at the instant, with its tenant."""
        for tenant in self.world.tenants:
            for domain in tenant.domains:
                if tenant.when_added(domain) <= self.now:
                    yield tenant, domain


@dataclass(frozen=True, slots=True)
class Publication:
    """One statement of what the service publishes.

    ``since`` and ``until`` are names of milestones (None: always). ``door`` says that its A and AAAA records are hosts
    that clients connect to: in a lab they are the addresses where relaylab listens.
    """

    id: str
    sentence: str
    source: Source
    records: Callable[[Publishing], Iterable[DnsRecord]]
    since: str | None = None
    until: str | None = None
    door: Door | None = None

    def holds(self, now: datetime, calendar: Calendar) -> bool:
        """Tell whether the statement is in force."""
        begun = self.since is None or calendar.has_come(self.since, now)
        return begun and not (self.until is not None and calendar.has_come(self.until, now))

    def publish(self, publishing: Publishing, lab: Lab | None) -> Iterator[DnsRecord]:
        """Give its records, as the internet sees them or as a client of the lab must.

        In a lab a host that has IPv4 addresses has the lab's IPv4 addresses, and one that has IPv6 addresses its IPv6.
        """
        moved: set[tuple[DomainName, str]] = set()
        for one in self.records(publishing):
            if lab is None or self.door is None or one.type not in _OF_ADDRESS.values():
                yield one
            elif (one.name, one.type) not in moved:
                moved.add((one.name, one.type))
                of_lab = address_records(one.name.name, lab.addresses(self.door))
                yield from (own for own in of_lab if own.type == one.type)


def published(
    *,
    source: Source,
    since: Milestone | None = None,
    until: Milestone | None = None,
    door: Door | None = None,
) -> Callable[[Callable[[Publishing], Iterable[DnsRecord]]], Publication]:
    """Make a publication; the docstring becomes its sentence, module and function name its id, ``dns.mx.hosts``."""

    def make(records: Callable[[Publishing], Iterable[DnsRecord]]) -> Publication:
        return Publication(
            id=f"dns.{records.__module__.rpartition('.')[2]}.{records.__name__}",
            sentence=" ".join((records.__doc__ or "").split()),
            source=source,
            records=records,
            since=since.name if since else None,
            until=until.name if until else None,
            door=door,
        )

    return make


def record(name: str, record_type: str, value: str) -> DnsRecord:
    """Make a record of a name that is in order."""
    return DnsRecord(DomainName(name), record_type, value)


def address_records(name: str, addresses: Iterable[IpAddress]) -> Iterator[DnsRecord]:
    """Give the A and AAAA records of a host."""
    return (record(name, _OF_ADDRESS[address.version], str(address)) for address in addresses)


def told_by(world: World) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Give the values of a world's own records, by name and type."""
    told: dict[tuple[str, str], tuple[str, ...]] = {}
    for one in world.dns:
        key = (canonical(one.name.name), one.type)
        told[key] = (*told.get(key, ()), one.value)
    return told


@dataclass(slots=True)
class Zones:
    """The DNS of one world under its rules, at any instant; the zone of an epoch is made when it is first asked for.

    Law: the world's word wins. What the world writes for a name and type is not published beside it, and neither is
    anything that a CNAME of the world excludes.
    """

    publications: tuple[Publication, ...]
    apexes: tuple[str, ...]
    world: World
    rulebook: Rulebook
    chance: Randomness
    signing_key: Callable[[str], str]
    _edges: tuple[datetime, ...] = field(init=False, repr=False)
    _made: dict[tuple[int, Lab | None], Zone] = field(init=False, repr=False, default_factory=dict)
    _memories: dict[int, Memory] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        """Find the instants at which an answer may change."""
        calendar = self.rulebook.calendar
        names = {name for one in self.publications for name in (one.since, one.until) if name is not None}
        dates = {calendar.at(name) for name in names}
        made = {tenant.when_added(domain) for tenant in self.world.tenants for domain in tenant.domains}
        self._edges = tuple(sorted(edge for edge in dates | made if edge is not None))

    def at(self, now: datetime, lab: Lab | None = None) -> Zone:
        """Give the zone at an instant: as the internet sees it, or with a lab, as its clients must."""
        epoch = bisect_right(self._edges, now)
        made = self._made.get((epoch, lab))
        if made is None:
            made = self._zone(now, lab)
            # Another thread may be reading: what is kept is replaced, never changed.
            newest = tuple(self._made.items())[-(_KEPT - 1) :]
            self._made = dict(newest) | {(epoch, lab): made}
        return made

    def memory(self, now: datetime) -> Memory:
        """Give what was worked out from the zone of an instant; the zone itself need not have been made for that."""
        epoch = bisect_right(self._edges, now)
        memory = self._memories.get(epoch)
        if memory is None:
            memory = Memory()
            self._memories = {epoch: memory}
        return memory

    def epoch(self, now: datetime) -> Epoch:
        """Give the slice of time around an instant within which the zone is the same."""
        return Epoch.around(now, self._edges)

    def publishing(self, now: datetime) -> Publishing:
        """Give what publications may know at an instant."""
        told = told_by(self.world)
        return Publishing(now, self.world, self.rulebook.calendar, self.chance, self.signing_key, told)

    def _zone(self, now: datetime, lab: Lab | None) -> RecordZone:
        publishing = self.publishing(now)
        own: dict[str, set[str]] = {}
        for name, kind in publishing.told:
            own.setdefault(name, set()).add(kind)
        added = (
            one
            for publication in self.publications
            if publication.holds(now, self.rulebook.calendar)
            for one in publication.publish(publishing, lab)
            if not _is_excluded(one, own.get(one.name.name, set()))
        )
        domains = (domain.name.name for tenant in self.world.tenants for domain in tenant.domains)
        return RecordZone.of((*self.world.dns, *added), (*self.apexes, *domains))


def _is_excluded(one: DnsRecord, own: set[str]) -> bool:
    """Tell whether the world's own records of the name leave no room for this one."""
    said = own - {"SERVFAIL", "TIMEOUT"}
    return one.type in said or "CNAME" in said or (one.type == "CNAME" and bool(said))
