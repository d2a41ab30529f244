"""A browser comes to authorize: what must be right before the sign-in page is shown."""

from __future__ import annotations

from typing import Final

from relaylab.domain.decision import EffectKind
from relaylab.domain.endpoint import Endpoint, Stage
from relaylab.domain.entra import AuthorizeAsk
from relaylab.engine.rule import AnyRule, RuleMaker
from relaylab.rules.entra import errors, sources, twins

_rule = RuleMaker(Endpoint.ENTRA, Stage.AUTHORIZE)

RESPONSE_MODES: Final = frozenset({"query", "fragment", "form_post"})
_PROMPTS: Final = frozenset({"", "login", "none", "consent", "select_account"})
_FIX_TYPE: Final = "Send response_type=code, and redeem the code at the token endpoint; {response_type} is not enabled."

tenant_is_malformed = twins.TENANT_IS_MALFORMED.among(_rule, AuthorizeAsk)
tenant_is_unknown = twins.TENANT_IS_UNKNOWN.among(_rule, AuthorizeAsk)
parameter_is_missing = twins.PARAMETER_IS_MISSING.among(_rule, AuthorizeAsk)
application_is_unknown = twins.APPLICATION_IS_UNKNOWN.among(_rule, AuthorizeAsk)
application_is_disabled = twins.APPLICATION_IS_DISABLED.among(_rule, AuthorizeAsk)
resource_is_of_the_old_endpoint = twins.RESOURCE_IS_OF_THE_OLD_ENDPOINT.among(_rule, AuthorizeAsk)
application_is_not_for_consumers = twins.APPLICATION_IS_NOT_FOR_CONSUMERS.among(_rule, AuthorizeAsk)
application_is_of_one_tenant = twins.APPLICATION_IS_OF_ONE_TENANT.among(_rule, AuthorizeAsk)


def is_registered(uri: str, registered: tuple[str, ...]) -> bool:
    """Tell whether a redirect URI is registered; the port of a local one is the client's choice (RFC 8252 §7.3).

    One with a line end or another control character is none: it goes into a header.
    """
    local = {_without_port(one) for one in registered if _is_local(one)}
    return uri.isprintable() and (uri in registered or _without_port(uri) in local)


def _is_local(uri: str) -> bool:
    return uri.startswith(("http://localhost", "http://127.0.0.1"))


def _types(ask: AuthorizeAsk) -> set[str]:
    return set(ask.response_type.split())


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
    errors.ID_TOKEN_NOT_ENABLED,
    asks=AuthorizeAsk,
    source=sources.RESPONSE_TYPE,
    fix=_FIX_TYPE,
)
def id_token_is_not_enabled(ask: AuthorizeAsk) -> bool:
    """Without its implicit grant enabled, an application gets no ID token from authorize."""
    return "id_token" in _types(ask)


@_rule(
    EffectKind.REFUSE,
    errors.TOKEN_NOT_ENABLED,
    asks=AuthorizeAsk,
    source=sources.RESPONSE_TYPE,
    fix=_FIX_TYPE,
)
def token_is_not_enabled(ask: AuthorizeAsk) -> bool:
    """Without its implicit grant enabled, an application gets no token from authorize."""
    return "token" in _types(ask)


@_rule(
    EffectKind.REFUSE,
    errors.RESPONSE_TYPE_UNKNOWN,
    asks=AuthorizeAsk,
    source=sources.RESPONSE_TYPE,
    fix=_FIX_TYPE,
)
def response_type_is_unknown(ask: AuthorizeAsk) -> bool:
    """What authorize gives is a code."""
    return _types(ask) != {"code"}


@_rule(
    EffectKind.REFUSE,
    errors.RESPONSE_MODE_UNKNOWN,
    asks=AuthorizeAsk,
    source=sources.RESPONSE_TYPE,
    fix="Send response_mode=query, fragment or form_post, or leave it out.",
)
def response_mode_is_unknown(ask: AuthorizeAsk) -> bool:
    """The answer comes in the query, in the fragment or in a form."""
    return ask.response_mode not in RESPONSE_MODES | {""}


@_rule(
    EffectKind.REFUSE,
    errors.PROMPT_UNKNOWN,
    asks=AuthorizeAsk,
    source=sources.PROMPT,
    fix="Send prompt=login, none, consent or select_account, one of them, or leave it out; not {prompt}.",
)
def prompt_is_unknown(ask: AuthorizeAsk) -> bool:
    """A prompt is login, none, consent or select_account."""
    return ask.prompt not in _PROMPTS


@_rule(
    EffectKind.REFUSE,
    errors.CHALLENGE_MISSING,
    asks=AuthorizeAsk,
    source=sources.AUTHORIZATION_CODE,
    fix="Send base64url(SHA-256(code_verifier)) as code_challenge, with code_challenge_method=S256.",
)
def challenge_is_missing(ask: AuthorizeAsk) -> bool:
    """Who names a method of PKCE sends a challenge."""
    return bool(ask.challenge_method) and not ask.has_challenge


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


@_rule(
    EffectKind.REFUSE,
    errors.NOBODY_SIGNED_IN,
    asks=AuthorizeAsk,
    source=sources.PROMPT,
    fix="Leave prompt=none out, so that the page is shown; it is for a browser in which the user has signed in before.",
)
def nobody_is_signed_in(ask: AuthorizeAsk) -> bool:
    """With prompt=none the user must be signed in in this browser already."""
    return ask.prompt == "none" and not ask.has_session


RULES: Final[tuple[AnyRule, ...]] = (
    tenant_is_malformed,
    tenant_is_unknown,
    resource_is_of_the_old_endpoint,
    parameter_is_missing,
    application_is_unknown,
    application_is_disabled,
    application_is_not_for_consumers,
    application_is_of_one_tenant,
    redirect_uri_is_not_registered,
    id_token_is_not_enabled,
    token_is_not_enabled,
    response_type_is_unknown,
    response_mode_is_unknown,
    prompt_is_unknown,
    challenge_is_missing,
    challenge_is_malformed,
    scope_has_two_resources,
    scope_has_no_resource,
    scope_is_invalid,
    resource_is_unknown,
    nobody_is_signed_in,
)
