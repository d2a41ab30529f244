"""The end of DATA at smtp.office365.com, where the mailbox server judges: concurrency, quotas, SendAs.

Their order among each other is not published; size comes first because it needs no mailbox.
"""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import DataAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import limits, milestones, replies, sources

_rule = RuleMaker(Endpoint.SUBMISSION, Stage.DATA)

_SPREADS: Final = (
    "Wait until {spread}, when what was granted at {granted} has reached every server; the delay here is "
    "permission_delay_minutes in [tenant.token_service]."
)
_GRANT: Final = "Add-RecipientPermission {sender} -AccessRights SendAs -Trustee {mailbox}"


@_rule(
    EffectKind.REFUSE,
    replies.TOO_LARGE,
    asks=DataAsk,
    source=sources.SIZE_REFUSAL,
    fix="Send less than 150 MiB, or have the device split the scan.",
)
def message_is_too_large(ask: DataAsk) -> bool:
    """A message of more than 150 MiB is refused."""
    return ask.size > limits.MESSAGE_SIZE


_THREE_AT_A_TIME: Final = (
    "Let at most three connections send as {mailbox} at a time, or spread the senders over several mailboxes."
)


@_rule(
    EffectKind.DEFER,
    replies.CONCURRENT_OLD,
    asks=DataAsk,
    source=sources.CONCURRENCY_OLD,
    until=milestones.SUBMISSION_WORDING_2021,
    fix=_THREE_AT_A_TIME,
)
def mailbox_sends_too_much_at_once_in_2020(ask: DataAsk) -> bool:
    """Until about 2021 a fourth submission of a mailbox was deferred with the name of the limit inside."""
    return ask.open_before >= limits.SUBMISSIONS_AT_ONCE


@_rule(
    EffectKind.DEFER,
    replies.CONCURRENT,
    asks=DataAsk,
    source=sources.CONCURRENCY,
    since=milestones.SUBMISSION_WORDING_2021,
    fix=_THREE_AT_A_TIME,
)
def mailbox_sends_too_much_at_once(ask: DataAsk) -> bool:
    """Three submissions of a mailbox may be open at a time; a fourth is deferred when its message is complete."""
    return ask.open_before >= limits.SUBMISSIONS_AT_ONCE


@_rule(
    EffectKind.DEFER,
    replies.MAILBOX_LOGON_FAILURE,
    asks=DataAsk,
    source=sources.MAILBOX_LOGON,
    fix=_SPREADS,
)
def full_access_has_not_spread_yet(ask: DataAsk) -> bool:
    """FullAccess that was granted to an application takes up to an hour to reach every server."""
    return not ask.may_log_on and ask.log_on_spreading is not None


@_rule(
    EffectKind.DEFER,
    replies.MAILBOX_LOGON_FAILURE,
    asks=DataAsk,
    source=sources.MAILBOX_LOGON,
    rests_on=("unregistered_service_principal",),
    fix="Add-MailboxPermission -Identity {mailbox} -User {object_id} -AccessRights FullAccess (the service principal "
    "of application {app_id}), and wait up to an hour until it has spread.",
)
def application_may_not_open_the_mailbox(ask: DataAsk) -> bool:
    """An application that signed in fails here when it has no FullAccess on the mailbox."""
    return not ask.may_log_on


@_rule(
    EffectKind.REFUSE,
    replies.MAILBOX_FULL,
    asks=DataAsk,
    source=sources.MAILBOX_FULL,
    fix="Empty the mailbox {mailbox} (Sent Items counts), or Set-Mailbox {mailbox} "
    "-MessageCopyForSMTPClientSubmissionEnabled $false",
)
def mailbox_is_full(ask: DataAsk) -> bool:
    """A mailbox over its send quota cannot send, since a copy goes to its Sent Items."""
    return ask.principal is not None and ask.principal.send_quota_exceeded


@_rule(
    EffectKind.REFUSE,
    replies.QUOTA_EXCEEDED,
    asks=DataAsk,
    source=sources.RECIPIENT_RATE,
    under=(("recipient_rate_refusal", "554"),),
    fix="Send to distribution groups (a group counts once), spread the mail over mailboxes, or use High Volume Email "
    "for recipients inside and Azure Communication Services for those outside.",
)
def daily_recipients_are_used_up(ask: DataAsk) -> bool:
    """A mailbox reaches 10,000 recipients in any 24 hours; a distribution group counts as one."""
    return ask.recipients_today + ask.charge > limits.RECIPIENTS_PER_DAY


@_rule(
    EffectKind.REFUSE,
    replies.TOO_LARGE_FOR_MAILBOX,
    asks=DataAsk,
    source=sources.SEND_SIZE,
    under=(("message_over_mailbox_size", "data"),),
    fix="Set-Mailbox {mailbox} -MaxSendSize 150MB",
)
def message_is_too_large_for_the_mailbox(ask: DataAsk) -> bool:
    """Under one reading a message larger than MaxSendSize is refused at once."""
    return ask.principal is not None and ask.size > ask.principal.max_send_size


@_rule(
    EffectKind.REFUSE,
    replies.SEND_AS_DENIED,
    asks=DataAsk,
    source=sources.SEND_AS_DENIED,
    since=milestones.SEND_AS_DENIED_NAMES_ADDRESSES,
    rests_on=("send_as_identity",),
    fix="Set the From address of the sender to {mailbox}: {sender} is no address of tenant {tenant}, so nobody can "
    "grant SendAs on it.",
)
def mailbox_may_not_send_as_a_stranger(ask: DataAsk) -> bool:
    """A mailbox cannot send as an address that is not in its tenant, and no grant can change that."""
    foreign = ask.tenant is not None and ask.sender is not None and not ask.tenant.owns(ask.sender.domain)
    return not ask.may_send_as and foreign


@_rule(
    EffectKind.REFUSE,
    replies.SEND_AS_DENIED,
    asks=DataAsk,
    source=sources.SEND_AS_SPREADS,
    since=milestones.SEND_AS_DENIED_NAMES_ADDRESSES,
    rests_on=("send_as_identity", "send_as_refusal"),
    fix=_SPREADS,
)
def send_as_has_not_spread_yet(ask: DataAsk) -> bool:
    """SendAs that was granted takes its time to reach every server, as FullAccess does."""
    return not ask.may_send_as and ask.send_as_spreading is not None


@_rule(
    EffectKind.REFUSE,
    replies.SEND_AS_DENIED,
    asks=DataAsk,
    source=sources.SEND_AS_DENIED,
    since=milestones.SEND_AS_DENIED_NAMES_ADDRESSES,
    rests_on=("send_as_identity", "send_as_refusal"),
    fix=_GRANT,
)
def mailbox_may_not_send_as(ask: DataAsk) -> bool:
    """The mailbox that signed in must own the sender's address or have SendAs on it."""
    return not ask.may_send_as


@_rule(
    EffectKind.REFUSE,
    replies.SEND_AS_DENIED_OLD,
    asks=DataAsk,
    source=sources.SEND_AS_DENIED_OLD,
    until=milestones.SEND_AS_DENIED_NAMES_ADDRESSES,
    rests_on=("send_as_identity", "send_as_refusal"),
    fix=_GRANT,
)
def mailbox_may_not_send_as_before_2022(ask: DataAsk) -> bool:
    """Until late 2022 the refusal named no addresses."""
    return not ask.may_send_as


RULES: Final[tuple[AnyRule, ...]] = (
    message_is_too_large,
    mailbox_sends_too_much_at_once_in_2020,
    mailbox_sends_too_much_at_once,
    full_access_has_not_spread_yet,
    application_may_not_open_the_mailbox,
    mailbox_is_full,
    daily_recipients_are_used_up,
    message_is_too_large_for_the_mailbox,
    mailbox_may_not_send_as_a_stranger,
    send_as_has_not_spread_yet,
    mailbox_may_not_send_as,
    mailbox_may_not_send_as_before_2022,
)
