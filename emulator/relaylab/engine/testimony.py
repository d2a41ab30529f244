"""What each connector has to say about a message: written only when somebody asks.

A finding names everything that a connector asks for and did not get, so that an administrator sees the whole way out
and not its first step.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from relaylab.domain.attribution import Basis, ConnectorEvidence
from relaylab.engine.remedy import remedy

if TYPE_CHECKING:
    from relaylab.domain.address import Address
    from relaylab.domain.arrival import Arrival
    from relaylab.domain.connector import InboundConnector
    from relaylab.domain.tenant import Tenant
    from relaylab.domain.world import Owned, World


@dataclass(frozen=True, slots=True)
class Testimony:
    """The witness of one attribution; ``chosen`` is the connector that decided, ``because`` what it was chosen by."""

    world: World
    arrival: Arrival
    mail_from: Address | None
    chosen: Owned | None = None
    because: tuple[str, ...] = ()
    basis: Basis | None = None

    @property
    def count(self) -> int:
        """How many connectors the world has."""
        return self.world.connector_count

    def every(self) -> tuple[ConnectorEvidence, ...]:
        """Testify on every connector of the world, each once, in the order of the world."""
        return self._on(self.world.connectors())

    def involved(self, recipient_tenant: Tenant | None = None) -> tuple[ConnectorEvidence, ...]:
        """Testify on those that know the client, or would if its chain were good, and on those of two tenants.

        They are the sender's, and ``recipient_tenant``.
        """
        known = list(self.world.connectors_listing(self.arrival.ip))
        for name in (*self.arrival.identities, *self.arrival.unproven):
            known += self.world.connectors_naming(name)
        for tenant in (self._sender_tenant, recipient_tenant):
            known += self.world.connectors_of(tenant) if tenant else ()
        by_place = {owned.place: owned for owned in known}
        return self._on(by_place[place] for place in sorted(by_place))

    def _on(self, connectors: Iterable[Owned]) -> tuple[ConnectorEvidence, ...]:
        return tuple(self._evidence(owned) for owned in connectors)

    def _evidence(self, owned: Owned) -> ConnectorEvidence:
        decided = self.chosen is not None and owned.place == self.chosen.place
        finding = "; ".join(self.because) if decided else "; ".join(self._why_not(owned))
        connector = owned.connector
        way = remedy(owned, self.arrival, self.mail_from) if self.chosen is None and self._may_help(owned) else None
        return ConnectorEvidence(
            owned.tenant.name,
            connector.name,
            connector.connector_type,
            decided,
            finding,
            way.words if way else "",
            way.steps if way else 0,
        )

    def _may_help(self, owned: Owned) -> bool:
        """Tell whether the sender may be the tenant's: a MAIL FROM of another tenant is that one's own affair."""
        sender = self._sender_tenant
        return sender is None or sender.id == owned.tenant.id

    @property
    def _sender_tenant(self) -> Tenant | None:
        return self.world.tenant_of(self.mail_from.domain) if self.mail_from else None

    def _why_not(self, owned: Owned) -> Iterator[str]:
        connector = owned.connector
        if not connector.enabled:
            yield "it is disabled"
        by_address, by_name = connector.lists(self.arrival.ip), connector.name_in(self.arrival)
        if not connector.is_on_premises:
            yield "a Partner connector grants no relay"
            if not connector.hears(self.mail_from):
                yield f"its SenderDomains ({', '.join(connector.sender_domains) or 'none'}) do not hold the sender's"
        if connector.trusted_organizations:
            yield (
                f"it is for the organisations {', '.join(connector.trusted_organizations)}: it takes what they send "
                "from tenant to tenant, never a device"
            )
            return
        if by_name is not None:
            yield f"the certificate for {by_name} matches{self._but(owned)}"
        elif connector.tls_sender_certificate_name is not None:
            yield self._no_certificate(connector)
        if by_address:
            yield f"it lists the IP{self._but(owned)}"
        elif connector.sender_ip_addresses:
            yield self._no_address()
        if not connector.sender_ip_addresses and connector.tls_sender_certificate_name is None:
            yield "it names neither addresses nor a certificate"

    def _no_address(self) -> str:
        ip = self.arrival.ip
        if ip.version == 6:
            return f"arrived over IPv6 from {ip}; connectors hold IPv4 only"
        return f"{ip} is not among its sender_ip_addresses"

    def _no_certificate(self, connector: InboundConnector) -> str:
        wants = f"it wants a certificate for {connector.tls_sender_certificate_name}"
        if self.arrival.identities:
            return f"{wants}, and the client's is for {', '.join(self.arrival.identities)}"
        return f"{wants}, and {self.arrival.no_identity}"

    def _but(self, owned: Owned) -> str:
        """Say what a connector that knows the client still lacks; nothing for one that is merely not in use."""
        missing = self._what_is_missing(owned)
        return f", but {missing}" if missing else ""

    def _what_is_missing(self, owned: Owned) -> str:
        if not owned.connector.is_on_premises:
            return "only an OnPremises one would make the message the tenant's"
        if self.mail_from is None:
            return "an empty MAIL FROM has no domain to attribute by"
        domain = owned.tenant.accepted_domain(self.mail_from.domain)
        if domain is None:
            return f"{self.mail_from.domain} is not an accepted domain of the tenant"
        if not owned.connector.serves(domain.name):
            served = ", ".join(map(str, owned.connector.associated_accepted_domains))
            return f"it is limited to the accepted domains {served}"
        return self._who_came_first() if owned.connector.enabled else ""

    def _who_came_first(self) -> str:
        if self.chosen is not None and self.basis is Basis.CERTIFICATE:
            return f"the certificate decided for connector {self.chosen.connector.name!r} before"
        name = self.chosen.connector.name if self.chosen else "another"
        return f"connector {name!r} came first"
