"""A user has filled in the sign-in page, which can show a second factor and ask for consent."""

from __future__ import annotations

from typing import Final

from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.entra import SignInPageAsk
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules.entra import errors, sources, twins

_rule = RuleMaker(Endpoint.ENTRA, Stage.SIGN_IN)

user_is_unknown = twins.USER_IS_UNKNOWN.among(_rule, SignInPageAsk)
user_is_locked = twins.USER_IS_LOCKED.among(_rule, SignInPageAsk)
password_is_null = twins.PASSWORD_IS_NULL.among(_rule, SignInPageAsk)
password_is_wrong = twins.PASSWORD_IS_WRONG.among(_rule, SignInPageAsk)
password_has_expired = twins.PASSWORD_HAS_EXPIRED.among(_rule, SignInPageAsk)
user_is_disabled = twins.USER_IS_DISABLED.among(_rule, SignInPageAsk)
user_is_blocked = twins.USER_IS_BLOCKED.among(_rule, SignInPageAsk)
second_factor_must_be_registered = twins.SECOND_FACTOR_MUST_BE_REGISTERED.among(_rule, SignInPageAsk)


@_rule(
    EffectKind.REFUSE,
    errors.SECOND_FACTOR,
    asks=SignInPageAsk,
    source=sources.SECOND_FACTOR,
    fix="Let {user} sign in at the page again, with the second factor: the browser's session began without one.",
)
def session_is_without_a_second_factor(ask: SignInPageAsk) -> bool:
    """A browser in which a user signed in without a second factor does not go on silently where one is demanded."""
    return ask.needs_second_factor and not ask.shows_second_factor


@_rule(
    EffectKind.REFUSE,
    errors.NO_CONSENT,
    asks=SignInPageAsk,
    source=sources.NO_CONSENT,
    fix="Tick the box of the page to consent, or grant admin consent for application {client_id}.",
)
def user_has_not_consented(ask: SignInPageAsk) -> bool:
    """Without an administrator's consent the user must give it, at the page."""
    return not ask.consented


@_rule(
    EffectKind.REFUSE,
    errors.DECLINED_BY_USER,
    asks=SignInPageAsk,
    source=sources.DECLINED_BY_USER,
    fix="Press Accept at the page of application {client_id}.",
)
def user_declines(ask: SignInPageAsk) -> bool:
    """A user can leave the page without accepting."""
    return ask.declined


RULES: Final[tuple[AnyRule, ...]] = (
    user_declines,
    user_is_unknown,
    user_is_locked,
    password_is_null,
    password_is_wrong,
    password_has_expired,
    user_is_disabled,
    user_is_blocked,
    second_factor_must_be_registered,
    session_is_without_a_second_factor,
    user_has_not_consented,
)
