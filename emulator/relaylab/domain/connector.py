"""Inbound connectors, as ``Get-InboundConnector`` shows them, and what one of them can tell of a client.

On an OnPremises connector the Require and Restrict flags do nothing (fact MX-CON-04).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address
from typing import TYPE_CHECKING

from relaylab.domain.address import Address, DomainName

if TYPE_CHECKING:
    from relaylab.domain.arrival import Arrival


class ConnectorType(StrEnum):
    """``Get-InboundConnector``, ConnectorType; only OnPremises grants relay (fact MX-CON-01)."""

    ON_PREMISES = "OnPremises"
    PARTNER = "Partner"


class ConnectorSource(StrEnum):
    """``Get-InboundConnector``, ConnectorSource: who made it; no answer depends on it (fact MX-CON-09)."""

    DEFAULT = "Default"
    HYBRID_WIZARD = "HybridWizard"
    MIGRATED = "Migrated"


@dataclass(frozen=True, slots=True)
class AddressRange:
    """IPv4 addresses from ``first`` to ``last``, both included: one address, a dash range or a block."""

    first: IPv4Address
    last: IPv4Address

    def __contains__(self, ip: IPv4Address | IPv6Address) -> bool:
        """Tell whether an address lies in the range."""
        return isinstance(ip, IPv4Address) and self.first <= ip <= self.last

    def __str__(self) -> str:
        """Write one address, or a dash range."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundConnector:
    """``Get-InboundConnector``.

    ``ef_skip_last_ip``, ``ef_skip_ips`` and ``ef_users`` are enhanced filtering: they choose the address that SPF and
    the spam filter look at, and have no part in attribution (fact MX-CON-08). ``blocked`` is a connector that Microsoft
    put on the page "Restricted entities" (fact MX-CON-11).
    """

    name: str
    connector_type: ConnectorType
    enabled: bool = True
    sender_domains: tuple[str, ...] = ()
    sender_ip_addresses: tuple[IPv4Network, ...] = ()
    tls_sender_certificate_name: str | None = None
    require_tls: bool = True
    restrict_domains_to_ip_addresses: bool = False
    restrict_domains_to_certificate: bool = False
    associated_accepted_domains: tuple[DomainName, ...] = ()
    treat_messages_as_internal: bool = False
    cloud_services_mail_enabled: bool = False
    trusted_organizations: tuple[str, ...] = ()
    connector_source: ConnectorSource = ConnectorSource.DEFAULT
    ef_skip_last_ip: bool = False
    ef_skip_ips: tuple[AddressRange, ...] = ()
    ef_users: tuple[Address, ...] = ()
    blocked: bool = False

    @property
    def is_on_premises(self) -> bool:
        """True for the type that grants relay."""
        return self.connector_type is ConnectorType.ON_PREMISES

    @property
    def restricts(self) -> bool:
        """True when mail of its sender domains may come by its addresses or certificate only."""
        by_something = self.restrict_domains_to_ip_addresses or self.restrict_domains_to_certificate
        return by_something and not self.is_on_premises

    @property
    def certificate_domain(self) -> DomainName | None:
        """The domain that must be accepted for its certificate to count: the name, or what a wildcard stands before.

        Fact MX-ATTR-09.
        """
        name = self.tls_sender_certificate_name
        return DomainName(name.lower().removeprefix("*.")) if name else None

    def lists(self, ip: IPv4Address | IPv6Address) -> bool:
        """Tell whether ``ip`` is on SenderIPAddresses; connectors know IPv4 only (fact MX-CON-03)."""
        return isinstance(ip, IPv4Address) and any(ip in network for network in self.sender_ip_addresses)

    def name_in(self, arrival: Arrival) -> str | None:
        """Give the certificate's name that TlsSenderCertificateName matches, the first of several (fact MX-ATTR-08)."""
        return self.name_among(arrival.identities)

    def name_among(self, names: tuple[str, ...]) -> str | None:
        """Give the first of ``names``, in lower case, that TlsSenderCertificateName matches, whatever proves them."""
        mine = (self.tls_sender_certificate_name or "").lower()
        return next((name for name in names if mine and mine in certificate_keys(name)), None)

    def identifies(self, arrival: Arrival) -> bool:
        """Tell whether it is in use and knows the client by address or certificate."""
        return self.enabled and (self.lists(arrival.ip) or self.name_in(arrival) is not None)

    def vouches_for(self, arrival: Arrival, sender: Address | None) -> bool:
        """Tell whether it makes the sender's mail more than anybody's: it knows the client, and is for that sender.

        A Partner connector is for its SenderDomains alone (fact MX-CON-02), an OnPremises one for every sender.
        """
        return self.identifies(arrival) and (self.is_on_premises or self.hears(sender))

    def is_a_partner_for(self, sender: Address | None, domain: DomainName | None) -> bool:
        """Tell whether it is a Partner connector in use that hears the sender and serves the recipient's ``domain``."""
        in_use = self.enabled and not self.is_on_premises
        return in_use and self.hears(sender) and domain is not None and self.serves(domain)

    def is_met_by(self, arrival: Arrival) -> bool:
        """Tell whether a client comes by what the connector restricts its sender domains to."""
        by_address = self.restrict_domains_to_ip_addresses and self.lists(arrival.ip)
        return by_address or (self.restrict_domains_to_certificate and self.name_in(arrival) is not None)

    def hears(self, sender: Address | None) -> bool:
        """Tell whether SenderDomains holds the sender's domain; only ``*`` holds an empty one (fact MX-CON-02)."""
        return any(_holds(mask, sender) for mask in self.sender_domains)

    def narrowness(self, sender: Address | None) -> int:
        """Tell how narrowly SenderDomains fits the sender: 0 for ``*`` alone, more for each label, exact before wide.

        It is meaningful among connectors that hear the sender.
        """
        return max((_narrowness(mask) for mask in self.sender_domains if _holds(mask, sender)), default=0)

    def serves(self, domain: DomainName) -> bool:
        """Tell whether AssociatedAcceptedDomains leaves the connector open to an accepted domain (fact MX-CON-09)."""
        return not self.associated_accepted_domains or domain in self.associated_accepted_domains


def _holds(mask: str, sender: Address | None) -> bool:
    if mask == "*":
        return True
    if sender is None:
        return False
    domain, bare = sender.domain, DomainName(mask.lower().removeprefix("*."))
    return domain == bare or (mask.startswith("*.") and domain.is_within(bare))


def _narrowness(mask: str) -> int:
    if mask == "*":
        return 0
    labels = mask.removeprefix("*.").count(".") + 1
    return 2 * labels + (not mask.startswith("*."))


def certificate_keys(name: str) -> Iterator[str]:
    """Give every TlsSenderCertificateName that a certificate's name matches: itself, and wildcards above it.

    ``*.contoso.com`` means the domain and its subdomains (fact MX-ATTR-08).
    """
    yield name
    rest = name.removeprefix("*.")
    while rest:
        if (wildcard := f"*.{rest}") != name:
            yield wildcard
        rest = rest.partition(".")[2]
