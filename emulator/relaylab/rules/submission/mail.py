"""MAIL FROM at smtp.office365.com: TLS and a sign-in come first; who may send as whom is judged at the end of DATA."""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import MailAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import limits, milestones, replies, sources

_rule = RuleMaker(Endpoint.SUBMISSION, Stage.MAIL)


@_rule(
    EffectKind.REFUSE,
    replies.NOT_AUTHENTICATED_OLD,
    asks=MailAsk,
    source=sources.STARTTLS_REQUIRED_OLD,
    until=milestones.SUBMISSION_WORDING_2021,
    fix="Turn on STARTTLS and a sign-in in the sender.",
)
def sender_is_anonymous_in_2020(ask: MailAsk) -> bool:
    """Until about 2021 a sender without TLS or sign-in got the long line, whatever had gone before."""
    return ask.tls is None or ask.principal is None


@_rule(
    EffectKind.DEFER,
    replies.STARTTLS_REQUIRED,
    asks=MailAsk,
    source=sources.STARTTLS_REQUIRED,
    since=milestones.SUBMISSION_WORDING_2021,
    fix="Turn on STARTTLS in the sender (port 587; 465 is not served).",
)
def starttls_is_required(ask: MailAsk) -> bool:
    """Mail is taken inside TLS only."""
    return ask.tls is None


@_rule(
    EffectKind.REFUSE,
    replies.NOT_AUTHENTICATED_AFTER,
    asks=MailAsk,
    source=sources.NOT_AUTHENTICATED_AFTER,
    since=milestones.SUBMISSION_WORDING_2021,
    fix="The sender went on after its sign-in had failed; mend what the quoted error names.",
)
def sign_in_has_failed(ask: MailAsk) -> bool:
    """After a failed AUTH the refusal quotes the error that AUTH was given."""
    return ask.principal is None and ask.sign_in_failure is not None


@_rule(
    EffectKind.REFUSE,
    replies.NOT_AUTHENTICATED,
    asks=MailAsk,
    source=sources.NOT_AUTHENTICATED,
    since=milestones.SUBMISSION_WORDING_2021,
    fix="Give the sender credentials, or point it at the tenant MX if it relays by connector or uses Direct Send.",
)
def sender_is_anonymous(ask: MailAsk) -> bool:
    """Mail is taken from a signed-in client only."""
    return ask.principal is None


@_rule(
    EffectKind.REFUSE,
    replies.NOT_IMPLEMENTED,
    asks=MailAsk,
    source=sources.SMTPUTF8_REFUSED,
    under=(("smtputf8_in_mail", "502"),),
    fix="Set the sender to use SMTPUTF8 only for addresses that need it.",
)
def smtputf8_is_not_implemented(ask: MailAsk) -> bool:
    """SMTPUTF8 is advertised and, in one report, not implemented."""
    return ask.wants_smtputf8


@_rule(
    EffectKind.REFUSE,
    replies.TOO_LARGE,
    asks=MailAsk,
    source=sources.SIZE_REFUSAL,
    fix="Send less than 150 MiB, or have the device split the scan.",
)
def declared_size_is_too_large(ask: MailAsk) -> bool:
    """A message that announces more than 150 MiB is refused before it is sent."""
    return ask.declared_size is not None and ask.declared_size > limits.MESSAGE_SIZE


@_rule(
    EffectKind.REFUSE,
    replies.MAY_NOT_SEND_AS,
    asks=MailAsk,
    source=sources.SEND_AS_5_7_60,
    under=(("send_as_refusal", "5.7.60"),),
    fix="Add-RecipientPermission {sender} -AccessRights SendAs -Trustee {mailbox}",
)
def mailbox_may_not_send_as_the_sender(ask: MailAsk) -> bool:
    """Under the older reading a foreign sender is refused at MAIL already."""
    return (
        ask.principal is not None
        and ask.tenant is not None
        and ask.mail_from is not None
        and not ask.tenant.may_send_as(ask.principal, ask.mail_from, ask.now)
    )


RULES: Final[tuple[AnyRule, ...]] = (
    sender_is_anonymous_in_2020,
    starttls_is_required,
    sign_in_has_failed,
    sender_is_anonymous,
    smtputf8_is_not_implemented,
    declared_size_is_too_large,
    mailbox_may_not_send_as_the_sender,
)
