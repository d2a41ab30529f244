"""MAIL FROM at High Volume Email: who is signed in, whether it may send, and as whom."""

from __future__ import annotations

from typing import Final

from relaylab.domain.asks import MailAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.hve import BillingPolicyStatus
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import milestones, replies, sources, submission
from relaylab.rules.hve import conditions

_rule = RuleMaker(Endpoint.HVE, Stage.MAIL)

_AT_MAIL: Final = (("hve_refusal_stage", "mail"),)

starttls_is_required = _rule(
    EffectKind.DEFER,
    replies.STARTTLS_REQUIRED,
    asks=MailAsk,
    source=sources.HVE_STARTTLS,
    fix="Turn on STARTTLS in the sender (port 587; neither 465 nor 25 is served).",
)(submission.mail.starttls_is_required.predicate)


@_rule(
    EffectKind.REFUSE,
    replies.NOT_AUTHENTICATED_AFTER,
    asks=MailAsk,
    source=sources.HVE_GENERAL,
    fix=submission.mail.sign_in_has_failed.fix,
)
def sign_in_has_failed(ask: MailAsk) -> bool:
    """After a failed AUTH the refusal quotes the error that AUTH was given."""
    return ask.hve is None and submission.mail.sign_in_has_failed.matches(ask)


@_rule(
    EffectKind.REFUSE,
    replies.NOT_AUTHENTICATED,
    asks=MailAsk,
    source=sources.HVE_GENERAL,
    fix="Give the sender the credentials of a High Volume Email account, or a token; nobody sends here without.",
)
def sender_is_anonymous(ask: MailAsk) -> bool:
    """Mail is taken from a signed-in client only."""
    return ask.hve is None and ask.principal is None


@_rule(
    EffectKind.REFUSE,
    replies.HVE_TOKEN_EXPIRED,
    asks=MailAsk,
    source=sources.HVE_SESSION_TOKEN,
    fix="Open a new session with a new token: a session may not outlive the token that it was opened with.",
)
def session_has_outlived_its_token(ask: MailAsk) -> bool:
    """A session ends with the token that it was opened with."""
    return ask.hve is not None and ask.hve.expires is not None and ask.hve.expires <= ask.now


@_rule(
    EffectKind.REFUSE,
    replies.HVE_NO_ACCOUNT,
    asks=MailAsk,
    source=sources.HVE_ACCOUNT_KIND,
    under=_AT_MAIL,
    fix=conditions.FIX_ACCOUNT,
)
def account_is_not_for_high_volume_email(ask: MailAsk) -> bool:
    """Who signs in with a mailbox cannot send here."""
    return conditions.is_no_account(ask)


@_rule(
    EffectKind.REFUSE,
    replies.HVE_APP_NOT_ALLOWED,
    asks=MailAsk,
    source=sources.HVE_ALLOWED_APPS,
    under=_AT_MAIL,
    fix=conditions.FIX_APP,
)
def application_is_not_allowed(ask: MailAsk) -> bool:
    """An application must be on the account's Allowed Apps, by the object id of its enterprise application."""
    return conditions.app_is_not_allowed(ask)


@_rule(
    EffectKind.REFUSE,
    replies.HVE_NOT_ACTIVE,
    asks=MailAsk,
    source=sources.HVE_BILLING_STATUS,
    since=milestones.HVE_BILLING_BEGINS,
    under=(("hve_billing_refusal", "mail"),),
    fix=conditions.FIX_BILLING,
)
def billing_policy_is_not_valid(ask: MailAsk) -> bool:
    """Since billing began, an account sends only while its billing policy is valid."""
    return ask.hve is not None and ask.hve.account.billing_policy_status is not BillingPolicyStatus.VALID


declared_size_is_too_large = _rule(
    EffectKind.REFUSE,
    replies.TOO_LARGE,
    asks=MailAsk,
    source=sources.HVE_GENERAL,
    fix=conditions.FIX_SIZE,
)(submission.mail.declared_size_is_too_large.predicate)


@_rule(
    EffectKind.REFUSE,
    replies.TOO_LARGE,
    asks=MailAsk,
    source=sources.HVE_SIZE,
    under=(("hve_size_refusal", "mail"), ("hve_size_count", "as_sent")),
    fix=conditions.FIX_SIZE,
)
def declared_size_is_over_ten_megabytes(ask: MailAsk) -> bool:
    """Under one reading a message that announces more than 10 MB is refused before it is sent."""
    return conditions.is_too_large(ask.declared_size)


@_rule(
    EffectKind.REFUSE,
    replies.TOO_LARGE,
    asks=MailAsk,
    source=sources.HVE_SIZE,
    under=(("hve_size_refusal", "mail"), ("hve_size_count", "decoded")),
    fix=conditions.FIX_SIZE,
)
def declared_size_is_over_ten_megabytes_decoded(ask: MailAsk) -> bool:
    """Under two readings it is refused before it is sent, and the growth by base64 does not count."""
    return conditions.is_too_large_decoded(ask.declared_size)


@_rule(
    EffectKind.REFUSE,
    replies.HVE_FOREIGN_SENDER,
    asks=MailAsk,
    source=sources.HVE_SENDER,
    under=_AT_MAIL,
    fix=conditions.FIX_SENDER,
)
def sender_is_not_the_account(ask: MailAsk) -> bool:
    """MAIL FROM must be an address of the account; no SendAs changes that."""
    return ask.hve is not None and ask.mail_from is not None and not ask.hve.account.owns(ask.mail_from)


@_rule(
    EffectKind.REFUSE,
    replies.HVE_FOREIGN_SENDER,
    asks=MailAsk,
    source=sources.HVE_SENDER,
    under=(*_AT_MAIL, ("hve_sender_addresses", "primary")),
    fix=conditions.FIX_SENDER,
)
def sender_is_not_the_primary_address(ask: MailAsk) -> bool:
    """Under the other reading MAIL FROM must be the account's primary address."""
    return ask.hve is not None and ask.mail_from is not None and ask.mail_from != ask.hve.account.address


@_rule(
    EffectKind.REFUSE,
    replies.HVE_FOREIGN_SENDER,
    asks=MailAsk,
    source=sources.HVE_NULL_SENDER,
    under=(*_AT_MAIL, ("hve_null_sender", "refused")),
    fix=conditions.FIX_SENDER,
)
def sender_is_nobody(ask: MailAsk) -> bool:
    """MAIL FROM:<> is no address of the account either."""
    return ask.hve is not None and ask.mail_from is None


RULES: Final[tuple[AnyRule, ...]] = (
    starttls_is_required,
    sign_in_has_failed,
    sender_is_anonymous,
    session_has_outlived_its_token,
    account_is_not_for_high_volume_email,
    application_is_not_allowed,
    billing_policy_is_not_valid,
    declared_size_is_too_large,
    declared_size_is_over_ten_megabytes,
    declared_size_is_over_ten_megabytes_decoded,
    sender_is_not_the_account,
    sender_is_not_the_primary_address,
    sender_is_nobody,
)
