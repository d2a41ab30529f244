"""When a tenant's quota for external recipients is used up: the same for every endpoint that counts towards it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from relaylab.domain.asks import DeliveryAsk


def external_is_used_up(ask: DeliveryAsk) -> bool:
    """Tell whether this external copy would pass the tenant external recipient rate limit (CS-LIM-20)."""
    return ask.is_external and ask.external_quota is not None and ask.external_today >= ask.external_quota


def moera_is_used_up(ask: DeliveryAsk) -> bool:
    """Tell whether this external copy would pass the limit for onmicrosoft.com senders (CS-LIM-30)."""
    return ask.is_external and ask.moera_quota is not None and ask.moera_today >= ask.moera_quota
