"""What several stages ask of a client and the connectors of the recipient's tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaylab.domain.asks import RcptAsk
    from relaylab.domain.connector import InboundConnector


def is_on_a_connector_of_the_recipient(ask: RcptAsk) -> bool:
    """Tell whether a connector of the recipient's tenant, of either type, knows the client (fact MX-DS-05)."""
    tenant = ask.recipient.tenant
    connectors = tenant.inbound_connectors if tenant else ()
    return any(connector.identifies(ask.arrival) for connector in connectors)


def restricting(ask: RcptAsk) -> InboundConnector | None:
    """Give the Partner connector whose restriction the client does not meet; None where one is met or there is none.

    Only the connectors count that hear the sender's domain and serve the recipient's.
    """
    strict = [connector for connector in _partners(ask) if connector.restricts]
    met = any(_meets(ask, connector) for connector in strict)
    return None if met or not strict else strict[0]


def wanting_tls(ask: RcptAsk) -> bool:
    """Tell whether the Partner connector that the message comes through wants TLS, and there is none.

    One that knows the client, or restricts and is met, wins over one that merely hears its domain (fact MX-CON-06).
    """
    partners = _partners(ask)
    closer = [one for one in partners if one.identifies(ask.arrival)]
    through = closer or [one for one in partners if not one.restricts]
    return ask.tls is None and bool(through) and through[0].require_tls


def _partners(ask: RcptAsk) -> list[InboundConnector]:
    domain = ask.recipient.domain
    connectors = ask.recipient.tenant.inbound_connectors if ask.recipient.tenant else ()
    return [
        one
        for one in connectors
        if one.enabled
        and not one.is_on_premises
        and one.hears(ask.mail_from)
        and domain is not None
        and one.serves(domain.name)
    ]


def _meets(ask: RcptAsk, connector: InboundConnector) -> bool:
    arrival = ask.arrival
    by_address = connector.restrict_domains_to_ip_addresses and connector.lists(arrival.ip)
    by_name = connector.restrict_domains_to_certificate and connector.name_in(arrival) is not None
    return by_address or by_name
