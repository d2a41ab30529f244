"""The names that the service gives to what belongs to one domain: its MX hosts and its DKIM records.

Law: what cannot be derived is read where the world says it, and only else drawn from the seed (MX-DNS-02, MX-DNS-05).
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Final

from relaylab.domain.tenant import Switch
from relaylab.domain.zone import canonical
from relaylab.rules import milestones

if TYPE_CHECKING:
    from datetime import datetime

    from relaylab.domain.tenant import AcceptedDomain, Tenant
    from relaylab.engine.milestones import Calendar, Milestone
    from relaylab.engine.publication import Publishing

MAIL_PROTECTION: Final = "mail.protection.outlook.com"
MX_MICROSOFT: Final = "mx.microsoft"
DKIM_MAIL_MICROSOFT: Final = "dkim.mail.microsoft"
SELECTORS: Final = ("selector1", "selector2")
# Under this name the service seals what it passes on, as public messages show since 2023 (sources.DNS_ARC).
ARC_DOMAIN: Final = "microsoft.com"
ARC_SELECTOR: Final = "arcselector10001"
_LONGEST_LABEL: Final = 63  # RFC 1035 §2.3.4


def mail_hosts(publishing: Publishing, tenant: Tenant, domain: AcceptedDomain) -> tuple[str, ...]:
    """Give the host names of a domain's MX; the first is the one that its MX record should name."""
    named = (canonical(domain.mail_exchange.name),) if domain.mail_exchange else ()
    if is_newer(publishing, tenant, domain, milestones.MX_MICROSOFT):
        return named or (_at_mx_microsoft(publishing, domain),)
    if named and "-" in domain.name.name:
        return named
    return tuple(dict.fromkeys((*named, _at_mail_protection(publishing, domain))))


def answers_over_ipv6(domain: AcceptedDomain, now: datetime, calendar: Calendar) -> bool:
    """Tell whether a domain's MX hosts answer AAAA: by default since 2024-10, unless an administrator said otherwise.

    Facts COR-01 and MX-DNS-06.
    """
    if domain.ipv6_for_accepted_domain is Switch.DEFAULT:
        return calendar.has_come(milestones.IPV6_FOR_ACCEPTED_DOMAINS.name, now)
    return domain.ipv6_for_accepted_domain is Switch.ON


def dkim_names(publishing: Publishing, tenant: Tenant, domain: AcceptedDomain) -> tuple[tuple[str, str], ...]:
    """Give each selector with the name at which the service publishes its key for a domain."""
    name = canonical(domain.name.name)
    return tuple(
        (selector, f"{selector}-{dashed(name)}._domainkey.{_dkim_parent(publishing, tenant, domain, selector)}")
        for selector in SELECTORS
    )


def is_newer(publishing: Publishing, tenant: Tenant, domain: AcceptedDomain, milestone: Milestone) -> bool:
    """Tell whether a domain was added at or after a milestone."""
    return publishing.calendar.has_come(milestone.name, tenant.when_added(domain))


def dashed(name: str) -> str:
    """Write a domain name as one label: ``contoso.com`` is ``contoso-com``."""
    return name.replace(".", "-")


def _at_mail_protection(publishing: Publishing, domain: AcceptedDomain) -> str:
    name = canonical(domain.name.name)
    label = dashed(name)
    if "-" not in name and len(label) <= _LONGEST_LABEL:
        return f"{label}.{MAIL_PROTECTION}"
    if (said := _said_by_the_world(publishing, name, "MX", MAIL_PROTECTION)) is not None:
        return said
    suffix = f"01{_letter(publishing, 'mail-protection', name)}"  # as akshayainc-com01i serves akshaya-inc.com
    return f"{dashed(name.replace('-', ''))[: _LONGEST_LABEL - len(suffix)]}{suffix}.{MAIL_PROTECTION}"


def _at_mx_microsoft(publishing: Publishing, domain: AcceptedDomain) -> str:
    name = canonical(domain.name.name)
    said = _said_by_the_world(publishing, name, "MX", MX_MICROSOFT)
    drawn = f"{dashed(name)[:_LONGEST_LABEL]}.{_letter(publishing, 'mx-microsoft', name)}-v1.{MX_MICROSOFT}"
    return said or drawn


def _dkim_parent(publishing: Publishing, tenant: Tenant, domain: AcceptedDomain, selector: str) -> str:
    name = canonical(domain.name.name)
    if domain.name == tenant.initial_domain or not is_newer(publishing, tenant, domain, milestones.DKIM_MAIL_MICROSOFT):
        return tenant.initial_domain.name
    said = _said_by_the_world(publishing, f"{selector}._domainkey.{name}", "CNAME", DKIM_MAIL_MICROSOFT)
    if said is not None and said.startswith(f"{selector}-{dashed(name)}._domainkey."):
        return said.partition("._domainkey.")[2]
    return f"{tenant.name.lower()}.{_letter(publishing, 'dkim', tenant.name)}-v1.{DKIM_MAIL_MICROSOFT}"


def _said_by_the_world(publishing: Publishing, name: str, record_type: str, parent: str) -> str | None:
    """Give the host below ``parent`` that a record of the world names."""
    hosts = (canonical(value.rpartition(" ")[2]) for value in publishing.told.get((name, record_type), ()))
    return next((host for host in hosts if host.endswith(f".{parent}")), None)


def _letter(publishing: Publishing, *path: str) -> str:
    return publishing.chance.stream("dns", *path).choice(string.ascii_lowercase)
