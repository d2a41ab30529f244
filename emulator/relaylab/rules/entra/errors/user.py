"""The user who signs in, and what stands between user and application."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

from relaylab.domain.reply import OAuthError
from relaylab.rules.entra import sources
from relaylab.rules.entra.errors.making import error

WRONG_PASSWORD: Final = error(
    "wrong_password",
    50126,
    "invalid_grant",
    "Error validating credentials due to invalid username or password.",
    sources.WRONG_PASSWORD,
)
USER_NOT_FOUND: Final = error(
    "user_not_found",
    50034,
    "invalid_grant",
    "The user account {user} does not exist in the {tenant} directory. To sign into this application, the account must "
    "be added to the directory.",
    sources.USER_NOT_FOUND,
)
NULL_PASSWORD: Final = error(
    "null_password",
    50056,
    "invalid_grant",
    "Invalid or null password: password does not exist in the directory for this user.",
    sources.USER_STATE,
)
SECURITY_DEFAULTS: Final = error(
    "security_defaults",
    530035,
    "invalid_grant",
    "Access has been blocked by security defaults.",
    sources.SECURITY_DEFAULTS,
)
LOCKED: Final = error(
    "locked",
    50053,
    "invalid_grant",
    "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
    sources.LOCKED,
)
PASSWORD_EXPIRED: Final = error(
    "password_expired", 50055, "invalid_grant", "The password is expired.", sources.USER_STATE
)
USER_DISABLED: Final = error(
    "user_disabled", 50057, "invalid_grant", "The user account is disabled.", sources.USER_STATE
)
SECOND_FACTOR: Final = error(
    "second_factor",
    50076,
    "invalid_grant",
    "Due to a configuration change made by your administrator, or because you moved to a new location, you must use "
    "multi-factor authentication to access '{resource}'.",
    sources.SECOND_FACTOR,
    suberror="basic_action",
    word_reading="second_factor_error",
    asks_for_claims=True,
)
SECOND_FACTOR_TO_REGISTER: Final = error(
    "second_factor_to_register",
    50079,
    "invalid_grant",
    "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll "
    "in multi-factor authentication to access '{resource}'.",
    sources.SECOND_FACTOR_TO_REGISTER,
    suberror="basic_action",
    word_reading="second_factor_error",
    asks_for_claims=True,
)
BLOCKED: Final = error(
    "blocked",
    53003,
    "invalid_grant",
    "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    sources.CONDITIONAL_ACCESS,
    word_reading="conditional_access_error",
    asks_for_claims=True,
)
APP_BLOCKED: Final = error(
    "app_blocked",
    53003,
    "access_denied",
    "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    sources.CONDITIONAL_ACCESS,
)
DECLINED_BY_USER: Final = error(
    "declined_by_user", 65004, "access_denied", "User declined to consent to access the app.", sources.DECLINED_BY_USER
)
NO_CONSENT: Final = error(
    "no_consent",
    65001,
    "invalid_grant",
    "The user or administrator has not consented to use the application with ID '{client_id}' named '{app_name}'. Send "
    "an interactive authorization request for this user and resource.",
    sources.NO_CONSENT,
    suberror="consent_required",
    word_reading="consent_error",
)
NOBODY_SIGNED_IN: Final = error(
    "nobody_signed_in",
    50058,
    "login_required",
    "A silent sign-in request was sent but no user is signed in.",
    sources.PROMPT,
)
# The words of the consent page's own answer, which has no number.
ADMIN_CANCELED: Final = OAuthError(
    "admin_canceled",
    HTTPStatus.BAD_REQUEST,
    None,
    "The admin canceled the request",
    sources.ADMIN_CONSENT,
    error="permission_denied",
)
