"""The end of DATA at smtp.azurecomm.net: may this resource send this message now, as ``rules.acs`` has it."""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import DataAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import replies
from relaylab.rules.acs import fixes, sending, smtp_sources, sources

_rule = RuleMaker(Endpoint.ACS_SMTP, Stage.DATA)


@_rule(
    EffectKind.REFUSE,
    replies.ACS_DOMAIN_NOT_LINKED,
    asks=DataAsk,
    source=smtp_sources.NOBODY_SENDS,
    fix="Give the message a sender, in MAIL FROM and in the From field: a MailFrom address of resource {resource}. "
    "Reports with the sender <> cannot be sent through ACS.",
)
def nobody_sends(ask: DataAsk) -> bool:
    """A message with neither From nor MAIL FROM comes from no linked domain."""
    return ask.sending is not None and not ask.sending.senders


@_rule(
    EffectKind.REFUSE,
    replies.ACS_DOMAIN_NOT_LINKED,
    asks=DataAsk,
    source=sources.DOMAIN_NOT_LINKED,
    rests_on=("acs_sender_checks",),
    fix=fixes.LINK,
)
def domain_is_not_linked(ask: DataAsk) -> bool:
    """The domain of From and of MAIL FROM must be linked to the resource that signed in."""
    return ask.sending is not None and sending.domain_is_not_linked(ask.sending)


@_rule(
    EffectKind.REFUSE,
    replies.ACS_DOMAIN_NOT_LINKED,
    asks=DataAsk,
    source=sources.UNVERIFIED_DOMAIN,
    fix=fixes.VERIFY,
)
def domain_is_not_verified(ask: DataAsk) -> bool:
    """A linked domain whose verification does not stand any more is as good as not linked."""
    return ask.sending is not None and sending.domain_is_not_verified(ask.sending)


@_rule(
    EffectKind.REFUSE,
    replies.ACS_SENDER_USERNAME,
    asks=DataAsk,
    source=sources.SENDER_USERNAME,
    rests_on=("acs_sender_checks",),
    fix=fixes.USERNAME,
)
def sender_username_is_unknown(ask: DataAsk) -> bool:
    """From and MAIL FROM must be configured MailFrom addresses, whoever signed in."""
    return ask.sending is not None and sending.sender_username_is_unknown(ask.sending)


@_rule(
    EffectKind.REFUSE,
    replies.ACS_TOO_MANY_RECIPIENTS,
    asks=DataAsk,
    source=sources.RECIPIENTS,
    rests_on=("acs_too_many_recipients",),
    fix=fixes.SPLIT,
)
def message_has_too_many_recipients(ask: DataAsk) -> bool:
    """A message reaches at most 50 recipients."""
    return ask.sending is not None and sending.recipients_are_too_many(ask.sending)


@_rule(
    EffectKind.REFUSE,
    replies.TOO_LARGE,
    asks=DataAsk,
    source=smtp_sources.TOO_LARGE,
    fix=fixes.SMALLER,
)
def message_is_too_large(ask: DataAsk) -> bool:
    """A message of more than 10 MB is refused; base64 makes an attachment a third larger, and that counts."""
    return ask.sending is not None and sending.message_is_too_large(ask.sending)


@_rule(
    EffectKind.DEFER,
    replies.ACS_RATE,
    asks=DataAsk,
    source=sources.SEND_QUOTA,
    rests_on=("acs_quota",),
    fix=fixes.SLOWER,
)
def minute_is_used_up(ask: DataAsk) -> bool:
    """A subscription sends 30 messages a minute from custom domains, 5 from Azure-managed ones."""
    return ask.sending is not None and sending.minute_is_used_up(ask.sending)


@_rule(
    EffectKind.DEFER,
    replies.ACS_RATE,
    asks=DataAsk,
    source=sources.SEND_QUOTA,
    rests_on=("acs_quota",),
    fix=fixes.SLOWER,
)
def hour_is_used_up(ask: DataAsk) -> bool:
    """A subscription sends 100 messages an hour from custom domains, 10 from Azure-managed ones."""
    return ask.sending is not None and sending.hour_is_used_up(ask.sending)


RULES: Final[tuple[AnyRule, ...]] = (
    nobody_sends,
    domain_is_not_linked,
    domain_is_not_verified,
    sender_username_is_unknown,
    message_has_too_many_recipients,
    message_is_too_large,
    minute_is_used_up,
    hour_is_used_up,
)
