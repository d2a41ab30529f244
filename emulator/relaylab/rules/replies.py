"""Every text the service can say, once, with the source of its wording.

Law of this module: no other module of the emulator holds a reply text. Blanks in braces are filled from the words of
an Ask, or by the session machine. Several lines are separated by newlines.
"""

from __future__ import annotations

from typing import Final

from relaylab.domain.codes import EnhancedCode, ReplyCode
from relaylab.domain.reply import ReplyTemplate, Trailer
from relaylab.domain.source import Source
from relaylab.rules import sources
from relaylab.rules.acs import smtp_sources as acs_smtp
from relaylab.rules.acs import sources as acs

_EDGE = Trailer.FRONT_END
_STORE = Trailer.MAILBOX_SERVER


def _reply(  # noqa: PLR0913, PLR0917 - a row of a table
    name: str, code: int, enhanced: str | None, text: str, source: Source, trailer: Trailer = Trailer.NONE,
    *, slow: bool = False,
) -> ReplyTemplate:  # fmt: skip
    status = EnhancedCode.parse(enhanced) if enhanced else None
    return ReplyTemplate(name, ReplyCode(code), status, text, source, trailer, slow)


# Greeting and small talk ---------------------------------------------------------------------------------------------
BANNER: Final = _reply(
    "banner", 220, None, "{host} Microsoft ESMTP MAIL Service ready at {date}{session}", sources.BANNER
)
HELLO: Final = _reply("hello", 250, None, "{host} Hello [{ip}]", sources.HELO)
EHLO: Final = _reply("ehlo", 250, None, "{host} Hello [{ip}]\n{capabilities}", sources.EHLO_LIST)
READY_FOR_TLS: Final = _reply("ready_for_tls", 220, "2.0.0", "SMTP server ready", sources.STARTTLS)
BYE: Final = _reply("bye", 221, "2.0.0", "Service closing transmission channel", sources.QUIT)
NOOP_OK: Final = _reply("noop_ok", 250, "2.0.0", "OK", sources.SMALL_COMMANDS)
RESET: Final = _reply("reset", 250, "2.0.0", "Resetting", sources.RSET)
CANNOT_VERIFY: Final = _reply("cannot_verify", 252, "2.1.5", "Cannot VRFY user", sources.SMALL_COMMANDS)
HELP: Final = _reply(
    "help",
    214,
    None,
    "This server supports the following commands:\nHELO EHLO STARTTLS RCPT DATA RSET MAIL QUIT HELP AUTH BDAT",
    sources.SMALL_COMMANDS,
)

# Grammar and order ---------------------------------------------------------------------------------------------------
UNRECOGNISED: Final = _reply(
    "unrecognised", 500, "5.3.3", "Unrecognized command 'Length: {length}'", sources.UNKNOWN_COMMAND, _EDGE, slow=True
)
UNRECOGNISED_GARBAGE: Final = _reply(
    "unrecognised_garbage", 500, "5.3.3", "Unrecognized command 'unknown'", sources.GARBAGE_COMMAND, _EDGE, slow=True
)
LINE_TOO_LONG: Final = _reply("line_too_long", 500, "5.5.2", "Line too long", sources.LINE_LENGTH, _EDGE, slow=True)
INVALID_NAME: Final = _reply("invalid_name", 501, "5.5.4", "Invalid domain name", sources.EHLO_NAME, _EDGE, slow=True)
INVALID_ARGUMENTS: Final = _reply(
    "invalid_arguments", 501, "5.5.4", "Invalid arguments", sources.SYNTAX, _EDGE, slow=True
)
INVALID_SENDER: Final = _reply("invalid_sender", 501, "5.1.7", "Invalid address", sources.SYNTAX, _EDGE, slow=True)
INVALID_RECIPIENT: Final = _reply(
    "invalid_recipient", 501, "5.1.3", "Invalid address", sources.SYNTAX, _EDGE, slow=True
)
HELLO_FIRST: Final = _reply("hello_first", 503, "5.5.2", "Send hello first", sources.SEND_HELLO_FIRST, _EDGE)
NEED_MAIL: Final = _reply("need_mail", 503, "5.5.2", "Need mail command", sources.SEQUENCE, _EDGE)
NEED_RCPT: Final = _reply("need_rcpt", 503, "5.5.2", "Need rcpt command", sources.SEQUENCE, _EDGE)
SENDER_SPECIFIED: Final = _reply("sender_specified", 503, "5.5.2", "Sender already specified", sources.SEQUENCE, _EDGE)
BAD_SEQUENCE: Final = _reply("bad_sequence", 503, "5.5.2", "Bad sequence of commands", sources.CHUNKS, _EDGE)
ALREADY_AUTHENTICATED: Final = _reply(
    "already_authenticated", 503, "5.5.2", "Already authenticated", sources.ALREADY_AUTHENTICATED, _EDGE
)
STARTTLS_ONCE: Final = _reply(
    "starttls_once",
    503,
    "5.5.2",
    "Only one STARTTLS command can be issued per session",
    sources.STARTTLS_TWICE,
    _EDGE,
)
NOT_IMPLEMENTED: Final = _reply(
    "not_implemented", 502, "5.3.3", "Command not implemented", sources.SMTPUTF8_REFUSED, _EDGE
)
TIMED_OUT: Final = _reply(
    "timed_out", 421, "4.4.1", "Connection timed out. Total session duration: {duration}", sources.TIMED_OUT
)
TOO_MANY_ERRORS: Final = _reply(
    "too_many_errors",
    421,
    "4.7.0",
    "Too many errors on this connection, closing transmission channel",
    sources.TOO_MANY_ERRORS,
)

# Transaction ---------------------------------------------------------------------------------------------------------
SENDER_OK: Final = _reply("sender_ok", 250, "2.1.0", "Sender OK", sources.SENDER_OK)
RECIPIENT_OK: Final = _reply("recipient_ok", 250, "2.1.5", "Recipient OK", sources.RECIPIENT_OK)
START_MAIL_INPUT: Final = _reply(
    "start_mail_input", 354, None, "Start mail input; end with <CRLF>.<CRLF>", sources.START_MAIL_INPUT
)
CHUNK_OK: Final = _reply("chunk_ok", 250, "2.6.0", "CHUNK received OK, {octets} octets", sources.CHUNKS)
SUBMITTED: Final = _reply("submitted", 250, "2.0.0", "OK {message_id}", sources.MESSAGE_OK, _STORE)
QUEUED: Final = _reply(
    "queued",
    250,
    "2.6.0",
    "{message_id} [InternalId={internal_id}, Hostname={backend}] {octets} bytes in {seconds}, {rate} KB/sec "
    "Queued mail for delivery",
    sources.MX_QUEUED,
)

# Authentication ------------------------------------------------------------------------------------------------------
PROMPT_USERNAME: Final = _reply("prompt_username", 334, None, "VXNlcm5hbWU6", sources.LOGIN_PROMPTS)
PROMPT_PASSWORD: Final = _reply("prompt_password", 334, None, "UGFzc3dvcmQ6", sources.LOGIN_PROMPTS)
EMPTY_CHALLENGE: Final = _reply("empty_challenge", 334, None, "", sources.XOAUTH2_CHALLENGE)
AUTHENTICATED: Final = _reply("authenticated", 235, "2.7.0", "Authentication successful", sources.AUTHENTICATED)
UNRECOGNISED_MECHANISM: Final = _reply(
    "unrecognised_mechanism",
    504,
    "5.7.4",
    "Unrecognized authentication type",
    sources.MECHANISM_NOT_OFFERED,
    _EDGE,
    slow=True,
)
UNSUCCESSFUL: Final = _reply(
    "unsuccessful", 535, "5.7.3", "Authentication unsuccessful", sources.UNSUCCESSFUL, _EDGE, slow=True
)
MALFORMED_XOAUTH2: Final = _reply(
    "malformed_xoauth2", 501, "5.5.124", "Invalid XOAUTH2 auth data", sources.MALFORMED_XOAUTH2, _EDGE, slow=True
)


def _unsuccessful(name: str, reason: str, source: Source) -> ReplyTemplate:
    return _reply(name, 535, "5.7.139", f"Authentication unsuccessful, {reason}", source, _EDGE, slow=True)


WRONG_CREDENTIALS: Final = _unsuccessful(
    "wrong_credentials", "the user credentials were incorrect.", sources.WRONG_CREDENTIALS
)
DISABLED_FOR_TENANT: Final = _unsuccessful(
    "disabled_for_tenant",
    "SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more "
    "information.",
    sources.TENANT_SWITCH,
)
DISABLED_FOR_MAILBOX: Final = _unsuccessful(
    "disabled_for_mailbox",
    "SmtpClientAuthentication is disabled for the Mailbox. Visit https://aka.ms/smtp_auth_disabled for more "
    "information.",
    sources.MAILBOX_SWITCH,
)
BASIC_IS_DISABLED: Final = _unsuccessful(
    "basic_is_disabled", "basic authentication is disabled.", sources.BASIC_DISABLED
)
LOCKED_BY_SECURITY_DEFAULTS: Final = _unsuccessful(
    "locked_by_security_defaults",
    "user is locked by your organization's security defaults policy. Contact your administrator.",
    sources.SECURITY_DEFAULTS,
)
CRITERIA_NOT_MET: Final = _unsuccessful(
    "criteria_not_met",
    "the request did not meet the criteria to be authenticated successfully. Contact your administrator.",
    sources.CONDITIONAL_ACCESS,
)
ACCOUNT_LOCKED: Final = _unsuccessful(
    "account_locked", "account locked. Contact your administrator.", sources.ACCOUNT_LOCKED
)
ACCOUNT_HAS_AN_ISSUE: Final = _unsuccessful(
    "account_has_an_issue", "account has an issue. Contact your administrator.", sources.ACCOUNT_ISSUE
)
MAILBOX_CANNOT_BE_ACCESSED: Final = _reply(
    "mailbox_cannot_be_accessed", 550, "5.2.1", "Mailbox cannot be accessed", sources.NO_MAILBOX, _EDGE, slow=True
)
BASIC_IS_NOT_SUPPORTED: Final = _reply(
    "basic_is_not_supported",
    550,
    "5.7.30",
    "Basic authentication is not supported for Client Submission.",
    sources.BASIC_REMOVED,
    _EDGE,
    slow=True,
)
BASIC_IS_NOT_SUPPORTED_BARE: Final = _reply(
    "basic_is_not_supported_bare",
    550,
    "5.7.30",
    "Basic authentication is not supported for Client Submission.",
    sources.BASIC_REMOVED,
    slow=True,
)
OLD_TLS: Final = _reply(
    "old_tls",
    421,
    "4.7.66",
    "TLS 1.0 and 1.1 are not supported. Please upgrade/update your client to support TLS 1.2. Visit "
    "https://aka.ms/smtp_auth_tls",
    sources.OLD_TLS,
    _EDGE,
)
OLD_TLS_IN_ORGANISATION: Final = _reply(
    "old_tls_in_organisation",
    550,
    "5.7.67",
    "TLS 1.0 and 1.1 are not supported by your organization",
    sources.OLD_TLS_ORGANISATION,
    _EDGE,
    slow=True,
)

# MAIL and RCPT at client submission ----------------------------------------------------------------------------------
STARTTLS_REQUIRED: Final = _reply(
    "starttls_required", 451, "5.7.3", "STARTTLS is required to send mail", sources.STARTTLS_REQUIRED, _EDGE
)
NOT_AUTHENTICATED: Final = _reply(
    "not_authenticated",
    530,
    "5.7.57",
    "Client not authenticated to send mail.",
    sources.NOT_AUTHENTICATED,
    _EDGE,
    slow=True,
)
NOT_AUTHENTICATED_AFTER: Final = _reply(
    "not_authenticated_after",
    530,
    "5.7.57",
    "Client not authenticated to send mail. Error: {failure}",
    sources.NOT_AUTHENTICATED_AFTER,
    _EDGE,
    slow=True,
)
NOT_AUTHENTICATED_OLD: Final = _reply(
    "not_authenticated_old",
    530,
    "5.7.57",
    "SMTP; Client was not authenticated to send anonymous mail during MAIL FROM",
    sources.NOT_AUTHENTICATED_OLD,
    _EDGE,
    slow=True,
)
MAY_NOT_SEND_AS: Final = _reply(
    "may_not_send_as",
    550,
    "5.7.60",
    "SMTP; Client does not have permissions to send as this sender",
    sources.SEND_AS_5_7_60,
    _EDGE,
)
TOO_LARGE: Final = _reply(
    "too_large", 552, "5.3.4", "Message size exceeds fixed maximum message size", sources.SIZE_REFUSAL, _EDGE
)
TOO_MANY_RECIPIENTS: Final = _reply(
    "too_many_recipients", 452, "4.5.3", "Too many recipients", sources.SAME_DOMAIN_LIMIT, _EDGE
)

# The end of DATA at client submission --------------------------------------------------------------------------------
# The diagnostic pairs make the line longer than 2 kB, which breaks clients that read 512 octets (fact CS-SA-02).
_DIAGNOSTICS: Final = ", ".join(["1.84300:0A000000"] * 120)
SEND_AS_DENIED: Final = _reply(
    "send_as_denied",
    554,
    "5.2.252",
    "SendAsDenied; {mailbox} not allowed to send as {sender}; STOREDRV.Submission.Exception:SendAsDeniedException."
    "MapiExceptionSendAsDenied; Failed to process message due to a permanent exception with message "
    f"[BeginDiagnosticData]Cannot submit message. {_DIAGNOSTICS}[EndDiagnosticData]",
    sources.SEND_AS_DENIED,
    _STORE,
)
SEND_AS_DENIED_OLD: Final = _reply(
    "send_as_denied_old",
    554,
    "5.2.0",
    "STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message due to "
    "a permanent exception with message Cannot submit message. 0.35250:0A007C85",
    sources.SEND_AS_DENIED_OLD,
    _STORE,
)
MAILBOX_LOGON_FAILURE: Final = _reply(
    "mailbox_logon_failure",
    430,
    "4.2.0",
    "STOREDRV; mailbox logon failure; failed to process message due to a transient exception with message "
    "[BeginDiagnosticData]Cannot open mailbox. MapiExceptionLogonFailed: Unable to open message store. "
    "AuthenticationContext has no rights on this session.[EndDiagnosticData]",
    sources.MAILBOX_LOGON,
    _STORE,
)
CONCURRENT: Final = _reply(
    "concurrent",
    432,
    "4.3.2",
    "Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information.",
    sources.CONCURRENCY,
    _STORE,
)
CONCURRENT_OLD: Final = _reply(
    "concurrent_old",
    432,
    "4.3.2",
    "STOREDRV.ClientSubmit; sender thread limit exceeded",
    sources.CONCURRENCY_OLD,
    _STORE,
)
QUOTA_EXCEEDED: Final = _reply(
    "quota_exceeded",
    554,
    "5.2.0",
    "STOREDRV.Submission.Exception:SubmissionQuotaExceededException; Failed to process message due to a permanent "
    "exception with message SubmissionQuotaExceededException",
    sources.RECIPIENT_RATE,
    _STORE,
)
MAILBOX_FULL: Final = _reply(
    "mailbox_full",
    554,
    "5.2.2",
    "mailbox full; STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded",
    sources.MAILBOX_FULL,
    _STORE,
)
TOO_LARGE_FOR_MAILBOX: Final = _reply(
    "too_large_for_mailbox",
    554,
    "5.2.3",
    "RESOLVER.RST.SendSizeLimit.Sender; message too large for this sender",
    sources.SEND_SIZE,
    _STORE,
)

# Non-delivery reports ------------------------------------------------------------------------------------------------
NDR_NOT_FOUND: Final = _reply(
    "ndr_not_found",
    550,
    "5.1.10",
    "RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
    sources.RECIPIENT_NOT_FOUND,
)
NDR_TOO_MANY_RECIPIENTS: Final = _reply(
    "ndr_too_many_recipients",
    550,
    "5.5.3",
    "RESOLVER.ADR.RecipLimit; too many recipients",
    sources.RECIPIENTS_PER_MESSAGE,
)
NDR_TOO_LARGE: Final = _reply(
    "ndr_too_large",
    550,
    "5.2.3",
    "RESOLVER.RST.SendSizeLimit.Sender; message too large for this sender",
    sources.SEND_SIZE,
)
NDR_RESTRICTED: Final = _reply(
    "ndr_restricted", 550, "5.1.8", "Access denied, bad outbound sender AS(42004)", sources.RESTRICTED_SENDER
)
NDR_DAILY_RECIPIENTS: Final = _reply(
    "ndr_daily_recipients",
    550,
    "5.1.90",
    "Your message can't be sent because you've reached your daily limit for message recipients",
    sources.RECIPIENT_RATE_NDR,
)
NDR_TERRL: Final = _reply(
    "ndr_terrl",
    550,
    "5.7.233",
    "- Your message can't be sent because your tenant has exceeded its daily limit for sending email to external "
    "recipients (tenant external recipient rate limit). For more information see https://aka.ms/EXONdrs.",
    sources.TERRL,
)
NDR_TERRL_TRIAL: Final = _reply(
    "ndr_terrl_trial",
    550,
    "5.7.232",
    "Your message can't be sent because your trial tenant has exceeded its daily limit for sending email to external "
    "recipients (tenant external recipient rate limit)",
    sources.TERRL_TRIAL,
)
NDR_MOERA: Final = _reply(
    "ndr_moera",
    550,
    "5.7.236",
    "Your message can't be sent because your organization has exceeded its daily limit for sending email to external "
    "recipients from an onmicrosoft.com domain",
    sources.MOERA_TEXT,
)

# Tenant MX -----------------------------------------------------------------------------------------------------------
RELAY_DENIED: Final = _reply(
    "relay_denied", 550, "5.7.64", "TenantAttribution; Relay Access Denied", sources.RELAY_DENIED, _EDGE
)
DMARC_REJECTED: Final = _reply(
    "dmarc_rejected",
    550,
    "5.7.509",
    "Access denied, sending domain [{author_domain}] does not pass DMARC verification and has a DMARC policy of "
    "reject.",
    sources.DMARC_REJECTED,
    Trailer.BEHIND_FRONT_END,
)
RELAY_DENIED_ATTR36: Final = _reply(
    "relay_denied_attr36",
    550,
    "5.7.64",
    "Relay Access Denied ATTR36. For more details please refer to KB 3169958",
    sources.RELAY_DENIED_ATTR36,
    _EDGE,
)
DIRECT_SEND_REJECTED: Final = _reply(
    "direct_send_rejected",
    550,
    "5.7.68",
    "TenantInboundAttribution; Direct Send not allowed for this organization from unauthorized sources",
    sources.DIRECT_SEND_REJECTED,
    _EDGE,
)
UNKNOWN_RECIPIENT: Final = _reply(
    "unknown_recipient",
    550,
    "5.4.1",
    "Recipient address rejected: Access denied. For more information see https://aka.ms/EXOSmtpErrors",
    sources.DBEB,
    _EDGE,
)
UNKNOWN_RECIPIENT_2024: Final = _reply(
    "unknown_recipient_2024", 550, "5.4.1", "Recipient address rejected: Access denied.", sources.DBEB_2024, _EDGE
)
UNKNOWN_RECIPIENT_2020: Final = _reply(
    "unknown_recipient_2020",
    550,
    "5.4.1",
    "Recipient address rejected: Access denied. AS(201806281)",
    sources.DBEB_2023,
    _EDGE,
)
ALL_RECIPIENTS_REJECTED: Final = _reply(
    "all_recipients_rejected",
    550,
    "5.4.1",
    "All recipient addresses rejected : Access denied",
    sources.ALL_RECIPIENTS_REJECTED,
    _EDGE,
)
SERVER_BUSY: Final = _reply(
    "server_busy",
    451,
    "4.7.500",
    "Server busy. Please try again later from [{ip}]. (S77714)",
    sources.SERVER_BUSY,
    _EDGE,
)
OTHER_REGION: Final = _reply("other_region", 452, "4.5.3", "Too many recipients ATTR38", sources.OTHER_REGION, _EDGE)
OTHER_TENANT: Final = _reply("other_tenant", 452, "4.5.3", "Too many recipients ATTR49", sources.OTHER_TENANT, _EDGE)

PARTNER_ONLY: Final = _reply(
    "partner_only",
    550,
    "5.7.51",
    "TenantInboundAttribution; There is a partner connector configured that matched the message's recipient domain. "
    "The connector had either the RestrictDomainsToIPAddresses or RestrictDomainsToCertificate set",
    sources.PARTNER_REFUSAL,
    _EDGE,
)
TLS_CHANNEL: Final = _reply(
    "tls_channel",
    454,
    "4.7.0",
    "Failed to establish appropriate TLS channel: Access Denied",
    sources.REQUIRE_TLS_REFUSAL,
    _EDGE,
)
TLS_CHANNEL_UNTRUSTED_ROOT: Final = _reply(
    "tls_channel_untrusted_root",
    454,
    "4.7.0",
    "Failed to establish appropriate TLS channel: UntrustedRoot: Access Denied",
    sources.UNTRUSTED_CERTIFICATE,
    _EDGE,
)
_SPAMHAUS: Final = (
    "Service unavailable, Client host {client} blocked using Spamhaus. To request removal from this list see "
    "https://www.spamhaus.org/query/ip/{ip}"
)
BLOCKLISTED: Final = _reply("blocklisted", 550, "5.7.1", f"{_SPAMHAUS} AS(1440)", sources.BLOCKLIST_1440, _EDGE)
BLOCKLISTED_2024: Final = _reply(
    "blocklisted_2024", 550, "5.7.1", f"{_SPAMHAUS} AS(1450)", sources.BLOCKLIST_1450, _EDGE
)
BLOCKLISTED_HELLO: Final = _reply(
    "blocklisted_hello",
    550,
    "5.7.1",
    "Service unavailable, Helo domain is listed in Spamhaus. To request removal from this list see "
    "https://www.spamhaus.org/query/lookup/ (S8001)",
    sources.BLOCKLISTED_NAME,
    _EDGE,
)
BLOCKLISTED_SENDER: Final = _reply(
    "blocklisted_sender",
    550,
    "5.7.1",
    "Service unavailable, MailFrom domain is listed in Spamhaus. To request removal from this list see "
    "https://www.spamhaus.org/query/lookup/ (S8002)",
    sources.BLOCKLISTED_NAME,
    _EDGE,
)
BANNED_ADDRESS: Final = _reply(
    "banned_address",
    550,
    "5.7.606",
    "Access denied, banned sending IP [{ip}]. To request removal from this list please visit "
    "https://sender.office.com/ and follow the directions. For more information please go to  "
    "http://go.microsoft.com/fwlink/?LinkID=526655 (AS16012609)",
    sources.BANNED_ADDRESS,
    _EDGE,
)
BANNED_FOR_GOOD: Final = _reply(
    "banned_for_good", 550, "5.7.511", "Access denied, banned sender", sources.BANNED_FOR_GOOD, _EDGE
)
OVER_THE_LIMIT: Final = _reply(
    "over_the_limit",
    550,
    "5.7.508",
    "Access denied, [{ip}] has exceeded permitted limits within {range} range",
    sources.DENIED_FOR_ABUSE,
    _EDGE,
)
SPAM_ABUSE: Final = _reply(
    "spam_abuse", 550, "5.7.501", "Access denied, spam abuse detected", sources.DENIED_FOR_ABUSE, _EDGE
)
BANNED_SENDER: Final = _reply(
    "banned_sender", 550, "5.7.502", "Access denied, banned sender", sources.DENIED_FOR_ABUSE, _EDGE
)
BANNED_SENDER_DOMAIN: Final = _reply(
    "banned_sender_domain", 550, "5.7.503", "Access denied, banned sender", sources.DENIED_FOR_ABUSE, _EDGE
)
RECIPIENT_REFUSED: Final = _reply(
    "recipient_refused",
    550,
    "5.7.504",
    "[{recipient}]: Recipient address rejected: Access denied",
    sources.RECIPIENT_STATES,
    _EDGE,
)
BANNED_RECIPIENT: Final = _reply(
    "banned_recipient", 550, "5.7.505", "Access denied, banned recipient", sources.RECIPIENT_STATES, _EDGE
)
REJECTED_BY_RECIPIENT: Final = _reply(
    "rejected_by_recipient", 550, "5.7.507", "Access denied, rejected by recipient", sources.RECIPIENT_STATES, _EDGE
)
_TEMPORARY: Final = "Temporary server error. Please try again later"
TEMPORARY_ERROR: Final = _reply(
    "temporary_error", 451, "4.3.2", f"{_TEMPORARY} ATTR17", sources.TEMPORARY_ERRORS, _EDGE
)
TEMPORARY_DIRECTORY_ERROR: Final = _reply(
    "temporary_directory_error", 451, "4.4.3", f"{_TEMPORARY} ATTR18", sources.TEMPORARY_ERRORS, _EDGE
)
UNABLE_TO_RELAY: Final = _reply(
    "unable_to_relay", 450, "4.7.1", "Unable to Relay. ATTR14", sources.TEMPORARY_ERRORS, _EDGE
)
NO_RESOURCES: Final = _reply(
    "no_resources", 452, "4.3.1", "Insufficient system resources (TSTE)", sources.TEMPORARY_ERRORS_SEEN, _EDGE
)
QUEUE_QUOTA: Final = _reply(
    "queue_quota", 450, "4.7.3", "Organization queue quota exceeded.", sources.TEMPORARY_ERRORS_SEEN, _EDGE
)
IPV6_NOT_AUTHENTICATED: Final = _reply(
    "ipv6_not_authenticated",
    450,
    "4.7.26",
    "Access denied, a message sent over IPv6 [{ip}] must pass either SPF or DKIM validation, this message is not "
    "signed",
    sources.IPV6_NOT_AUTHENTICATED_LINE,
    _EDGE,
)
EXCESSIVE_RATE: Final = _reply(
    "excessive_rate",
    451,
    "4.5.127",
    "Message rejected. Excessive message rate from sender. For more information see https://aka.ms/EXOSmtpErrors",
    sources.EXCESSIVE_RATE,
    _EDGE,
)
CUSTOMER_BLOCK_LIST: Final = _reply(
    "customer_block_list",
    550,
    "5.7.513",
    "Service unavailable, Client host [{ip}] blocked by {recipient_domain} using Customer Block list (AS16012607)",
    sources.CUSTOMER_BLOCK_LIST,
    _EDGE,
)
BAD_HELO: Final = _reply("bad_helo", 550, "5.7.506", "Access Denied, Bad HELO", sources.BAD_HELO, _EDGE)
WRONG_REGION: Final = _reply(
    "wrong_region",
    451,
    "4.4.62",
    "Mail sent to the wrong Office 365 region. ATTR35. For more information go to "
    "https://go.microsoft.com/fwlink/p/?linkid=865268",
    sources.WRONG_REGION,
    _EDGE,
)
NO_SUBSCRIPTION: Final = _reply(
    "no_subscription",
    550,
    "4.4.4",
    "Mail received as unauthenticated, incoming to a recipient domain configured in a hosted tenant which has no "
    "mail-enabled subscriptions. ATTR5",
    sources.NO_SUBSCRIPTION,
    _EDGE,
)
IPV6_NOT_ACCEPTED: Final = _reply(
    "ipv6_not_accepted",
    550,
    "5.7.510",
    "Access denied, [{recipient_domain}] does not accept email over IPv6",
    sources.IPV6_NOT_ACCEPTED,
    _EDGE,
)
IPV6_WITHOUT_NAME: Final = _reply(
    "ipv6_without_name",
    550,
    "5.7.25",
    "Access denied, the sending IPv6 address [{ip}] must have a reverse DNS record",
    sources.IPV6_WITHOUT_NAME,
    _EDGE,
)
NO_FROM_HEADER: Final = _reply(
    "no_from_header",
    550,
    "5.7.512",
    "Access denied, message must be RFC 5322 section 3.6.2 compliant",
    sources.NO_FROM_HEADER,
    _EDGE,
)
TOO_MANY_PARTS: Final = _reply(
    "too_many_parts",
    554,
    "5.6.211",
    "Invalid MIME Content: Number of MimePart objects ({parts}) exceeded allowed maximum (1000).",
    sources.MIME_PARTS,
    _EDGE,
)
HOP_COUNT: Final = _reply(
    "hop_count", 554, "5.4.14", "Hop count exceeded - possible mail loop ATTR34", sources.HOP_COUNT, _EDGE
)

# Non-delivery reports of the tenant MX -------------------------------------------------------------------------------
NDR_BLOCKED_CONNECTOR: Final = _reply(
    "ndr_blocked_connector",
    550,
    "5.7.711",
    "Access denied, bad inbound connector. AS(2204).",
    sources.BLOCKED_CONNECTOR,
)
NDR_RECIPIENT_BLOCKED: Final = _reply(
    "ndr_recipient_blocked",
    550,
    "5.7.703",
    "Your message can't be delivered because one or more recipients are blocked by your organization's tenant "
    "recipient block policy",
    sources.TENANT_BLOCKS,
)
NDR_THRESHOLD: Final = _reply(
    "ndr_threshold", 550, "5.7.705", "Access denied, tenant has exceeded threshold", sources.TENANT_BLOCKS
)
NDR_TRAFFIC: Final = _reply(
    "ndr_traffic", 550, "5.7.708", "Access denied, traffic not accepted from this IP", sources.TENANT_BLOCKS
)
NDR_UNREGISTERED: Final = _reply(
    "ndr_unregistered",
    550,
    "5.7.750",
    "Service unavailable. Client blocked from sending from unregistered domains",
    sources.TENANT_BLOCKS,
)

NDR_TOO_MUCH_FROM_SENDER: Final = _reply(
    "ndr_too_much_from_sender",
    554,
    "5.2.121",
    "Recipient's per hour message receive limit from specific sender exceeded",
    sources.RECEIVE_LIMITS_TEXT,
)
NDR_TOO_MUCH_MAIL: Final = _reply(
    "ndr_too_much_mail",
    554,
    "5.2.122",
    "Recipient's per hour message receive limit exceeded",
    sources.RECEIVE_LIMITS_TEXT,
)


def _not_authenticated(name: str, enhanced: str, whom: str) -> ReplyTemplate:
    words = (
        f"RESOLVER.RST.SenderNotAuthenticatedFor{whom.title().replace(' ', '')}; authentication required; Delivery "
        f"restriction check failed because the sender was not authenticated when sending to this {whom}"
    )
    return _reply(name, 550, enhanced, words, sources.SENDER_NOT_AUTHENTICATED_TEXT)


NDR_GROUP_WANTS_AUTHENTICATION: Final = _not_authenticated("ndr_group_wants_authentication", "5.7.133", "group")
NDR_MAILBOX_WANTS_AUTHENTICATION: Final = _not_authenticated("ndr_mailbox_wants_authentication", "5.7.134", "mailbox")
NDR_MAIL_USER_WANTS_AUTHENTICATION: Final = _not_authenticated(
    "ndr_mail_user_wants_authentication", "5.7.136", "mail user"
)
NDR_NOT_ON_THE_LIST: Final = _reply(
    "ndr_not_on_the_list",
    550,
    "5.7.124",
    "RESOLVER.RST.NotAuthorized; not authorized: the sender is not in the recipient's allowed-senders list",
    sources.SENDER_NOT_AUTHENTICATED_TEXT,
)

# High Volume Email ---------------------------------------------------------------------------------------------------
HVE_NOT_ALLOWED: Final = _unsuccessful(
    "hve_not_allowed",
    "the organization configuration does not allow this authentication request.",
    sources.HVE_NOT_ALLOWED,
)
HVE_NOT_ALLOWED_CONTRACTED: Final = _unsuccessful(
    "hve_not_allowed_contracted",
    "the organization configuration doesn't allow this authentication request.",
    sources.HVE_NOT_ALLOWED,
)
# What the one capture shows of it: the log that it is from cut off a further sentence.
HVE_NO_ADDRESS: Final = _reply(
    "hve_no_address",
    501,
    "5.5.124",
    "Invalid XOAUTH2 auth data - User address provided is not valid.",
    sources.HVE_NO_ADDRESS,
    _EDGE,
    slow=True,
)
HVE_TOKEN_ENDS_SOON: Final = _reply(
    "hve_token_ends_soon", 535, "5.7.142", "Token will expire soon", sources.HVE_TOKEN_ENDS_SOON, _EDGE, slow=True
)
HVE_TOKEN_EXPIRED: Final = _reply(
    "hve_token_expired", 535, "5.7.143", "Expired token", sources.HVE_TOKEN_EXPIRED, _EDGE, slow=True
)
HVE_INVALID_PERMISSIONS: Final = _reply(
    "hve_invalid_permissions",
    535,
    "5.7.144",
    "XOAUTH2 authentication failed. Invalid API permissions",
    sources.HVE_PERMISSION_TEXT,
    _EDGE,
    slow=True,
)
HVE_APP_NOT_ALLOWED: Final = _reply(
    "hve_app_not_allowed",
    550,
    "5.7.240",
    "The application is not allowed for use with this High Volume Email account",
    sources.HVE_APP_TEXT,
    _EDGE,
)
HVE_NO_ACCOUNT: Final = _reply(
    "hve_no_account",
    550,
    "5.2.240",
    "The account is not a High Volume Email account",
    sources.HVE_ACCOUNT_KIND_TEXT,
    _EDGE,
)
HVE_FOREIGN_SENDER: Final = _reply(
    "hve_foreign_sender",
    550,
    "5.7.62",
    "The sender is not the High Volume Email account that signed in",
    sources.HVE_SENDER_TEXT,
    _EDGE,
)
HVE_FOREIGN_FROM: Final = _reply(
    "hve_foreign_from",
    550,
    "5.6.241",
    "The From header is not the address of the High Volume Email account that signed in",
    sources.HVE_FROM_TEXT,
    _EDGE,
)
HVE_NOT_ACTIVE: Final = _reply(
    "hve_not_active",
    550,
    "5.7.1",
    "The High Volume Email account is not active: it has no valid billing policy",
    sources.HVE_BILLING_TEXT,
    _EDGE,
)
HVE_EXTERNAL: Final = _reply(
    "hve_external",
    550,
    "5.5.105",
    "External sending is not supported for High Volume Email accounts",
    sources.HVE_EXTERNAL_TEXT,
    _EDGE,
)

# Azure Communication Services over SMTP ------------------------------------------------------------------------------
ACS_UNSUCCESSFUL: Final = _reply(
    "acs_unsuccessful", 535, "5.7.3", "Authentication unsuccessful", acs_smtp.UNSUCCESSFUL, slow=True
)
ACS_ENDED: Final = _reply(
    "acs_ended", 554, "5.3.2", "Azure Communication Services Email is no longer supported", acs.AFTER_THE_END
)
ACS_DOMAIN_NOT_LINKED: Final = _reply(
    "acs_domain_not_linked", 501, "5.1.7", "The specified sender domain has not been linked.", acs.DOMAIN_NOT_LINKED
)
ACS_SENDER_USERNAME: Final = _reply(
    "acs_sender_username",
    501,
    "5.1.7",
    "Invalid email sender username: '{acs_username}'. Please use a username from the list of valid usernames "
    "configured by your admin.",
    acs.SENDER_USERNAME,
)
ACS_RATE: Final = _reply(
    "acs_rate",
    450,
    "4.5.127",
    "Message rejected. Excessive message rate from sender. For more information see https://aka.ms/EXOSmtpErrors.",
    acs_smtp.RATE,
)
ACS_TOO_MANY_RECIPIENTS: Final = _reply(
    "acs_too_many_recipients", 550, "5.5.3", "Too many recipients", acs_smtp.TOO_MANY_RECIPIENTS
)
ACS_SUPPRESSED: Final = _reply(
    "acs_suppressed", 550, "5.7.1", "Message dropped because the recipient was suppressed", acs_smtp.SUPPRESSED
)

# Faults --------------------------------------------------------------------------------------------------------------
SERVICE_NOT_AVAILABLE: Final = _reply(
    "service_not_available",
    421,
    "4.3.2",
    "Service not available, closing transmission channel",
    sources.FAULT_CAPTURES,
)
NO_SERVICE: Final = _reply(
    "no_service", 554, "5.3.2", "No SMTP service here", sources.requirement("CON-04", 5321, "3.1")
)
RATE_EXCEEDED: Final = _reply(
    "rate_exceeded",
    421,
    "4.4.2",
    "Message submission rate for this client has exceeded the configured limit",
    sources.FAULT_CAPTURES,
)
TLS_NOT_AVAILABLE: Final = _reply(
    "tls_not_available", 454, "4.7.0", "TLS not available due to temporary reason", sources.FAULT_CAPTURES
)
AUTH_NOT_NOW: Final = _reply(
    "auth_not_now", 454, "4.7.0", "Temporary authentication failure", sources.requirement("AUT-16", 4954, "6")
)
GREYLISTED: Final = _reply("greylisted", 451, "4.7.1", "Greylisted, please try again later", sources.FAULT_GREYLISTING)
PARAMETERS_NOT_RECOGNISED: Final = _reply(
    "parameters_not_recognised",
    555,
    "5.5.4",
    "MAIL FROM/RCPT TO parameters not recognized or not implemented",
    sources.requirement("ENV-05", 5321, "4.1.1.11"),
)
SEND_AS_DENIED_SHORT: Final = _reply(
    "send_as_denied_short",
    554,
    "5.2.252",
    "SendAsDenied; {mailbox} not allowed to send as {sender}",
    sources.FAULT_CAPTURES,
)
JSON_CHALLENGE: Final = _reply(
    "json_challenge",
    334,
    None,
    "eyJzdGF0dXMiOiI0MDAiLCJzY2hlbWVzIjoiQmVhcmVyIiwic2NvcGUiOiJodHRwczovL291dGxvb2sub2ZmaWNlLmNvbS8ifQ==",
    sources.FAULT_CAPTURES,
)
CRAM_CHALLENGE: Final = _reply(
    "cram_challenge", 334, None, "PDEyMzQ1Njc4OTBAZXhhbXBsZS50ZXN0Pg==", sources.FAULT_CAPTURES
)
ANOTHER_CHALLENGE: Final = _reply("another_challenge", 334, None, "QWdhaW46", sources.requirement("AUT-07", 4954, "4"))
# What a recipient's side says of a copy, some words of the exception that follows left out.
COPY_IS_SPAM: Final = _reply(
    "copy_is_spam", 550, "5.7.1", "Message rejected as spam by Content Filtering.", sources.FAULT_COPY_IS_SPAM
)
COPY_FINDS_NO_ROOM: Final = _reply(
    "copy_finds_no_room",
    554,
    "5.2.2",
    "mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded; Failed to "
    "process message due to a permanent exception",
    sources.FAULT_COPY_FINDS_NO_ROOM,
)
INJECTED: Final = _reply(
    "injected", 250, None, "injected.example Hello\nSIZE 1\nAUTH PLAIN LOGIN", sources.FAULT_CAPTURES
)

OF_FAULTS: Final = (
    SERVICE_NOT_AVAILABLE,
    NO_SERVICE,
    RATE_EXCEEDED,
    TLS_NOT_AVAILABLE,
    AUTH_NOT_NOW,
    GREYLISTED,
    PARAMETERS_NOT_RECOGNISED,
    SEND_AS_DENIED_SHORT,
    JSON_CHALLENGE,
    CRAM_CHALLENGE,
    ANOTHER_CHALLENGE,
    COPY_IS_SPAM,
    COPY_FINDS_NO_ROOM,
    INJECTED,
)
"""The texts that only a fault says; the service itself is not known to say any of them."""

# What a fault makes of the text of another reply: one line more, and other words by the first digit of the code.
ONE_LINE_MORE: Final = "still OK"
REWORDED: Final = {"2": "In Ordnung", "3": "Weiter", "4": "Voruebergehend nicht moeglich", "5": "Abgelehnt"}
REWORDED_PROMPTS: Final = {PROMPT_USERNAME.text: "dXNlcm5hbWU6", PROMPT_PASSWORD.text: "cGFzc3dvcmQ6"}  # lower case

REPLIES: Final[tuple[ReplyTemplate, ...]] = tuple(
    value for value in list(globals().values()) if isinstance(value, ReplyTemplate)
)
