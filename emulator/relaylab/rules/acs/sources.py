"""The bibliography of Azure Communication Services Email; fact ids are those of the project's sheet ACS."""

from __future__ import annotations

from typing import Final

from relaylab.domain.source import Confidence, Source

_LEARN: Final = "https://learn.microsoft.com/azure/communication-services"
RETIREMENT_GUIDE: Final = (
    "https://learn.microsoft.com/azure/communication-services/acs-retirement-and-breaking-changes-guide"
)


def documented(fact: str, title: str, date: str, page: str = "") -> Source:
    """Cite a page of Microsoft; ``page`` is its place below Azure Communication Services."""
    return Source(fact, title, date, Confidence.DOCUMENTED, f"{_LEARN}/{page}" if page else "")


def observed(fact: str, date: str, thread: str = "") -> Source:
    """Cite what was seen of the live service; ``thread`` is ``owner/name#number`` on GitHub."""
    if not thread:
        return Source(fact, f"public transcript, seen {date}", date, Confidence.OBSERVED)
    repository, number = thread.split("#")
    return Source(fact, thread, date, Confidence.OBSERVED, f"https://github.com/{repository}/issues/{number}")


def inferred(fact: str, reason: str) -> Source:
    """Cite nobody: say what our choice follows from."""
    return Source(fact, f"our inference: {reason}", "2026-11-23", Confidence.INFERRED)


_SMTP_AUTH: Final = "quickstarts/email/send-email-smtp/smtp-authentication"
_SMTP_OVERVIEW: Final = "concepts/email/email-smtp-overview"
_LIMITS_PAGE: Final = "concepts/service-limits"

# The life of the service --------------------------------------------------------------------------------------------
CLOSED_TO_NEW_CUSTOMERS: Final = Source(
    "ACS-LIFE-02",
    "Azure Communication Services retirement and breaking changes guide",
    "2026-08-18",
    Confidence.DOCUMENTED,
    RETIREMENT_GUIDE,
)
END_OF_EMAIL: Final = Source(
    "ACS-LIFE-03",
    "Azure Communication Services retirement and breaking changes guide",
    "2026-08-18",
    Confidence.DOCUMENTED,
    RETIREMENT_GUIDE,
)
AFTER_THE_END: Final = inferred(
    "ACS-LIFE-03", 'nobody knows the answers of a service that has ended; calls "might return errors"'
)
REST_GENERALLY_AVAILABLE: Final = documented(
    "ACS-LIFE-06", "Azure REST API specification, Communication Email, the first stable version", "2023-03-31"
)
SMTP_PREVIEW: Final = documented("ACS-LIFE-06", "Email SMTP as a service, preview", "2023-11", _SMTP_OVERVIEW)

SMTP_USERNAMES: Final = documented(
    "ACS-MGMT-02", "Microsoft.Communication, SmtpUsernames, first api-version", "2024-09-01"
)
XOAUTH2_ADDED: Final = documented(
    "ACS-SMTP-05", "Send email with SMTP and OAuth", "2025", "quickstarts/email/send-email-smtp/send-email-smtp-oauth"
)

# Quotas and sizes ---------------------------------------------------------------------------------------------------
SEND_QUOTA: Final = documented("ACS-LIM-01", "Service limits for Azure Communication Services", "2024-03", _LIMITS_PAGE)
STATUS_QUOTA: Final = documented(
    "ACS-LIM-02", "Service limits for Azure Communication Services", "2024-03", _LIMITS_PAGE
)
MANAGED_SEND_QUOTA: Final = documented(
    "ACS-LIM-03", "Service limits for Azure Communication Services", "2024-03", _LIMITS_PAGE
)
MANAGED_STATUS_QUOTA: Final = documented(
    "ACS-LIM-04", "Service limits for Azure Communication Services", "2024-03", _LIMITS_PAGE
)
RECIPIENTS: Final = documented("ACS-LIM-05", "Service limits for Azure Communication Services", "2024-03", _LIMITS_PAGE)
SIZE: Final = documented("ACS-LIM-06", "Service limits for Azure Communication Services", "2024-03", _LIMITS_PAGE)
RETRIES_COUNT: Final = documented(
    "ACS-LIM-08", "Service limits for Azure Communication Services", "2024-03", _LIMITS_PAGE
)
SHARED_QUOTA: Final = inferred("ACS-LIM-10", "the question was asked in public and not answered; both make one send")

# Senders and recipients ---------------------------------------------------------------------------------------------
DOMAIN_NOT_LINKED: Final = observed("ACS-SMTP-21", "2024-06-14", "MicrosoftDocs/azure-docs#123379")
UNVERIFIED_DOMAIN: Final = inferred("ACS-DOM-01", "the states are documented; what a message meets meanwhile is not")
SENDER_USERNAME: Final = observed("ACS-SMTP-22", "2026")
MANAGED_SUPPRESSION: Final = documented(
    "ACS-DLV-07", "Managed suppression list", "2026", "concepts/email/sender-reputation-managed-suppression-list"
)
HARD_BOUNCES: Final = documented(
    "ACS-DLV-08", "Managed suppression list", "2026", "concepts/email/sender-reputation-managed-suppression-list"
)
SOFT_BOUNCES: Final = documented(
    "ACS-DLV-09", "Managed suppression list", "2026", "concepts/email/sender-reputation-managed-suppression-list"
)
DELIVERY_STATUSES: Final = Source(
    "ACS-DLV-03",
    "JavaScript reference, AcsEmailDeliveryReportStatus",
    "2026",
    Confidence.DOCUMENTED,
    "https://learn.microsoft.com/javascript/api/@azure/eventgrid/acsemaildeliveryreportstatus",
)
EXPANDED: Final = Source(
    "ACS-DLV-03",
    "Azure Communication Services as an Event Grid source: Email events",
    "2022",
    Confidence.DOCUMENTED,
    "https://learn.microsoft.com/azure/event-grid/communication-services-email-events",
)
ENDS_OF_A_COPY: Final = inferred(
    "ACS-DLV-03",
    "the status is documented (ACSEmailDeliveryReportStatus); when it comes, and with which words, is not",
)
SAID_OF_A_COPY: Final = inferred(
    "ACS-DLV-03",
    "the status is documented (ACSEmailDeliveryReportStatus), its words are not: they are what an Exchange server on "
    "the recipient's side is seen to say",
)
CUSTOMER_SUPPRESSION: Final = documented("ACS-DLV-10", "Microsoft.Communication, SuppressionLists", "2024")
