"""What a connector of the recipient's tenant is to mail that comes in: no way to relay, but a lock, or a proof."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaylab.domain.asks import RcptAsk
    from relaylab.domain.connector import InboundConnector


def standing_inside(ask: RcptAsk, connector: InboundConnector) -> str:
    """Say whether its restriction is met, whether it wants TLS, and whether it counts for RejectDirectSend.

    A sentence without a subject for each of them that is in question, with a semicolon before it.
    """
    return "".join(f"; {one}" for one in _sentences(ask, connector))


def _sentences(ask: RcptAsk, connector: InboundConnector) -> Iterator[str]:
    tenant, domain = ask.recipient.tenant, ask.recipient.domain
    if connector.is_a_partner_for(ask.mail_from, domain.name if domain else None):
        if connector.restricts:
            yield "its restriction is met" if connector.is_met_by(ask.arrival) else "its restriction is not met"
        if connector.require_tls:
            yield "it wants TLS" if ask.tls else "it wants TLS, and the connection is not encrypted"
    if tenant is not None and tenant.organization_config.rejects_direct_send(ask.now, ask.direct_send_delay):
        counts = connector.vouches_for(ask.arrival, ask.mail_from)
        yield f"it {'counts' if counts else 'does not count'} as the sender's for RejectDirectSend"
