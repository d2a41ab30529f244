"""A browser comes to authorize: what must be right before the sign-in page is shown."""

from __future__ import annotations

from typing import Final

from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.entra import AuthorizeAsk
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules.entra import errors, sources, twins

_rule = RuleMaker(Endpoint.ENTRA, Stage.AUTHORIZE)

tenant_is_malformed = twins.TENANT_IS_MALFORMED.among(_rule, AuthorizeAsk)
tenant_is_unknown = twins.TENANT_IS_UNKNOWN.among(_rule, AuthorizeAsk)
parameter_is_missing = twins.PARAMETER_IS_MISSING.among(_rule, AuthorizeAsk)
application_is_unknown = twins.APPLICATION_IS_UNKNOWN.among(_rule, AuthorizeAsk)
application_is_disabled = twins.APPLICATION_IS_DISABLED.among(_rule, AuthorizeAsk)
application_is_of_one_tenant = twins.APPLICATION_IS_OF_ONE_TENANT.among(_rule, AuthorizeAsk)


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


scope_has_two_resources = twins.SCOPE_HAS_TWO_RESOURCES.among(_rule, AuthorizeAsk)
scope_has_no_resource = twins.SCOPE_HAS_NO_RESOURCE.among(_rule, AuthorizeAsk)
scope_is_invalid = twins.SCOPE_IS_INVALID.among(_rule, AuthorizeAsk)
resource_is_unknown = twins.RESOURCE_IS_UNKNOWN.among(_rule, AuthorizeAsk)

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
