"""A user has filled in the sign-in page, which can show a second factor and ask for consent."""

from __future__ import annotations

from typing import Final

from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.entra import SignInPageAsk
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules.entra import conditions, errors, sources

_rule = RuleMaker(Endpoint.ENTRA, Stage.SIGN_IN)

user_is_unknown = _rule(
    EffectKind.REFUSE,
    errors.USER_NOT_FOUND,
    asks=SignInPageAsk,
    source=sources.USER_NOT_FOUND,
    fix=conditions.FIX_USER,
)(conditions.user_is_unknown)
user_is_locked = _rule(
    EffectKind.REFUSE,
    errors.LOCKED,
    asks=SignInPageAsk,
    source=sources.LOCKED,
    fix=conditions.FIX_LOCKED,
)(conditions.user_is_locked)
password_is_null = _rule(
    EffectKind.REFUSE,
    errors.NULL_PASSWORD,
    asks=SignInPageAsk,
    source=sources.USER_STATE,
    fix=conditions.FIX_NULL,
)(conditions.password_is_null)
password_is_wrong = _rule(
    EffectKind.REFUSE,
    errors.WRONG_PASSWORD,
    asks=SignInPageAsk,
    source=sources.WRONG_PASSWORD,
    fix=conditions.FIX_CREDENTIALS,
)(conditions.password_is_wrong)
password_has_expired = _rule(
    EffectKind.REFUSE,
    errors.PASSWORD_EXPIRED,
    asks=SignInPageAsk,
    source=sources.USER_STATE,
    fix=conditions.FIX_EXPIRED,
)(conditions.password_has_expired)
user_is_disabled = _rule(
    EffectKind.REFUSE,
    errors.USER_DISABLED,
    asks=SignInPageAsk,
    source=sources.USER_STATE,
    fix=conditions.FIX_DISABLED,
)(conditions.user_is_disabled)
user_is_blocked = _rule(
    EffectKind.REFUSE,
    errors.BLOCKED,
    asks=SignInPageAsk,
    source=sources.CONDITIONAL_ACCESS,
    fix=conditions.FIX_BLOCKED,
)(conditions.user_is_blocked)
second_factor_must_be_registered = _rule(
    EffectKind.REFUSE,
    errors.SECOND_FACTOR_TO_REGISTER,
    asks=SignInPageAsk,
    source=sources.SECOND_FACTOR_TO_REGISTER,
    fix="Let {user} register a second factor (mfa_registered = true), or exclude the account from the demand for one.",
)(conditions.second_factor_must_be_registered)


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
    source=sources.NO_CONSENT,
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
    user_has_not_consented,
)
