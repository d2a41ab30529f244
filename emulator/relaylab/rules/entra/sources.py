"""Where Entra's conduct and wording are written. A fact's id (OA) is that of the project's fact sheet."""

from __future__ import annotations

from typing import Final

from relaylab.domain.source import Confidence, Source

_LEARN: Final = "https://learn.microsoft.com/entra/identity-platform"
_ERRORS: Final = f"{_LEARN}/reference-error-codes"


def _doc(fact: str, title: str = "Microsoft Entra error codes", url: str = _ERRORS, date: str = "2024-04-24") -> Source:
    return Source(fact, title, date, Confidence.DOCUMENTED, url)


def _seen(fact: str, date: str) -> Source:
    return Source(fact, f"public transcript, seen {date}", date, Confidence.OBSERVED)


def _inferred(fact: str, reason: str) -> Source:
    return Source(fact, f"our inference: {reason}", "2026-11-23", Confidence.INFERRED)


WRONG_SECRET: Final = _seen("OA-ERR-01", "2026-11-23")
EXPIRED_SECRET: Final = _seen("OA-ERR-02", "2019")
NO_CREDENTIAL: Final = _doc("OA-ERR-03")
PUBLIC_CLIENT: Final = _doc("OA-ERR-04")
ASSERTION_KEY: Final = _doc("OA-ERR-05")
ASSERTION_TYPE: Final = _seen("OA-CC-01", "2016-12")
ASSERTION_KEY_EXPIRED: Final = _inferred("OA-ERR-05", "the reason in the text is from general knowledge")
ASSERTION_AUDIENCE: Final = _inferred("OA-CA-05", "liberal on the audience, refused otherwise")
ASSERTION_TIME: Final = _inferred("OA-CA-01", "number and text are from general knowledge")
APP_NOT_FOUND: Final = _seen("OA-ERR-06", "2026-11-23")
TENANT_NOT_FOUND: Final = _seen("OA-ERR-07", "2022")
TENANT_NOT_FOUND_AT_DISCOVERY: Final = _inferred("OA-ERR-08", "a recording of 2021 masks the word tenant")
TENANT_MALFORMED: Final = _inferred("OA-ERR-09", "from general knowledge")
SCOPE_OF_CLIENT_CREDENTIALS: Final = _seen("OA-ERR-10", "2025")
SCOPE_INVALID: Final = _doc("OA-ERR-11")
MISSING_PARAMETER: Final = _doc("OA-ERR-12")
RESOURCE_NOT_FOUND: Final = _doc("OA-ERR-13")
RESOURCE_NOT_ASKED: Final = _doc("OA-ERR-14")
UNKNOWN_GRANT: Final = _doc("OA-ERR-15")
WRONG_PASSWORD: Final = _seen("OA-ERR-16", "2026-11-23")
USER_NOT_FOUND: Final = _doc("OA-ERR-17")
LOCKED: Final = _doc("OA-ERR-18")
USER_STATE: Final = _doc("OA-ERR-19")
SECOND_FACTOR: Final = _seen("OA-ERR-20", "2026-11-23")
SECOND_FACTOR_TO_REGISTER: Final = _doc("OA-ERR-21")
NO_CONSENT: Final = _doc("OA-ERR-22")
CONDITIONAL_ACCESS: Final = _seen("OA-ERR-23", "2026-11-23")
REFRESH_INACTIVE: Final = _seen("OA-ERR-25", "2026-08")
ADMIN_CONSENT: Final = _doc(
    "OA-EP-04", "Client credentials flow", f"{_LEARN}/v2-oauth2-client-creds-grant-flow", "2023-02-13"
)
ADMIN_CONSENT_CHECKS: Final = _inferred("OA-EP-04", "a browser is sent to no other address than from authorize")
REFRESH_WITHOUT_SCOPE: Final = _seen("OA-RT-01", "2026-11-23")
REFRESH_DEAD: Final = _doc("OA-ERR-26")
PENDING: Final = _seen("OA-ERR-27", "2020")
DEVICE_CODE_UNKNOWN: Final = _doc("OA-ERR-28")
DEVICE_CODE_EXPIRED: Final = _seen("OA-ERR-29", "2026-11-23")
DECLINED: Final = _inferred("OA-ERR-28", "the number is documented, that a user who declines gives it is not")
DECLINED_BY_USER: Final = _inferred("OA-ERR-22", "number and text are from general knowledge")
CODE_UNKNOWN: Final = _inferred("OA-AC-04", "number and text are from general knowledge")
COMMON: Final = _doc("OA-ERR-30")
CLIENT_CREDENTIALS_ON_COMMON: Final = _doc("OA-CC-07")
DEVICE_CODE_ON_COMMON: Final = Source("OA-DC-06", "MSAL.NET source comment", "2026-11-23", Confidence.SECONDARY)
SECURITY_DEFAULTS: Final = _doc("OA-ERR-24")
CLIENT_LOOP: Final = _doc("OA-ERR-31")
THROTTLED: Final = _doc("OA-ERR-32")
APP_DISABLED: Final = _doc("OA-ERR-33")
UNAVAILABLE: Final = _inferred("OA-ES-05", "clients raise on 5xx; the wording is ours")
RESPONSE_TYPE: Final = _inferred("OA-EP-04", "numbers and texts are from general knowledge")
PROMPT: Final = _inferred("OA-EP-04", "numbers and texts are from general knowledge")
SERVER_ERROR: Final = _inferred("OA-ES-05", "clients raise on 5xx; number and wording are from general knowledge")
GATEWAY: Final = _inferred("OA-ES-05", "a gateway before the service answers as gateways do")
SLOW_DOWN: Final = _inferred(
    "OA-DC-04", "RFC 8628 has it and clients obey it; Microsoft does not list it, nor a number"
)
INSTANCE: Final = _inferred("OA-EP-12", "the names are documented; OAuth words and texts are ours")
NOT_FOR_CONSUMERS: Final = _inferred("OA-ERR-30", "number and text are from general knowledge")
RESOURCE_NOT_SUPPORTED: Final = _doc("OA-SC-04")
AUTHORIZATION_CODE: Final = _doc("OA-AC-04")
TWO_RESOURCES: Final = _doc("OA-SC-04")
TRACE_LINES: Final = _seen("OA-ES-02", "2023-12")
