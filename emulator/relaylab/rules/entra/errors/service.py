"""The bad days of the service itself."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

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
