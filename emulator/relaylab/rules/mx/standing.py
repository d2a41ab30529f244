"""RCPT TO at the tenant MX, first part: what is held against the client itself, before anybody's tenant is asked.

An address on a connector is never throttled (fact MX-RLY-06), a partner's included, whoever sends over it
(THROTTLING_SENDERS, inferred); the other lists hold for it, too. Which of two lists decides first is inferred.
"""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import RcptAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.reputation import Reputation
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import milestones, replies, sources
from relaylab.rules.mx import fixes
from relaylab.rules.mx.clients import is_on_a_connector_of_the_recipient

_rule = RuleMaker(Endpoint.MX, Stage.RCPT)


def _is_on_no_connector(ask: RcptAsk) -> bool:
    return not (ask.attribution.matches_the_client or is_on_a_connector_of_the_recipient(ask))


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
    return _is_on_no_connector(ask)


@_rule(
    EffectKind.DEFER,
    replies.SERVER_BUSY,
    asks=RcptAsk,
    source=sources.SERVER_BUSY_RULE,
    fix=f"{fixes.ADD_A_CONNECTOR}; an address on a connector is not throttled.",
)
def address_is_slowed_down(ask: RcptAsk) -> bool:
    """An address that the service does not trust yet is put off, unless it is on a connector."""
    return ask.reputation is Reputation.THROTTLED and _is_on_no_connector(ask)


@_rule(
    EffectKind.REFUSE,
    replies.BLOCKLISTED,
    asks=RcptAsk,
    source=sources.BLOCKLIST_1440,
    since=milestones.BLOCKLIST_AS_1440,
    fix=fixes.LEAVE_THE_BLOCKLIST,
)
def address_is_blocklisted(ask: RcptAsk) -> bool:
    """An address on Spamhaus is refused; dynamic ranges of access providers are on it as a whole."""
    return ask.reputation is Reputation.BLOCKLISTED


@_rule(
    EffectKind.REFUSE,
    replies.BLOCKLISTED_2024,
    asks=RcptAsk,
    source=sources.BLOCKLIST_1450,
    until=milestones.BLOCKLIST_AS_1440,
    fix=fixes.LEAVE_THE_BLOCKLIST,
)
def address_is_blocklisted_in_2024(ask: RcptAsk) -> bool:
    """Until the autumn of 2024 the refusal of an address on Spamhaus carried another number."""
    return ask.reputation is Reputation.BLOCKLISTED


@_rule(
    EffectKind.REFUSE,
    replies.BANNED_ADDRESS,
    asks=RcptAsk,
    source=sources.BANNED_ADDRESS,
    fix="Ask for {ip} to be taken off Microsoft's list at https://sender.office.com/.",
)
def address_is_banned(ask: RcptAsk) -> bool:
    """An address on Microsoft's own list is refused until somebody asks for it to be taken off."""
    return ask.reputation is Reputation.BANNED


@_rule(
    EffectKind.REFUSE,
    replies.BANNED_FOR_GOOD,
    asks=RcptAsk,
    source=sources.BANNED_FOR_GOOD,
    fix="Ask Microsoft by mail to take {ip} off its list, or send from another address.",
)
def address_is_banned_for_good(ask: RcptAsk) -> bool:
    """An address that the form cannot take off the list is refused until Microsoft is written to."""
    return ask.reputation is Reputation.BANNED_FOR_GOOD


@_rule(
    EffectKind.REFUSE,
    replies.OVER_THE_LIMIT,
    asks=RcptAsk,
    source=sources.DENIED_FOR_ABUSE,
    fix="Send less from {ip} and its neighbours, or from another range.",
)
def range_of_the_address_sends_too_much(ask: RcptAsk) -> bool:
    """An address whose range has sent more than it may is refused."""
    return ask.reputation is Reputation.OVER_THE_LIMIT


@_rule(
    EffectKind.REFUSE,
    replies.CUSTOMER_BLOCK_LIST,
    asks=RcptAsk,
    source=sources.CUSTOMER_BLOCK_LIST,
    fix="Set-HostedConnectionFilterPolicy -Identity Default -IPBlockList in tenant {tenant}, without {ip}.",
)
def address_is_blocked_by_the_organisation(ask: RcptAsk) -> bool:
    """An organisation refuses the addresses on the block list of its connection filter."""
    tenant = ask.recipient.tenant
    listed = tenant.hosted_connection_filter_policy.ip_block_list if tenant else ()
    return any(ask.peer.ip in block for block in listed)


RULES: Final[tuple[AnyRule, ...]] = (
    address_is_throttled,
    address_is_slowed_down,
    address_is_blocklisted,
    address_is_blocklisted_in_2024,
    address_is_banned,
    address_is_banned_for_good,
    range_of_the_address_sends_too_much,
    address_is_blocked_by_the_organisation,
)
