"""The world: every tenant, site and DNS fact at one instant, immutable, with its look-ups made once."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Final

from relaylab.domain.tenant import DomainType

if TYPE_CHECKING:
    from relaylab.domain.address import Address, DomainName
    from relaylab.domain.estate import Sender, Site
    from relaylab.domain.tenant import DistributionGroup, FixedToken, Mailbox, MailContact, Tenant

# TEST-NET-1 (RFC 5737): what arrives at an endpoint's own port comes from here, and no world may put it on a connector.
DEFAULT_PUBLIC_IP: Final = IPv4Address("192.0.2.1")


class Standing(StrEnum):
    """What an address is to the service."""

    MAILBOX = "mailbox"
    GROUP = "group"
    CONTACT = "contact"
    UNKNOWN = "unknown"  # in an Authoritative accepted domain, and nobody's
    RELAYED = "relayed"  # unknown, in an InternalRelay domain: handed on to the tenant's own server
    OUTSIDE = "outside"  # in no tenant's accepted domain


@dataclass(frozen=True, slots=True)
class Recipient:
    """An address looked up: its standing, the tenant that owns its domain, and the object behind it."""

    address: Address
    standing: Standing
    tenant: Tenant | None = None
    mailbox: Mailbox | None = None
    group: DistributionGroup | None = None
    contact: MailContact | None = None

    @property
    def is_outside(self) -> bool:
        """True when no tenant of the world owns the domain."""
        return self.standing is Standing.OUTSIDE


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """One record of the world's zone, its value as in a zone file without quotes.

    The types ``SERVFAIL`` and ``TIMEOUT`` are states: the name and all below it cannot be had, or with types as the
    value (``TXT``, ``A AAAA``) only questions for these types of this name.
    """

    name: DomainName
    type: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedRoot:
    """A public authority of the world, besides relaylab's test root: chains that lead to it are trusted.

    ``pem`` is its certificate, or those of several; ``file`` is where that came from.
    """

    pem: str | None = None
    file: str | None = None


@dataclass(frozen=True, slots=True)
class _Index:
    """Look-ups over a world, made once when the world is."""

    by_domain: dict[DomainName, Tenant]
    objects: dict[str, Recipient]
    tokens: dict[str, tuple[Tenant, FixedToken]]
    sites: dict[str, Site]
    client_sites: dict[IPv4Address | IPv6Address, Site]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One immutable snapshot of everything that decides an answer.

    ``readings`` are the readings the world chooses, ``milestones`` the dates it moves (None: that day never comes).
    """

    tenants: tuple[Tenant, ...] = ()
    sites: tuple[Site, ...] = ()
    dns: tuple[DnsRecord, ...] = ()
    trusted_roots: tuple[TrustedRoot, ...] = ()
    senders: tuple[Sender, ...] = ()
    readings: tuple[tuple[str, str], ...] = ()
    milestones: tuple[tuple[str, datetime | None], ...] = ()
    _index: _Index = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        """Make the look-ups."""
        object.__setattr__(self, "_index", _index(self))

    def tenant_of(self, domain: DomainName) -> Tenant | None:
        """Give the tenant that has ``domain`` as an accepted domain."""
        return self._index.by_domain.get(domain)

    def recipient(self, address: Address) -> Recipient:
        """Look an address up."""
        found = self._index.objects.get(address.key)
        if found is not None:
            return found
        tenant = self.tenant_of(address.domain)
        if tenant is None:
            return Recipient(address, Standing.OUTSIDE)
        domain = tenant.accepted_domain(address.domain)
        relays = domain is not None and domain.domain_type is DomainType.INTERNAL_RELAY
        return Recipient(address, Standing.RELAYED if relays else Standing.UNKNOWN, tenant)

    def mailbox(self, address: Address) -> tuple[Tenant, Mailbox] | None:
        """Give the mailbox with that primary or proxy address, and its tenant."""
        found = self.recipient(address)
        return (found.tenant, found.mailbox) if found.tenant and found.mailbox else None

    def token(self, value: str) -> tuple[Tenant, FixedToken] | None:
        """Give the fixed token of that value, and its tenant."""
        return self._index.tokens.get(value)

    def site(self, name: str) -> Site | None:
        """Give the site of that name."""
        return self._index.sites.get(name)

    def site_of_client(self, address: str) -> Site | None:
        """Give the site that counts a client's own (loopback or LAN) address as its own."""
        return self._index.client_sites.get(ip_address(address.partition("%")[0]))


def _index(world: World) -> _Index:
    objects: dict[str, Recipient] = {}
    for tenant in world.tenants:
        for contact in tenant.mail_contacts:
            for address in (contact.external_email_address, *contact.proxy_addresses):
                # A contact's own target stays outside: only its addresses in accepted domains are the tenant's.
                if tenant.owns(address.domain):
                    objects[address.key] = Recipient(address, Standing.CONTACT, tenant, contact=contact)
        for group in tenant.distribution_groups:
            objects[group.address.key] = Recipient(group.address, Standing.GROUP, tenant, group=group)
        for mailbox in tenant.mailboxes:
            for address in (mailbox.address, *mailbox.proxy_addresses):
                objects[address.key] = Recipient(address, Standing.MAILBOX, tenant, mailbox=mailbox)
    return _Index(
        by_domain={domain.name: tenant for tenant in world.tenants for domain in tenant.domains},
        objects=objects,
        tokens={token.value.reveal(): (tenant, token) for tenant in world.tenants for token in tenant.tokens},
        sites={site.name: site for site in world.sites},
        client_sites={address: site for site in world.sites for address in site.client_addresses},
    )
