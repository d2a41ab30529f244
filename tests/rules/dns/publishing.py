"""The DNS of worlds made for a test."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from relaylab.domain.address import DomainName
from relaylab.domain.randomness import Randomness
from relaylab.domain.tenant import AcceptedDomain, Tenant
from relaylab.domain.world import DnsRecord, World
from relaylab.domain.zone import Lab, Zone
from relaylab.rules.catalogue import rulebook
from relaylab.rules.dns.catalogue import zones_of
from tests.builders import TODAY, a_tenant, at


def a_domain_of(name: str = "contoso.com", created: str | None = None, **changes: object) -> AcceptedDomain:
    """An accepted domain, added on a day."""
    return AcceptedDomain(DomainName(name), when_created=at(created) if created else None, **changes)  # type: ignore[arg-type]


def a_tenant_with(domain: AcceptedDomain, name: str = "contoso", **changes: object) -> Tenant:
    return a_tenant(name, domain, **changes)  # type: ignore[arg-type]


def a_record(name: str, kind: str, value: str = "") -> DnsRecord:
    return DnsRecord(DomainName(name), kind, value)


def dns_of(
    *tenants: Tenant,
    now: str | datetime = TODAY,
    lab: Lab | None = None,
    seed: int = 7,
    dns: tuple[DnsRecord, ...] = (),
    milestones: Mapping[str, datetime | None] | None = None,
) -> Zone:
    """The zone of a world of these tenants; a public key is the name of its selector."""
    world = World(tenants=tenants or (a_tenant(),), dns=dns)
    return zones_of(world, rulebook(milestones=milestones), Randomness(seed), str).at(at(now), lab)


def addresses(zone: Zone, name: str) -> tuple[str, ...]:
    return (*zone.look_up(name, "A").values("A"), *zone.look_up(name, "AAAA").values("AAAA"))
