"""After the 250 of the tenant MX: what a relayed message cannot reach comes back as a report."""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import DeliveryAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.world import Standing
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import quotas, replies, sources
from relaylab.rules.mx import fixes

_rule = RuleMaker(Endpoint.MX, Stage.DELIVERY)


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_NOT_FOUND,
    asks=DeliveryAsk,
    source=sources.RECIPIENT_NOT_FOUND,
    fix=fixes.CORRECT_THE_RECIPIENT,
)
def recipient_is_unknown(ask: DeliveryAsk) -> bool:
    """A message that came in as originating is accepted for anybody; an unknown recipient comes back."""
    return ask.recipient.standing is Standing.UNKNOWN


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_TERRL_TRIAL,
    asks=DeliveryAsk,
    source=sources.TERRL_TRIAL,
    rests_on=("terrl_by_age",),
    fix="Buy licences for tenant {tenant}: a trial may reach {quota} external recipients in 24 hours.",
)
def trial_tenant_has_used_its_external_recipients(ask: DeliveryAsk) -> bool:
    """Relayed mail counts towards the fixed number of external recipients that a trial tenant reaches in 24 hours."""
    return quotas.external_is_used_up(ask) and ask.tenant is not None and ask.tenant.trial


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_TERRL,
    asks=DeliveryAsk,
    source=sources.TERRL,
    rests_on=("terrl_by_age", "terrl_last_phase"),
    fix="Spread the mail over days, or add licences to tenant {tenant} ({quota} external recipients in 24 hours now).",
)
def tenant_has_used_its_external_recipients(ask: DeliveryAsk) -> bool:
    """Relayed mail counts towards the tenant's external recipients in any 24 hours."""
    return quotas.external_is_used_up(ask)


@_rule(
    EffectKind.BOUNCE,
    replies.NDR_MOERA,
    asks=DeliveryAsk,
    source=sources.MOERA,
    fix="Send from a custom domain: New-AcceptedDomain, then give the sender an address in it.",
)
def onmicrosoft_sender_has_used_its_external_recipients(ask: DeliveryAsk) -> bool:
    """Relayed mail from onmicrosoft.com counts towards that domain's external recipients in any 24 hours."""
    return quotas.moera_is_used_up(ask)


RULES: Final[tuple[AnyRule, ...]] = (
    recipient_is_unknown,
    trial_tenant_has_used_its_external_recipients,
    tenant_has_used_its_external_recipients,
    onmicrosoft_sender_has_used_its_external_recipients,
)
