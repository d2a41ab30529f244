"""Whose message is it? The documented order of the tenant MX, with evidence (facts MX-ATTR-01 to MX-ATTR-07).

A pure function of the world, the peer and MAIL FROM. Certificates come with the tenant MX in full; what is here is the
second step, the connecting IP together with the MAIL FROM domain, and the third, the recipient's tenant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaylab.domain.attribution import Attribution, Direction
from relaylab.domain.tenant import ConnectorType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from relaylab.domain.address import Address
    from relaylab.domain.peer import Peer
    from relaylab.domain.tenant import InboundConnector, Tenant
    from relaylab.domain.world import World


def attribute(world: World, peer: Peer, mail_from: Address | None, header_from: Address | None = None) -> Attribution:
    """Attribute a message: originating when an OnPremises connector lists the IP and the sender is the tenant's.

    The sender is MAIL FROM. ``header_from`` is handed in only while the From header still counts as well, which it
    did until 2023-11-01 (fact MX-ATTR-03).
    """
    rejected: list[str] = []
    lists_the_ip = False
    for tenant, connector in _on_premises_connectors(world):
        lists_the_ip |= connector.enabled and connector.lists(peer.ip)
        reason = _why_not(tenant, connector, peer, mail_from)
        named, sender = "MAIL FROM", mail_from
        if reason is not None and header_from is not None:
            reason = _why_not(tenant, connector, peer, header_from)
            named, sender = "From", header_from
        if reason is None and sender is not None:
            because = (
                f"{peer.ip} is on connector {connector.name!r} of tenant {tenant.name}",
                f"the {named} domain {sender.domain} is an accepted domain of that tenant",
            )
            return Attribution(Direction.ORIGINATING, tenant, connector, because, tuple(rejected), lists_the_ip)
        rejected.append(f"connector {connector.name!r} of tenant {tenant.name}: {reason}")
    return Attribution(Direction.INCOMING, rejected=tuple(rejected), lists_the_ip=lists_the_ip)


def _on_premises_connectors(world: World) -> Iterator[tuple[Tenant, InboundConnector]]:
    for tenant in world.tenants:
        for connector in tenant.inbound_connectors:
            if connector.connector_type is ConnectorType.ON_PREMISES:
                yield tenant, connector


def _why_not(  # noqa: PLR0911 - one line a reason
    tenant: Tenant, connector: InboundConnector, peer: Peer, mail_from: Address | None
) -> str | None:
    """Say why a connector does not make the message originating, or None when it does."""
    if not connector.enabled:
        return "it is disabled"
    if not connector.lists(peer.ip):
        if peer.ip.version == 6:
            return f"arrived over IPv6 from {peer.ip}; connectors hold IPv4 only"
        return f"{peer.ip} is not among its sender_ip_addresses"
    if mail_from is None:
        return "it lists the IP, but an empty MAIL FROM has no domain to attribute by"
    if not tenant.owns(mail_from.domain):
        return f"it lists the IP, but {mail_from.domain} is not an accepted domain of the tenant"
    domains = connector.associated_accepted_domains
    if domains and mail_from.domain not in domains:
        return f"it is limited to the accepted domains {', '.join(map(str, domains))}"
    return None
