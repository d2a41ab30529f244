"""The public keys that the CNAME records of a tenant's domains lead to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from relaylab.domain.world import DnsRecord
from relaylab.engine.publication import Publishing, published, record
from relaylab.rules import sources
from relaylab.rules.dns.hosts import ARC_DOMAIN, ARC_SELECTOR, DKIM_MAIL_MICROSOFT, SELECTORS, dkim_names

ZONES: Final = (DKIM_MAIL_MICROSOFT, f"_domainkey.{ARC_DOMAIN}")
_AZURE: Final = "azurecomm-prod-net._domainkey.azurecomm.net"


@published(source=sources.DNS_DKIM)
def keys(publishing: Publishing) -> Iterator[DnsRecord]:
    """The keys of a domain added before May 2025 are published below the tenant's onmicrosoft.com domain."""
    yield from _keys(publishing, at_mail_microsoft=False)


@published(source=sources.DNS_DKIM_MAIL_MICROSOFT)
def keys_at_dkim_mail_microsoft(publishing: Publishing) -> Iterator[DnsRecord]:
    """The keys of a domain added from May 2025 on are published below dkim.mail.microsoft."""
    yield from _keys(publishing, at_mail_microsoft=True)


@published(source=sources.DNS_INITIAL_DOMAIN)
def selectors_of_initial_domains(publishing: Publishing) -> Iterator[DnsRecord]:
    """The selectors of a tenant's onmicrosoft.com domain lead to its keys, and nobody has to write them."""
    for tenant, domain in publishing.domains():
        if domain.name == tenant.initial_domain:
            for selector, name in dkim_names(publishing, tenant, domain):
                yield record(f"{selector}._domainkey.{domain.name.name}", "CNAME", name)


@published(source=sources.DNS_DKIM_ACS)
def keys_of_acs(publishing: Publishing) -> Iterator[DnsRecord]:
    """Azure Communication Services publishes its own two keys below azurecomm.net."""
    for selector in SELECTORS:
        yield _key(publishing, f"{selector}-{_AZURE}", selector)


@published(source=sources.DNS_ARC)
def key_of_arc(publishing: Publishing) -> Iterator[DnsRecord]:
    """The key that the service seals with is published below microsoft.com; here it is that of selector1."""
    key = publishing.signing_key(SELECTORS[0])
    yield record(f"{ARC_SELECTOR}._domainkey.{ARC_DOMAIN}", "TXT", f"v=DKIM1; k=rsa; p={key};")


def _keys(publishing: Publishing, *, at_mail_microsoft: bool) -> Iterator[DnsRecord]:
    for tenant, domain in publishing.domains():
        for selector, name in dkim_names(publishing, tenant, domain):
            if name.endswith(f".{DKIM_MAIL_MICROSOFT}") is at_mail_microsoft:
                yield _key(publishing, name, selector)


def _key(publishing: Publishing, name: str, selector: str) -> DnsRecord:
    return record(name, "TXT", f"v=DKIM1; k=rsa; p={publishing.signing_key(selector)};")


PUBLICATIONS: Final = (keys, keys_at_dkim_mail_microsoft, selectors_of_initial_domains, keys_of_acs, key_of_arc)
