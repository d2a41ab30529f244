"""The hosts of the tenants' MX, and what the service publishes for onmicrosoft.com."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from relaylab.domain.tenant import Switch
from relaylab.domain.world import DnsRecord
from relaylab.domain.zone import Door, canonical
from relaylab.engine.publication import Publishing, address_records, published, record
from relaylab.rules import milestones, sources
from relaylab.rules.dns import addresses
from relaylab.rules.dns.hosts import MAIL_PROTECTION, MX_MICROSOFT, dashed, mail_hosts

ZONES: Final = (MAIL_PROTECTION, MX_MICROSOFT, "onmicrosoft.com")


@published(source=sources.MX_HOST_NAMES, door=Door.MX)
def hosts(publishing: Publishing) -> Iterator[DnsRecord]:
    """A domain added before July 2026 has a host below mail.protection.outlook.com, its dots written as dashes."""
    yield from _at(publishing, MAIL_PROTECTION, is_derived=True)


@published(source=sources.MX_HOST_NOT_DERIVED, door=Door.MX)
def hosts_that_are_not_derived(publishing: Publishing) -> Iterator[DnsRecord]:
    """The host of a domain with a hyphen is what its MX record in the world names, else drawn, of the shape seen."""
    yield from _at(publishing, MAIL_PROTECTION, is_derived=False)


@published(source=sources.MX_MICROSOFT, door=Door.MX)
def hosts_at_mx_microsoft(publishing: Publishing) -> Iterator[DnsRecord]:
    """A domain added from July 2026 on, or one with DNSSEC, has its host below mx.microsoft instead."""
    yield from _at(publishing, MX_MICROSOFT, is_derived=False)


@published(source=sources.IPV6_DEFAULT, since=milestones.IPV6_FOR_ACCEPTED_DOMAINS, door=Door.MX)
def hosts_over_ipv6_by_default(publishing: Publishing) -> Iterator[DnsRecord]:
    """The hosts of every domain answer AAAA too, unless an administrator ran Disable-IPv6ForAcceptedDomain."""
    yield from _over_ipv6(publishing, Switch.DEFAULT)


@published(source=sources.IPV6_OPT_IN, door=Door.MX)
def hosts_over_ipv6_on_request(publishing: Publishing) -> Iterator[DnsRecord]:
    """After Enable-IPv6ForAcceptedDomain a domain's hosts answer AAAA whatever the default is."""
    yield from _over_ipv6(publishing, Switch.ON)


@published(source=sources.DNS_INITIAL_DOMAIN)
def initial_domain(publishing: Publishing) -> Iterator[DnsRecord]:
    """A tenant's onmicrosoft.com domain has an MX and an SPF record that nobody has to write."""
    for tenant, domain in publishing.domains():
        if domain.name == tenant.initial_domain:
            yield record(domain.name.name, "MX", f"0 {mail_hosts(publishing, tenant, domain)[0]}")
            yield record(domain.name.name, "TXT", "v=spf1 include:spf.protection.outlook.com -all")


def _at(publishing: Publishing, parent: str, *, is_derived: bool) -> Iterator[DnsRecord]:
    for tenant, domain in publishing.domains():
        derived = f"{dashed(canonical(domain.name.name))}.{MAIL_PROTECTION}"
        for name in mail_hosts(publishing, tenant, domain):
            if name.endswith(f".{parent}") and (name == derived) is is_derived:
                yield from address_records(name, addresses.MX_IPV4)


def _over_ipv6(publishing: Publishing, switch: Switch) -> Iterator[DnsRecord]:
    for tenant, domain in publishing.domains():
        if domain.ipv6_for_accepted_domain is switch:
            for name in mail_hosts(publishing, tenant, domain):
                yield from address_records(name, addresses.MX_IPV6)


PUBLICATIONS: Final = (
    hosts,
    hosts_that_are_not_derived,
    hosts_at_mx_microsoft,
    hosts_over_ipv6_by_default,
    hosts_over_ipv6_on_request,
    initial_domain,
)
