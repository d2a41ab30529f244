"""The bad days of the service itself."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from relaylab.domain.reply import OAuthError
from relaylab.rules.entra import sources
from relaylab.rules.entra.errors.making import error

CLIENT_LOOP: Final = error(
    "client_loop",
    50196,
    "invalid_grant",
    "The server terminated an operation because it encountered a client request loop. Contact your app vendor.",
    sources.CLIENT_LOOP,
)
THROTTLED: Final = error(
    "throttled",
    90055,
    "temporarily_unavailable",
    "The server has terminated the request because there were too many requests.",
    sources.THROTTLED,
    HTTPStatus.TOO_MANY_REQUESTS,
)
UNAVAILABLE: Final = error(
    "unavailable",
    90033,
    "temporarily_unavailable",
    "A transient error has occurred. Please try again.",
    sources.UNAVAILABLE,
    HTTPStatus.SERVICE_UNAVAILABLE,
)
SERVER_ERROR: Final = error(
    "server_error",
    50000,
    "server_error",
    "There is an issue with the sign-in service.",
    sources.SERVER_ERROR,
    HTTPStatus.INTERNAL_SERVER_ERROR,
)
# What stands before the service answers without it: a page, with no number and no word that a client could act on.
BAD_GATEWAY: Final = OAuthError("bad_gateway", HTTPStatus.BAD_GATEWAY, None, "Bad Gateway", sources.GATEWAY, error="")
GATEWAY_TIMEOUT: Final = OAuthError(
    "gateway_timeout", HTTPStatus.GATEWAY_TIMEOUT, None, "Gateway Timeout", sources.GATEWAY, error=""
)
