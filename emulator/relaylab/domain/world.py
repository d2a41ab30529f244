"""The world: every tenant, site and DNS fact at one instant, immutable, with its look-ups made once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import TYPE_CHECKING, Final

from relaylab.domain.connector import certificate_keys
from relaylab.domain.directory import UserType
from relaylab.domain.keeping import AS_USUAL, Keeping
from relaylab.domain.register import Register
from relaylab.domain.reputation import OF_RECIPIENTS, Reputation, SenderState
from relaylab.domain.tenant import DomainType

if TYPE_CHECKING:
    from relaylab.domain.address import Address, DomainName
    from relaylab.domain.connector import InboundConnector
    from relaylab.domain.estate import Sender, Site
    from relaylab.domain.hve import HveAccount
    from relaylab.domain.recipients import DynamicDistributionGroup, MailUser
    from relaylab.domain.reputation import SenderReputation
    from relaylab.domain.tenant import AcceptedDomain, DistributionGroup, FixedToken, Mailbox, MailContact, Tenant

# TEST-NET-1 (RFC 5737): what arrives at an endpoint's own port comes from here, and no world may put it on a connector.
DEFAULT_PUBLIC_IP: Final = IPv4Address("192.0.2.1")
_BLOCKS: Final = range(24, 33)  # the lengths of a block on a connector (fact MX-CON-03)


class Standing(StrEnum):
    """What an address is to the service."""

    MAILBOX = "mailbox"
    GROUP = "group"
    DYNAMIC_GROUP = "dynamic group"
    CONTACT = "contact"
    MAIL_USER = "mail user"
    UNKNOWN = "unknown"  # in an Authoritative accepted domain, and nobody's
    RELAYED = "relayed"  # unknown, in an InternalRelay domain: handed on to the tenant's own server
    OUTSIDE = "outside"  # in no tenant's accepted domain


@dataclass(frozen=True, slots=True)
class Recipient:
    """An address looked up: its standing, the tenant that owns its domain, and the object behind it.

    ``domain`` is the accepted domain that the address is in. ``mail_contact`` tells in words whose mail contact has the
    address, inside or outside; empty where none has.
    """

    address: Address
    standing: Standing
    tenant: Tenant | None = None
    mailbox: Mailbox | None = None
    group: DistributionGroup | DynamicDistributionGroup | None = None
    contact: MailContact | MailUser | None = None
    mail_contact: str = ""
    domain: AcceptedDomain | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find the domain once: eight rules ask for it at each RCPT."""
        domain = self.tenant.accepted_domain(self.address.domain) if self.tenant else None
        object.__setattr__(self, "domain", domain)

    @property
    def wants_authenticated_senders(self) -> bool:
        """True when RequireSenderAuthenticationEnabled is on for the object (fact MX-RCP-05)."""
        holder = self.mailbox or self.group or self.contact
        return holder is not None and holder.require_sender_authentication_enabled

    def takes_from(self, sender: Address | None) -> bool:
        """Tell whether AcceptMessagesOnlyFrom is empty, or holds the sender (fact MX-RCP-05)."""
        holder = self.mailbox or self.group or self.contact
        return holder is None or not holder.accept_messages_only_from or sender in holder.accept_messages_only_from

    def is_of(self, tenant: Tenant) -> bool:
        """Tell whether the address is in an accepted domain of that tenant."""
        return self.tenant is not None and self.tenant.id == tenant.id

    @property
    def leads_outside(self) -> bool:
        """True for a mail contact, and for a guest: their mail is read elsewhere, whatever their address."""
        return self.standing is Standing.CONTACT or self.is_guest

    @property
    def is_guest(self) -> bool:
        """True for the user of another organisation who is a guest here."""
        return self.mailbox is not None and self.mailbox.user_type is UserType.GUEST

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
class Owned:
    """A connector with its tenant; ``place`` numbers it among all connectors of the world."""

    place: int
    tenant: Tenant
    connector: InboundConnector

    @property
    def has_its_certificate_accepted(self) -> bool:
        """True when the connector's own name, or what its wildcard stands before, is accepted (fact MX-ATTR-09)."""
        domain = self.connector.certificate_domain
        accepted = self.tenant.accepted_domain(domain) if domain else None
        return accepted is not None and self.connector.serves(accepted.name)


@dataclass(frozen=True, slots=True)
class _Index:
    """Look-ups over a world, made once when the world is."""

    by_domain: dict[DomainName, Tenant]
    objects: dict[str, Recipient]
    hve_accounts: dict[str, tuple[Tenant, HveAccount]]
    tokens: dict[str, tuple[Tenant, FixedToken]]
    sites: dict[str, Site]
    client_sites: dict[IPv4Address | IPv6Address, Site]
    sites_at: dict[IPv4Address | IPv6Address, Site]
    connector_count: int
    by_tenant: dict[str, tuple[Owned, ...]]
    by_block: dict[tuple[int, int], tuple[Owned, ...]]
    by_certificate: dict[str, tuple[Owned, ...]]
    reputations: dict[str, SenderState]
    reverse_records: tuple[DnsRecord, ...]
    told_of: frozenset[DomainName]
    contacts: dict[str, str]
    register: Register


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """One immutable snapshot of everything that decides an answer.

    ``readings`` are the readings the world chooses, ``milestones`` the dates it moves (None: that day never comes).
    ``keep`` decides no answer: it bounds what is kept of mail and events.
    """

    tenants: tuple[Tenant, ...] = ()
    sites: tuple[Site, ...] = ()
    dns: tuple[DnsRecord, ...] = ()
    trusted_roots: tuple[TrustedRoot, ...] = ()
    senders: tuple[Sender, ...] = ()
    reputations: tuple[SenderReputation, ...] = ()
    readings: tuple[tuple[str, str], ...] = ()
    milestones: tuple[tuple[str, datetime | None], ...] = ()
    keep: Keeping = AS_USUAL
    _index: _Index = field(init=False, repr=False, compare=False, hash=False)

    def __post_init__(self) -> None:
        """Make the look-ups."""
        object.__setattr__(self, "_index", _index(self))

    @property
    def register(self) -> Register:
        """What tenants have under names that hold in the whole world."""
        return self._index.register

    def tenant_of(self, domain: DomainName) -> Tenant | None:
        """Give the tenant that has ``domain`` as an accepted domain, or one above it that matches subdomains."""
        exact = self._index.by_domain.get(domain)
        if exact is not None:
            return exact
        above = (self._index.by_domain.get(parent) for parent in domain.parents())
        return next((tenant for tenant in above if tenant is not None and tenant.owns(domain)), None)

    def connectors(self) -> Iterator[Owned]:
        """Give every connector of the world with its tenant, in the order of the file."""
        every = ((tenant, one) for tenant in self.tenants for one in tenant.inbound_connectors)
        return (Owned(place, tenant, one) for place, (tenant, one) in enumerate(every))

    @property
    def connector_count(self) -> int:
        """How many connectors there are."""
        return self._index.connector_count

    def connectors_of(self, tenant: Tenant) -> tuple[Owned, ...]:
        """Give the connectors of one tenant."""
        return self._index.by_tenant.get(tenant.id, ())

    def connectors_listing(self, ip: IPv4Address | IPv6Address) -> tuple[Owned, ...]:
        """Give the connectors that list an address, whatever their type; nine look-ups, however many there are."""
        if not isinstance(ip, IPv4Address):
            return ()
        found: dict[int, Owned] = {}
        for length in _BLOCKS:
            for owned in self._index.by_block.get((length, int(ip) >> (32 - length)), ()):
                found[owned.place] = owned
        return tuple(found[place] for place in sorted(found))

    def connectors_naming(self, name: str) -> tuple[Owned, ...]:
        """Give the connectors whose TlsSenderCertificateName matches a name of a certificate."""
        found = {one.place: one for key in certificate_keys(name) for one in self._index.by_certificate.get(key, ())}
        return tuple(found[place] for place in sorted(found))

    def site_at(self, ip: IPv4Address | IPv6Address) -> Site | None:
        """Give the first site of that public address."""
        return self._index.sites_at.get(ip)

    def reputation_of(self, ip: IPv4Address | IPv6Address) -> Reputation:
        """Give what the service thinks of an address."""
        site = self.site_at(ip)
        return site.reputation if site else Reputation.GOOD

    def region_of_host(self, ip: IPv4Address | IPv6Address) -> str | None:
        """Give the region of the host that the senders of an address were pointed at (None: the right one)."""
        site = self.site_at(ip)
        return site.smart_host_region if site else None

    def state_of_sender(self, *names: str) -> SenderState:
        """Give what the service thinks of an address or domain, of the first of ``names`` that it knows."""
        return next((state for state in self._states(names) if state not in OF_RECIPIENTS), SenderState.GOOD)

    def state_of_recipient(self, address: Address) -> SenderState:
        """Give what stands against mail to an address, or else to its domain."""
        names = (address.key, address.domain.name)
        return next((state for state in self._states(names) if state in OF_RECIPIENTS), SenderState.GOOD)

    def _states(self, names: tuple[str, ...]) -> Iterator[SenderState]:
        known = self._index.reputations
        return (known[name.lower()] for name in names if name.lower() in known)

    @property
    def reverse_records(self) -> tuple[DnsRecord, ...]:
        """The records of the world about IPv6 addresses."""
        return self._index.reverse_records

    def has_records_of(self, domain: DomainName) -> bool:
        """Tell whether the DNS says anything of a domain, or of the organisation that it may belong to.

        ``_dmarc.contoso.com`` tells of ``pay.contoso.com`` too; a record of a bare ``com`` would tell of nobody.
        """
        every = (domain, *(parent for parent in domain.parents() if "." in parent.name))
        return any(one in self._index.told_of for one in every)

    def recipient(self, address: Address) -> Recipient:
        """Look an address up."""
        found = self._index.objects.get(address.key)
        if found is not None:
            return found
        tenant = self.tenant_of(address.domain)
        if tenant is None:
            return Recipient(address, Standing.OUTSIDE, mail_contact=self._index.contacts.get(address.key, ""))
        domain = tenant.accepted_domain(address.domain)
        relays = domain is not None and domain.domain_type is DomainType.INTERNAL_RELAY
        return Recipient(address, Standing.RELAYED if relays else Standing.UNKNOWN, tenant)

    def mailbox(self, address: Address) -> tuple[Tenant, Mailbox] | None:
        """Give the mailbox with that primary or proxy address, and its tenant."""
        found = self.recipient(address)
        return (found.tenant, found.mailbox) if found.tenant and found.mailbox else None

    def hve_account(self, address: Address) -> tuple[Tenant, HveAccount] | None:
        """Give the High Volume Email account with that primary or proxy address, and its tenant."""
        return self._index.hve_accounts.get(address.key)

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
    by_block: defaultdict[tuple[int, int], list[Owned]] = defaultdict(list)
    by_certificate: defaultdict[str, list[Owned]] = defaultdict(list)
    by_tenant: defaultdict[str, list[Owned]] = defaultdict(list)
    for owned in world.connectors():
        by_tenant[owned.tenant.id].append(owned)
        for network in dict.fromkeys(owned.connector.sender_ip_addresses):
            by_block[network.prefixlen, int(network.network_address) >> (32 - network.prefixlen)].append(owned)
        if name := owned.connector.tls_sender_certificate_name:
            by_certificate[name.lower()].append(owned)
    return _Index(
        by_domain={domain.name: tenant for tenant in world.tenants for domain in tenant.domains},
        objects={recipient.address.key: recipient for tenant in world.tenants for recipient in _objects(tenant)},
        hve_accounts={
            address.key: (tenant, account)
            for tenant in world.tenants
            for account in tenant.hve_accounts
            for address in (*account.proxy_addresses, account.address)
        },
        tokens={token.value.reveal(): (tenant, token) for tenant in world.tenants for token in tenant.tokens},
        sites={site.name: site for site in world.sites},
        client_sites={address: site for site in world.sites for address in site.client_addresses},
        sites_at={address: site for site in reversed(world.sites) for address in site.addresses},
        connector_count=sum(map(len, by_tenant.values())),
        by_tenant={key: tuple(owned) for key, owned in by_tenant.items()},
        by_block={key: tuple(owned) for key, owned in by_block.items()},
        by_certificate={key: tuple(owned) for key, owned in by_certificate.items()},
        reputations={one.name.lower(): one.state for one in world.reputations},
        reverse_records=tuple(record for record in world.dns if record.name.name.rstrip(".").endswith("ip6.arpa")),
        told_of=frozenset(name for record in world.dns for name in (record.name, *record.name.parents())),
        contacts={
            contact.external_email_address.key: _in_words(tenant, contact)
            for tenant in reversed(world.tenants)
            for contact in reversed(tenant.mail_contacts)
        },
        register=Register.of(world.tenants),
    )


def _in_words(tenant: Tenant, contact: MailContact) -> str:
    return f"mail contact {contact.name!r} of tenant {tenant.name}"


def _objects(tenant: Tenant) -> Iterator[Recipient]:
    """Give what the directory holds at each address; what comes later takes an address from what came earlier."""
    for contact in tenant.mail_contacts:
        for address in (contact.external_email_address, *contact.proxy_addresses):
            # A contact's own target stays outside: only its addresses in accepted domains are the tenant's.
            if tenant.owns(address.domain):
                yield Recipient(
                    address, Standing.CONTACT, tenant, contact=contact, mail_contact=_in_words(tenant, contact)
                )
    for user in tenant.mail_users:
        for address in (user.address, *user.proxy_addresses):
            yield Recipient(address, Standing.MAIL_USER, tenant, contact=user)
    for dynamic in tenant.dynamic_distribution_groups:
        yield Recipient(dynamic.address, Standing.DYNAMIC_GROUP, tenant, group=dynamic)
    for group in tenant.distribution_groups:
        yield Recipient(group.address, Standing.GROUP, tenant, group=group)
    for mailbox in tenant.mailboxes:
        for address in (mailbox.address, *mailbox.proxy_addresses):
            yield Recipient(address, Standing.MAILBOX, tenant, mailbox=mailbox)
