"""The end of DATA at High Volume Email: the size, and what can be known by now only, or is refused this late."""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import DataAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import milestones, replies, sources
from relaylab.rules.hve import conditions

_rule = RuleMaker(Endpoint.HVE, Stage.DATA)

_LATE: Final = (("hve_refusal_stage", "data"),)


@_rule(
    EffectKind.REFUSE,
    replies.TOO_LARGE,
    asks=DataAsk,
    source=sources.HVE_SIZE,
    under=(("hve_size_count", "as_sent"),),
    fix=conditions.FIX_SIZE,
)
def message_is_too_large(ask: DataAsk) -> bool:
    """A message of more than 10 MB is refused."""
    return conditions.is_too_large(ask.size)


@_rule(
    EffectKind.REFUSE,
    replies.TOO_LARGE,
    asks=DataAsk,
    source=sources.HVE_SIZE,
    under=(("hve_size_count", "decoded"),),
    fix=conditions.FIX_SIZE,
)
def message_is_too_large_decoded(ask: DataAsk) -> bool:
    """Under the other reading the growth by base64 does not count towards the 10 MB."""
    return conditions.is_too_large_decoded(ask.size)


@_rule(
    EffectKind.REFUSE,
    replies.HVE_NO_ACCOUNT,
    asks=DataAsk,
    source=sources.HVE_ACCOUNT_KIND,
    under=_LATE,
    fix=conditions.FIX_ACCOUNT,
)
def account_is_not_for_high_volume_email(ask: DataAsk) -> bool:
    """Who signs in with a mailbox cannot send here."""
    return conditions.is_no_account(ask)


@_rule(
    EffectKind.REFUSE,
    replies.HVE_APP_NOT_ALLOWED,
    asks=DataAsk,
    source=sources.HVE_ALLOWED_APPS,
    under=_LATE,
    fix=conditions.FIX_APP,
)
def application_is_not_allowed(ask: DataAsk) -> bool:
    """An application must be on the account's Allowed Apps, by the object id of its enterprise application."""
    return conditions.app_is_not_allowed(ask)


@_rule(
    EffectKind.REFUSE,
    replies.HVE_FOREIGN_SENDER,
    asks=DataAsk,
    source=sources.HVE_SENDER,
    under=_LATE,
    fix=conditions.FIX_SENDER,
)
def sender_is_not_the_account(ask: DataAsk) -> bool:
    """MAIL FROM must be an address of the account; no SendAs changes that."""
    mail_from = ask.envelope.mail_from
    return ask.hve is not None and mail_from is not None and not ask.hve.account.owns(mail_from)


@_rule(
    EffectKind.REFUSE,
    replies.HVE_FOREIGN_SENDER,
    asks=DataAsk,
    source=sources.HVE_SENDER,
    under=(*_LATE, ("hve_sender_addresses", "primary")),
    fix=conditions.FIX_SENDER,
)
def sender_is_not_the_primary_address(ask: DataAsk) -> bool:
    """Under the other reading MAIL FROM must be the account's primary address."""
    mail_from = ask.envelope.mail_from
    return ask.hve is not None and mail_from is not None and mail_from != ask.hve.account.address


@_rule(
    EffectKind.REFUSE,
    replies.HVE_FOREIGN_SENDER,
    asks=DataAsk,
    source=sources.HVE_NULL_SENDER,
    under=(*_LATE, ("hve_null_sender", "refused")),
    fix=conditions.FIX_SENDER,
)
def sender_is_nobody(ask: DataAsk) -> bool:
    """MAIL FROM:<> is no address of the account either."""
    return ask.hve is not None and ask.envelope.mail_from is None


@_rule(
    EffectKind.REFUSE,
    replies.HVE_FOREIGN_FROM,
    asks=DataAsk,
    source=sources.HVE_FROM,
    fix="Set the From header to {mailbox}, as the envelope has it; where replies go is the account's ReplyTo "
    "(Set-HVEAccountSettings).",
)
def header_from_is_not_the_account(ask: DataAsk) -> bool:
    """The From header must be an address of the account as well."""
    author = ask.head.from_address
    return ask.hve is not None and author is not None and not ask.hve.account.owns(author)


@_rule(
    EffectKind.REFUSE,
    replies.HVE_FOREIGN_FROM,
    asks=DataAsk,
    source=sources.HVE_FROM,
    under=(("hve_sender_addresses", "primary"),),
    fix="Set the From header to {mailbox}, the account's primary address.",
)
def header_from_is_not_the_primary_address(ask: DataAsk) -> bool:
    """Under the other reading the From header must be the account's primary address."""
    author = ask.head.from_address
    return ask.hve is not None and author is not None and author != ask.hve.account.address


@_rule(
    EffectKind.REFUSE,
    replies.HVE_FOREIGN_FROM,
    asks=DataAsk,
    source=sources.HVE_NO_FROM,
    under=(("hve_no_from", "refused"),),
    fix="Write a From header into the message: {mailbox}, as the envelope has it.",
)
def header_from_is_missing(ask: DataAsk) -> bool:
    """Under one reading a message whose From header is missing, or names nobody, is refused as one that differs."""
    return ask.hve is not None and ask.head.from_address is None


@_rule(
    EffectKind.REFUSE,
    replies.HVE_EXTERNAL,
    asks=DataAsk,
    source=sources.HVE_INTERNAL,
    since=milestones.HVE_INTERNAL_ONLY,
    under=(("hve_external_stage", "data"),),
    fix=conditions.FIX_OUTSIDE,
)
def a_recipient_is_outside(ask: DataAsk) -> bool:
    """Under another reading one recipient outside has the whole message refused."""
    return ask.hve is not None and bool(ask.leaving)


@_rule(
    EffectKind.REFUSE,
    replies.HVE_EXTERNAL,
    asks=DataAsk,
    source=sources.HVE_CONTACTS,
    since=milestones.HVE_INTERNAL_ONLY,
    under=(("hve_external_stage", "data"), ("hve_contacts_and_guests", "external")),
    fix=conditions.FIX_OUTSIDE,
)
def a_recipient_is_a_contact_or_a_guest(ask: DataAsk) -> bool:
    """Under that reading a mail contact or a guest among the recipients does the same."""
    return ask.hve is not None and bool(ask.leading_outside)


RULES: Final[tuple[AnyRule, ...]] = (
    message_is_too_large,
    message_is_too_large_decoded,
    account_is_not_for_high_volume_email,
    application_is_not_allowed,
    sender_is_not_the_account,
    sender_is_not_the_primary_address,
    sender_is_nobody,
    header_from_is_not_the_account,
    header_from_is_not_the_primary_address,
    header_from_is_missing,
    a_recipient_is_outside,
    a_recipient_is_a_contact_or_a_guest,
)
