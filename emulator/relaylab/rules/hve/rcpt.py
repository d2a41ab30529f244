"""RCPT TO at High Volume Email: recipients inside, fifty a message; in the preview, caps for a tenant's day."""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import RcptAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import limits, milestones, replies, sources
from relaylab.rules.hve import conditions

_rule = RuleMaker(Endpoint.HVE, Stage.RCPT)

_WAIT: Final = (
    "Spread the mail over days, or judge a date from 2025-05-01 on, when the caps of the preview were lifted."
)


@_rule(
    EffectKind.REFUSE,
    replies.HVE_EXTERNAL,
    asks=RcptAsk,
    source=sources.HVE_INTERNAL,
    since=milestones.HVE_INTERNAL_ONLY,
    under=(("hve_external_stage", "rcpt"),),
    fix=conditions.FIX_OUTSIDE,
)
def recipient_is_outside(ask: RcptAsk) -> bool:
    """Since June 2025 a recipient must be in an accepted domain of the account's tenant."""
    return ask.hve is not None and ask.leaves_the_tenant


@_rule(
    EffectKind.REFUSE,
    replies.HVE_EXTERNAL,
    asks=RcptAsk,
    source=sources.HVE_CONTACTS,
    since=milestones.HVE_INTERNAL_ONLY,
    under=(("hve_external_stage", "rcpt"), ("hve_contacts_and_guests", "external")),
    fix=conditions.FIX_OUTSIDE,
)
def recipient_is_a_contact_or_a_guest(ask: RcptAsk) -> bool:
    """A mail contact and a guest count as outside, whatever domain their address is in."""
    return ask.hve is not None and ask.recipient.leads_outside


@_rule(
    EffectKind.DEFER,
    replies.TOO_MANY_RECIPIENTS,
    asks=RcptAsk,
    source=sources.HVE_RECIPIENTS,
    under=(("hve_too_many_recipients", "rcpt"),),
    fix="Send to one distribution group, static or dynamic, which counts once; else in batches of 50.",
)
def message_has_its_fifty_recipients(ask: RcptAsk) -> bool:
    """A message takes fifty recipients; a group counts as one."""
    return ask.recipients >= limits.HVE_RECIPIENTS


@_rule(
    EffectKind.DEFER,
    replies.TOO_MANY_RECIPIENTS,
    asks=RcptAsk,
    source=sources.HVE_CAPS,
    until=milestones.HVE_RATE_CAPS_LIFTED,
    fix=_WAIT,
)
def tenant_has_its_hundred_thousand_recipients(ask: RcptAsk) -> bool:
    """In the preview a tenant reached 100,000 recipients in any 24 hours."""
    return ask.tenant_today >= limits.HVE_RECIPIENTS_PER_DAY


@_rule(
    EffectKind.DEFER,
    replies.TOO_MANY_RECIPIENTS,
    asks=RcptAsk,
    source=sources.HVE_CAPS,
    until=milestones.HVE_RATE_CAPS_LIFTED,
    fix=_WAIT,
)
def tenant_has_its_two_thousand_recipients_outside(ask: RcptAsk) -> bool:
    """In the preview a tenant reached 2,000 recipients outside in any 24 hours."""
    return ask.leaves_the_tenant and ask.tenant_outside_today >= limits.HVE_OUTSIDE_PER_DAY


RULES: Final[tuple[AnyRule, ...]] = (
    recipient_is_outside,
    recipient_is_a_contact_or_a_guest,
    message_has_its_fifty_recipients,
    tenant_has_its_hundred_thousand_recipients,
    tenant_has_its_two_thousand_recipients_outside,
)
