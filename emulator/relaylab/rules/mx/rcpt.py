"""RCPT TO at the tenant MX, middle part: what one transaction may hold, and who may leave.

A message attributed as originating may go to anybody. Otherwise recipients outside wait for the end of DATA, and those
of a tenant for what ``inbound`` says (the order: sources.MX_RCPT_ORDER). Whose a shared address is is inferred, too
(SHARED_CONNECTOR_IP).
"""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import RcptAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import limits, replies, sources
from relaylab.rules.mx import fixes

_rule = RuleMaker(Endpoint.MX, Stage.RCPT)


@_rule(
    EffectKind.DEFER,
    replies.TOO_MANY_RECIPIENTS,
    asks=RcptAsk,
    source=sources.SAME_DOMAIN_LIMIT,
    fix="Send to at most 200 recipients of one domain at a time; a client must split and resend.",
)
def domain_has_its_two_hundred_recipients(ask: RcptAsk) -> bool:
    """A transaction takes at most 200 recipients of one domain."""
    return ask.same_domain >= limits.RECIPIENTS_OF_ONE_DOMAIN


@_rule(
    EffectKind.DEFER,
    replies.OTHER_TENANT,
    asks=RcptAsk,
    source=sources.MX_MIXED,
    fix="Send to {recipient} in a transaction of its own; clients that split on 452 do so by themselves.",
)
def recipient_belongs_elsewhere(ask: RcptAsk) -> bool:
    """A message belongs to one tenant: a recipient of another one is put off to the next transaction."""
    owner = ask.recipient.tenant.id if ask.recipient.tenant else ""
    return not ask.attribution.may_relay and ask.bound_to is not None and ask.bound_to != owner


@_rule(
    EffectKind.DEFER,
    replies.OTHER_REGION,
    asks=RcptAsk,
    source=sources.OTHER_REGION,
    fix="Send to {recipient} in a transaction of its own; clients that split on 452 do so by themselves.",
)
def recipient_is_in_another_region(ask: RcptAsk) -> bool:
    """A message that comes in goes to one region: a recipient of another one is put off to the next transaction."""
    domain = ask.recipient.domain
    wanted = domain.mail_flow_region if domain else None
    bound = ask.bound_region
    return not ask.attribution.may_relay and wanted is not None and bound is not None and bound != wanted


def _may_not_leave(ask: RcptAsk) -> bool:
    return ask.recipient.is_outside and not ask.attribution.may_relay


@_rule(
    EffectKind.REFUSE,
    replies.RELAY_DENIED,
    asks=RcptAsk,
    source=sources.RELAY_DENIED_OLD_STAGE,
    under=(("relay_denied_stage", "rcpt"),),
    fix=f"{fixes.NEAREST}{fixes.SEND_AS_THE_TENANT}",
)
def relay_is_denied_at_once_to_a_foreign_sender(ask: RcptAsk) -> bool:
    """Under the older reading of the stage, a connector that lists the address refuses a foreign MAIL FROM at RCPT."""
    return _may_not_leave(ask) and ask.attribution.lacks_the_sender


@_rule(
    EffectKind.REFUSE,
    replies.RELAY_DENIED,
    asks=RcptAsk,
    source=sources.IPV6_MATCHES_NOTHING,
    under=(("relay_denied_stage", "rcpt"),),
    fix=f"{fixes.NEAREST}{fixes.USE_IPV4}.",
)
def relay_is_denied_at_once_over_ipv6(ask: RcptAsk) -> bool:
    """Under the older reading a sender that arrives over IPv6 is refused at RCPT, since connectors hold IPv4 only."""
    return _may_not_leave(ask) and ask.peer.ip.version == 6


@_rule(
    EffectKind.REFUSE,
    replies.RELAY_DENIED,
    asks=RcptAsk,
    source=sources.RELAY_DENIED_OLD_STAGE,
    under=(("relay_denied_stage", "rcpt"),),
    fix=f"{fixes.NEAREST}{fixes.ADD_A_CONNECTOR} and send from an accepted domain.",
)
def relay_is_denied_at_once(ask: RcptAsk) -> bool:
    """Under the older reading a recipient outside is refused at RCPT when the sender was not attributed."""
    return _may_not_leave(ask)


RULES: Final[tuple[AnyRule, ...]] = (
    domain_has_its_two_hundred_recipients,
    recipient_belongs_elsewhere,
    recipient_is_in_another_region,
    relay_is_denied_at_once_to_a_foreign_sender.only_under(relay_denied_text="tenant_attribution"),
    relay_is_denied_at_once_to_a_foreign_sender.saying(
        replies.RELAY_DENIED_ATTR36, sources.RELAY_DENIED_ATTR36, relay_denied_text="attr36"
    ),
    relay_is_denied_at_once_over_ipv6,
    relay_is_denied_at_once,
)
