"""Every error that Entra can give: HTTP status, OAuth error word, AADSTS number and text, with the wording's source.

Law of this module: no other module holds an AADSTS text. What Entra adds to each (trace id, correlation id and time)
is written by whoever answers.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from relaylab.domain.reply import OAuthError
from relaylab.rules.entra import sources

if TYPE_CHECKING:
    from relaylab.domain.source import Source

_BAD: Final = HTTPStatus.BAD_REQUEST
_UNAUTHORIZED: Final = HTTPStatus.UNAUTHORIZED


def _error(  # noqa: PLR0913, PLR0917 - a row of a table
    name: str, number: int, error: str, text: str, source: Source, status: HTTPStatus = _BAD, suberror: str = "",
    *, asks_for_claims: bool = False,
) -> OAuthError:  # fmt: skip
    return OAuthError(
        name,
        status,
        None,
        f"AADSTS{number}: {text}",
        source,
        error=error,
        number=number,
        suberror=suberror,
        asks_for_claims=asks_for_claims,
    )


# The client ----------------------------------------------------------------------------------------------------------
WRONG_SECRET: Final = _error(
    "wrong_secret",
    7000215,
    "invalid_client",
    "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the "
    "client secret ID, for a secret added to app '{client_id}'.",
    sources.WRONG_SECRET,
    _UNAUTHORIZED,
)
EXPIRED_SECRET: Final = _error(
    "expired_secret",
    7000222,
    "invalid_client",
    "The provided client secret keys for app '{client_id}' are expired. Visit the Azure portal to create new keys for "
    "your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: "
    "https://aka.ms/certCreds.",
    sources.EXPIRED_SECRET,
    _UNAUTHORIZED,
)
NO_CREDENTIAL: Final = _error(
    "no_credential",
    7000218,
    "invalid_client",
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    sources.NO_CREDENTIAL,
    _UNAUTHORIZED,
)
PUBLIC_CLIENT: Final = _error(
    "public_client",
    700025,
    "invalid_client",
    "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
    sources.PUBLIC_CLIENT,
    _UNAUTHORIZED,
)
ASSERTION_UNREADABLE: Final = _error(
    "assertion_unreadable",
    50027,
    "invalid_client",
    "JWT token is invalid or malformed.",
    sources.ASSERTION_AUDIENCE,
    _UNAUTHORIZED,
)
ASSERTION_KEY: Final = _error(
    "assertion_key",
    700027,
    "invalid_client",
    "Client assertion contains an invalid signature. [Reason - The key was not found.]",
    sources.ASSERTION_KEY,
    _UNAUTHORIZED,
)
ASSERTION_SIGNATURE: Final = _error(
    "assertion_signature",
    700027,
    "invalid_client",
    "Client assertion contains an invalid signature. [Reason - The key was found, but the signature was not valid.]",
    sources.ASSERTION_AUDIENCE,
    _UNAUTHORIZED,
)
ASSERTION_AUDIENCE: Final = _error(
    "assertion_audience",
    50027,
    "invalid_client",
    "JWT token is invalid or malformed. Its aud, iss or sub does not fit the request.",
    sources.ASSERTION_AUDIENCE,
    _UNAUTHORIZED,
)
ASSERTION_TIME: Final = _error(
    "assertion_time",
    700024,
    "invalid_client",
    "Client assertion is not within its valid time range.",
    sources.ASSERTION_TIME,
    _UNAUTHORIZED,
)
APP_NOT_FOUND: Final = _error(
    "app_not_found",
    700016,
    "unauthorized_client",
    "Application with identifier '{client_id}' was not found in the directory '{tenant}'. This can happen if the "
    "application has not been installed by the administrator of the tenant or consented to by any user in the tenant. "
    "You may have sent your authentication request to the wrong tenant.",
    sources.APP_NOT_FOUND,
)
APP_DISABLED: Final = _error(
    "app_disabled",
    7000112,
    "unauthorized_client",
    "Application '{client_id}'({app_name}) is disabled.",
    sources.APP_DISABLED,
)

# The tenant ----------------------------------------------------------------------------------------------------------
_TENANT_NOT_FOUND: Final = (
    "Tenant '{tenant_name}' not found. Check to make sure you have the correct tenant ID and are signing into the "
    "correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions "
    "for the tenant."
)
TENANT_NOT_FOUND: Final = _error(
    "tenant_not_found", 90002, "invalid_request", _TENANT_NOT_FOUND, sources.TENANT_NOT_FOUND
)
TENANT_NOT_FOUND_AT_DISCOVERY: Final = _error(
    "tenant_not_found_at_discovery",
    90002,
    "invalid_tenant",
    _TENANT_NOT_FOUND,
    sources.TENANT_NOT_FOUND_AT_DISCOVERY,
)
TENANT_MALFORMED: Final = _error(
    "tenant_malformed",
    900023,
    "invalid_request",
    "Specified tenant identifier '{tenant_name}' is neither a valid DNS name, nor a valid external domain.",
    sources.TENANT_MALFORMED,
)
CLIENT_CREDENTIALS_ON_COMMON: Final = _error(
    "client_credentials_on_common",
    9001023,
    "invalid_request",
    "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or "
    "tenant-specific endpoint.",
    sources.CLIENT_CREDENTIALS_ON_COMMON,
)
DEVICE_CODE_ON_COMMON: Final = _error(
    "device_code_on_common",
    90133,
    "invalid_request",
    "Device Code flow is not supported under /common or /consumers endpoint.",
    sources.DEVICE_CODE_ON_COMMON,
)
SINGLE_TENANT: Final = _error(
    "single_tenant",
    50194,
    "invalid_request",
    "Application '{client_id}'({app_name}) is not configured as a multi-tenant application. Usage of the /common "
    "endpoint is not supported for such apps. Use a tenant-specific endpoint or configure the application to be "
    "multi-tenant.",
    sources.COMMON,
)

# The request ---------------------------------------------------------------------------------------------------------
MISSING_PARAMETER: Final = _error(
    "missing_parameter",
    900144,
    "invalid_request",
    "The request body must contain the following parameter: '{missing}'.",
    sources.MISSING_PARAMETER,
)
UNKNOWN_GRANT: Final = _error(
    "unknown_grant",
    70003,
    "unsupported_grant_type",
    "The app requested an unsupported grant type '{grant}'.",
    sources.UNKNOWN_GRANT,
)
SCOPE_NOT_DEFAULT: Final = _error(
    "scope_not_default",
    1002012,
    "invalid_scope",
    "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default "
    "suffixed to the resource identifier (application ID URI).",
    sources.SCOPE_OF_CLIENT_CREDENTIALS,
)
SCOPE_INVALID: Final = _error(
    "scope_invalid",
    70011,
    "invalid_scope",
    "The provided value for the input parameter 'scope' isn't valid. The scope {scope} isn't valid.",
    sources.SCOPE_INVALID,
)
SCOPE_WITHOUT_RESOURCE: Final = _error(
    "scope_without_resource",
    700023,
    "invalid_scope",
    "The provided value for the input parameter scope isn't valid when requesting an access token.",
    sources.TWO_RESOURCES,
)
TWO_RESOURCES: Final = _error(
    "two_resources",
    700022,
    "invalid_request",
    "The provided value for the input parameter scope isn't valid because it contains more than one resource.",
    sources.TWO_RESOURCES,
)
RESOURCE_NOT_FOUND: Final = _error(
    "resource_not_found",
    500011,
    "invalid_resource",
    "The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the "
    "application has not been installed by the administrator of the tenant or consented to by any user in the tenant. "
    "You might have sent your authentication request to the wrong tenant.",
    sources.RESOURCE_NOT_FOUND,
)
REDIRECT_URI: Final = _error(
    "redirect_uri",
    50011,
    "invalid_request",
    "The redirect URI '{redirect_uri}' specified in the request does not match the redirect URIs configured for the "
    "application '{client_id}'.",
    sources.AUTHORIZATION_CODE,
)
CHALLENGE_MALFORMED: Final = _error(
    "challenge_malformed",
    501491,
    "invalid_request",
    "Invalid size of Code_Challenge parameter.",
    sources.AUTHORIZATION_CODE,
)

# The user ------------------------------------------------------------------------------------------------------------
WRONG_PASSWORD: Final = _error(
    "wrong_password",
    50126,
    "invalid_grant",
    "Error validating credentials due to invalid username or password.",
    sources.WRONG_PASSWORD,
)
USER_NOT_FOUND: Final = _error(
    "user_not_found",
    50034,
    "invalid_grant",
    "The user account {user} does not exist in the {tenant} directory. To sign into this application, the account must "
    "be added to the directory.",
    sources.USER_NOT_FOUND,
)
NULL_PASSWORD: Final = _error(
    "null_password",
    50056,
    "invalid_grant",
    "Invalid or null password: password does not exist in the directory for this user.",
    sources.USER_STATE,
)
SECURITY_DEFAULTS: Final = _error(
    "security_defaults",
    530035,
    "invalid_grant",
    "Access has been blocked by security defaults.",
    sources.SECURITY_DEFAULTS,
)
RESOURCE_NOT_ASKED: Final = _error(
    "resource_not_asked",
    650057,
    "invalid_resource",
    "Invalid resource. The client has requested access to a resource which is not listed in the requested permissions "
    "in the client's application registration. Client app ID: {client_id}({app_name}). Resource value from request: "
    "{resource}.",
    sources.RESOURCE_NOT_ASKED,
)
SIGNED_IN_TOO_LONG_AGO: Final = _error(
    "signed_in_too_long_ago",
    70043,
    "invalid_grant",
    "The refresh token has expired or is invalid due to sign-in frequency checks by Conditional Access. The token was "
    "issued on {issued}.",
    sources.REFRESH_DEAD,
)
CLIENT_LOOP: Final = _error(
    "client_loop",
    50196,
    "invalid_grant",
    "The server terminated an operation because it encountered a client request loop. Contact your app vendor.",
    sources.CLIENT_LOOP,
)
LOCKED: Final = _error(
    "locked",
    50053,
    "invalid_grant",
    "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
    sources.LOCKED,
)
PASSWORD_EXPIRED: Final = _error(
    "password_expired", 50055, "invalid_grant", "The password is expired.", sources.USER_STATE
)
USER_DISABLED: Final = _error(
    "user_disabled", 50057, "invalid_grant", "The user account is disabled.", sources.USER_STATE
)
SECOND_FACTOR: Final = _error(
    "second_factor",
    50076,
    "invalid_grant",
    "Due to a configuration change made by your administrator, or because you moved to a new location, you must use "
    "multi-factor authentication to access '{resource}'.",
    sources.SECOND_FACTOR,
    suberror="basic_action",
    asks_for_claims=True,
)
SECOND_FACTOR_TO_REGISTER: Final = _error(
    "second_factor_to_register",
    50079,
    "invalid_grant",
    "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll "
    "in multi-factor authentication to access '{resource}'.",
    sources.SECOND_FACTOR_TO_REGISTER,
    suberror="basic_action",
)
BLOCKED: Final = _error(
    "blocked",
    53003,
    "invalid_grant",
    "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    sources.CONDITIONAL_ACCESS,
    asks_for_claims=True,
)
APP_BLOCKED: Final = _error(
    "app_blocked",
    53003,
    "access_denied",
    "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    sources.CONDITIONAL_ACCESS,
)
DECLINED_BY_USER: Final = _error(
    "declined_by_user", 65004, "access_denied", "User declined to consent to access the app.", sources.NO_CONSENT
)
NO_CONSENT: Final = _error(
    "no_consent",
    65001,
    "invalid_grant",
    "The user or administrator has not consented to use the application with ID '{client_id}' named '{app_name}'. Send "
    "an interactive authorization request for this user and resource.",
    sources.NO_CONSENT,
    suberror="consent_required",
)

# Codes and refresh tokens --------------------------------------------------------------------------------------------
PENDING: Final = _error(
    "pending",
    70016,
    "authorization_pending",
    "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
    sources.PENDING,
)
DECLINED: Final = _error(
    "declined",
    70018,
    "authorization_declined",
    "The user declined the sign-in that the device asked for.",
    sources.DEVICE_CODE_UNKNOWN,
)
DEVICE_CODE_UNKNOWN: Final = _error(
    "device_code_unknown",
    70018,
    "bad_verification_code",
    "Invalid verification code due to User typing in wrong user code for device code flow. Authorization isn't "
    "approved.",
    sources.DEVICE_CODE_UNKNOWN,
)
DEVICE_CODE_EXPIRED: Final = _error(
    "device_code_expired",
    70020,
    "expired_token",
    "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
    sources.DEVICE_CODE_EXPIRED,
)
DEVICE_CODE_EXPIRED_AS_DOCUMENTED: Final = _error(
    "device_code_expired_as_documented",
    70019,
    "expired_token",
    "Verification code expired. Have the user retry the sign-in.",
    sources.DEVICE_CODE_UNKNOWN,
)
CODE_INVALID: Final = _error(
    "code_invalid",
    70008,
    "invalid_grant",
    "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive "
    "authorization request for this user and resource.",
    sources.REFRESH_DEAD,
)
CODE_UNKNOWN: Final = _error(
    "code_unknown",
    9002313,
    "invalid_grant",
    "Invalid request. Request is malformed or invalid.",
    sources.AUTHORIZATION_CODE,
)
CODE_REDEEMED: Final = _error(
    "code_redeemed",
    54005,
    "invalid_grant",
    "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh "
    "token.",
    sources.AUTHORIZATION_CODE,
)
VERIFIER_WRONG: Final = _error(
    "verifier_wrong",
    501481,
    "invalid_grant",
    "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
    sources.AUTHORIZATION_CODE,
)
CODE_OF_ANOTHER_TENANT: Final = _error(
    "code_of_another_tenant",
    700005,
    "invalid_grant",
    "The provided authorization code is intended to use against other tenant, thus rejected.",
    sources.AUTHORIZATION_CODE,
)
REFRESH_INACTIVE: Final = _error(
    "refresh_inactive",
    700082,
    "invalid_grant",
    "The refresh token has expired due to inactivity. The token was issued on {issued} and was inactive for "
    "90.00:00:00.",
    sources.REFRESH_INACTIVE,
)
REFRESH_REVOKED: Final = _error(
    "refresh_revoked",
    50173,
    "invalid_grant",
    "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed "
    "or reset their password.",
    sources.REFRESH_DEAD,
)

# The service's own ---------------------------------------------------------------------------------------------------
THROTTLED: Final = _error(
    "throttled",
    90055,
    "temporarily_unavailable",
    "The server has terminated the request because there were too many requests.",
    sources.THROTTLED,
    HTTPStatus.TOO_MANY_REQUESTS,
)
UNAVAILABLE: Final = _error(
    "unavailable",
    90033,
    "temporarily_unavailable",
    "A transient error has occurred. Please try again.",
    sources.UNAVAILABLE,
    HTTPStatus.SERVICE_UNAVAILABLE,
)

ERRORS: Final[tuple[OAuthError, ...]] = tuple(
    value for value in list(globals().values()) if isinstance(value, OAuthError)
)
