"""Every error that Entra can give: HTTP status, OAuth error word, AADSTS number and text, with the wording's source.

Law of this package: no other module holds an AADSTS text. What Entra adds to each (trace id, correlation id and time)
is written by whoever answers.
"""

from __future__ import annotations

from typing import Final

from relaylab.domain.reply import OAuthError
from relaylab.rules.entra.errors.client import (
    APP_DISABLED,
    APP_NOT_FOUND,
    ASSERTION_AUDIENCE,
    ASSERTION_KEY,
    ASSERTION_SIGNATURE,
    ASSERTION_TIME,
    ASSERTION_UNREADABLE,
    EXPIRED_SECRET,
    NO_CREDENTIAL,
    PUBLIC_CLIENT,
    WRONG_SECRET,
)
from relaylab.rules.entra.errors.codes import (
    CODE_INVALID,
    CODE_OF_ANOTHER_TENANT,
    CODE_REDEEMED,
    CODE_UNKNOWN,
    DECLINED,
    DEVICE_CODE_EXPIRED,
    DEVICE_CODE_EXPIRED_AS_DOCUMENTED,
    DEVICE_CODE_UNKNOWN,
    PENDING,
    REFRESH_INACTIVE,
    REFRESH_REVOKED,
    SIGNED_IN_TOO_LONG_AGO,
    VERIFIER_WRONG,
)
from relaylab.rules.entra.errors.directory import (
    CLIENT_CREDENTIALS_ON_COMMON,
    DEVICE_CODE_ON_COMMON,
    SINGLE_TENANT,
    TENANT_MALFORMED,
    TENANT_NOT_FOUND,
    TENANT_NOT_FOUND_AT_DISCOVERY,
)
from relaylab.rules.entra.errors.request import (
    CHALLENGE_MALFORMED,
    MISSING_PARAMETER,
    REDIRECT_URI,
    RESOURCE_NOT_ASKED,
    RESOURCE_NOT_FOUND,
    SCOPE_INVALID,
    SCOPE_NOT_DEFAULT,
    SCOPE_WITHOUT_RESOURCE,
    TWO_RESOURCES,
    UNKNOWN_GRANT,
)
from relaylab.rules.entra.errors.service import (
    CLIENT_LOOP,
    THROTTLED,
    UNAVAILABLE,
)
from relaylab.rules.entra.errors.user import (
    APP_BLOCKED,
    BLOCKED,
    DECLINED_BY_USER,
    LOCKED,
    NO_CONSENT,
    NULL_PASSWORD,
    PASSWORD_EXPIRED,
    SECOND_FACTOR,
    SECOND_FACTOR_TO_REGISTER,
    SECURITY_DEFAULTS,
    USER_DISABLED,
    USER_NOT_FOUND,
    WRONG_PASSWORD,
)

ERRORS: Final[tuple[OAuthError, ...]] = tuple(
    value for value in list(globals().values()) if isinstance(value, OAuthError)
)

__all__ = [
    "APP_BLOCKED",
    "APP_DISABLED",
    "APP_NOT_FOUND",
    "ASSERTION_AUDIENCE",
    "ASSERTION_KEY",
    "ASSERTION_SIGNATURE",
    "ASSERTION_TIME",
    "ASSERTION_UNREADABLE",
    "BLOCKED",
    "CHALLENGE_MALFORMED",
    "CLIENT_CREDENTIALS_ON_COMMON",
    "CLIENT_LOOP",
    "CODE_INVALID",
    "CODE_OF_ANOTHER_TENANT",
    "CODE_REDEEMED",
    "CODE_UNKNOWN",
    "DECLINED",
    "DECLINED_BY_USER",
    "DEVICE_CODE_EXPIRED",
    "DEVICE_CODE_EXPIRED_AS_DOCUMENTED",
    "DEVICE_CODE_ON_COMMON",
    "DEVICE_CODE_UNKNOWN",
    "ERRORS",
    "EXPIRED_SECRET",
    "LOCKED",
    "MISSING_PARAMETER",
    "NO_CONSENT",
    "NO_CREDENTIAL",
    "NULL_PASSWORD",
    "PASSWORD_EXPIRED",
    "PENDING",
    "PUBLIC_CLIENT",
    "REDIRECT_URI",
    "REFRESH_INACTIVE",
    "REFRESH_REVOKED",
    "RESOURCE_NOT_ASKED",
    "RESOURCE_NOT_FOUND",
    "SCOPE_INVALID",
    "SCOPE_NOT_DEFAULT",
    "SCOPE_WITHOUT_RESOURCE",
    "SECOND_FACTOR",
    "SECOND_FACTOR_TO_REGISTER",
    "SECURITY_DEFAULTS",
    "SIGNED_IN_TOO_LONG_AGO",
    "SINGLE_TENANT",
    "TENANT_MALFORMED",
    "TENANT_NOT_FOUND",
    "TENANT_NOT_FOUND_AT_DISCOVERY",
    "THROTTLED",
    "TWO_RESOURCES",
    "UNAVAILABLE",
    "UNKNOWN_GRANT",
    "USER_DISABLED",
    "USER_NOT_FOUND",
    "VERIFIER_WRONG",
    "WRONG_PASSWORD",
    "WRONG_SECRET",
]
