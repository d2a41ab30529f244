"""The token endpoint, third part: the user for whom the token is."""

from __future__ import annotations

from typing import Final

from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.entra import Grant, TokenAsk
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules.entra import errors, sources, twins

_rule = RuleMaker(Endpoint.ENTRA, Stage.TOKEN)

user_is_unknown = twins.USER_IS_UNKNOWN.among(_rule, TokenAsk)
user_is_locked = twins.USER_IS_LOCKED.among(_rule, TokenAsk)
password_is_null = twins.PASSWORD_IS_NULL.among(_rule, TokenAsk)
password_is_wrong = twins.PASSWORD_IS_WRONG.among(_rule, TokenAsk)
password_has_expired = twins.PASSWORD_HAS_EXPIRED.among(_rule, TokenAsk)
user_is_disabled = twins.USER_IS_DISABLED.among(_rule, TokenAsk)
user_is_blocked = twins.USER_IS_BLOCKED.among(_rule, TokenAsk)


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


@_rule(
    EffectKind.REFUSE,
    errors.SECOND_FACTOR,
    asks=TokenAsk,
    source=sources.SECOND_FACTOR,
    fix="Let {user} sign in again with the second factor: the sign-in that is renewed here was made without one.",
)
def sign_in_was_without_a_second_factor(ask: TokenAsk) -> bool:
    """Where a second factor is demanded, a sign-in without one gets no more tokens, however old the demand is."""
    return ask.needs_second_factor


second_factor_must_be_registered = twins.SECOND_FACTOR_MUST_BE_REGISTERED.among(_rule, TokenAsk)


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
    sign_in_was_without_a_second_factor,
    user_has_not_consented,
)
