"""RCPT TO at the tenant MX, in the order of fact MX-GAP-07.

A message attributed as originating may go to anybody. Otherwise: throttling, where it is on; recipients outside wait
for the end of DATA, then RejectDirectSend, then the directory (sources.MX_RCPT_ORDER). Inferred is also that
RejectDirectSend refuses here (DIRECT_SEND_STAGE), takes an empty MAIL FROM for nobody's (DIRECT_SEND_EMPTY_SENDER) and
holds from the instant it is set (DIRECT_SEND_DELAY), and whose a shared address is (SHARED_CONNECTOR_IP).
"""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import RcptAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.world import Standing
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import limits, milestones, replies, sources
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


def _may_not_leave(ask: RcptAsk) -> bool:
    return ask.recipient.is_outside and not ask.attribution.may_relay


@_rule(
    EffectKind.REFUSE,
    replies.RELAY_DENIED,
    asks=RcptAsk,
    source=sources.RELAY_DENIED_OLD_STAGE,
    under=(("relay_denied_stage", "rcpt"),),
    fix=fixes.SEND_AS_THE_TENANT,
)
def relay_is_denied_at_once_to_a_foreign_sender(ask: RcptAsk) -> bool:
    """Under the older reading of the stage, a connector that lists the address refuses a foreign MAIL FROM at RCPT."""
    return _may_not_leave(ask) and ask.attribution.lists_the_ip


@_rule(
    EffectKind.REFUSE,
    replies.RELAY_DENIED,
    asks=RcptAsk,
    source=sources.IPV6_MATCHES_NOTHING,
    under=(("relay_denied_stage", "rcpt"),),
    fix=f"{fixes.USE_IPV4}.",
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
    fix=f"{fixes.ADD_A_CONNECTOR} and send from an accepted domain.",
)
def relay_is_denied_at_once(ask: RcptAsk) -> bool:
    """Under the older reading a recipient outside is refused at RCPT when the sender was not attributed."""
    return _may_not_leave(ask)


def _is_on_a_connector_of_the_recipient(ask: RcptAsk) -> bool:
    tenant = ask.recipient.tenant
    connectors = tenant.inbound_connectors if tenant else ()
    return any(connector.enabled and connector.lists(ask.peer.ip) for connector in connectors)


@_rule(
    EffectKind.DEFER,
    replies.SERVER_BUSY,
    asks=RcptAsk,
    source=sources.SERVER_BUSY,
    under=(("mx_throttling", "on"),),
    fix=f"{fixes.ADD_A_CONNECTOR}; an address on a connector is not throttled.",
)
def address_is_throttled(ask: RcptAsk) -> bool:
    """An address that is on no connector may be put off for its reputation or its rate."""
    return not (ask.attribution.lists_the_ip or _is_on_a_connector_of_the_recipient(ask))


def _is_unwanted_direct_send(ask: RcptAsk) -> bool:
    return (
        not ask.attribution.may_relay
        and ask.mail_from is not None
        and ask.sender_counts
        and ask.recipient.tenant is not None
        and ask.recipient.tenant.organization_config.reject_direct_send
        and ask.recipient.tenant.owns(ask.mail_from.domain)
        and not _is_on_a_connector_of_the_recipient(ask)
    )


@_rule(
    EffectKind.REFUSE,
    replies.DIRECT_SEND_REJECTED,
    asks=RcptAsk,
    source=sources.IPV6_MATCHES_NOTHING,
    since=milestones.DIRECT_SEND_CAN_BE_REJECTED,
    rests_on=("direct_send_sender",),
    fix=f"{fixes.USE_IPV4}, or Set-OrganizationConfig -RejectDirectSend $false",
)
def direct_send_over_ipv6_is_rejected(ask: RcptAsk) -> bool:
    """With RejectDirectSend, mail from the tenant's own domains that arrives over IPv6 matches no connector."""
    return _is_unwanted_direct_send(ask) and ask.peer.ip.version == 6


@_rule(
    EffectKind.REFUSE,
    replies.DIRECT_SEND_REJECTED,
    asks=RcptAsk,
    source=sources.DIRECT_SEND,
    since=milestones.DIRECT_SEND_CAN_BE_REJECTED,
    rests_on=("direct_send_sender",),
    fix=f"{fixes.ADD_A_CONNECTOR}, or Set-OrganizationConfig -RejectDirectSend $false",
)
def direct_send_is_rejected(ask: RcptAsk) -> bool:
    """A tenant with RejectDirectSend takes mail from its own domains only through a connector."""
    return _is_unwanted_direct_send(ask)


def _is_unknown(ask: RcptAsk) -> bool:
    return ask.recipient.standing is Standing.UNKNOWN and not ask.attribution.may_relay


@_rule(
    EffectKind.REFUSE,
    replies.UNKNOWN_RECIPIENT,
    asks=RcptAsk,
    source=sources.DBEB_RULE,
    since=milestones.DBEB_WITH_LINK,
    fix=fixes.CORRECT_THE_RECIPIENT,
)
def recipient_is_unknown(ask: RcptAsk) -> bool:
    """An Authoritative domain refuses recipients that its directory does not know, at the edge."""
    return _is_unknown(ask)


@_rule(
    EffectKind.REFUSE,
    replies.UNKNOWN_RECIPIENT_2024,
    asks=RcptAsk,
    source=sources.DBEB_RULE,
    since=milestones.DBEB_WITHOUT_NUMBER,
    until=milestones.DBEB_WITH_LINK,
    fix=fixes.CORRECT_THE_RECIPIENT,
)
def recipient_is_unknown_in_2024(ask: RcptAsk) -> bool:
    """In 2024 and 2025 the refusal of an unknown recipient ended in a full stop."""
    return _is_unknown(ask)


@_rule(
    EffectKind.REFUSE,
    replies.UNKNOWN_RECIPIENT_2020,
    asks=RcptAsk,
    source=sources.DBEB_RULE,
    until=milestones.DBEB_WITHOUT_NUMBER,
    fix=fixes.CORRECT_THE_RECIPIENT,
)
def recipient_is_unknown_in_2020(ask: RcptAsk) -> bool:
    """Until 2023 the refusal of an unknown recipient carried an AS number."""
    return _is_unknown(ask)


RULES: Final[tuple[AnyRule, ...]] = (
    address_is_throttled,
    domain_has_its_two_hundred_recipients,
    recipient_belongs_elsewhere,
    relay_is_denied_at_once_to_a_foreign_sender.only_under(relay_denied_text="tenant_attribution"),
    relay_is_denied_at_once_to_a_foreign_sender.saying(
        replies.RELAY_DENIED_ATTR36, sources.RELAY_DENIED_ATTR36, relay_denied_text="attr36"
    ),
    relay_is_denied_at_once_over_ipv6,
    relay_is_denied_at_once,
    direct_send_over_ipv6_is_rejected,
    direct_send_is_rejected,
    recipient_is_unknown,
    recipient_is_unknown_in_2024,
    recipient_is_unknown_in_2020,
)
