"""What several stages ask of a client and the connectors of the recipient's tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaylab.domain.asks import RcptAsk
    from relaylab.domain.connector import InboundConnector


def is_on_a_connector_of_the_recipient(ask: RcptAsk) -> bool:
    """Tell whether a connector of the recipient's tenant, of either type, knows the client (fact MX-RLY-06)."""
    return any(connector.identifies(ask.arrival) for connector in _connectors(ask))


def is_vouched_for_by_the_recipient(ask: RcptAsk) -> bool:
    """Tell whether such a connector is for the sender as well: a partner's is for its SenderDomains (fact MX-DS-05)."""
    return any(connector.vouches_for(ask.arrival, ask.mail_from) for connector in _connectors(ask))


def restricting(ask: RcptAsk) -> InboundConnector | None:
    """Give the Partner connector whose restriction the client does not meet; None where one is met or there is none.

    Only the connectors count that hear the sender's domain and serve the recipient's.
    """
    strict = [connector for connector in _partners(ask) if connector.restricts]
    met = any(connector.is_met_by(ask.arrival) for connector in strict)
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
    return connector.restricts and connector.is_met_by(ask.arrival), knows, connector.narrowness(ask.mail_from)


def _partners(ask: RcptAsk) -> list[InboundConnector]:
    domain = ask.recipient.domain
    name = domain.name if domain else None
    return [one for one in _connectors(ask) if one.is_a_partner_for(ask.mail_from, name)]


def _connectors(ask: RcptAsk) -> tuple[InboundConnector, ...]:
    return ask.recipient.tenant.inbound_connectors if ask.recipient.tenant else ()
