"""The bibliography: one Source per fact that a rule, a text, a date or a limit rests on.

A fact's id is the one of the project's fact sheets: CS client submission, MX tenant MX, HVE High Volume Email, ACS
Azure Communication Services, OA Entra, DNS names and addresses, COR corrections. A source that is known only by its
number is cited as "public transcript" with the day it was seen.
"""

from __future__ import annotations

from typing import Final

from relaylab.domain.source import Confidence, Source, rfc

_LEARN: Final = "https://learn.microsoft.com"
_BLOG: Final = "https://techcommunity.microsoft.com"

BLOG_TIMELINE_2026: Final = (
    f"{_BLOG}/blog/exchange/updated-exchange-online-smtp-auth-basic-authentication-deprecation-timeline/4489835"
)
BLOG_TIMELINE_2024: Final = (
    f"{_BLOG}/t5/exchange-team-blog/exchange-online-to-retire-basic-auth-for-client-submission-smtp/ba-p/4114750"
)
LEARN_SUBMISSION_LIMITS: Final = f"{_LEARN}/en-us/exchange/troubleshoot/send-emails/smtp-submission-improvements"
LEARN_NDR: Final = f"{_LEARN}/exchange/troubleshoot/email-delivery/ndr/non-delivery-reports-in-exchange-online"
LEARN_OAUTH_SMTP: Final = (
    f"{_LEARN}/exchange/client-developer/legacy-protocols/"
    "how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth"
)
LEARN_ENABLE_SMTP_AUTH: Final = (
    f"{_LEARN}/en-us/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission"
)
LEARN_PRINTERS: Final = (
    f"{_LEARN}/exchange/mail-flow-best-practices/"
    "how-to-set-up-a-multifunction-device-or-application-to-send-email-using-microsoft-365-or-office-365"
)
LEARN_LEGACY_TLS: Final = (
    f"{_LEARN}/en-us/exchange/clients-and-mobile-in-exchange-online/"
    "opt-in-exchange-online-endpoint-for-legacy-tls-using-smtp-auth"
)
LEARN_RELAY_REQUIREMENTS: Final = f"{_LEARN}/exchange/mail-flow-best-practices/updated-requirements-smtp-relay"
LEARN_RELAY_DENIED: Final = f"{_LEARN}/exchange/troubleshoot/email-delivery/ndr/relay-access-denied-smtp"
KB_OFFICE_365_NOTICE: Final = f"{_LEARN}/troubleshoot/exchange/email-delivery/office-365-notice"
BLOG_DIRECT_SEND: Final = f"{_BLOG}/blog/exchange/introducing-more-control-over-direct-send-in-exchange-online/4408790"
BLOG_TERRL: Final = f"{_BLOG}/blog/exchange/introducing-exchange-online-tenant-outbound-email-limits/4372797"
LEARN_MESSAGE_HEADERS: Final = f"{_LEARN}/defender-office-365/message-headers-eop-mdo"
LEARN_ANTI_PHISHING: Final = f"{_LEARN}/defender-office-365/anti-phishing-policies-about"
BLOG_IPV6: Final = f"{_BLOG}/t5/exchange-team-blog/ipv6-updates-for-exchange-online/ba-p/4283063"
BLOG_MOERA: Final = f"{_BLOG}/blog/exchange/limiting-onmicrosoft-domain-usage-for-sending-emails/4446167"
BLOG_CONCURRENCY: Final = (
    f"{_BLOG}/t5/exchange-team-blog/changes-coming-to-the-smtp-authenticated-submission-client/ba-p/607825"
)
BLOG_LEGACY_TLS: Final = (
    f"{_BLOG}/blog/exchange/new-opt-in-endpoint-available-for-smtp-auth-clients-still-needing-legacy-tls/2659652"
)


def _documented(fact: str, title: str, date: str, url: str = "") -> Source:
    return Source(fact, title, date, Confidence.DOCUMENTED, url)


def _observed(fact: str, date: str, thread: str = "") -> Source:
    if not thread:
        return Source(fact, f"public transcript, seen {date}", date, Confidence.OBSERVED)
    repository, number = thread.split("#")
    return Source(fact, thread, date, Confidence.OBSERVED, f"https://github.com/{repository}/issues/{number}")


def _secondary(fact: str, title: str, date: str, url: str = "") -> Source:
    return Source(fact, title, date, Confidence.SECONDARY, url)


def _inferred(fact: str, reason: str, date: str = "2026-11-23") -> Source:
    return Source(fact, f"our inference: {reason}", date, Confidence.INFERRED)


# Formats ------------------------------------------------------------------------------------------------------------
TRAILER_SINCE: Final = _observed("MX-FMT-03", "2023-03-15")
BANNER: Final = _observed("CS-BAN-01", "2025-11-23")
BANNER_SINCE: Final = _observed("CS-BAN-01", "2024-10-10", "simonrob/email-oauth2-proxy#297")
EHLO_LIST: Final = _observed("CS-EHLO-01", "2025-11-23")
LEGACY_HOST: Final = _inferred("CS-GAP-24", "no transcript found")
EHLO_NAME: Final = _observed("CS-EHLO-07", "2025-04-26")
HELO: Final = _observed("CS-HELO-01", "2022-11-17", "simonrob/email-oauth2-proxy#232")
STARTTLS: Final = _observed("CS-STLS-01", "2025-11-23", "tarickb/sasl-xoauth2#97")
QUIT: Final = _observed("CS-CMD-15", "2025-11-23", "PHPMailer/PHPMailer#3035")
TARPIT: Final = _observed("CS-CMD-13", "2025-04-26", "simonrob/email-oauth2-proxy#251")
TARPIT_SCOPE: Final = _inferred("CS-GAP-21", "seen for bad commands, bad names and failed sign-ins (CS-CMD-13)")

MX_LABELS: Final = _observed("MX-FMT-01", "2022-12-15")

# Grammar and order of commands --------------------------------------------------------------------------------------
UNKNOWN_COMMAND: Final = _observed("CS-CMD-10", "2025-08", "simonrob/email-oauth2-proxy#372")
GARBAGE_COMMAND: Final = _observed("CS-CMD-11", "2024-03-03", "simonrob/email-oauth2-proxy#234")
SMALL_COMMANDS: Final = _inferred("CS-GAP-04", "general Exchange behaviour; no transcript of this endpoint")
RSET: Final = _observed("MX-OK-07", "2023-03-15")
SEND_HELLO_FIRST: Final = _observed("CS-GAP-05", "2016", "nette/mail#71")
SEQUENCE: Final = _inferred("CS-GAP-05", "wording known from Exchange; not seen at this endpoint")
SYNTAX: Final = _inferred("CS-GAP-06", "wording known from Exchange; not seen at this endpoint")
ALREADY_AUTHENTICATED: Final = _inferred("CS-GAP-08", "a free choice; RFC 4954 §4 asks for 503")
STARTTLS_TWICE: Final = _inferred("CS-GAP-09", "a free choice within RFC 3207 §4")
ERROR_LIMITS: Final = _inferred("CS-GAP-10", "the defaults of an on-premises Receive connector (CS-TO-03)")
TOO_MANY_ERRORS: Final = _inferred("CS-TO-04", "one sighting outside any transcript")
TIME_LIMITS: Final = _inferred("CS-GAP-11", "the defaults of an on-premises Receive connector (CS-TO-03)")
TIMED_OUT: Final = _observed("CS-TO-01", "2018", "haraka/Haraka#2321")
LINE_LENGTH: Final = _inferred("CS-GAP-12", "a free choice; tokens of 2 to 4 kB come in one line (CS-AUTH-22)")
SIZE_LIMIT: Final = _observed("CS-EHLO-04", "2025-11-23")
SIZE_REFUSAL: Final = _inferred("CS-GAP-13", "common Exchange wording, not seen here")
CHUNKS: Final = _inferred("CS-GAP-22", "RFC 3030 with Exchange wording; not seen here")
SMTPUTF8: Final = _inferred("CS-GAP-23", "advertised, so accepted; one weak report of 502 (CS-TX-09)")
SMTPUTF8_REFUSED: Final = _observed("CS-TX-09", "2026-05-06", "simonrob/email-oauth2-proxy#416")

# Transaction ---------------------------------------------------------------------------------------------------------
SENDER_OK: Final = _observed("CS-TX-01", "2025-11-23")
RECIPIENT_OK: Final = _observed("CS-TX-02", "2025-11-23")
START_MAIL_INPUT: Final = _observed("CS-TX-03", "2025-11-23")
MESSAGE_OK: Final = _observed("CS-TX-04", "2025")

# Authentication ------------------------------------------------------------------------------------------------------
LOGIN_PROMPTS: Final = _observed("CS-AUTH-01", "2022-11-16", "nodemailer/nodemailer#1484")
LOGIN_OFFER: Final = _inferred("CS-GAP-03", "consumer hosts still advertise it", "2025-09-27")
AUTHENTICATED: Final = _observed("CS-AUTH-03", "2025-04-26")
XOAUTH2_CHALLENGE: Final = _documented("CS-AUTH-21", "Authenticate using OAuth", "2026-11-23", LEARN_OAUTH_SMTP)
AUTH_BEFORE_TLS: Final = _observed("CS-CMD-01", "2020-10-20")
MECHANISM_NOT_OFFERED: Final = _observed("CS-CMD-02", "2025-10-09", "QuantumNous/new-api#1989")
STARTTLS_REQUIRED: Final = _observed("CS-CMD-03", "2024-07-24", "apache/hertzbeat#2365")
STARTTLS_REQUIRED_OLD: Final = _observed("CS-CMD-04", "2017-06", "glowroot/glowroot#226")
NOT_AUTHENTICATED: Final = _observed("CS-CMD-05", "2024-10-09", "simonrob/email-oauth2-proxy#295")
NOT_AUTHENTICATED_AFTER: Final = _observed("CS-CMD-06", "2026-07-01")
NOT_AUTHENTICATED_OLD: Final = _observed("CS-CMD-08", "2020-09-29", "mageplaza/magento-2-smtp#268")
UNSUCCESSFUL: Final = _observed("CS-ERR-01", "2025-03-20", "jstedfast/MailKit#1712")
UNSUCCESSFUL_OLD: Final = _observed("CS-ERR-01", "2020", "mamont77/skillspeople#158")
WRONG_CREDENTIALS: Final = _observed("CS-ERR-02", "2026-09-08")
TENANT_SWITCH: Final = _observed("CS-ERR-03", "2026-09-25")
TENANT_SWITCH_RULE: Final = _documented("CS-EN-01", "Set-TransportConfig", "2026-08-21", LEARN_ENABLE_SMTP_AUTH)
MAILBOX_SWITCH: Final = _observed("CS-ERR-04", "2025-04")
MAILBOX_SWITCH_RULE: Final = _documented("CS-EN-02", "Set-CASMailbox", "2026-08-21", LEARN_ENABLE_SMTP_AUTH)
BASIC_DISABLED: Final = _observed("CS-ERR-05", "2026-08-10", "nodemailer/nodemailer#1714")
AUTH_POLICY_RULE: Final = _inferred("CS-EN-04", "documented that the policy blocks; that it says this line is inferred")
SECURITY_DEFAULTS: Final = _observed("CS-ERR-06", "2026-08-15")
SECURITY_DEFAULTS_RULE: Final = _documented(
    "CS-EN-05", "Enable or disable SMTP AUTH", "2021-07", LEARN_ENABLE_SMTP_AUTH
)
CONDITIONAL_ACCESS: Final = _observed("CS-ERR-07", "2026-08-05")
CONDITIONAL_ACCESS_RULE: Final = _observed("CS-EN-06", "2026-08-05", "MicrosoftDocs/OfficeDocs-Exchange#2707")
ACCOUNT_LOCKED: Final = _observed("CS-ERR-08", "2026-09-08")
ACCOUNT_ISSUE: Final = _observed("CS-ERR-09", "2024-10-04")
ACCOUNT_ISSUE_RULE: Final = _inferred("CS-ERR-09", "the account state is not named; a disabled account is our choice")
NO_MAILBOX: Final = _inferred("CS-ERR-11", "text seen in 2018; enhanced code and cause inferred")
MALFORMED_RESPONSE: Final = _inferred("CS-GAP-07", "the immediate 535 of every other failure (CS-AUTH-23)")
OAUTH_AUDIENCE: Final = _observed("OA-CHK-02", "2026-04", "rustdesk/rustdesk-server-pro#942")
OAUTH_TOKEN: Final = _inferred("OA-CHK-02", "a token that is out of its time or not signed fails as one for Graph does")
OAUTH_PERMISSION: Final = _observed("OA-CHK-03", "2026-11-23")
OAUTH_OTHER_USER: Final = _documented("OA-CHK-04", "Authenticate using OAuth", "2026-11-23", LEARN_OAUTH_SMTP)
OAUTH_SERVICE_PRINCIPAL: Final = _documented("OA-CHK-06", "Authenticate using OAuth", "2026-11-23", LEARN_OAUTH_SMTP)
OAUTH_TOKEN_USER: Final = _observed("CS-AUTH-27", "2026-11-23", "tarickb/sasl-xoauth2#43")
OAUTH_SPREADS: Final = _inferred("OA-CHK-07", "a grant of another kind spreads as FullAccess of an application does")
SEND_AS_SPREADS: Final = OAUTH_SPREADS
OAUTH_NAME: Final = _inferred("OA-CHK-04", "a name that is no mailbox has nothing that a token could open")
OAUTH_ALIAS: Final = _inferred("CS-AUTH-05", "the user name is the UPN, which another address of the mailbox is not")
OAUTH_TENANT: Final = _inferred("OA-CHK-06", "a mailbox of another tenant has no such service principal")
OAUTH_GUEST: Final = _inferred("OA-CHK-04", "a guest has no mailbox in the tenant that it visits")
MAILBOX_LOGON: Final = _observed("OA-CHK-07", "2026-11-23")
MALFORMED_XOAUTH2: Final = _observed("CS-AUTH-25", "2024", "tarickb/sasl-xoauth2#110")
CANCELLED: Final = _observed("CS-AUTH-24", "2025")
SIGN_IN_ORDER: Final = _inferred("CS-GAP-20", "the order of checks is not published")
OLD_TLS: Final = _documented("CS-TLS-03", "New opt-in endpoint for legacy TLS", "2022", BLOG_LEGACY_TLS)
OLD_TLS_STAGE: Final = _inferred("CS-GAP-25", "one client treats 421 as the reply to the password or token")
OLD_TLS_OPT_IN: Final = _documented("CS-TLS-05", "Opt-in endpoint for legacy TLS clients", "2022", LEARN_LEGACY_TLS)
OLD_TLS_ORGANISATION: Final = _inferred(
    "CS-TLS-04", "only a translated copy was found; reply code and English are ours"
)
SMART_LOCKOUT: Final = _secondary("OA-ERR-18", "a public lab script: about ten bad tries", "2026-11-23")

# The cutover -----------------------------------------------------------------------------------------------------
TIMELINE_2026: Final = _documented(
    "CS-TL-06", "Updated SMTP AUTH Basic deprecation timeline", "2026-01-27", BLOG_TIMELINE_2026
)
TIMELINE_2025: Final = _documented(
    "CS-TL-05", "MC786329 and the blog as of June 2025", "2025-06-11", BLOG_TIMELINE_2024
)
TIMELINE_2024: Final = _documented("CS-TL-02", "Exchange Online to retire Basic auth", "2024-04-26", BLOG_TIMELINE_2024)
BASIC_REMOVED: Final = _documented(
    "CS-ERR-12", "Exchange Online to retire Basic auth", "2024-04-26", BLOG_TIMELINE_2024
)
BASIC_OFF: Final = Source(
    "COR-09",
    "our inference: that Basic goes off is documented (CS-TL-06), its line before the removal is not published",
    "2026-01-27",
    Confidence.INFERRED,
    BLOG_TIMELINE_2026,
)
BASIC_OFF_TRAILER: Final = _inferred("CS-GAP-02", "every other refusal of the front end has the trailer")
NEW_TENANTS: Final = _documented(
    "CS-TL-06", "Updated SMTP AUTH Basic deprecation timeline", "2026-01-27", BLOG_TIMELINE_2026
)

# Authorisation and limits of client submission ---------------------------------------------------------------------
SEND_AS_DENIED: Final = _observed("CS-SA-01", "2025-11-23")
SEND_AS_DENIED_OLD: Final = _observed("CS-SA-03", "2021", "jstedfast/MailKit#1176")
SEND_AS_SINCE: Final = _observed("CS-SA-03", "2022-11-23", "gophish/gophish#2670")
SEND_AS_IDENTITY: Final = _inferred("CS-GAP-19", "both were foreign in every transcript (CS-SA-05)")
SEND_AS_5_7_60: Final = _documented("CS-SA-04", "Set up a multifunction device", "2021-07", LEARN_PRINTERS)
CONCURRENCY: Final = _observed("CS-LIM-01", "2026-08", "sabuhish/fastapi-mail#75")
CONCURRENCY_OLD: Final = _documented(
    "CS-LIM-02", "Changes coming to the SMTP authenticated submission client", "2018-06", BLOG_CONCURRENCY
)
MESSAGE_RATE: Final = _documented("CS-LIM-04", "SMTP submission improvements", "2021-05-28", LEARN_SUBMISSION_LIMITS)
MESSAGE_RATE_EFFECT: Final = _inferred(
    "CS-GAP-16", "the limit is documented (CS-LIM-04), what the client sees of it is not"
)
RECIPIENT_RATE: Final = _documented("CS-LIM-06", "SMTP submission improvements", "2021-05-28", LEARN_SUBMISSION_LIMITS)
RECIPIENT_RATE_NDR: Final = _documented("CS-LIM-06", "Non-delivery reports in Exchange Online", "2023-01", LEARN_NDR)
RECIPIENTS_PER_MESSAGE: Final = _documented("CS-LIM-08", "Set-Mailbox, RecipientLimits", "2026-08-21")
RECIPIENTS_STOP: Final = _inferred("CS-GAP-15", "RCPT is accepted and a report follows; the stop at 1000 is an option")
SEND_SIZE: Final = _inferred("CS-GAP-14", "store submission refuses late; not seen on the wire")
MAILBOX_FULL: Final = _documented("CS-LIM-10", "SMTP submission improvements", "2021-05-28", LEARN_SUBMISSION_LIMITS)
RESTRICTED_SENDER: Final = _documented("CS-LIM-12", "Non-delivery reports in Exchange Online", "2023-01", LEARN_NDR)
UNKNOWN_RECIPIENT_NDR: Final = _inferred("CS-GAP-18", "submission accepts any recipient (CS-TX-02)")
TERRL: Final = _documented("CS-LIM-20", "Tenant outbound email limits", "2025-07-14", BLOG_TERRL)
TERRL_TRIAL: Final = _documented("CS-LIM-21", "Tenant outbound email limits", "2025-02", BLOG_TERRL)
TERRL_ROLLOUT: Final = _documented("CS-LIM-22", "Tenant outbound email limits", "2025-07-14", BLOG_TERRL)
TERRL_LAST_PHASE: Final = _documented("CS-LIM-22", "MC1023294", "2025-05-01")
TERRL_2026: Final = _secondary("COR-04", "MC1454397, numbers from two unrelated projects", "2026-09-30")
EXTERNAL_LIMIT_EFFECT: Final = _inferred("CS-GAP-17", "the codes are known from reports (MX-ERR-28)")
MOERA: Final = _documented("CS-LIM-30", "Limiting onmicrosoft domain usage, restated in MT.1074", "2025-08", BLOG_MOERA)
MOERA_TEXT: Final = _inferred("CS-LIM-30", "the code is published, the text is not")

# Tenant MX -----------------------------------------------------------------------------------------------------------
MX_BANNER: Final = _observed("MX-BAN-02", "2025-06-22")
MX_SESSION_IDS: Final = _inferred("MX-GAP-02", "arithmetic on public samples (MX-FMT-04)")
MX_EHLO_AFTER_TLS: Final = _inferred("MX-GAP-03", "as client submission does it (MX-EHLO-04)")
MX_NO_AUTH: Final = _inferred("MX-EHLO-02", "no mechanism is offered; the answer is the sister endpoint's (CS-CMD-02)")
MX_RCPT_ORDER: Final = _inferred("MX-GAP-07", "no source gives the order")
MX_THROTTLING: Final = _inferred("MX-GAP-21", "a free choice for tests")
MX_QUEUED: Final = _observed("MX-OK-04", "2023-09-11")
MX_GENERAL: Final = _inferred("MX-GAP-24", "no public capture of this endpoint; as the same front end at submission")
RELAY_RULE: Final = _documented(
    "MX-ATTR-02", "Updated requirements for SMTP relay", "2023-11-13", LEARN_RELAY_REQUIREMENTS
)
RELAY_RULE_OLD: Final = _documented(
    "MX-ATTR-03", "Updated requirements for SMTP relay", "2023-11-13", LEARN_RELAY_REQUIREMENTS
)
RELAY_DENIED: Final = _documented("MX-ERR-01", "Relay access denied", "2026", LEARN_RELAY_DENIED)
RELAY_DENIED_STAGE: Final = _observed("MX-ERR-02", "2022-10-24", "ictinnovations/ictfax#76")
RELAY_DENIED_TEXT: Final = _inferred("MX-GAP-05", "ATTR36 was not seen after 2019", "2019")
RELAY_DENIED_OLD_STAGE: Final = _observed("MX-ERR-02", "2018-07")
RELAY_DENIED_ATTR36: Final = _documented("MX-ERR-03", "KB 3169958", "2019", KB_OFFICE_365_NOTICE)
SHARED_CONNECTOR_IP: Final = _inferred("MX-GAP-14", "follows from the order of attribution (MX-ATTR-06)")
DIRECT_SEND: Final = _documented(
    "MX-DS-05",
    "Set-OrganizationConfig, RejectDirectSend",
    "2025-10-30",
    f"{_LEARN}/powershell/module/exchangepowershell/set-organizationconfig",
)
PORT_25_CLOSED: Final = _observed("COR-44", "2026-09-25")
DIRECT_SEND_STAGE: Final = _inferred("MX-GAP-06", "refused at the protocol layer", "2025-08")
DIRECT_SEND_SENDER: Final = _inferred("MX-GAP-17", "Microsoft names the domain only; one report differs (MX-DS-11)")
DIRECT_SEND_EMPTY_SENDER: Final = _inferred("MX-GAP-18", "the rule needs a domain (MX-DS-10)")
DIRECT_SEND_PARTNER: Final = _inferred(
    "MX-DS-05", "a connector must match by address or certificate; a Partner one is for its SenderDomains (MX-CON-02)"
)
DIRECT_SEND_DELAY: Final = _inferred("MX-GAP-16", "a free choice for tests")
IPV6_MATCHES_NOTHING: Final = _inferred(
    "COR-02", "MC835648 warns of it; the refusal follows, since connectors hold IPv4 addresses only (MX-CON-03)"
)
DIRECT_SEND_REJECTED: Final = _documented("MX-ERR-06", "More control over Direct Send", "2025-08-12", BLOG_DIRECT_SEND)
DBEB: Final = _observed("MX-ERR-09", "2026-10-08")
DBEB_2024: Final = _observed("MX-ERR-10", "2024-02")
DBEB_2023: Final = _observed("MX-ERR-10", "2023-03-15")
DBEB_RULE: Final = _documented("MX-RCP-01", "Manage accepted domains", "2026-08")
ALL_RECIPIENTS_REJECTED: Final = _observed("MX-ERR-11", "2025")
SERVER_BUSY: Final = _observed("MX-ERR-15", "2025-09")
OTHER_TENANT: Final = _observed("MX-ERR-30", "2023-03-15")
SAME_DOMAIN_LIMIT: Final = _documented("MX-ERR-31", "Non-delivery reports in Exchange Online", "2023-01", LEARN_NDR)
MX_SIZE: Final = _inferred("MX-ERR-39", "Exchange family text; no capture of this endpoint")
RECIPIENT_NOT_FOUND: Final = _observed("MX-ERR-12", "2020")
CONTACTS: Final = _inferred("MX-GAP-23", "documented object; that its mail leaves is inferred")
MX_MIXED: Final = _inferred("MX-GAP-08", "attribution is per message and to one tenant (MX-ATTR-12)")
DMARC_REJECTED: Final = _observed("MX-ERR-22", "2024-06")
ANTI_SPOOF: Final = _documented("MX-DS-13", "Anti-phishing policies", "2026", LEARN_ANTI_PHISHING)
COMPAUTH: Final = _documented("MX-HDR-05", "Anti-spam message headers", "2025-07-07", LEARN_MESSAGE_HEADERS)
COMPAUTH_BEST_GUESS: Final = _observed("MX-HDR-05", "2023-09-08")
COMPAUTH_OWN_DOMAIN: Final = _observed("MX-HDR-05", "2021")
COMPAUTH_BEHIND_GATEWAY: Final = _observed("MX-DS-08", "2026-03-25")
COMPAUTH_IMPLICIT: Final = _inferred(
    "MX-HDR-05", "both results were seen for mail that nothing vouches for; why is not public"
)
ANOTHER_TENANT: Final = _inferred(
    "MX-CNF-09", "mail between two tenants leaves the one and enters the other by its MX, and is judged there as all is"
)
RELAYED_AND_REJECTED: Final = _inferred(
    "MX-GAP-22", "what a connector brings is never refused (MX-RLY-05); Junk is what stands below a refusal"
)
SKIP_LISTED: Final = _observed("MX-CON-08", "2025-12-11")
SENDER_REWRITING: Final = _secondary("MX-ATTR-11", "Sender Rewriting Scheme (SRS) in Microsoft 365", "2023-08")
UNRECORDED_SENDER: Final = _inferred(
    "MX-GAP-22", "a world that describes no DNS says nothing of who may send; the service sees the internet's"
)
DMARC_DISCOVERY: Final = _inferred("MX-HDR-06", "no source says that the service walks the tree of RFC 9989 (2026-05)")
EARLIEST: Final = _inferred(
    "CS-CMD-01", "the oldest complete transcript of the endpoint that is reproduced", "2020-10-20"
)
SERVER_CHAIN: Final = _inferred("COR-27", "what is served after 2026-08-26 was not found; both shapes were seen")

# Names and addresses in DNS ------------------------------------------------------------------------------------------
DNS_SUBMISSION: Final = _observed("DNS-01", "2020-12-30", "MicrosoftDocs/microsoft-365-docs#3813")
DNS_MX_ADDRESSES: Final = _observed("DNS-02", "2025-05-13")
DNS_SPF: Final = Source(
    "DNS-03", "public transcript, jwillberg/spf", "2025", Confidence.OBSERVED, "https://github.com/jwillberg/spf"
)
DNS_OUTBOUND: Final = _observed("DNS-04", "2026-05-21")  # OUTBOUND; the others 2023-12-11 and 2024-01-08
DNS_RCODES: Final = Source(
    "RFC1035", "RFC 1035 §4.1.1", "1987-11", Confidence.DOCUMENTED, "https://www.rfc-editor.org/rfc/rfc1035"
)
DNS_SILENCE: Final = Source(
    "RFC1035", "RFC 1035 §4.2.1", "1987-11", Confidence.DOCUMENTED, "https://www.rfc-editor.org/rfc/rfc1035"
)
DNS_UNSEEN: Final = _inferred("DNS-05", "no address of these hosts is public; TEST-NET-1 stands in (RFC 5737)")
DNS_INITIAL_DOMAIN: Final = _inferred("MX-DNS-01", "the host is documented; that nobody writes the records is known")
MX_HOST_NAMES: Final = _documented("MX-DNS-01", "Set up a multifunction device", "2021-07", LEARN_PRINTERS)
MX_HOST_NOT_DERIVED: Final = _observed("MX-DNS-02", "2020-08-26")
MX_MICROSOFT: Final = _documented("MX-DNS-04", "MC1048624", "2026-02-02", "https://mc.merill.net/message/MC1048624")
IPV6_DEFAULT: Final = _documented("COR-01", "IPv6 updates for Exchange Online, MC835648", "2024-10-30", BLOG_IPV6)
IPV6_OPT_IN: Final = _documented("MX-DNS-06", "Enable-IPv6ForAcceptedDomain", "2026-08-21")
DNS_DKIM: Final = _observed("MX-RLY-05", "2026-02-09")
DNS_DKIM_MAIL_MICROSOFT: Final = _observed("COR-46", "2026-10-05")
DNS_ARC: Final = _observed("MX-HDR-11", "2026-02-09")
DNS_DKIM_ACS: Final = _inferred("ACS-DOM-04", "the record's name is documented, what it leads to is not")
HVE_FIRST_HOST: Final = _documented("HVE-EP-02", "High Volume Email", "2024-04-01")
HVE_FIRST_ADDRESS: Final = _observed("HVE-EP-06", "2025-09-10")
HVE_HOST: Final = _documented("HVE-EP-01", "High Volume Email", "2026-04")
ACS_SMTP_HOST: Final = _documented("ACS-SMTP-01", "Email SMTP as a service", "2024")
ACS_REST_HOST: Final = _documented("ACS-REST-04", "Azure Communication Services Email, REST", "2023-03")
ENTRA_HOST: Final = _documented("OA-EP-10", "MSAL for Python, the built-in hosts", "2026-11-23")

PROTOCOL: Final = Source(
    "RFC5321", "RFC 5321", "2008-10", Confidence.DOCUMENTED, "https://www.rfc-editor.org/rfc/rfc5321"
)

# Tenant MX: who sends, by what, to whom ------------------------------------------------------------------------------
_NDR_PAGE: Final = "Non-delivery reports in Exchange Online"
SHARED_ADDRESS: Final = _documented("COR-07", "MC1226222", "2026-02-04")
FOREIGN_CERTIFICATE: Final = _documented("COR-08", "MC1226222 against the relay requirements of 2023", "2026-02-04")
OTHER_REGION: Final = _secondary("MX-ERR-30", "a collection of refusals, 452 4.5.3 ATTR38", "2023")
CERTIFICATE_NAME: Final = _documented("MX-ATTR-08", "New-InboundConnector, TlsSenderCertificateName", "2026-05")
PARTNER_RESTRICTION: Final = _documented("MX-CON-05", "Manage mail flow using a third-party cloud service", "2021")
PARTNER_REFUSAL: Final = _observed("MX-ERR-05", "2025-01-29")
REQUIRE_TLS: Final = _documented("MX-CON-04", "New-InboundConnector, RequireTls", "2024-07-25")
REQUIRE_TLS_REFUSAL: Final = _observed("MX-ERR-07", "2016-01-11", "catatnight/docker-postfix#12")
REQUIRE_TLS_STAGE: Final = _inferred(
    "MX-GAP-09", "454 4.7.0 was seen from a tenant that wanted TLS, at RCPT (MX-ERR-07)"
)
UNTRUSTED_CERTIFICATE: Final = _documented("MX-TLS-06", "Mail flow stops and event 2004 (KB 2888788)", "2024-01-24")
UNTRUSTED_CERTIFICATE_READING: Final = _inferred("MX-GAP-10", "the two documents differ (MX-TLS-06)")
BLOCKED_CONNECTOR: Final = _documented("MX-CON-11", "Remove blocked connectors from Restricted entities", "2026")
BLOCKLIST_1440: Final = _observed("COR-06", "2026-09-25")
BLOCKLIST_1450: Final = _observed("COR-06", "2024-08")
BLOCKLISTED_NAME: Final = _observed("MX-ERR-19", "2025")
BANNED_ADDRESS: Final = _documented("MX-ERR-13", _NDR_PAGE, "2023-01", LEARN_NDR)
BANNED_FOR_GOOD: Final = _documented("MX-ERR-14", _NDR_PAGE, "2023-01", LEARN_NDR)
DENIED_FOR_ABUSE: Final = _documented("MX-ERR-20", _NDR_PAGE, "2023-01", LEARN_NDR)
CUSTOMER_BLOCK_LIST: Final = _documented("MX-ERR-20", _NDR_PAGE, "2023-01", LEARN_NDR)
EXCESSIVE_RATE: Final = _observed("MX-ERR-29", "2026")
THROTTLING_SENDERS: Final = _inferred("MX-RLY-06", "the text speaks of the address alone, whoever it sends for")
SERVER_BUSY_RULE: Final = _documented("MX-RLY-06", "Fix error code 451 4.7.500-699 (ASxxx)", "2023")
BAD_HELO: Final = _documented("MX-ERR-21", _NDR_PAGE, "2023-01", LEARN_NDR)
WRONG_REGION: Final = _documented("MX-ERR-32", "Mail sent to the wrong Office 365 region", "2026")
NO_SUBSCRIPTION: Final = _documented("MX-ERR-33", "In-region routing in Microsoft 365 Multi-Geo", "2026")
BANNED_TWICE: Final = _inferred("MX-ERR-20", "5.7.502 and 5.7.503 say the same; which is said of what is not public")
RECIPIENT_STATES: Final = _documented("MX-ERR-20", _NDR_PAGE, "2023-01", LEARN_NDR)
TEMPORARY_ERRORS: Final = _documented("MX-ERR-34", "In-region routing in Microsoft 365 Multi-Geo", "2026")
TEMPORARY_ERRORS_SEEN: Final = _observed("MX-ERR-34", "2025-02")
TEMPORARY_ERRORS_STAGE: Final = _inferred(
    "MX-ERR-34", "the lines are known, when they come is not; RCPT knows the tenant"
)
RECEIVE_LIMITS: Final = _observed("MX-ERR-35", "2025-02")
RECEIVE_LIMITS_TEXT: Final = _inferred("MX-ERR-35", "the codes and what they are for were seen; the words are ours")
IPV6_NOT_AUTHENTICATED_LINE: Final = _inferred(
    "MX-ERR-26", "the text and 4.7.26 are documented, the 450 before them is our choice", "2023-01"
)
IPV6_NOT_AUTHENTICATED: Final = _documented("MX-ERR-26", _NDR_PAGE, "2023-01", LEARN_NDR)
IPV6_NOT_ACCEPTED: Final = _documented("MX-ERR-26", _NDR_PAGE, "2023-01", LEARN_NDR)
IPV6_WITHOUT_NAME: Final = _documented("MX-ERR-26", _NDR_PAGE, "2023-01", LEARN_NDR)
NO_FROM_HEADER: Final = _documented("MX-ERR-24", _NDR_PAGE, "2023-01", LEARN_NDR)
HOP_COUNT: Final = _observed("MX-ERR-35", "2026")
MIME_PARTS: Final = _observed("MX-ERR-35", "2026")
HOPS: Final = _inferred("MX-ERR-35", "the refusal was seen, its number was not; 30 is Exchange Server's limit")
TENANT_BLOCKS: Final = _documented("MX-ERR-27", _NDR_PAGE, "2023-01", LEARN_NDR)
ACCEPTED_DOMAIN_SWITCHES: Final = _inferred(
    "MX-RCP-06", "the switches are documented (Set-AcceptedDomain), what a sender is told is not"
)
DYNAMIC_GROUPS: Final = _documented("MX-RCP-03", "Use Directory-Based Edge Blocking", "2021")
SENDER_NOT_AUTHENTICATED: Final = _documented("MX-RCP-05", _NDR_PAGE, "2023-01", LEARN_NDR)
SENDER_NOT_AUTHENTICATED_TEXT: Final = _inferred(
    "MX-RCP-05", "the codes are documented; the words follow the family RESOLVER.RST of Exchange"
)

# High Volume Email ---------------------------------------------------------------------------------------------------
LEARN_HVE: Final = f"{_LEARN}/exchange/mail-flow-best-practices/troubleshoot-high-volume-email-m365"
LEARN_HVE_OAUTH: Final = f"{_LEARN}/exchange/mail-flow-best-practices/oauth-high-volume-mails-m365"
_HVE_PAGE: Final = "Troubleshoot High Volume Email for Microsoft 365"
_MC1243552: Final = "https://mc.merill.net/message/MC1243552"
_PRESS_ON_HVE: Final = "https://petri.com/high-volume-email-delivery-internal-recipients/"
_HVE_CLIENT: Final = "a client's table of codes, ercankskn/postfix-entra-relay"
_HVE_CLIENT_URL: Final = "https://github.com/ercankskn/postfix-entra-relay"
HVE_GENERAL: Final = _inferred("HVE-EP-10", "no capture of this endpoint; STARTTLS is answered as at client submission")
HVE_STARTTLS: Final = _documented("HVE-EP-04", _HVE_PAGE, "2026-08", LEARN_HVE)
HVE_EHLO_SIZE: Final = _inferred("HVE-EP-10", "Exchange Online's list stands in; what HVE advertises is not public")
HVE_TRAILER: Final = _inferred("HVE-ERR-13", "whether its replies end in server, time and session id is not public")
HVE_OLD_TLS: Final = _inferred("HVE-EP-05", "STARTTLS is answered as at client submission, so old TLS is as well")
HVE_PREVIEW: Final = _documented("HVE-DATE-01", "Public preview: High Volume Email for Microsoft 365", "2024-04-01")
HVE_PASSWORD: Final = _documented("HVE-ERR-01", _HVE_PAGE, "2026-08", LEARN_HVE)
HVE_LOGIN: Final = _inferred("HVE-AUTH-01", "both ways are documented; LOGIN and XOAUTH2 as at the sister host")
HVE_ACCOUNT_DISABLED: Final = _inferred("HVE-ERR-13", "no line of its own is public; a refused sign-in gets this one")
HVE_NOT_ALLOWED: Final = _documented("HVE-ERR-02", _HVE_PAGE, "2026-08", LEARN_HVE)
HVE_SECURITY_DEFAULTS: Final = _documented("HVE-AUTH-04", _HVE_PAGE, "2026-08", LEARN_HVE)
HVE_AUTH_POLICY: Final = _documented("HVE-AUTH-05", _HVE_PAGE, "2026-08", LEARN_HVE)
HVE_WORDING: Final = _inferred("HVE-ERR-02", "the page contracts, an older quotation does not; so does no other line")
HVE_CONDITIONAL_ACCESS: Final = _observed("HVE-AUTH-06", "2026-08-24")
HVE_BASIC_ENDS: Final = _secondary(
    "HVE-DATE-06", "press accounts of the Exchange team's announcement", "2025-06", _PRESS_ON_HVE
)
HVE_BASIC_REFUSAL: Final = _inferred("HVE-DATE-06", "that Basic ends is announced, the line that follows is not")
HVE_NO_ADDRESS: Final = _observed("HVE-ERR-03", "2025-09-10", "tarickb/sasl-xoauth2#110")
HVE_MALFORMED: Final = _inferred(
    "HVE-ERR-03", "5.5.121 to 5.5.126 and their causes are documented, which code has which cause is not"
)
HVE_TOKEN: Final = _inferred("HVE-ERR-01", "what is wrong with the token otherwise fails as every sign-in does")
HVE_TOKEN_EXPIRED: Final = _documented("HVE-ERR-05", _HVE_PAGE, "2026-08", LEARN_HVE)
HVE_TOKEN_ENDS_SOON: Final = _documented("HVE-ERR-04", _HVE_PAGE, "2026-08", LEARN_HVE)
HVE_TOKEN_MARGIN: Final = _inferred("HVE-OAUTH-08", "the threshold is not public; clients refresh at 600 s and more")
HVE_SESSION_TOKEN: Final = _inferred("HVE-OAUTH-08", "a session may not outlive its token; the line is the one of AUTH")
HVE_PERMISSION: Final = _documented("HVE-OAUTH-01", "OAuth for High Volume Email", "2026-08", LEARN_HVE_OAUTH)
HVE_PERMISSION_TEXT: Final = _documented("HVE-ERR-06", _HVE_PAGE, "2026-08", LEARN_HVE)
HVE_ALLOWED_APPS: Final = _documented("HVE-OAUTH-05", "Add-HVEAppAccess", "2026-03-25")
HVE_APP_TEXT: Final = _documented("HVE-ERR-07", _HVE_PAGE, "2026-08", LEARN_HVE)
HVE_REFUSAL_STAGE: Final = _inferred("HVE-ERR-07", "550, not 535: so after the 235 of AUTH, at MAIL or later")
HVE_ACCOUNT_KIND: Final = Source("HVE-ERR-08", _HVE_CLIENT, "2026-08-06", Confidence.OBSERVED, _HVE_CLIENT_URL)
HVE_ACCOUNT_KIND_TEXT: Final = _inferred("HVE-ERR-08", "the code was seen in a client's table, its text was not")
HVE_SENDER: Final = Source("HVE-ERR-09", _HVE_CLIENT, "2026-08-06", Confidence.OBSERVED, _HVE_CLIENT_URL)
HVE_SENDER_TEXT: Final = _inferred("HVE-ERR-09", "the code was seen in a client's table, its text was not")
HVE_NULL_SENDER: Final = _inferred("HVE-ERR-09", "<> is no address of the account; whether that counts is not public")
HVE_SENDER_ADDRESSES: Final = _inferred("HVE-SND-03", "an older page says any address of the account, tests its own")
HVE_FROM: Final = Source("HVE-ERR-10", _HVE_CLIENT, "2026-08-06", Confidence.OBSERVED, _HVE_CLIENT_URL)
HVE_NO_FROM: Final = _inferred("HVE-ERR-10", "the code is for a From that differs; nothing is said of none at all")
HVE_FROM_TEXT: Final = _inferred("HVE-ERR-10", "the code was seen in a client's table, its text was not")
HVE_BILLING: Final = _documented("HVE-DATE-04", "MC1243552", "2026-05-21", _MC1243552)
HVE_BILLING_STATUS: Final = _documented("HVE-BILL-01", "Get-HVEAccountBillingPolicy", "2026-04-16")
HVE_BILLING_TEXT: Final = _inferred("HVE-ERR-12", "that it cannot send is documented; code and text are not")
HVE_GENERALLY_AVAILABLE: Final = _documented("HVE-DATE-03", "MC1243552", "2026-03-04", _MC1243552)
HVE_SIZE: Final = _observed("HVE-LIM-04", "2026-08-24")
HVE_SIZE_STAGE: Final = _inferred("HVE-LIM-04", "the limit is known, the stage is not; late is harder for a device")
HVE_SIZE_COUNT: Final = _inferred("HVE-LIM-04", "whether the growth by base64 counts is not said")
HVE_RECIPIENTS: Final = _documented("HVE-LIM-01", _HVE_PAGE, "2026-08-18", LEARN_HVE)
HVE_RECIPIENTS_STAGE: Final = _inferred("HVE-ERR-13", "the limit is documented, what the 51st recipient gets is not")
HVE_CAPS: Final = _documented("HVE-LIM-02", "Public preview: High Volume Email for Microsoft 365", "2024-04-01")
HVE_ACCOUNTS_OF_THE_PREVIEW: Final = _documented(
    "HVE-ACC-10", "Public preview: High Volume Email for Microsoft 365", "2024-04-01"
)
HVE_CAPS_LIFTED: Final = _secondary("HVE-DATE-02", "press accounts of the Exchange team's announcement", "2025-05")
HVE_CAPS_TEXT: Final = _inferred("HVE-ERR-13", "the caps are documented, what was said at them is not")
HVE_INTERNAL: Final = _secondary(
    "HVE-RCPT-01", "press accounts of the Exchange team's announcement", "2025-06", _PRESS_ON_HVE
)
HVE_CONTACTS: Final = _inferred("HVE-RCPT-03", "what counts as inside is not public; one guide says accepted domains")
HVE_EXTERNAL_TEXT: Final = Source(
    "HVE-RCPT-02",
    "one guide, tiagoscarvalho.com",
    "2026",
    Confidence.OBSERVED,
    "https://tiagoscarvalho.com/exchange-online/hve-internal-notifications",
)
HVE_EXTERNAL_STAGE: Final = _inferred("HVE-RCPT-02", "one source calls it a hard bounce and shows no stage")
HVE_BEHIND: Final = _inferred("HVE-RCPT-04", "groups are expanded after the 250, so who is behind them is met later")
HVE_REPORTS: Final = _inferred("HVE-SND-04", "the account has no mailbox; where its reports go is not documented")
HVE_REPLY_TO: Final = _inferred("HVE-SND-02", "that replies go there is documented, how it is done is not")

# Faults --------------------------------------------------------------------------------------------------------------
# What a test server showed to real senders; the same dialogues are replayed by our tests.
FAULT_CAPTURES: Final = Source(
    "FAULT-CAP", "dialogues of real senders with a server of 23 behaviours", "2026-11-23", Confidence.OBSERVED
)
FAULT_GREYLISTING: Final = rfc(6647, "2.4", fact="FAULT-GREY")
FAULT_COPY_IS_SPAM: Final = Source(
    "FAULT-COPY",
    "Broadcom knowledge base 173431: what the content filter of an Exchange server refuses with",
    "2026",
    Confidence.OBSERVED,
    "https://knowledge.broadcom.com/external/article/173431/550-571-message-rejected-as-spam-by-cont.html",
)
FAULT_COPY_FINDS_NO_ROOM: Final = Source(
    "FAULT-COPY",
    "public bounce: what Exchange says where the recipient's mailbox is full",
    "2014-06",
    Confidence.OBSERVED,
    "http://www.o-xchange.com/2014/06/a-mailbox-receives-recipients-mailbox.html",
)
FAULT_TEXT: Final = Source(
    "FAULT-TEXT", "our own words: what a text says must not matter (RFC 5321 §4.2)", "2026-11-25", Confidence.INFERRED
)


def requirement(fact: str, number: int, section: str) -> Source:
    """Cite the section that a requirement for senders rests on; its id is that of the requirement."""
    return rfc(number, section, fact=fact)


def practice(fact: str, why: str) -> Source:
    """Cite a requirement for senders that no RFC states."""
    return Source(fact, why, "2026-11-23", Confidence.INFERRED)
