"""MAIL FROM at the tenant MX: any sender is heard that is on no list; what it may reach is decided later.

That what is held against a sender is said here, and not at RCPT, is inferred.
"""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import MailAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.reputation import SenderState
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import limits, milestones, replies, sources
from relaylab.rules.mx import fixes

_rule = RuleMaker(Endpoint.MX, Stage.MAIL)


@_rule(
    EffectKind.REFUSE,
    replies.TOO_LARGE,
    asks=MailAsk,
    source=sources.MX_SIZE,
    fix=fixes.SEND_LESS,
)
def declared_size_is_too_large(ask: MailAsk) -> bool:
    """A message that announces more than 150 MiB is refused before it is sent."""
    return ask.declared_size is not None and ask.declared_size > limits.MESSAGE_SIZE


@_rule(
    EffectKind.REFUSE,
    replies.BLOCKLISTED_HELLO,
    asks=MailAsk,
    source=sources.BLOCKLISTED_NAME,
    fix="Give the device a host name of your own domain to say in EHLO, one that is on no list.",
)
def hello_name_is_blocklisted(ask: MailAsk) -> bool:
    """A client that names a host on Spamhaus in EHLO is refused."""
    return ask.hello_state is SenderState.BLOCKLISTED


@_rule(
    EffectKind.REFUSE,
    replies.BLOCKLISTED_SENDER,
    asks=MailAsk,
    source=sources.BLOCKLISTED_NAME,
    fix="Have the domain of {sender} removed at https://www.spamhaus.org/query/lookup/, or send from another domain.",
)
def sender_is_blocklisted(ask: MailAsk) -> bool:
    """A sender whose domain is on Spamhaus is refused."""
    return ask.sender_state is SenderState.BLOCKLISTED


@_rule(
    EffectKind.REFUSE,
    replies.SPAM_ABUSE,
    asks=MailAsk,
    source=sources.DENIED_FOR_ABUSE,
    fix="Find out what sends spam as {sender}, end it, and ask Microsoft support to lift the ban.",
)
def sender_has_abused_the_service(ask: MailAsk) -> bool:
    """A sender that spam was seen from is refused."""
    return ask.sender_state is SenderState.SPAM_ABUSE


@_rule(
    EffectKind.REFUSE,
    replies.BANNED_SENDER,
    asks=MailAsk,
    source=sources.DENIED_FOR_ABUSE,
    fix="Ask Microsoft support to lift the ban on {sender}, or send from another address.",
)
def sender_is_banned(ask: MailAsk) -> bool:
    """A sender that Microsoft has banned is refused."""
    return ask.sender_state is SenderState.BANNED


@_rule(
    EffectKind.REFUSE,
    replies.BANNED_SENDER_DOMAIN,
    asks=MailAsk,
    source=sources.BANNED_TWICE,
    fix="Ask Microsoft support to lift the ban on the domain of {sender}, or send from another domain.",
)
def sender_s_domain_is_banned(ask: MailAsk) -> bool:
    """A sender of a domain that Microsoft has banned is refused with the same words under another code."""
    return ask.sender_state is SenderState.DOMAIN_BANNED


@_rule(
    EffectKind.DEFER,
    replies.EXCESSIVE_RATE,
    asks=MailAsk,
    source=sources.EXCESSIVE_RATE,
    since=milestones.DBEB_WITH_LINK,
    fix="Spread the mail of {sender} over a longer time; what is put off may be sent again.",
)
def sender_sends_too_fast(ask: MailAsk) -> bool:
    """A sender with an excessive rate is put off."""
    return ask.sender_state is SenderState.RATE_LIMITED


RULES: Final[tuple[AnyRule, ...]] = (
    hello_name_is_blocklisted,
    sender_is_blocklisted,
    sender_has_abused_the_service,
    sender_is_banned,
    sender_s_domain_is_banned,
    sender_sends_too_fast,
    declared_size_is_too_large,
)
