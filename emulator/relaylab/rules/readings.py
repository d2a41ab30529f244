"""Every choice between conflicting or unpublished facts, by name. The default is what the fact sheet recommends.

A reading has at least two values. What is inferred and has no alternative here is no reading: the source of its rule or
text says so. ``relaylab readings`` prints this catalogue; ``--reading NAME=VALUE`` and the world file choose.
"""

from __future__ import annotations

from typing import Final

from relaylab.engine.readings import Reading
from relaylab.rules import sources
from relaylab.rules.acs import readings as acs_readings
from relaylab.rules.acs_rest import readings as acs_rest_readings
from relaylab.rules.entra import readings as entra_readings
from relaylab.rules.entra import sources as entra_sources
from relaylab.rules.hve_readings import HVE_READINGS

READINGS: Final = (
    Reading(
        "basic_auth_timeline",
        "Which announced timeline of the end of Basic authentication holds?",
        (
            ("2024-04", "removed in September 2025"),
            ("2025-06", "refused for a growing share from 2026-03-01, for all from 2026-04-30"),
            (
                "2026-01",
                "off by default from the end of December 2026, removal to be announced in the second half of 2027",
            ),
        ),
        "2026-01",
        sources.TIMELINE_2026,
    ),
    Reading(
        "basic_auth_refusal",
        "Which line does Basic get while it is off by default? No line is published for that phase.",
        (
            ("5.7.30", "550 5.7.30, the line announced for the removal"),
            ("5.7.139", "535 5.7.139 ... basic authentication is disabled., the line of today's policy block"),
        ),
        "5.7.30",
        sources.BASIC_OFF,
    ),
    Reading(
        "basic_auth_refusal_trailer",
        "Does the 5.7.30 line end in the server trailer? Microsoft prints it bare.",
        (("present", "as every other refusal of the front end"), ("absent", "as printed")),
        "present",
        sources.BASIC_OFF_TRAILER,
    ),
    Reading(
        "basic_auth_ramp",
        "Who is refused during the ramp that the timeline of June 2025 announced?",
        (("all", "everybody counts as refused from its first day, since anybody may be hit"), ("none", "nobody")),
        "all",
        sources.TIMELINE_2025,
    ),
    Reading(
        "new_tenant_basic_auth",
        'Can a tenant created after the cutover enable Basic? The text says "unavailable by default".',
        (("can_enable", "by default means that it can be changed"), ("cannot", "it stays unavailable")),
        "can_enable",
        sources.NEW_TENANTS,
    ),
    Reading(
        "login_offer_when_off",
        "Is AUTH LOGIN still advertised when Basic is off by default?",
        (("kept", "the tenant is not known at EHLO"), ("dropped", "only XOAUTH2 is offered, and LOGIN gets 504")),
        "kept",
        sources.LOGIN_OFFER,
    ),
    Reading(
        "sign_in_order",
        "In which order are the switches of a sign-in looked at?",
        (
            ("sheet", "authentication policy, security defaults, Conditional Access, mailbox switch, tenant switch"),
            ("switches_first", "mailbox and tenant switch before the policies, as one field report suggests"),
        ),
        "sheet",
        sources.SIGN_IN_ORDER,
    ),
    Reading(
        "malformed_xoauth2",
        "What does an XOAUTH2 response of the wrong layout get?",
        (
            ("5.7.3", "535 5.7.3, as every failed token"),
            ("5.5.124", "501 5.5.124, seen at the sister endpoint for HVE"),
        ),
        "5.7.3",
        sources.MALFORMED_RESPONSE,
    ),
    Reading(
        "smart_lockout",
        "When does a user name get locked after wrong passwords?",
        (("after_10", "after ten within ten minutes"), ("off", "never by itself")),
        "after_10",
        sources.SMART_LOCKOUT,
    ),
    Reading(
        "old_tls",
        "What becomes of TLS 1.0 and 1.1 at smtp.office365.com?",
        (("auth_421", "the handshake succeeds and AUTH gets 421 4.7.66"), ("handshake", "the handshake is refused")),
        "auth_421",
        sources.OLD_TLS_STAGE,
    ),
    Reading(
        "send_as_identity",
        "Which address must the mailbox be allowed to send as?",
        (("header_from", "that of From:, and MAIL FROM where there is none"), ("mail_from", "that of MAIL FROM")),
        "header_from",
        sources.SEND_AS_IDENTITY,
    ),
    Reading(
        "send_as_refusal",
        "Which line does a sender get who may not send as that address?",
        (
            ("5.2.252", "554 5.2.252 at the end of DATA, as in every transcript"),
            ("5.7.60", "550 5.7.60 at MAIL for a foreign MAIL FROM, as printed; a foreign From: still gets 5.2.252"),
        ),
        "5.2.252",
        sources.SEND_AS_DENIED,
    ),
    Reading(
        "recipient_rate_refusal",
        "What does the 10,001st recipient of a day get?",
        (("554", "554 5.2.0 at the end of DATA"), ("ndr", "a non-delivery report 5.1.90")),
        "554",
        sources.RECIPIENT_RATE,
    ),
    Reading(
        "message_rate",
        "What becomes of the 31st message within a minute?",
        (("late_delivery", "accepted at once, delivered later"), ("late_reply", "its 250 is held back until its turn")),
        "late_delivery",
        sources.MESSAGE_RATE_EFFECT,
    ),
    Reading(
        "too_many_recipients",
        "What does a message with more recipients than the mailbox may use get?",
        (
            ("ndr", "250, then a report 5.5.3"),
            ("rcpt", "452 4.5.3 at RCPT from the 1,001st on, and the report below that"),
        ),
        "ndr",
        sources.RECIPIENTS_STOP,
    ),
    Reading(
        "message_over_mailbox_size",
        "What does a message larger than the mailbox may send get?",
        (("ndr", "250, then a report 5.2.3"), ("data", "554 5.2.3 at the end of DATA")),
        "ndr",
        sources.SEND_SIZE,
    ),
    Reading(
        "terrl_last_phase",
        "Does TERRL hold for tenants of more than 500 licences?",
        (
            ("enforced", "since 2025-05-01 (MC1023294; refusals were reported in 2026)"),
            ("paused", "the blog of 2025-07-14"),
        ),
        "enforced",
        sources.TERRL_ROLLOUT,
    ),
    Reading(
        "terrl_by_age",
        "Are the lower quotas of September 2026 applied? Their numbers are second-hand.",
        (("second_hand", "trial 500; under 31 days 10 %; 31 to 60 days 25 %"), ("ignore", "the formula for everybody")),
        "second_hand",
        sources.TERRL_2026,
    ),
    Reading(
        "smtputf8_in_mail",
        "Is MAIL with SMTPUTF8 accepted?",
        (("accept", "it is advertised"), ("502", "502 5.3.3, one weak report")),
        "accept",
        sources.SMTPUTF8,
    ),
    Reading(
        "error_limits",
        "How many errors does a connection live through?",
        (("5_and_3", "five protocol errors, three failed sign-ins"), ("none", "any number")),
        "5_and_3",
        sources.ERROR_LIMITS,
    ),
    Reading(
        "server_chain",
        "Which shape has the certificate chain that the servers send?",
        (
            ("g2", "three certificates, the last a root that another one has cross-signed, as Microsoft's newer chain"),
            ("g1", "two certificates below the root, as the tenant MX sent until 2026-08"),
        ),
        "g2",
        sources.SERVER_CHAIN,
    ),
    Reading(
        "data_after_refused_recipients",
        "What does DATA get at the tenant MX when every recipient of the transaction was refused?",
        (
            ("5.4.1", "550 5.4.1 All recipient addresses rejected, as seen; that it comes at DATA is inferred"),
            ("503", "503 5.5.2 Need rcpt command, as where there was none"),
        ),
        "5.4.1",
        sources.ALL_RECIPIENTS_REJECTED,
    ),
    Reading(
        "mx_banner_session_id",
        "Does the greeting of the tenant MX end in the session id?",
        (("present", "as captures of 2025 show"), ("absent", "as one edited capture of 2026-03 shows")),
        "present",
        sources.MX_BANNER,
    ),
    Reading(
        "relay_denied_stage",
        "Where does a message to the outside without attribution get 5.7.64?",
        (("data", "at the end of DATA; RCPT is accepted"), ("rcpt", "at RCPT, as a capture of 2018 shows")),
        "data",
        sources.RELAY_DENIED_STAGE,
    ),
    Reading(
        "relay_denied_text",
        "What is said when a connector lists the address but MAIL FROM is in no accepted domain of its tenant?",
        (
            ("tenant_attribution", "the same text as always"),
            ("attr36", "550 5.7.64 Relay Access Denied ATTR36, not seen since 2019"),
        ),
        "tenant_attribution",
        sources.RELAY_DENIED_TEXT,
    ),
    Reading(
        "direct_send_sender",
        "Which MAIL FROM does RejectDirectSend refuse?",
        (
            ("domain", "any in an accepted domain, whether or not the address exists"),
            ("existing_address", "one that exists in the directory, as one administrator reports"),
        ),
        "domain",
        sources.DIRECT_SEND_SENDER,
    ),
    Reading(
        "direct_send_delay",
        "When does a change of RejectDirectSend apply?",
        (("none", "at once"), ("30_minutes", "30 minutes of the simulated clock after it was made, the longest")),
        "none",
        sources.DIRECT_SEND_DELAY,
    ),
    Reading(
        "untrusted_certificate",
        "What does a client certificate of an untrusted chain get where a Partner connector wants one?",
        (
            ("none", "it counts as none, and the restriction refuses it with 5.7.51"),
            ("454", "454 4.7.0 with UntrustedRoot, as one article prints it"),
        ),
        "none",
        sources.UNTRUSTED_CERTIFICATE_READING,
    ),
    Reading(
        "ipv6_without_name",
        "Is anonymous mail from an IPv6 address without a PTR record refused (5.7.25)?",
        (
            ("refuse", "as documented; the world's zone must hold the PTR record"),
            ("accept", "the zone of a test often holds no such records"),
        ),
        "refuse",
        sources.IPV6_WITHOUT_NAME,
    ),
    Reading(
        "ipv6_not_authenticated",
        "Is anonymous mail over IPv6 put off when it passes neither SPF nor DKIM (4.7.26)?",
        (
            ("defer", "as documented; asked only where the world's DNS tells of the sender's domain"),
            ("accept", "such mail was seen to be taken over IPv4, and a test may not want to prove who sends"),
        ),
        "defer",
        sources.IPV6_NOT_AUTHENTICATED,
    ),
    Reading(
        "mx_throttling",
        "Are addresses on no connector throttled (451 4.7.500)?",
        (("off", "no"), ("on", "every RCPT from an address on no connector is put off")),
        "off",
        sources.MX_THROTTLING,
    ),
    Reading(
        "device_code_on_common",
        "Can a device code be asked for at /common? Microsoft's page says yes, a comment in MSAL.NET names an error.",
        (("accepted", "as the page says"), ("90133", "AADSTS90133")),
        "accepted",
        entra_sources.DEVICE_CODE_ON_COMMON,
    ),
    Reading(
        "device_code_expired",
        "Which number has an expired device code? The documentation and what clients were seen to get differ.",
        (("70020", "as seen"), ("70019", "as documented")),
        "70020",
        entra_sources.DEVICE_CODE_EXPIRED,
    ),
    Reading(
        "aadsts_separator",
        "What stands between an AADSTS text and its trace ids? Captures since the end of 2023 show spaces.",
        (("space", "a space"), ("crlf", "CR and LF, as documented")),
        "space",
        entra_sources.TRACE_LINES,
    ),
    Reading(
        "unregistered_service_principal",
        "What happens to the token of an application whose service principal Exchange does not know by object id?",
        (("535", "authentication fails, as documented"), ("430", "it signs in, and fails at the end of DATA")),
        "535",
        sources.OAUTH_SERVICE_PRINCIPAL,
    ),
    Reading(
        "unrecorded_sender",
        "What is made of a sender of whose domain the world's [[dns]] says nothing?",
        (
            ("unjudged", "nothing: the world does not tell who may send for it, and the message is delivered"),
            ("judged", "what the service makes of a domain without SPF, DKIM and DMARC: Junk, by default"),
        ),
        "unjudged",
        sources.UNRECORDED_SENDER,
    ),
    Reading(
        "compauth_implicit",
        "What is compauth where nothing vouches for a sender and its domain asks for nothing?",
        (
            ("fail", "fail, 001; 601 for one of the tenant's own domains"),
            ("softpass", "softpass, 201; own domains as before"),
        ),
        "fail",
        sources.COMPAUTH_IMPLICIT,
    ),
    Reading(
        "dmarc_discovery",
        "How is the organization behind a domain found?",
        (("suffix_list", "by the public suffix list (RFC 7489)"), ("tree_walk", "by walking up the tree (RFC 9989)")),
        "suffix_list",
        sources.DMARC_DISCOVERY,
    ),
    *HVE_READINGS,
    *acs_readings.READINGS,
    *acs_rest_readings.READINGS,
    *entra_readings.READINGS,
)
