"""AUTH XOAUTH2 at High Volume Email: the token, its time, its permission and whose account it is.

What is wrong with a token is found as at client submission; what is said differs: High Volume Email has lines of its
own. It asks for Mail.Send, not for SMTP.SendAsApp, and Allowed Apps take the place of FullAccess (facts HVE-OAUTH-01 to
HVE-OAUTH-09).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from relaylab.domain.asks import SignInAsk
from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.hve import MAIL_SEND
from relaylab.domain.identity import Credential, Mechanism
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules import limits, replies, sources, submission

_rule = RuleMaker(Endpoint.HVE, Stage.AUTH)

_FETCH: Final = (
    "Fetch a new token before each connection: with the scope https://outlook.office.com/.default, and the role "
    "Mail.Send."
)

token_is_unreadable = _rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.HVE_TOKEN,
    fix=submission.access_token.token_is_unreadable.fix,
)(submission.access_token.token_is_unreadable.predicate)
token_signature_does_not_count = _rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.HVE_TOKEN,
    fix=submission.access_token.token_signature_does_not_count.fix,
)(submission.access_token.token_signature_does_not_count.predicate)
token_is_not_valid_yet = _rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.HVE_TOKEN,
    fix=submission.access_token.token_is_not_valid_yet.fix,
)(submission.access_token.token_is_not_valid_yet.predicate)


@_rule(
    EffectKind.REFUSE,
    replies.HVE_TOKEN_EXPIRED,
    asks=SignInAsk,
    source=sources.HVE_TOKEN_EXPIRED,
    fix=_FETCH,
)
def token_has_expired(ask: SignInAsk) -> bool:
    """An expired token gets a line of its own."""
    return ask.credential is Credential.EXPIRED or submission.access_token.token_has_expired.matches(ask)


def _ends_within(ask: SignInAsk, margin: timedelta) -> bool:
    return ask.hve is not None and ask.hve.expires is not None and ask.hve.expires - ask.now <= margin


@_rule(
    EffectKind.REFUSE,
    replies.HVE_TOKEN_ENDS_SOON,
    asks=SignInAsk,
    source=sources.HVE_TOKEN_ENDS_SOON,
    under=(("hve_token_margin", "300"),),
    fix=f"{_FETCH} Refresh it when less than ten minutes are left.",
)
def token_ends_within_five_minutes(ask: SignInAsk) -> bool:
    """A token that ends within five minutes is refused: a session may not outlive it."""
    return _ends_within(ask, limits.HVE_TOKEN_MARGINS[0])


@_rule(
    EffectKind.REFUSE,
    replies.HVE_TOKEN_ENDS_SOON,
    asks=SignInAsk,
    source=sources.HVE_TOKEN_ENDS_SOON,
    under=(("hve_token_margin", "600"),),
    fix=f"{_FETCH} Refresh it when less than a quarter of an hour is left.",
)
def token_ends_within_ten_minutes(ask: SignInAsk) -> bool:
    """Under the other reading a token must still be good for more than ten minutes."""
    return _ends_within(ask, limits.HVE_TOKEN_MARGINS[1])


token_is_for_another_service = _rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.HVE_TOKEN,
    fix="Ask for the scope https://outlook.office.com/.default: a token for {audience} does not open High Volume "
    "Email, although Microsoft Graph has a Mail.Send too.",
)(submission.access_token.token_is_for_another_service.predicate)
token_is_of_another_tenant = _rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.HVE_TOKEN,
    fix="Put the address of the High Volume Email account behind user=, and fetch the token from the tenant that owns "
    "it.",
)(submission.access_token.token_is_of_another_tenant.predicate)


@_rule(
    EffectKind.REFUSE,
    replies.HVE_INVALID_PERMISSIONS,
    asks=SignInAsk,
    source=sources.HVE_PERMISSION,
    fix="Add the permission Mail.Send of Office 365 Exchange Online to application {app_id} (SMTP.SendAsApp is not "
    "it), grant admin consent, and fetch a new token.",
)
def token_lacks_mail_send(ask: SignInAsk) -> bool:
    """A token needs Mail.Send: as a role of the application, or as a scope of the user."""
    held = _permissions(ask)
    return held is not None and MAIL_SEND not in held


def _permissions(ask: SignInAsk) -> tuple[str, ...] | None:
    """Give what a token may do: by its claims, by the registration of a fixed token's application, else unknown."""
    if ask.token is not None:
        return (*ask.token.roles, *ask.token.scopes)
    known = ask.hve is not None and ask.credential is Credential.MATCHES and ask.hve.registration
    return known.permissions if known else None


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.HVE_TOKEN,
    fix="Sign in as the token's own user, {token_user}, or let the application fetch a token for itself.",
)
def token_is_another_user_s(ask: SignInAsk) -> bool:
    """A user's token opens the user's own account."""
    return ask.token is not None and not ask.token.is_for_an_app and ask.token.user != ask.user


@_rule(
    EffectKind.REFUSE,
    replies.UNSUCCESSFUL,
    asks=SignInAsk,
    source=sources.HVE_TOKEN,
    fix=_FETCH,
)
def token_is_not_accepted(ask: SignInAsk) -> bool:
    """A token that is unknown, or that is another account's, fails as a wrong password does."""
    return ask.mechanism is Mechanism.XOAUTH2 and ask.credential is not Credential.MATCHES


RULES: Final[tuple[AnyRule, ...]] = (
    token_is_unreadable,
    token_signature_does_not_count,
    token_is_not_valid_yet,
    token_has_expired,
    token_ends_within_five_minutes,
    token_ends_within_ten_minutes,
    token_is_for_another_service,
    token_is_of_another_tenant,
    token_lacks_mail_send,
    token_is_another_user_s,
    token_is_not_accepted,
)
