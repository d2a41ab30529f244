"""The client that asks: its secret, its assertion, its registration."""

from __future__ import annotations

from typing import Final

from relaylab.rules.entra import sources
from relaylab.rules.entra.errors.making import UNAUTHORIZED, error

WRONG_SECRET: Final = error(
    "wrong_secret",
    7000215,
    "invalid_client",
    "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the "
    "client secret ID, for a secret added to app '{client_id}'.",
    sources.WRONG_SECRET,
    UNAUTHORIZED,
)
EXPIRED_SECRET: Final = error(
    "expired_secret",
    7000222,
    "invalid_client",
    "The provided client secret keys for app '{client_id}' are expired. Visit the Azure portal to create new keys for "
    "your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: "
    "https://aka.ms/certCreds.",
    sources.EXPIRED_SECRET,
    UNAUTHORIZED,
)
NO_CREDENTIAL: Final = error(
    "no_credential",
    7000218,
    "invalid_client",
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    sources.NO_CREDENTIAL,
    UNAUTHORIZED,
)
PUBLIC_CLIENT: Final = error(
    "public_client",
    700025,
    "invalid_client",
    "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
    sources.PUBLIC_CLIENT,
    UNAUTHORIZED,
)
ASSERTION_UNREADABLE: Final = error(
    "assertion_unreadable",
    50027,
    "invalid_client",
    "JWT token is invalid or malformed.",
    sources.ASSERTION_AUDIENCE,
    UNAUTHORIZED,
)
ASSERTION_KEY: Final = error(
    "assertion_key",
    700027,
    "invalid_client",
    "Client assertion contains an invalid signature. [Reason - The key was not found.]",
    sources.ASSERTION_KEY,
    UNAUTHORIZED,
)
ASSERTION_KEY_EXPIRED: Final = error(
    "assertion_key_expired",
    700027,
    "invalid_client",
    "Client assertion contains an invalid signature. [Reason - The key used is expired.]",
    sources.ASSERTION_KEY_EXPIRED,
    UNAUTHORIZED,
)
ASSERTION_TYPE: Final = error(
    "assertion_type", 90011, "invalid_request", "Unexpected client assertion type.", sources.ASSERTION_TYPE
)
ASSERTION_SIGNATURE: Final = error(
    "assertion_signature",
    700027,
    "invalid_client",
    "Client assertion contains an invalid signature. [Reason - The key was found, but the signature was not valid.]",
    sources.ASSERTION_AUDIENCE,
    UNAUTHORIZED,
)
ASSERTION_AUDIENCE: Final = error(
    "assertion_audience",
    50027,
    "invalid_client",
    "JWT token is invalid or malformed. Its aud, iss or sub does not fit the request.",
    sources.ASSERTION_AUDIENCE,
    UNAUTHORIZED,
)
ASSERTION_TIME: Final = error(
    "assertion_time",
    700024,
    "invalid_client",
    "Client assertion is not within its valid time range.",
    sources.ASSERTION_TIME,
    UNAUTHORIZED,
)
APP_NOT_FOUND: Final = error(
    "app_not_found",
    700016,
    "unauthorized_client",
    "Application with identifier '{client_id}' was not found in the directory '{tenant}'. This can happen if the "
    "application has not been installed by the administrator of the tenant or consented to by any user in the tenant. "
    "You may have sent your authentication request to the wrong tenant.",
    sources.APP_NOT_FOUND,
)
APP_DISABLED: Final = error(
    "app_disabled",
    7000112,
    "unauthorized_client",
    "Application '{client_id}'({app_name}) is disabled.",
    sources.APP_DISABLED,
)
