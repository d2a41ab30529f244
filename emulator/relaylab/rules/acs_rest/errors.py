"""Every error of the REST interface: HTTP status, code and text, with the wording's source.

Law of this module: no other module holds such a text. They are written as ``{"error": {"code": ..., "message": ...}}``
with the code in ``x-ms-error-code`` as well (fact ACS-REST-25); the last three stand in the status of an operation.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from relaylab.domain.acs_rest import RestError
from relaylab.rules.acs_rest import sources

if TYPE_CHECKING:
    from relaylab.domain.source import Source


def _error(name: str, status: HTTPStatus, error: str, text: str, source: Source) -> RestError:
    return RestError(f"acs_{name}", status, None, text, source, error=error)


API_VERSION_MISSING: Final = _error(
    "api_version_missing",
    HTTPStatus.BAD_REQUEST,
    "ApiVersionUnspecified",
    "An API version is required, but was not specified.",
    sources.API_VERSION_TEXT,
)
API_VERSION_UNKNOWN: Final = _error(
    "api_version_unknown",
    HTTPStatus.BAD_REQUEST,
    "UnsupportedApiVersion",
    "The HTTP resource does not support the API version '{api_version}'.",
    sources.API_VERSION_TEXT,
)
DENIED: Final = _error("denied", HTTPStatus.UNAUTHORIZED, "Denied", "Denied by the resource provider.", sources.DENIED)
DENIED_WITHOUT_A_RESOURCE: Final = _error(
    "denied_without_a_resource", HTTPStatus.UNAUTHORIZED, "Denied", DENIED.text, sources.NO_RESOURCE
)
SKEWED: Final = _error(
    "skewed",
    HTTPStatus.UNAUTHORIZED,
    "Denied",
    "The given request could not be resolved. The time difference between the originating client and the server is "
    "greater than the allowed margin of 5 minutes.",
    sources.SKEWED,
)
FORBIDDEN: Final = _error(
    "forbidden",
    HTTPStatus.FORBIDDEN,
    "Forbidden",
    "The identity does not have the right to send mail through the resource.",
    sources.FORBIDDEN_TEXT,
)
BODY: Final = _error(
    "body",
    HTTPStatus.BAD_REQUEST,
    "BadRequest",
    "Request body validation error. See property '{at}'",
    sources.BODY_TEXT,
)
ADDRESS: Final = _error(
    "address", HTTPStatus.BAD_REQUEST, "InvalidEmailAddress", "Invalid format for email address", sources.ADDRESS_TEXT
)
OPERATION_ID: Final = _error(
    "operation_id",
    HTTPStatus.BAD_REQUEST,
    "BadRequest",
    "The header Operation-Id must be a GUID.",
    sources.OPERATION_ID_TEXT,
)
REPEATABILITY: Final = _error(
    "repeatability",
    HTTPStatus.BAD_REQUEST,
    "BadRequest",
    "The headers repeatability-request-id and repeatability-first-sent are required.",
    sources.REPEATABLE_TEXT,
)
DOMAIN_NOT_LINKED: Final = _error(
    "domain_not_linked",
    HTTPStatus.NOT_FOUND,
    "DomainNotLinked",
    "The specified sender domain has not been linked.",
    sources.DOMAIN_NOT_LINKED,
)
DOMAIN_NOT_LINKED_403: Final = _error(
    "domain_not_linked_403",
    HTTPStatus.FORBIDDEN,
    "DomainNotLinked",
    DOMAIN_NOT_LINKED.text,
    sources.DOMAIN_NOT_LINKED_403,
)
SENDER: Final = _error(
    "sender",
    HTTPStatus.BAD_REQUEST,
    "InvalidSenderUserName",
    "Invalid email sender username: '{user}'. Please use a username from the list of valid usernames configured by "
    "your admin.",
    sources.SENDER_STATUS,
)
RECIPIENTS: Final = _error(
    "recipients",
    HTTPStatus.BAD_REQUEST,
    "BadRequest",
    "The number of recipients is over the limit of 50.",
    sources.RECIPIENTS_TEXT,
)
SIZE: Final = _error(
    "size", HTTPStatus.BAD_REQUEST, "BadRequest", "The request is larger than the limit of 10 MB.", sources.SIZE_TEXT
)
TOO_MANY_REQUESTS: Final = _error(
    "too_many_requests",
    HTTPStatus.TOO_MANY_REQUESTS,
    "TooManyRequests",
    "The limit of requests has been reached. Try again after {retry_after} seconds.",
    sources.RATE_TEXT,
)
REPEATED: Final = _error(
    "repeated",
    HTTPStatus.CONFLICT,
    "Conflict",
    "An operation with the id '{operation}' exists already.",
    sources.REPEATED_TEXT,
)
OPERATION_NOT_FOUND: Final = _error(
    "operation_not_found",
    HTTPStatus.NOT_FOUND,
    "NotFound",
    "The operation '{operation}' was not found.",
    sources.OPERATION_UNKNOWN,
)
NO_SUCH_PATH: Final = _error(
    "no_such_path", HTTPStatus.NOT_FOUND, "NotFound", "The requested path was not found.", sources.REQUEST_TEXT
)
METHOD_NOT_ALLOWED: Final = _error(
    "method_not_allowed",
    HTTPStatus.METHOD_NOT_ALLOWED,
    "MethodNotAllowed",
    "The method {method} is not allowed here.",
    sources.REQUEST_TEXT,
)
TOO_LARGE_TO_READ: Final = _error(
    "too_large_to_read",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "RequestTooLarge",
    "The request is too large.",
    sources.REQUEST_TEXT,
)
RETIRED: Final = _error(
    "retired",
    HTTPStatus.GONE,
    "OperationNotSupported",
    "The operation is not supported: Azure Communication Services Email has been retired.",
    sources.RETIRED_TEXT,
)
UNAVAILABLE: Final = _error(
    "unavailable",
    HTTPStatus.SERVICE_UNAVAILABLE,
    "ServiceUnavailable",
    "The service is unavailable.",
    sources.UNAVAILABLE,
)
SERVER_ERROR: Final = _error(
    "server_error",
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "InternalServerError",
    "The server encountered an internal error.",
    sources.UNAVAILABLE,
)
ALL_SUPPRESSED: Final = _error(
    "all_suppressed",
    HTTPStatus.OK,
    "EmailDroppedAllRecipientsSuppressed",
    "Message dropped because all recipients were suppressed",
    sources.SUPPRESSED,
)
DROPPED: Final = _error(
    "dropped", HTTPStatus.OK, "EmailDropped", "Email was dropped after several attempts to deliver.", sources.DROPPED
)
CANCELED: Final = _error(
    "canceled", HTTPStatus.OK, "OperationCanceled", "The operation was canceled.", sources.CANCELED_TEXT
)

ERRORS: Final = tuple(value for value in vars().values() if isinstance(value, RestError))
