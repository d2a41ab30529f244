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

    The closest one counts, wherever it stands in the list: one that restricts and is met, else one that knows the
    client, else the one whose SenderDomains fit most narrowly (fact MX-CON-06; the last step is inferred). Of several
    that are equally close each may ask for TLS.
    """
    if ask.tls is not None:
        return False
    through = [one for one in _partners(ask) if one.identifies(ask.arrival) or not one.restricts]
    closest = max((_closeness(ask, one) for one in through), default=None)
    return any(one.require_tls for one in through if _closeness(ask, one) == closest)


def _closeness(ask: RcptAsk, connector: InboundConnector) -> tuple[bool, bool, int]:
    knows = connector.identifies(ask.arrival)
    return connector.restricts and _meets(ask, connector), knows, connector.narrowness(ask.mail_from)


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
