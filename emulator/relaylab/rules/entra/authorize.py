"""A browser comes to authorize: what must be right before the sign-in page is shown."""

from __future__ import annotations

from typing import Final

from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.entra import AuthorizeAsk
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules.entra import conditions, errors, sources

_rule = RuleMaker(Endpoint.ENTRA, Stage.AUTHORIZE)

tenant_is_malformed = _rule(
    EffectKind.REFUSE,
    errors.TENANT_MALFORMED,
    asks=AuthorizeAsk,
    source=sources.TENANT_MALFORMED,
    fix=conditions.FIX_TENANT,
)(conditions.tenant_is_malformed)
tenant_is_unknown = _rule(
    EffectKind.REFUSE,
    errors.TENANT_NOT_FOUND,
    asks=AuthorizeAsk,
    source=sources.TENANT_NOT_FOUND,
    fix=conditions.FIX_TENANT,
)(conditions.tenant_is_unknown)
parameter_is_missing = _rule(
    EffectKind.REFUSE,
    errors.MISSING_PARAMETER,
    asks=AuthorizeAsk,
    source=sources.MISSING_PARAMETER,
    fix="Send the parameter {missing} in the form.",
)(conditions.parameter_is_missing)
application_is_unknown = _rule(
    EffectKind.REFUSE,
    errors.APP_NOT_FOUND,
    asks=AuthorizeAsk,
    source=sources.APP_NOT_FOUND,
    fix=conditions.FIX_APP,
)(conditions.application_is_unknown)
application_is_disabled = _rule(
    EffectKind.REFUSE,
    errors.APP_DISABLED,
    asks=AuthorizeAsk,
    source=sources.APP_DISABLED,
    fix=conditions.FIX_APP_DISABLED,
)(conditions.application_is_disabled)
application_is_of_one_tenant = _rule(
    EffectKind.REFUSE,
    errors.SINGLE_TENANT,
    asks=AuthorizeAsk,
    source=sources.COMMON,
    fix=conditions.FIX_MULTI_TENANT,
)(conditions.application_is_of_one_tenant)


def is_registered(uri: str, registered: tuple[str, ...]) -> bool:
    """Tell whether a redirect URI is registered; the port of a local one is the client's choice (RFC 8252 §7.3).

    One with a line end or another control character is none: it goes into a header.
    """
    local = {_without_port(one) for one in registered if _is_local(one)}
    return uri.isprintable() and (uri in registered or _without_port(uri) in local)


def _is_local(uri: str) -> bool:
    return uri.startswith(("http://localhost", "http://127.0.0.1"))


def _without_port(uri: str) -> str:
    scheme, separator, rest = uri.partition("://")
    host, slash, path = rest.partition("/")
    name, colon, port = host.partition(":")
    return f"{scheme}{separator}{name if colon and port.isdigit() else host}{slash}{path}".rstrip("/")


@_rule(
    EffectKind.REFUSE,
    errors.REDIRECT_URI,
    asks=AuthorizeAsk,
    source=sources.AUTHORIZATION_CODE,
    fix="Register {redirect_uri} with application {client_id} (redirect_uris), to the letter; of http://localhost the "
    "port does not matter.",
)
def redirect_uri_is_not_registered(ask: AuthorizeAsk) -> bool:
    """The browser is sent only to a redirect URI that the application registered."""
    return ask.app is not None and not is_registered(ask.redirect_uri, ask.app.redirect_uris)


@_rule(
    EffectKind.REFUSE,
    errors.CHALLENGE_MALFORMED,
    asks=AuthorizeAsk,
    source=sources.AUTHORIZATION_CODE,
    fix="Send base64url(SHA-256(code_verifier)) as code_challenge, with code_challenge_method=S256.",
)
def challenge_is_malformed(ask: AuthorizeAsk) -> bool:
    """A PKCE challenge has 43 to 128 characters, and S256 or plain as its method."""
    return ask.challenge_is_malformed


scope_has_two_resources = _rule(
    EffectKind.REFUSE,
    errors.TWO_RESOURCES,
    asks=AuthorizeAsk,
    source=sources.TWO_RESOURCES,
    fix=conditions.FIX_SCOPE,
)(conditions.scope_has_two_resources)
scope_has_no_resource = _rule(
    EffectKind.REFUSE,
    errors.SCOPE_WITHOUT_RESOURCE,
    asks=AuthorizeAsk,
    source=sources.SCOPE_INVALID,
    fix=conditions.FIX_SCOPE,
)(conditions.scope_has_no_resource)
scope_is_invalid = _rule(
    EffectKind.REFUSE,
    errors.SCOPE_INVALID,
    asks=AuthorizeAsk,
    source=sources.SCOPE_INVALID,
    fix=conditions.FIX_SCOPE,
)(conditions.scope_is_invalid)
resource_is_unknown = _rule(
    EffectKind.REFUSE,
    errors.RESOURCE_NOT_FOUND,
    asks=AuthorizeAsk,
    source=sources.RESOURCE_NOT_FOUND,
    fix=conditions.FIX_SCOPE,
)(conditions.resource_is_unknown)

RULES: Final[tuple[AnyRule, ...]] = (
    tenant_is_malformed,
    tenant_is_unknown,
    parameter_is_missing,
    application_is_unknown,
    application_is_disabled,
    application_is_of_one_tenant,
    redirect_uri_is_not_registered,
    challenge_is_malformed,
    scope_has_two_resources,
    scope_has_no_resource,
    scope_is_invalid,
    resource_is_unknown,
)
