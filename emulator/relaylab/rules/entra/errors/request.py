"""What a request says: its parameters, its scope, its redirect URI."""

from __future__ import annotations

from typing import Final

from relaylab.rules.entra import sources
from relaylab.rules.entra.errors.making import error

MISSING_PARAMETER: Final = error(
    "missing_parameter",
    900144,
    "invalid_request",
    "The request body must contain the following parameter: '{missing}'.",
    sources.MISSING_PARAMETER,
)
UNKNOWN_GRANT: Final = error(
    "unknown_grant",
    70003,
    "unsupported_grant_type",
    "The app requested an unsupported grant type '{grant}'.",
    sources.UNKNOWN_GRANT,
)
SCOPE_NOT_DEFAULT: Final = error(
    "scope_not_default",
    1002012,
    "invalid_scope",
    "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default "
    "suffixed to the resource identifier (application ID URI).",
    sources.SCOPE_OF_CLIENT_CREDENTIALS,
)
SCOPE_INVALID: Final = error(
    "scope_invalid",
    70011,
    "invalid_scope",
    "The provided value for the input parameter 'scope' isn't valid. The scope {scope} isn't valid.",
    sources.SCOPE_INVALID,
)
SCOPE_WITHOUT_RESOURCE: Final = error(
    "scope_without_resource",
    700023,
    "invalid_scope",
    "The provided value for the input parameter scope isn't valid when requesting an access token.",
    sources.TWO_RESOURCES,
)
TWO_RESOURCES: Final = error(
    "two_resources",
    700022,
    "invalid_request",
    "The provided value for the input parameter scope isn't valid because it contains more than one resource.",
    sources.TWO_RESOURCES,
)
RESOURCE_NOT_FOUND: Final = error(
    "resource_not_found",
    500011,
    "invalid_resource",
    "The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the "
    "application has not been installed by the administrator of the tenant or consented to by any user in the tenant. "
    "You might have sent your authentication request to the wrong tenant.",
    sources.RESOURCE_NOT_FOUND,
)
REDIRECT_URI: Final = error(
    "redirect_uri",
    50011,
    "invalid_request",
    "The redirect URI '{redirect_uri}' specified in the request does not match the redirect URIs configured for the "
    "application '{client_id}'.",
    sources.AUTHORIZATION_CODE,
)
CHALLENGE_MALFORMED: Final = error(
    "challenge_malformed",
    501491,
    "invalid_request",
    "Invalid size of Code_Challenge parameter.",
    sources.AUTHORIZATION_CODE,
)
RESOURCE_NOT_ASKED: Final = error(
    "resource_not_asked",
    650057,
    "invalid_resource",
    "Invalid resource. The client has requested access to a resource which is not listed in the requested permissions "
    "in the client's application registration. Client app ID: {client_id}({app_name}). Resource value from request: "
    "{resource}.",
    sources.RESOURCE_NOT_ASKED,
)
RESOURCE_NOT_SUPPORTED: Final = error(
    "resource_not_supported",
    901002,
    "invalid_request",
    "The 'resource' request parameter is not supported.",
    sources.RESOURCE_NOT_SUPPORTED,
)
ID_TOKEN_NOT_ENABLED: Final = error(
    "id_token_not_enabled",
    700054,
    "unsupported_response_type",
    "response_type 'id_token' is not enabled for the application.",
    sources.RESPONSE_TYPE,
)
TOKEN_NOT_ENABLED: Final = error(
    "token_not_enabled",
    700051,
    "unsupported_response_type",
    "response_type 'token' is not enabled for the application.",
    sources.RESPONSE_TYPE,
)
RESPONSE_TYPE_UNKNOWN: Final = error(
    "response_type_unknown",
    70005,
    "unsupported_response_type",
    "The app asked for an unsupported response type: '{response_type}'.",
    sources.RESPONSE_TYPE,
)
RESPONSE_MODE_UNKNOWN: Final = error(
    "response_mode_unknown",
    70007,
    "invalid_request",
    "'{response_mode}' is not a supported value of 'response_mode' when requesting a token.",
    sources.RESPONSE_TYPE,
)
PROMPT_UNKNOWN: Final = error("prompt_unknown", 90023, "invalid_request", "Unsupported 'prompt' value.", sources.PROMPT)
CHALLENGE_MISSING: Final = error(
    "challenge_missing",
    50147,
    "invalid_request",
    "The size of the code challenge parameter isn't valid.",
    sources.AUTHORIZATION_CODE,
)
