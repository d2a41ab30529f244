"""Enhanced Filtering for connectors: whose address counts where mail comes through somebody else's gateway.

The connector that knows the client decides, and decides nothing about attribution (fact MX-CON-08). What EFUsers does
with a message for several recipients is not public: it counts here where all of them inside are named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from relaylab.mailauth import judged_address

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address

    from relaylab.domain.address import Address
    from relaylab.domain.arrival import Arrival
    from relaylab.domain.attribution import Attribution
    from relaylab.domain.authentication import JudgedAddress
    from relaylab.domain.connector import InboundConnector
    from relaylab.domain.world import Recipient


def skipping_connector(
    arrival: Arrival, sender: Address | None, inside: tuple[Recipient, ...], attribution: Attribution
) -> InboundConnector | None:
    """Give the connector that has the client's address skipped; None where no connector does."""
    connector = _connector(arrival, sender, inside, attribution)
    if connector is None or not (connector.ef_skip_last_ip or connector.ef_skip_ips):
        return None
    if connector.ef_users and not all(_is_named(one, connector.ef_users) for one in inside):
        return None
    return connector if connector.ef_skip_last_ip or _lists(connector, arrival.ip) else None


def judged_sender(
    content: bytes | bytearray, ip: IPv4Address | IPv6Address, connector: InboundConnector
) -> JudgedAddress | None:
    """Give the address that is judged in place of the client's, which ``connector`` has skipped."""
    return judged_address(content, ip, skip_last_ip=connector.ef_skip_last_ip, skips=lambda ip: _lists(connector, ip))


def _connector(
    arrival: Arrival, sender: Address | None, inside: tuple[Recipient, ...], attribution: Attribution
) -> InboundConnector | None:
    """Give the connector that made the mail originating, else the recipients' first one that knows the client.

    A Partner connector must hear the sender's domain as well.
    """
    if attribution.connector is not None:
        return attribution.connector
    tenant = inside[0].tenant if inside else None
    connectors = tenant.inbound_connectors if tenant else ()
    knowing = (one for one in connectors if one.identifies(arrival))
    return next((one for one in knowing if one.is_on_premises or one.hears(sender)), None)


def _lists(connector: InboundConnector, ip: IPv4Address | IPv6Address) -> bool:
    return any(ip in one for one in connector.ef_skip_ips)


def _is_named(recipient: Recipient, users: tuple[Address, ...]) -> bool:
    return recipient.address in users or (recipient.mailbox is not None and recipient.mailbox.address in users)
