"""The end of DATA at smtp.azurecomm.net: may this resource send this message now, as ``rules.acs`` has it."""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import DataAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import replies
from relaylab.rules.acs import sending, smtp_sources, sources

_rule = RuleMaker(Endpoint.ACS_SMTP, Stage.DATA)

LINK: Final = (
    "Link the domain {acs_domain} to resource {resource} (az communication update --linked-domains, linked_domains in "
    "the world file) once it is verified, or send as one of its configured addresses."
)
USERNAME: Final = (
    "Add the MailFrom address {acs_sender} (az communication email domain sender-username create --username "
    "{acs_username}; sender_usernames in the world file), or send as one that is configured."
)
SPLIT: Final = "Send to at most 50 recipients at a time, To, Cc and Bcc together."
SLOWER: Final = (
    "Send at most {acs_per_minute} messages in a minute and {acs_per_hour} in an hour, wait after this line instead of "
    "retrying at once (retries count), and ask Azure support for a higher quota of a custom domain (an Azure-managed "
    "one is not raised)."
)


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
    fix=LINK,
)
def domain_is_not_linked(ask: DataAsk) -> bool:
    """The domain of From and of MAIL FROM must be linked to the resource that signed in."""
    return ask.sending is not None and sending.domain_is_not_linked(ask.sending)


@_rule(
    EffectKind.REFUSE,
    replies.ACS_DOMAIN_NOT_LINKED,
    asks=DataAsk,
    source=sources.UNVERIFIED_DOMAIN,
    fix="Verify {acs_unverified} of the domain {acs_domain} again (az communication email domain "
    "initiate-verification): the records must stand in its DNS, and SPF must end in -all.",
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
    fix=USERNAME,
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
    fix=SPLIT,
)
def message_has_too_many_recipients(ask: DataAsk) -> bool:
    """A message reaches at most 50 recipients."""
    return ask.sending is not None and sending.recipients_are_too_many(ask.sending)


@_rule(
    EffectKind.REFUSE,
    replies.TOO_LARGE,
    asks=DataAsk,
    source=smtp_sources.TOO_LARGE,
    fix="Send less than 10 MB with attachments and inline images, or a link in place of the attachment.",
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
    fix=SLOWER,
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
    fix=SLOWER,
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
