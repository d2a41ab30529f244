"""Every date that matters, once, with its source. Rules name a milestone; no rule holds a date.

Windows are half-open instants. Where a source gives a day, it is 00:00:00Z of that day; where it gives less, the
``decision`` says what we chose. A user can move each one (``--milestone NAME=DATE``), and the reading
``basic_auth_timeline`` chooses the cutover as it was announced at one of three times.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from relaylab.engine.milestones import Milestone
from relaylab.rules import sources
from relaylab.rules.acs import sources as acs


def _day(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


NOT_SUPPORTED_FROM: Final = _day(3000, 1, 1)  # the end of the test root, and room for a clock that runs
EARLIEST_SUPPORTED: Final = _day(2020, 10, 1)  # sources.EARLIEST; before it too many wordings are not known
_TIMELINE: Final = "basic_auth_timeline"

# The cutover -------------------------------------------------------------------------------------------------------
BASIC_AUTH_RAMP_BEGINS: Final = Milestone(
    "basic_auth_ramp_begins",
    None,
    "A small share of Basic submissions is refused, growing until the removal.",
    sources.TIMELINE_2025,
    "Only the timeline of June 2025 had a ramp; it never started.",
    under=((_TIMELINE, "2025-06", _day(2026, 3, 1)),),
)
BASIC_AUTH_OFF_BY_DEFAULT: Final = Milestone(
    "basic_auth_off_by_default",
    _day(2026, 12, 31),
    "SMTP AUTH Basic authentication is disabled by default; administrators can re-enable it.",
    sources.TIMELINE_2026,
    'The source says "end of December 2026"; the last day of it is our choice.',
    under=((_TIMELINE, "2024-04", None), (_TIMELINE, "2025-06", None)),
)
BASIC_AUTH_REMOVED: Final = Milestone(
    "basic_auth_removed",
    None,
    "SMTP AUTH Basic authentication is removed for everybody.",
    sources.TIMELINE_2026,
    "Microsoft will announce the day in the second half of 2027; until then there is none. Earlier timelines: the "
    'first day of "September 2025", and the end of the ramp.',
    under=((_TIMELINE, "2024-04", _day(2025, 9, 1)), (_TIMELINE, "2025-06", _day(2026, 4, 30))),
)

# Wording and form --------------------------------------------------------------------------------------------------
SUBMISSION_WORDING_2021: Final = Milestone(
    "submission_wording_2021",
    _day(2021, 1, 1),
    "Client submission answers with today's lines to unauthenticated senders, wrong passwords and closed switches.",
    sources.NOT_AUTHENTICATED_OLD,
    'The change is seen "before about 2021"; the first day of 2021 is our choice.',
)
OLD_TLS_REFUSED: Final = Milestone(
    "old_tls_refused",
    _day(2022, 2, 1),
    "smtp.office365.com refuses TLS 1.0 and 1.1.",
    sources.OLD_TLS,
    'The source says "from February 2022"; its first day is our choice.',
)
SEND_AS_DENIED_NAMES_ADDRESSES: Final = Milestone(
    "send_as_denied_names_addresses",
    _day(2022, 11, 23),
    "The SendAs refusal carries 5.2.252 and both addresses.",
    sources.SEND_AS_SINCE,
    "The day it was first seen.",
)
MX_FRONT_ENDS_RENAMED: Final = Milestone(
    "mx_front_ends_renamed",
    _day(2022, 12, 15),
    "The front ends of the tenant MX have today's names, in the greeting and in refusals.",
    sources.MX_LABELS,
    "The day a name of today's form was first seen.",
)
TRAILERS_WITH_TIME: Final = Milestone(
    "trailers_with_time",
    _day(2023, 3, 15),
    "Front-end refusals end in server, time and session id; before, in the server alone.",
    sources.TRAILER_SINCE,
    "The day it was first seen (at the tenant MX; at submission 2023-07-10).",
)
RELAY_IGNORES_FROM_HEADER: Final = Milestone(
    "relay_ignores_from_header",
    _day(2023, 11, 1),
    "The From header no longer attributes a message to a tenant; MAIL FROM or the certificate must.",
    sources.RELAY_RULE_OLD,
)
DBEB_WITHOUT_NUMBER: Final = Milestone(
    "dbeb_without_number",
    _day(2024, 1, 1),
    "The refusal of unknown recipients loses its AS number.",
    sources.DBEB_2024,
    "Seen with the number until 2023 and without it in 2024-02; the turn of the year is our choice.",
)
BANNER_WITH_SESSION_ID: Final = Milestone(
    "banner_with_session_id",
    _day(2024, 10, 10),
    "The greeting ends in the session id.",
    sources.BANNER_SINCE,
    "The day it was first seen; it was absent on 2024-06-27.",
)
BLOCKLIST_AS_1440: Final = Milestone(
    "blocklist_as_1440",
    _day(2024, 10, 1),
    "The refusal of an address on Spamhaus carries AS(1440); before, AS(1450).",
    sources.BLOCKLIST_1440,
    "Seen with 1450 in 2024-08 and with 1440 in 2024-10; the first day of that month is our choice.",
)
DBEB_WITH_LINK: Final = Milestone(
    "dbeb_with_link",
    _day(2026, 1, 29),
    "Refusals at the edge point to https://aka.ms/EXOSmtpErrors.",
    sources.DBEB,
    "The day it was first seen; it was absent in 2024-02.",
)

# Direct Send -------------------------------------------------------------------------------------------------------
DIRECT_SEND_CAN_BE_REJECTED: Final = Milestone(
    "direct_send_can_be_rejected",
    _day(2025, 4, 28),
    "RejectDirectSend exists.",
    sources.DIRECT_SEND_REJECTED,
)

# Tenant external recipient rate limit (TERRL) ----------------------------------------------------------------------
TERRL_TRIAL: Final = Milestone(
    "terrl_trial", _day(2025, 2, 1), "TERRL holds for trial tenants.", sources.TERRL_TRIAL,
    'The source says "February 2025"; its first day is our choice.',
)  # fmt: skip
TERRL_25: Final = Milestone(
    "terrl_25", _day(2025, 4, 3), "TERRL holds for tenants of up to 25 licences.", sources.TERRL_ROLLOUT
)
TERRL_200: Final = Milestone(
    "terrl_200", _day(2025, 4, 18), "TERRL holds for tenants of up to 200 licences.", sources.TERRL_ROLLOUT
)
TERRL_500: Final = Milestone(
    "terrl_500", _day(2025, 4, 28), "TERRL holds for tenants of up to 500 licences.", sources.TERRL_ROLLOUT
)
TERRL_ALL: Final = Milestone(
    "terrl_all",
    _day(2025, 5, 1),
    "TERRL holds for every tenant.",
    sources.TERRL_LAST_PHASE,
    "MC1023294; the blog of 2025-07-14 says that this last phase is paused (reading terrl_last_phase).",
    under=(("terrl_last_phase", "paused", None),),
)
TERRL_BY_AGE: Final = Milestone(
    "terrl_by_age",
    _day(2026, 9, 14),
    "TERRL is lower for trial tenants and for tenants younger than 61 days.",
    sources.TERRL_2026,
    "Announced 2026-08-13 in MC1454397; the percentages are second-hand (reading terrl_by_age).",
    under=(("terrl_by_age", "ignore", None),),
)

# Sending from onmicrosoft.com (MOERA), by Exchange seats -----------------------------------------------------------
MOERA_TRIAL: Final = Milestone("moera_trial", _day(2025, 10, 15), "The MOERA limit holds for trials.", sources.MOERA)
MOERA_2: Final = Milestone(
    "moera_2", _day(2025, 12, 1), "The MOERA limit holds for tenants of fewer than 3 seats.", sources.MOERA
)
MOERA_10: Final = Milestone(
    "moera_10", _day(2026, 1, 7), "The MOERA limit holds for tenants of 3 to 10 seats.", sources.MOERA
)
MOERA_50: Final = Milestone(
    "moera_50", _day(2026, 2, 2), "The MOERA limit holds for tenants of 11 to 50 seats.", sources.MOERA
)
MOERA_200: Final = Milestone(
    "moera_200", _day(2026, 3, 2), "The MOERA limit holds for tenants of 51 to 200 seats.", sources.MOERA
)
MOERA_2000: Final = Milestone(
    "moera_2000", _day(2026, 4, 1), "The MOERA limit holds for tenants of 201 to 2,000 seats.", sources.MOERA
)
MOERA_10000: Final = Milestone(
    "moera_10000", _day(2026, 5, 4), "The MOERA limit holds for tenants of 2,001 to 10,000 seats.", sources.MOERA
)
MOERA_ALL: Final = Milestone(
    "moera_all", _day(2026, 6, 1), "The MOERA limit holds for tenants of more than 10,000 seats.", sources.MOERA
)

# Names in DNS ------------------------------------------------------------------------------------------------------
HVE_HOST: Final = Milestone("hve_host", _day(2024, 4, 1), "smtp-hve.office365.com exists.", sources.HVE_FIRST_HOST)
IPV6_FOR_ACCEPTED_DOMAINS: Final = Milestone(
    "ipv6_for_accepted_domains",
    _day(2024, 10, 16),
    "The MX hosts of accepted domains answer AAAA beside A, unless an administrator opted out.",
    sources.IPV6_DEFAULT,
    "Gradually from this day; we give it to every domain at once.",
)
DKIM_MAIL_MICROSOFT: Final = Milestone(
    "dkim_mail_microsoft",
    _day(2025, 5, 1),
    "Domains added from now on have their DKIM keys below dkim.mail.microsoft.",
    sources.DNS_DKIM_MAIL_MICROSOFT,
    'The source says "since May 2025"; its first day is our choice.',
)
HVE_HOST_AT_MX_MICROSOFT: Final = Milestone(
    "hve_host_at_mx_microsoft",
    _day(2026, 4, 1),
    "smtp.hve.mx.microsoft exists.",
    sources.HVE_HOST,
    'On the page "by 2026-04"; the first day of the month is our choice.',
)
MX_MICROSOFT: Final = Milestone(
    "mx_microsoft",
    _day(2026, 7, 1),
    "Domains added from now on have their MX host below mx.microsoft.",
    sources.MX_MICROSOFT,
    "The roll-out takes the month of July; we give it to every domain from its first day.",
)

# High Volume Email -------------------------------------------------------------------------------------------------
HVE_RATE_CAPS_LIFTED: Final = Milestone(
    "hve_rate_caps_lifted",
    _day(2025, 5, 1),
    "High Volume Email has no rate limit any more, and 100 accounts a tenant; in the preview a tenant had 20, and "
    "reached 100,000 recipients a day, 2,000 of them outside.",
    sources.HVE_CAPS_LIFTED,
    'The source says "May 2025"; its first day is our choice.',
)
HVE_INTERNAL_ONLY: Final = Milestone(
    "hve_internal_only",
    _day(2025, 6, 1),
    "High Volume Email reaches recipients inside the tenant only.",
    sources.HVE_INTERNAL,
    'The source says "June 2025"; its first day is our choice. One article says September 2025.',
)
HVE_GENERAL_AVAILABILITY: Final = Milestone(
    "hve_general_availability",
    _day(2026, 3, 31),
    "High Volume Email is generally available, worldwide; before, it is a preview.",
    sources.HVE_GENERALLY_AVAILABLE,
)
HVE_BILLING_BEGINS: Final = Milestone(
    "hve_billing_begins",
    _day(2026, 6, 1),
    "High Volume Email is metered and billed; an account without a valid billing policy no longer sends.",
    sources.HVE_BILLING,
)
HVE_BASIC_AUTH_ENDS: Final = Milestone(
    "hve_basic_auth_ends",
    _day(2028, 10, 1),
    "High Volume Email no longer takes passwords.",
    sources.HVE_BASIC_ENDS,
    'The source says "until September 2028"; that a day or month named as the last is included is our choice, as '
    "it is for the end of Azure Communication Services Email.",
)

# Azure Communication Services Email -----------------------------------------------------------------------------------
ACS_REST: Final = Milestone(
    "acs_rest",
    _day(2023, 3, 31),
    "The REST interface of Azure Communication Services Email is out of its previews.",
    acs.REST_GENERALLY_AVAILABLE,
    "The day is the one that the first stable api-version is named after.",
)
ACS_SMTP: Final = Milestone(
    "acs_smtp",
    _day(2023, 11, 1),
    "smtp.azurecomm.net exists.",
    acs.SMTP_PREVIEW,
    'The preview began "late 2023", and ended in April 2024; the first of November is our choice.',
)
ACS_SMTP_USERNAMES: Final = Milestone(
    "acs_smtp_usernames",
    _day(2024, 9, 1),
    "An ACS resource can have SMTP usernames.",
    acs.SMTP_USERNAMES,
    "The first api-version that has them is 2024-09-01-preview.",
)
ACS_SMTP_XOAUTH2: Final = Milestone(
    "acs_smtp_xoauth2",
    _day(2025, 1, 1),
    "smtp.azurecomm.net takes XOAUTH2 beside LOGIN.",
    acs.XOAUTH2_ADDED,
    "On the page after 2024-12; the turn of the year is our choice.",
)
ACS_MANAGED_DOMAIN_LIMITS: Final = Milestone(
    "acs_managed_domain_limits",
    _day(2024, 3, 1),
    "Azure-managed domains have a quota of their own, lower than that of custom domains.",
    acs.MANAGED_SEND_QUOTA,
    "The limits page has it since March 2024; the page of the SDK gave one table for all. Its first day is our choice.",
)
ACS_CLOSED_TO_NEW_CUSTOMERS: Final = Milestone(
    "acs_closed_to_new_customers",
    _day(2026, 10, 23),
    "New customers can no longer sign up for Azure Communication Services Email.",
    acs.CLOSED_TO_NEW_CUSTOMERS,
)
ACS_EMAIL_ENDS: Final = Milestone(
    "acs_email_ends",
    _day(2028, 10, 1),
    "Azure Communication Services Email no longer works.",
    acs.END_OF_EMAIL,
    'The source says "after 30 September 2028"; that a day or month named as the last is included is our choice, as '
    "it is for the end of passwords at High Volume Email.",
)

MILESTONES: Final = (
    SUBMISSION_WORDING_2021,
    OLD_TLS_REFUSED,
    SEND_AS_DENIED_NAMES_ADDRESSES,
    MX_FRONT_ENDS_RENAMED,
    TRAILERS_WITH_TIME,
    RELAY_IGNORES_FROM_HEADER,
    ACS_REST,
    ACS_SMTP,
    DBEB_WITHOUT_NUMBER,
    ACS_MANAGED_DOMAIN_LIMITS,
    HVE_HOST,
    ACS_SMTP_USERNAMES,
    BLOCKLIST_AS_1440,
    BANNER_WITH_SESSION_ID,
    IPV6_FOR_ACCEPTED_DOMAINS,
    ACS_SMTP_XOAUTH2,
    TERRL_TRIAL,
    TERRL_25,
    TERRL_200,
    TERRL_500,
    DIRECT_SEND_CAN_BE_REJECTED,
    TERRL_ALL,
    HVE_RATE_CAPS_LIFTED,
    DKIM_MAIL_MICROSOFT,
    HVE_INTERNAL_ONLY,
    MOERA_TRIAL,
    MOERA_2,
    MOERA_10,
    DBEB_WITH_LINK,
    MOERA_50,
    BASIC_AUTH_RAMP_BEGINS,
    MOERA_200,
    HVE_GENERAL_AVAILABILITY,
    MOERA_2000,
    HVE_HOST_AT_MX_MICROSOFT,
    MOERA_10000,
    HVE_BILLING_BEGINS,
    MOERA_ALL,
    MX_MICROSOFT,
    TERRL_BY_AGE,
    ACS_CLOSED_TO_NEW_CUSTOMERS,
    BASIC_AUTH_OFF_BY_DEFAULT,
    HVE_BASIC_AUTH_ENDS,
    BASIC_AUTH_REMOVED,
    ACS_EMAIL_ENDS,
)
