"""The token endpoint, first part: the tenant, the grant, and which client it is that asks."""

from __future__ import annotations

from typing import Final

from relaylab.domain.decision import EffectKind
from relaylab.domain.directory import AppRegistration, TokenFaultKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.entra import Grant, Proof, TokenAsk
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules.entra import errors, sources, twins

_rule = RuleMaker(Endpoint.ENTRA, Stage.TOKEN)


_ANYBODYS: Final = frozenset({"common", "consumers"})


def _may_be_public(app: AppRegistration) -> bool:
    return app.is_fallback_public_client or not app.is_confidential


@_rule(
    EffectKind.DEFER,
    errors.THROTTLED,
    asks=TokenAsk,
    source=sources.THROTTLED,
    fix="Wait as long as Retry-After says, and keep tokens until they expire instead of asking for each message. Here "
    "it is a [[tenant.token_fault]] of the world.",
)
def endpoint_is_throttled(ask: TokenAsk) -> bool:
    """A tenant that asks too often is throttled."""
    return ask.fault is not None and ask.fault.kind is TokenFaultKind.THROTTLED


@_rule(
    EffectKind.REFUSE,
    errors.CLIENT_LOOP,
    asks=TokenAsk,
    source=sources.CLIENT_LOOP,
    fix="Keep a token until it expires, and stop after a refusal instead of asking the same again. Here it is a "
    "[[tenant.token_fault]] of the world.",
)
def client_asks_in_a_loop(ask: TokenAsk) -> bool:
    """A client that asks the same again and again is stopped."""
    return ask.fault is not None and ask.fault.kind is TokenFaultKind.LOOP


@_rule(
    EffectKind.DEFER,
    errors.UNAVAILABLE,
    asks=TokenAsk,
    source=sources.UNAVAILABLE,
    fix="Try again later; keep the mail meanwhile. Here it is a [[tenant.token_fault]] of the world.",
)
def endpoint_is_unavailable(ask: TokenAsk) -> bool:
    """The token endpoint can be unavailable for a while."""
    return ask.fault is not None and ask.fault.kind is TokenFaultKind.UNAVAILABLE


@_rule(
    EffectKind.DEFER,
    errors.SERVER_ERROR,
    asks=TokenAsk,
    source=sources.SERVER_ERROR,
    fix="Try again later; keep the mail meanwhile. Here it is a [[tenant.token_fault]] of the world.",
)
def endpoint_fails(ask: TokenAsk) -> bool:
    """The token endpoint can fail by itself."""
    return ask.fault is not None and ask.fault.kind is TokenFaultKind.SERVER_ERROR


@_rule(
    EffectKind.DEFER,
    errors.BAD_GATEWAY,
    asks=TokenAsk,
    source=sources.GATEWAY,
    fix="Try again later, and expect no JSON of a 5xx. Here it is a [[tenant.token_fault]] of the world.",
)
def gateway_fails(ask: TokenAsk) -> bool:
    """What stands before the token endpoint can fail, and answers with a page."""
    return ask.fault is not None and ask.fault.kind is TokenFaultKind.BAD_GATEWAY


@_rule(
    EffectKind.DEFER,
    errors.GATEWAY_TIMEOUT,
    asks=TokenAsk,
    source=sources.GATEWAY,
    fix="Try again later, and expect no JSON of a 5xx. Here it is a [[tenant.token_fault]] of the world.",
)
def gateway_waits_in_vain(ask: TokenAsk) -> bool:
    """What stands before the token endpoint can wait for it in vain, and answers with a page."""
    return ask.fault is not None and ask.fault.kind is TokenFaultKind.GATEWAY_TIMEOUT


tenant_is_malformed = twins.TENANT_IS_MALFORMED.among(_rule, TokenAsk)
tenant_is_unknown = twins.TENANT_IS_UNKNOWN.among(_rule, TokenAsk)


@_rule(
    EffectKind.REFUSE,
    errors.UNKNOWN_GRANT,
    asks=TokenAsk,
    source=sources.UNKNOWN_GRANT,
    fix="Use client_credentials, the device code, authorization_code, refresh_token or password; not {grant}.",
)
def grant_is_unknown(ask: TokenAsk) -> bool:
    """Only the grants of the platform are known."""
    return ask.grant is Grant.UNKNOWN


@_rule(
    EffectKind.REFUSE,
    errors.CLIENT_CREDENTIALS_ON_COMMON,
    asks=TokenAsk,
    source=sources.CLIENT_CREDENTIALS_ON_COMMON,
    fix="Use the tenant's id in place of {tenant_name}.",
)
def client_credentials_need_a_tenant(ask: TokenAsk) -> bool:
    """An application asks for itself at a tenant, never at common."""
    return ask.grant is Grant.CLIENT_CREDENTIALS and ask.is_common


@_rule(
    EffectKind.REFUSE,
    errors.CLIENT_CREDENTIALS_ON_COMMON,
    asks=TokenAsk,
    source=sources.CLIENT_CREDENTIALS_ON_COMMON,
    fix="Use organizations or the tenant's id in place of {tenant_name}.",
)
def password_is_not_taken_at_common(ask: TokenAsk) -> bool:
    """A password grant is for a tenant or for organizations, not for common and consumers."""
    return ask.grant is Grant.PASSWORD and ask.tenant_name.lower() in _ANYBODYS


parameter_is_missing = twins.PARAMETER_IS_MISSING.among(_rule, TokenAsk)
application_is_unknown = twins.APPLICATION_IS_UNKNOWN.among(_rule, TokenAsk)
application_is_disabled = twins.APPLICATION_IS_DISABLED.among(_rule, TokenAsk)
resource_is_of_the_old_endpoint = twins.RESOURCE_IS_OF_THE_OLD_ENDPOINT.among(_rule, TokenAsk)
application_is_not_for_consumers = twins.APPLICATION_IS_NOT_FOR_CONSUMERS.among(_rule, TokenAsk)
application_is_of_one_tenant = twins.APPLICATION_IS_OF_ONE_TENANT.among(_rule, TokenAsk)


@_rule(
    EffectKind.REFUSE,
    errors.NO_CREDENTIAL,
    asks=TokenAsk,
    source=sources.NO_CREDENTIAL,
    fix="Send the client secret or a signed assertion with the request; for a device without a secret, "
    "switch 'Allow public client flows' on (is_fallback_public_client = true).",
)
def client_shows_nothing(ask: TokenAsk) -> bool:
    """An application that is not a public client must show a secret or an assertion."""
    return (
        ask.proof is Proof.NONE
        and ask.app is not None
        and (ask.grant is Grant.CLIENT_CREDENTIALS or not _may_be_public(ask.app))
    )


@_rule(
    EffectKind.REFUSE,
    errors.PUBLIC_CLIENT,
    asks=TokenAsk,
    source=sources.PUBLIC_CLIENT,
    fix="Leave client_secret and client_assertion out: application {client_id} has no credential.",
)
def client_is_public(ask: TokenAsk) -> bool:
    """A public client must not show a credential."""
    return ask.proof is not Proof.NONE and ask.app is not None and not ask.app.is_confidential


@_rule(
    EffectKind.REFUSE,
    errors.WRONG_SECRET,
    asks=TokenAsk,
    source=sources.WRONG_SECRET,
    fix="Send the secret's Value, not its Secret ID; Entra shows it once. Otherwise: Add-MgApplicationPassword",
)
def secret_is_wrong(ask: TokenAsk) -> bool:
    """The secret must be one of the application's."""
    return ask.proof is Proof.WRONG_SECRET


@_rule(
    EffectKind.REFUSE,
    errors.EXPIRED_SECRET,
    asks=TokenAsk,
    source=sources.EXPIRED_SECRET,
    fix="Add-MgApplicationPassword for application {client_id}, and put the new secret into the sender; or "
    "use a certificate.",
)
def secret_has_expired(ask: TokenAsk) -> bool:
    """A secret is good until its end date."""
    return ask.proof is Proof.EXPIRED_SECRET


@_rule(
    EffectKind.REFUSE,
    errors.ASSERTION_UNREADABLE,
    asks=TokenAsk,
    source=sources.ASSERTION_AUDIENCE,
    fix="Sign a JWT with PS256 or RS256 and send it as client_assertion.",
)
def assertion_is_unreadable(ask: TokenAsk) -> bool:
    """An assertion is a signed JWT."""
    return ask.proof is Proof.UNREADABLE_ASSERTION


@_rule(
    EffectKind.REFUSE,
    errors.ASSERTION_TYPE,
    asks=TokenAsk,
    source=sources.ASSERTION_TYPE,
    fix="Send client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer, to the letter.",
)
def assertion_is_of_another_type(ask: TokenAsk) -> bool:
    """The request says that its assertion is a JWT, in the words of RFC 7523."""
    return ask.proof is Proof.OTHER_ASSERTION_TYPE


@_rule(
    EffectKind.REFUSE,
    errors.ASSERTION_KEY_EXPIRED,
    asks=TokenAsk,
    source=sources.ASSERTION_KEY_EXPIRED,
    fix="Upload a new certificate to application {client_id} (Update-MgApplication -KeyCredentials), and sign with it: "
    "the one in use, or its registration (end_date_time), has ended.",
)
def assertion_key_has_expired(ask: TokenAsk) -> bool:
    """A registered certificate is good until it ends, and until its registration does."""
    return ask.proof is Proof.EXPIRED_KEY


@_rule(
    EffectKind.REFUSE,
    errors.ASSERTION_KEY,
    asks=TokenAsk,
    source=sources.ASSERTION_KEY,
    fix="Upload the certificate to application {client_id} (key_credential), and name it by x5t#S256 or x5t "
    "in the header.",
)
def assertion_key_is_unknown(ask: TokenAsk) -> bool:
    """The certificate of an assertion must be registered with the application."""
    return ask.proof is Proof.UNKNOWN_KEY


@_rule(
    EffectKind.REFUSE,
    errors.ASSERTION_SIGNATURE,
    asks=TokenAsk,
    source=sources.ASSERTION_AUDIENCE,
    fix="Sign with the private key that belongs to the certificate named in the header.",
)
def assertion_signature_is_wrong(ask: TokenAsk) -> bool:
    """The signature of an assertion must be that of its certificate."""
    return ask.proof is Proof.BAD_SIGNATURE


@_rule(
    EffectKind.REFUSE,
    errors.ASSERTION_AUDIENCE,
    asks=TokenAsk,
    source=sources.ASSERTION_AUDIENCE,
    fix="Set aud to the token endpoint, iss and sub to {client_id}.",
)
def assertion_is_for_somebody_else(ask: TokenAsk) -> bool:
    """An assertion names the token endpoint as its audience and the application as issuer and subject."""
    return ask.proof is Proof.WRONG_ASSERTION


@_rule(
    EffectKind.REFUSE,
    errors.ASSERTION_TIME,
    asks=TokenAsk,
    source=sources.ASSERTION_TIME,
    fix="Make a new assertion for each request, valid for five to ten minutes, by a clock that is right.",
)
def assertion_is_out_of_its_time(ask: TokenAsk) -> bool:
    """An assertion is good from nbf to exp."""
    return ask.proof is Proof.EXPIRED_ASSERTION


RULES: Final[tuple[AnyRule, ...]] = (
    endpoint_is_throttled,
    client_asks_in_a_loop,
    endpoint_is_unavailable,
    endpoint_fails,
    gateway_fails,
    gateway_waits_in_vain,
    tenant_is_malformed,
    tenant_is_unknown,
    client_credentials_need_a_tenant,
    password_is_not_taken_at_common,
    resource_is_of_the_old_endpoint,
    parameter_is_missing,
    grant_is_unknown,
    application_is_unknown,
    application_is_disabled,
    application_is_not_for_consumers,
    application_is_of_one_tenant,
    client_shows_nothing,
    client_is_public,
    secret_is_wrong,
    secret_has_expired,
    assertion_is_of_another_type,
    assertion_is_unreadable,
    assertion_key_is_unknown,
    assertion_key_has_expired,
    assertion_signature_is_wrong,
    assertion_is_for_somebody_else,
    assertion_is_out_of_its_time,
)
