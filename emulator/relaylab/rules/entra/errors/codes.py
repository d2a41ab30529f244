"""Authorization codes, device codes and refresh tokens."""

from __future__ import annotations

from typing import Final

from relaylab.rules.entra import sources
from relaylab.rules.entra.errors.making import error

SIGNED_IN_TOO_LONG_AGO: Final = error(
    "signed_in_too_long_ago",
    70043,
    "invalid_grant",
    "The refresh token has expired or is invalid due to sign-in frequency checks by Conditional Access. The token was "
    "issued on {issued}.",
    sources.REFRESH_DEAD,
)
PENDING: Final = error(
    "pending",
    70016,
    "authorization_pending",
    "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
    sources.PENDING,
)
PENDING_AS_AT_V1: Final = error(
    "pending_as_at_v1",
    70016,
    "authorization_pending",
    "Pending end-user authorization.",
    sources.PENDING,
)
DECLINED: Final = error(
    "declined",
    70018,
    "authorization_declined",
    "The user declined the sign-in that the device asked for.",
    sources.DECLINED,
)
DEVICE_CODE_UNKNOWN: Final = error(
    "device_code_unknown",
    70018,
    "bad_verification_code",
    "Invalid verification code due to User typing in wrong user code for device code flow. Authorization isn't "
    "approved.",
    sources.DEVICE_CODE_UNKNOWN,
)
DEVICE_CODE_EXPIRED: Final = error(
    "device_code_expired",
    70020,
    "expired_token",
    "The provided value for the input parameter 'device_code' is not valid. This device code has expired.",
    sources.DEVICE_CODE_EXPIRED,
)
DEVICE_CODE_EXPIRED_AS_DOCUMENTED: Final = error(
    "device_code_expired_as_documented",
    70019,
    "expired_token",
    "Verification code expired. Have the user retry the sign-in.",
    sources.DEVICE_CODE_UNKNOWN,
)
CODE_INVALID: Final = error(
    "code_invalid",
    70008,
    "invalid_grant",
    "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive "
    "authorization request for this user and resource.",
    sources.REFRESH_DEAD,
)
CODE_UNKNOWN: Final = error(
    "code_unknown",
    9002313,
    "invalid_grant",
    "Invalid request. Request is malformed or invalid.",
    sources.CODE_UNKNOWN,
)
CODE_REDEEMED: Final = error(
    "code_redeemed",
    54005,
    "invalid_grant",
    "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh "
    "token.",
    sources.AUTHORIZATION_CODE,
)
VERIFIER_WRONG: Final = error(
    "verifier_wrong",
    501481,
    "invalid_grant",
    "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
    sources.AUTHORIZATION_CODE,
)
CODE_OF_ANOTHER_TENANT: Final = error(
    "code_of_another_tenant",
    700005,
    "invalid_grant",
    "The provided authorization code is intended to use against other tenant, thus rejected.",
    sources.AUTHORIZATION_CODE,
)
REFRESH_INACTIVE: Final = error(
    "refresh_inactive",
    700082,
    "invalid_grant",
    "The refresh token has expired due to inactivity. The token was issued on {issued} and was inactive for "
    "90.00:00:00.",
    sources.REFRESH_INACTIVE,
)
REFRESH_REVOKED: Final = error(
    "refresh_revoked",
    50173,
    "invalid_grant",
    "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed "
    "or reset their password.",
    sources.REFRESH_DEAD,
)
SLOW_DOWN: Final = error(
    "slow_down",
    70016,
    "slow_down",
    "OAuth 2.0 device flow error. Authorization is pending. Poll less often: wait five seconds longer from now on.",
    sources.SLOW_DOWN,
)
