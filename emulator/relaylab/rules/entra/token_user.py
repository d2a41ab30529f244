"""The token endpoint, third part: the user for whom the token is."""

from __future__ import annotations

from typing import Final

from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.entra import Grant, TokenAsk
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules.entra import conditions, errors, sources

_rule = RuleMaker(Endpoint.ENTRA, Stage.TOKEN)

user_is_unknown = _rule(
    EffectKind.REFUSE,
    errors.USER_NOT_FOUND,
    asks=TokenAsk,
    source=sources.USER_NOT_FOUND,
    fix=conditions.FIX_USER,
)(conditions.user_is_unknown)
user_is_locked = _rule(
    EffectKind.REFUSE,
    errors.LOCKED,
    asks=TokenAsk,
    source=sources.LOCKED,
    fix=conditions.FIX_LOCKED,
)(conditions.user_is_locked)
password_is_null = _rule(
    EffectKind.REFUSE,
    errors.NULL_PASSWORD,
    asks=TokenAsk,
    source=sources.USER_STATE,
    fix=conditions.FIX_NULL,
)(conditions.password_is_null)
password_is_wrong = _rule(
    EffectKind.REFUSE,
    errors.WRONG_PASSWORD,
    asks=TokenAsk,
    source=sources.WRONG_PASSWORD,
    fix=conditions.FIX_CREDENTIALS,
)(conditions.password_is_wrong)
password_has_expired = _rule(
    EffectKind.REFUSE,
    errors.PASSWORD_EXPIRED,
    asks=TokenAsk,
    source=sources.USER_STATE,
    fix=conditions.FIX_EXPIRED,
)(conditions.password_has_expired)
user_is_disabled = _rule(
    EffectKind.REFUSE,
    errors.USER_DISABLED,
    asks=TokenAsk,
    source=sources.USER_STATE,
    fix=conditions.FIX_DISABLED,
)(conditions.user_is_disabled)
user_is_blocked = _rule(
    EffectKind.REFUSE,
    errors.BLOCKED,
    asks=TokenAsk,
    source=sources.CONDITIONAL_ACCESS,
    fix=conditions.FIX_BLOCKED,
)(conditions.user_is_blocked)


@_rule(
    EffectKind.REFUSE,
    errors.SECURITY_DEFAULTS,
    asks=TokenAsk,
    source=sources.SECURITY_DEFAULTS,
    fix="Use a device code or the sign-in page: security defaults, which have no exclusions, block passwords alone.",
)
def security_defaults_block_passwords(ask: TokenAsk) -> bool:
    """With security defaults on, a password alone gets no token."""
    return ask.grant is Grant.PASSWORD and ask.tenant is not None and ask.tenant.security_defaults


@_rule(
    EffectKind.REFUSE,
    errors.SECOND_FACTOR,
    asks=TokenAsk,
    source=sources.SECOND_FACTOR,
    fix="Use a device code or the sign-in page: a second factor cannot be shown with a password grant.",
)
def second_factor_is_needed(ask: TokenAsk) -> bool:
    """With a password grant no second factor can be shown."""
    return ask.grant is Grant.PASSWORD and ask.needs_second_factor


second_factor_must_be_registered = _rule(
    EffectKind.REFUSE,
    errors.SECOND_FACTOR_TO_REGISTER,
    asks=TokenAsk,
    source=sources.SECOND_FACTOR_TO_REGISTER,
    fix="Let {user} register a second factor (mfa_registered = true), or exclude the account from the demand for one.",
)(conditions.second_factor_must_be_registered)


@_rule(
    EffectKind.REFUSE,
    errors.NO_CONSENT,
    asks=TokenAsk,
    source=sources.NO_CONSENT,
    fix="Let the user sign in at the page once and consent, or grant admin consent for application {client_id}.",
)
def user_has_not_consented(ask: TokenAsk) -> bool:
    """A user or an administrator must have consented to each permission that the application asks for."""
    return not ask.consented


RULES: Final[tuple[AnyRule, ...]] = (
    user_is_unknown,
    user_is_locked,
    password_is_null,
    password_is_wrong,
    password_has_expired,
    user_is_disabled,
    user_is_blocked,
    security_defaults_block_passwords,
    second_factor_must_be_registered,
    second_factor_is_needed,
    user_has_not_consented,
)
