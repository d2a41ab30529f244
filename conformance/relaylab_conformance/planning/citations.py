"""Where the steps of a plan are written: the cmdlet reference of August 2026, and Microsoft's pages."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from relaylab.domain.source import Confidence, Source
from relaylab.rules import sources
from relaylab.rules.acs import smtp_sources
from relaylab.rules.acs import sources as acs_sources
from relaylab_conformance.migration import hve

_REFERENCE: Final = "2026-08-21"
_LEARN: Final = "https://learn.microsoft.com"


def _cmdlet(fact: str, name: str) -> Source:
    page = f"{_LEARN}/powershell/module/exchangepowershell/{name.lower()}"
    return Source(fact, name, _REFERENCE, Confidence.DOCUMENTED, page)


NEW_INBOUND_CONNECTOR: Final = _cmdlet("COR-47", "New-InboundConnector")
SET_INBOUND_CONNECTOR: Final = _cmdlet("ADM-IC-03", "Set-InboundConnector")
GET_INBOUND_CONNECTOR: Final = _cmdlet("MX-CON-02", "Get-InboundConnector")
SET_CAS_MAILBOX: Final = _cmdlet("ADM-CAS-01", "Set-CASMailbox")
SET_MAILBOX: Final = _cmdlet("ADM-MB-02", "Set-Mailbox")
NEW_SERVICE_PRINCIPAL: Final = _cmdlet("ADM-SP-01", "New-ServicePrincipal")
ADD_MAILBOX_PERMISSION: Final = _cmdlet("ADM-MP-01", "Add-MailboxPermission")
ADD_RECIPIENT_PERMISSION: Final = _cmdlet("ADM-RP-01", "Add-RecipientPermission")
NEW_HVE_ACCOUNT: Final = hve.NEW_ACCOUNT
SET_HVE_BILLING: Final = _cmdlet("HVE-ACC-07", "Set-HVEAccountBillingPolicy")
SET_HVE_SETTINGS: Final = _cmdlet("HVE-ACC-05", "Set-HVEAccountSettings")
NEW_AUTHENTICATION_POLICY: Final = _cmdlet("ADM-AP-01", "New-AuthenticationPolicy")
CONDITIONAL_ACCESS: Final = sources.CONDITIONAL_ACCESS_RULE
ADD_HVE_APP: Final = _cmdlet("ADM-HVE-02", "Add-HVEAppAccess")
DISABLE_IPV6: Final = _cmdlet("COR-01", "Disable-IPv6ForAcceptedDomain")
SPF_RECORD: Final = Source(
    "MX-DS-04", "More control over Direct Send", "2025-08-12", Confidence.DOCUMENTED, sources.BLOG_DIRECT_SEND
)
SEND_AS_APP: Final = Source(
    "OA-CC-03", "Authenticate using OAuth", "2026-11-23", Confidence.DOCUMENTED, sources.LEARN_OAUTH_SMTP
)
HVE_PERMISSION: Final = sources.HVE_PERMISSION
ACS_DOMAIN: Final = Source("ACS-SMTP-11", "public transcript, seen 2025", "2025", Confidence.OBSERVED)
ACS_RECORDS: Final = acs_sources.documented(
    "ACS-DOM-02",
    "Troubleshooting domain configuration issues",
    "2024-04-09",
    "concepts/email/email-domain-configuration-troubleshooting",
)
ACS_VERIFICATION: Final = acs_sources.documented("ACS-DOM-01", "Microsoft.Communication, Domains", "2023-03-31")
ACS_ROLE: Final = smtp_sources.ROLE
ENDPOINTS: Final = Source(
    "MX-RLY-01", "Set up a multifunction device", "2021-07", Confidence.DOCUMENTED, sources.LEARN_PRINTERS
)
SUBMISSION_ENDPOINT: Final = sources.XOAUTH2_CHALLENGE
HVE_ENDPOINT: Final = Source("ADM-HVE-05", "public transcript, seen 2026", "2026", Confidence.OBSERVED)
NO_CONNECTION_STRING: Final = smtp_sources.NO_CONNECTION_STRING
ACS_ENDPOINT: Final = replace(smtp_sources.ROLE, fact="ACS-SMTP-02")
NO_SUCH_REPORT: Final = Source(
    "ADM-REAL-01", "the cmdlet reference, which has no such page", _REFERENCE, Confidence.OBSERVED
)
NO_SUCH_HVE: Final = Source(
    "ADM-REAL-02", "the cmdlet reference, which has no such page", _REFERENCE, Confidence.OBSERVED
)
NULL_IS_NOT_FALSE: Final = Source("ADM-CAS-06", "public audit scripts, seen 2026", "2026", Confidence.OBSERVED)
