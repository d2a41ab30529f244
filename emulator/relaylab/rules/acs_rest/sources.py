"""Where the conduct and wording of the REST interface are written. A fact's id (ACS) is that of the fact sheet."""

from __future__ import annotations

from typing import Final

from relaylab.domain.source import Confidence, Source

_SPECIFICATION: Final = (
    "Azure REST API specification, Communication Email",
    "https://github.com/Azure/azure-rest-api-specs/tree/main/specification/communication/data-plane/Email",
)
_LIMITS: Final = (
    "Azure Communication Services: service limits",
    "https://learn.microsoft.com/azure/communication-services/concepts/service-limits",
)
_RETIREMENT: Final = (
    "Azure Communication Services: retirement and breaking changes",
    "https://learn.microsoft.com/azure/communication-services/acs-retirement-and-breaking-changes-guide",
)
_HEADERS: Final = (
    "Email headers in Azure Communication Services",
    "https://learn.microsoft.com/azure/communication-services/concepts/email/email-headers",
)


def _doc(fact: str, where: tuple[str, str], date: str) -> Source:
    return Source(fact, where[0], date, Confidence.DOCUMENTED, where[1])


def _seen(fact: str, date: str, url: str = "", title: str = "") -> Source:
    return Source(fact, title or f"public transcript, seen {date}", date, Confidence.OBSERVED, url)


def _inferred(fact: str, reason: str) -> Source:
    return Source(fact, f"our inference: {reason}", "2026-11-26", Confidence.INFERRED)


API_VERSION: Final = _doc("ACS-REST-06", _SPECIFICATION, "2025-09-01")
API_VERSION_TEXT: Final = _inferred(
    "ACS-REST-06", "the header api-supported-versions is that of ASP.NET API Versioning, whose texts these are"
)
VERSIONS: Final = _doc("ACS-REST-03", _SPECIFICATION, "2025-09-01")
GENERALLY_AVAILABLE: Final = _doc("ACS-LIFE-06", _SPECIFICATION, "2023-03-31")
DENIED: Final = _seen("ACS-ERR-01", "2026")
NO_RESOURCE: Final = _inferred(
    "ACS-ERR-01", "a resource that there is not has no host; who asks for it all the same is denied as at a wrong host"
)
SKEWED: Final = Source("ACS-ERR-02", "public transcript, seen 2026", "2026", Confidence.SECONDARY)
FORBIDDEN: Final = Source(
    "ACS-ERR-09",
    "Azure Communication Services: error codes",
    "2026",
    Confidence.DOCUMENTED,
    "https://learn.microsoft.com/rest/api/communication/errorcodes",
)
FORBIDDEN_TEXT: Final = _inferred("ACS-ERR-09", "that a right is missing is 403; no body of it is public")
BODY: Final = _doc("ACS-REST-07", _SPECIFICATION, "2025-09-01")
BODY_TEXT: Final = _seen(
    "ACS-ERR-12",
    "2024-09-06",
    "https://github.com/Azure/azure-sdk-for-python/issues/37239",
    "azure-sdk-for-python issue 37239: a body with a property in error",
)
RESERVED_HEADERS: Final = _doc("ACS-REST-10", _HEADERS, "2025-01-09")
ADDRESS: Final = _seen(
    "ACS-ERR-05",
    "2026-03-05",
    "https://github.com/Azure/azure-sdk-for-net/issues/56805",
    "azure-sdk-for-net issue 56805: the code InvalidEmailAddress",
)
ADDRESS_TEXT: Final = _inferred("ACS-ERR-05", "code and text were both seen, not in one answer")
DOMAIN_NOT_LINKED: Final = _seen("ACS-ERR-03", "2026")
DOMAIN_NOT_LINKED_403: Final = _inferred("ACS-ERR-03", "one client's mapping has it under 403")
SENDER: Final = _seen("ACS-ERR-04", "2026")
SENDER_STATUS: Final = _inferred("ACS-ERR-04", "the text was seen; that it comes with 400 is likely")
RECIPIENTS: Final = _doc("ACS-LIM-05", _LIMITS, "2024-03")
RECIPIENTS_TEXT: Final = _inferred("ACS-LIM-05", "the limit is documented, the answer is not")
SIZE: Final = _doc("ACS-LIM-06", _LIMITS, "2024-03")
SIZE_TEXT: Final = _inferred("ACS-LIM-06", "the limit is documented, the answer is not")
RATE: Final = _doc("ACS-LIM-08", _LIMITS, "2024-03")
RATE_TEXT: Final = _inferred("ACS-ERR-06", "status, code and Retry-After are documented, the text is not public")
REPEATED: Final = Source(
    "ACS-ERR-10", "a public client that takes 409 for already accepted", "2026", Confidence.SECONDARY
)
REPEATED_TEXT: Final = _inferred("ACS-ERR-10", "one client takes 409 for already accepted; the body is not public")
TOKEN: Final = Source(
    "ACS-AUTH-06",
    "our inference: the audience is the scope that clients ask for, with one slash or two",
    "2026-11-26",
    Confidence.INFERRED,
)
TO_RECIPIENTS: Final = _seen("ACS-REST-11", "2022-11-17")
UNVERIFIED: Final = _inferred("ACS-DOM-01", "the states are documented; what a message meets meanwhile is not")
REPEATED_REPLAY: Final = _inferred(
    "ACS-REST-08", "the caller's id makes a repeat safe, so the first answer comes again"
)
REPEATABLE: Final = _doc("ACS-REST-09", _SPECIFICATION, "2021-10-01")
REPEATABLE_TEXT: Final = _inferred("ACS-REST-09", "the headers are required; what who lacks them gets is not public")
OPERATION_ID: Final = _doc("ACS-REST-08", _SPECIFICATION, "2025-09-01")
OPERATION_ID_TEXT: Final = _inferred("ACS-REST-08", "that the header is a GUID is documented, the answer is not")
SENDER_HEADERS: Final = _inferred(
    "ACS-REST-10", "custom headers are documented as a dictionary of any names; which of them are not taken is not"
)
REQUEST_TEXT: Final = _inferred(
    "ACS-REST-25", "what the interface does not have is answered in the form of its errors; no such body is public"
)
OPERATION_UNKNOWN: Final = _inferred("ACS-REST-02", "an operation that there is not is 404; the body is not public")
RETIRED: Final = _doc("ACS-LIFE-03", _RETIREMENT, "2026-08-18")
RETIRED_TEXT: Final = _inferred("ACS-LIFE-03", "errors are announced for calls after that day, their text is not")
CLOSED: Final = _doc("ACS-LIFE-02", _RETIREMENT, "2026-08-18")
ACCEPTED: Final = _seen("ACS-REST-20", "2023-02-23")
STATUS: Final = _seen("ACS-REST-21", "2023-02-23")
OPERATION_STATUSES: Final = _doc("ACS-REST-22", _SPECIFICATION, "2025-09-01")
OUT_FOR_DELIVERY: Final = _doc("ACS-REST-23", _SPECIFICATION, "2025-09-01")
OPERATION_ENDS: Final = _doc("ACS-REST-24", _SPECIFICATION, "2025-09-01")
SUPPRESSED: Final = _seen("ACS-ERR-07", "2026")
DROPPED: Final = _doc("ACS-ERR-08", _SPECIFICATION, "2025-09-01")
CANCELED: Final = _doc("ACS-REST-24", _SPECIFICATION, "2025-09-01")
CANCELED_TEXT: Final = _inferred("ACS-REST-24", "the status is documented, no error that goes with it is")
UNAVAILABLE: Final = _inferred("ACS-REST-25", "a bad day that the world states; the form is that of every error")
THE_CLOCK: Final = _inferred("ACS-ERR-02", "a client signs by the machine's clock, which relaylab cannot move")
