"""The bibliography of ``smtp.azurecomm.net``; fact ids are those of the project's sheet ACS."""

from __future__ import annotations

from typing import Final

from relaylab.rules.acs.sources import documented, inferred, observed

_SMTP_AUTH: Final = "quickstarts/email/send-email-smtp/smtp-authentication"
_SMTP_AUTH_TITLE: Final = "Create credentials for SMTP authentication"
_SMTP_OAUTH: Final = "quickstarts/email/send-email-smtp/send-email-smtp-oauth"
_SMTP_OAUTH_TITLE: Final = "Send email with SMTP and OAuth"

# The session --------------------------------------------------------------------------------------------------------
EXCHANGE_STYLE: Final = inferred(
    "ACS-SMTP-03", "greeting, EHLO list and these replies are not public; its rate line points to Exchange Online's"
)
TLS_FIRST: Final = inferred("ACS-SMTP-03", "TLS is documented, what is said without it is not; Exchange Online's lines")
LOGIN_ONLY: Final = observed("ACS-SMTP-04", "2025-06", "discourse/discourse#33226")
BEFORE_XOAUTH2: Final = observed("ACS-SMTP-04", "2024-12", "QuantumNous/new-api#600")
TOO_LARGE: Final = inferred("ACS-SMTP-24", "the limit is documented; Exchange Online's line for it")
TOO_MANY_RECIPIENTS: Final = inferred("ACS-SMTP-25", "the limit is documented, no line is; Exchange Online's for it")
SENDER_CHECKS: Final = inferred("ACS-SMTP-21", "the line was seen by whole clients, which do not tell the command")

# Signing in ---------------------------------------------------------------------------------------------------------
UNSUCCESSFUL: Final = observed("ACS-SMTP-20", "2025-11-17", "jstedfast/MailKit#1967")
NAME_FORMS: Final = documented("ACS-SMTP-06", _SMTP_AUTH_TITLE, "2025", _SMTP_AUTH)
SMTP_USERNAME: Final = documented("ACS-SMTP-07", _SMTP_AUTH_TITLE, "2025", _SMTP_AUTH)
CLIENT_SECRET: Final = documented("ACS-SMTP-08", _SMTP_AUTH_TITLE, "2025", _SMTP_AUTH)
ASKED_EACH_TIME: Final = documented("ACS-SMTP-09", _SMTP_AUTH_TITLE, "2025", _SMTP_AUTH)
ROLE: Final = documented("ACS-SMTP-10", _SMTP_AUTH_TITLE, "2025", _SMTP_AUTH)
NO_CONNECTION_STRING: Final = documented("ACS-SMTP-08", _SMTP_AUTH_TITLE, "2025", _SMTP_AUTH)
RESOURCE: Final = documented("ACS-SMTP-06", _SMTP_AUTH_TITLE, "2025", _SMTP_AUTH)
RESOURCE_IS_MADE: Final = inferred("ACS-SMTP-20", "a resource that was not made yet is like one that does not exist")
XOAUTH2: Final = documented("ACS-SMTP-05", _SMTP_OAUTH_TITLE, "2025", _SMTP_OAUTH)
XOAUTH2_FORM: Final = inferred("ACS-SMTP-05", "what is no XOAUTH2 response fails as every sign-in does")
XOAUTH2_USER: Final = inferred("ACS-SMTP-05", "the page names the SMTP username, and no other name, behind user=")
TOKEN: Final = inferred("ACS-SMTP-20", "one line for all that can be wrong with a token; the checks are Entra's own")
TOKEN_AUDIENCE: Final = documented("ACS-SMTP-05", _SMTP_OAUTH_TITLE, "2025", _SMTP_OAUTH)

# Rate and suppression -----------------------------------------------------------------------------------------------
RATE: Final = observed("ACS-SMTP-23", "2026")
SUPPRESSED: Final = inferred("ACS-SMTP-26", "as in REST: accepted in the session, and reported as Suppressed later")
HARD_BOUNCE: Final = inferred("ACS-DLV-08", "the codes are documented; the words are those of Exchange Online's report")
INSIDE_ONLY: Final = inferred("MX-RCP-05", "mail of ACS comes to a tenant from outside, signed in to nobody there")
NOBODY_SENDS: Final = inferred("ACS-SMTP-11", "a sender is taken from From or MAIL FROM; nobody has no linked domain")
