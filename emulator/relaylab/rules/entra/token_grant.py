"""The token endpoint, second part: what is asked for, and the code or refresh token that is redeemed."""

from __future__ import annotations

from typing import Final

from relaylab.domain.decision import EffectKind
from relaylab.domain.directory import TokenFaultKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.entra import CodeState, Grant, ScopeFlaw, TokenAsk
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules.entra import errors, sources, twins

_rule = RuleMaker(Endpoint.ENTRA, Stage.TOKEN)

_REDEEMS: Final = frozenset({Grant.AUTHORIZATION_CODE, Grant.REFRESH_TOKEN})


@_rule(
    EffectKind.REFUSE,
    errors.SCOPE_NOT_DEFAULT,
    asks=TokenAsk,
    source=sources.SCOPE_OF_CLIENT_CREDENTIALS,
    fix="Ask for https://outlook.office365.com/.default: SMTP.Send is for users, and an application's own "
    "permission is SMTP.SendAsApp.",
)
def scope_is_no_default(ask: TokenAsk) -> bool:
    """An application that asks for itself asks for /.default of one resource."""
    return ask.grant is Grant.CLIENT_CREDENTIALS and ask.scope_flaw is ScopeFlaw.NOT_DEFAULT


scope_has_two_resources = twins.SCOPE_HAS_TWO_RESOURCES.among(_rule, TokenAsk)
scope_has_no_resource = twins.SCOPE_HAS_NO_RESOURCE.among(_rule, TokenAsk)
scope_is_invalid = twins.SCOPE_IS_INVALID.among(_rule, TokenAsk)
resource_is_unknown = twins.RESOURCE_IS_UNKNOWN.among(_rule, TokenAsk)


@_rule(
    EffectKind.REFUSE,
    errors.RESOURCE_NOT_ASKED,
    asks=TokenAsk,
    source=sources.RESOURCE_NOT_ASKED,
    fix="Add SMTP.Send of Office 365 Exchange Online to the API permissions of application {client_id} (scopes).",
)
def resource_is_not_among_the_permissions(ask: TokenAsk) -> bool:
    """The v1.0 endpoint gives a user's token only for a resource that the application's registration lists."""
    return ask.is_v1 and ask.is_for_a_user and ask.app is not None and not ask.app.scopes


@_rule(
    EffectKind.REFUSE,
    errors.APP_BLOCKED,
    asks=TokenAsk,
    source=sources.CONDITIONAL_ACCESS,
    fix="Take application {client_id} out of the Conditional Access policy for workload identities.",
)
def application_is_blocked(ask: TokenAsk) -> bool:
    """Conditional Access can block an application as a workload identity."""
    return ask.grant is Grant.CLIENT_CREDENTIALS and ask.blocked


@_rule(
    EffectKind.REFUSE,
    errors.MISSING_PARAMETER,
    asks=TokenAsk,
    source=sources.REFRESH_WITHOUT_SCOPE,
    under=(("refresh_without_scope", "900144"),),
    fix="Send the scope with each refresh: {scope}.",
)
def refresh_lacks_the_scope(ask: TokenAsk) -> bool:
    """Under one reading a refresh names its scope, as every other request does."""
    return ask.grant is Grant.REFRESH_TOKEN and ask.lacks_scope


@_rule(
    EffectKind.DEFER,
    errors.SLOW_DOWN,
    asks=TokenAsk,
    source=sources.SLOW_DOWN,
    fix="Wait five seconds longer between two polls. Here it is a [[tenant.token_fault]] of the world.",
)
def device_polls_too_often(ask: TokenAsk) -> bool:
    """A device that waits for its user can be told to ask less often."""
    is_told = ask.fault is not None and ask.fault.kind is TokenFaultKind.SLOW_DOWN
    return is_told and ask.grant is Grant.DEVICE_CODE and ask.code is CodeState.PENDING


@_rule(
    EffectKind.DEFER,
    errors.PENDING,
    asks=TokenAsk,
    source=sources.PENDING,
    fix="Open the verification page, type the code in and sign in; the client asks again by itself.",
)
def device_code_is_pending(ask: TokenAsk) -> bool:
    """A device waits until its user has signed in."""
    return ask.grant is Grant.DEVICE_CODE and ask.code is CodeState.PENDING


@_rule(
    EffectKind.REFUSE,
    errors.DECLINED,
    asks=TokenAsk,
    source=sources.DECLINED,
    fix="Start again, and let the user accept the sign-in.",
)
def device_code_was_declined(ask: TokenAsk) -> bool:
    """A user can decline what a device asks for."""
    return ask.grant is Grant.DEVICE_CODE and ask.code is CodeState.DECLINED


@_rule(
    EffectKind.REFUSE,
    errors.DEVICE_CODE_EXPIRED,
    asks=TokenAsk,
    source=sources.DEVICE_CODE_EXPIRED,
    fix="Start again: a device code is good for fifteen minutes.",
)
def device_code_has_expired(ask: TokenAsk) -> bool:
    """A device code is good for fifteen minutes."""
    return ask.grant is Grant.DEVICE_CODE and ask.code is CodeState.EXPIRED


@_rule(
    EffectKind.REFUSE,
    errors.DEVICE_CODE_UNKNOWN,
    asks=TokenAsk,
    source=sources.DEVICE_CODE_UNKNOWN,
    fix="Send the device_code that the device code endpoint gave to this application in this tenant, once.",
)
def device_code_is_unknown(ask: TokenAsk) -> bool:
    """A device code must be one that was given to this application, and works once."""
    return ask.grant is Grant.DEVICE_CODE and ask.code is not CodeState.FINE


@_rule(
    EffectKind.REFUSE,
    errors.CODE_REDEEMED,
    asks=TokenAsk,
    source=sources.AUTHORIZATION_CODE,
    fix="Redeem each authorization code once, and use the refresh token afterwards.",
)
def code_was_redeemed(ask: TokenAsk) -> bool:
    """An authorization code works once."""
    return ask.grant is Grant.AUTHORIZATION_CODE and ask.code is CodeState.REDEEMED


@_rule(
    EffectKind.REFUSE,
    errors.CODE_OF_ANOTHER_TENANT,
    asks=TokenAsk,
    source=sources.AUTHORIZATION_CODE,
    fix="Redeem the code at the tenant at which the user signed in.",
)
def code_is_of_another_tenant(ask: TokenAsk) -> bool:
    """A code is redeemed at the tenant that gave it."""
    return ask.grant is Grant.AUTHORIZATION_CODE and ask.code is CodeState.OTHER_TENANT


@_rule(
    EffectKind.REFUSE,
    errors.REDIRECT_URI,
    asks=TokenAsk,
    source=sources.AUTHORIZATION_CODE,
    fix="Send the redirect_uri of the authorization request again, to the letter.",
)
def code_is_for_another_redirect_uri(ask: TokenAsk) -> bool:
    """A code is redeemed with the redirect URI it was sent to."""
    return ask.grant is Grant.AUTHORIZATION_CODE and ask.code is CodeState.OTHER_REDIRECT


@_rule(
    EffectKind.REFUSE,
    errors.VERIFIER_WRONG,
    asks=TokenAsk,
    source=sources.AUTHORIZATION_CODE,
    fix="Send the code_verifier whose challenge was sent to authorize.",
)
def verifier_is_wrong(ask: TokenAsk) -> bool:
    """The code verifier must fit the challenge."""
    return ask.grant is Grant.AUTHORIZATION_CODE and ask.code is CodeState.WRONG_VERIFIER


@_rule(
    EffectKind.REFUSE,
    errors.REFRESH_INACTIVE,
    asks=TokenAsk,
    source=sources.REFRESH_INACTIVE,
    fix="Let the user sign in again, and have the sender refresh at least every 90 days.",
)
def refresh_token_was_inactive(ask: TokenAsk) -> bool:
    """A refresh token that nobody used for 90 days is dead."""
    return ask.grant is Grant.REFRESH_TOKEN and ask.code is CodeState.EXPIRED


@_rule(
    EffectKind.REFUSE,
    errors.SIGNED_IN_TOO_LONG_AGO,
    asks=TokenAsk,
    source=sources.REFRESH_DEAD,
    fix="Let the user sign in again, or exclude the account from the sign-in frequency of Conditional Access.",
)
def sign_in_is_too_long_ago(ask: TokenAsk) -> bool:
    """With a sign-in frequency, no refresh token outlives it."""
    return ask.grant is Grant.REFRESH_TOKEN and ask.code is CodeState.SIGNED_IN_TOO_LONG_AGO


@_rule(
    EffectKind.REFUSE,
    errors.REFRESH_REVOKED,
    asks=TokenAsk,
    source=sources.REFRESH_DEAD,
    fix="Let the user sign in again: sessions were revoked, or the password changed.",
)
def refresh_token_was_revoked(ask: TokenAsk) -> bool:
    """A refresh token that was revoked is dead."""
    return ask.grant is Grant.REFRESH_TOKEN and ask.code is CodeState.REVOKED


@_rule(
    EffectKind.REFUSE,
    errors.CODE_INVALID,
    asks=TokenAsk,
    source=sources.REFRESH_DEAD,
    fix="Redeem an authorization code within ten minutes.",
)
def code_has_expired(ask: TokenAsk) -> bool:
    """An authorization code is good for ten minutes."""
    return ask.grant is Grant.AUTHORIZATION_CODE and ask.code is CodeState.EXPIRED


@_rule(
    EffectKind.REFUSE,
    errors.CODE_UNKNOWN,
    asks=TokenAsk,
    source=sources.CODE_UNKNOWN,
    fix="Send the code or refresh token that was given to application {client_id} in tenant {tenant}.",
)
def code_is_unknown(ask: TokenAsk) -> bool:
    """A code or a refresh token must be one that was given to this application in this tenant."""
    return ask.grant in _REDEEMS and ask.code is not CodeState.FINE


RULES: Final[tuple[AnyRule, ...]] = (
    refresh_lacks_the_scope,
    scope_is_no_default,
    scope_has_two_resources,
    scope_has_no_resource,
    scope_is_invalid,
    resource_is_unknown,
    resource_is_not_among_the_permissions,
    application_is_blocked,
    device_polls_too_often,
    device_code_is_pending.only_under(authorization_pending_text="continue_polling"),
    device_code_is_pending.saying(errors.PENDING_AS_AT_V1, authorization_pending_text="end_user"),
    device_code_was_declined,
    device_code_has_expired.only_under(device_code_expired="70020"),
    device_code_has_expired.saying(
        errors.DEVICE_CODE_EXPIRED_AS_DOCUMENTED, sources.DEVICE_CODE_UNKNOWN, device_code_expired="70019"
    ),
    device_code_is_unknown,
    code_was_redeemed,
    code_is_of_another_tenant,
    code_is_for_another_redirect_uri,
    verifier_is_wrong,
    refresh_token_was_inactive,
    sign_in_is_too_long_ago,
    refresh_token_was_revoked,
    code_has_expired,
    code_is_unknown,
)
