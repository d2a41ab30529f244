"""The readings of High Volume Email, in the order in which a session meets them; ``readings`` takes them in."""

from __future__ import annotations

from typing import Final

from relaylab.engine.readings import Reading
from relaylab.rules import replies, sources

HVE_READINGS: Final = (
    Reading(
        "hve_ehlo_size",
        "Which SIZE does High Volume Email advertise?",
        (("157286400", "that of Exchange Online"), ("10485760", "the 10 MB that it takes")),
        "157286400",
        sources.HVE_EHLO_SIZE,
    ),
    Reading(
        "hve_trailer",
        "Do the refusals of High Volume Email end in server, time and session id?",
        (("present", "as those of client submission"), ("absent", "as Microsoft prints them")),
        "present",
        sources.HVE_TRAILER,
    ),
    Reading(
        "hve_refusal_wording",
        "How does the refusal of Basic by security defaults or a policy read at High Volume Email?",
        (("does_not", "does not allow, as an older quotation has it"), ("doesnt", "doesn't allow, as the page has it")),
        "does_not",
        sources.HVE_WORDING,
    ),
    Reading(
        "hve_basic_refusal",
        "Which line does a password get once High Volume Email takes none any more? None is published.",
        (
            (
                "5.7.139",
                f"the line {replies.HVE_NOT_ALLOWED.codes} of High Volume Email for a password that is not allowed",
            ),
            ("5.7.30", f"the line {replies.BASIC_IS_NOT_SUPPORTED.codes} announced for client submission"),
        ),
        "5.7.139",
        sources.HVE_BASIC_REFUSAL,
    ),
    Reading(
        "hve_token_margin",
        "How long must a token still be good for when it signs in at High Volume Email?",
        (
            ("300", "more than five minutes: less than any known client leaves"),
            ("600", "more than ten minutes: when one client refreshes"),
        ),
        "300",
        sources.HVE_TOKEN_MARGIN,
    ),
    Reading(
        "hve_refusal_stage",
        "Where does High Volume Email refuse an application that is not allowed, an account of another kind and a "
        "foreign MAIL FROM?",
        (("mail", "at MAIL"), ("data", "at the end of DATA")),
        "mail",
        sources.HVE_REFUSAL_STAGE,
    ),
    Reading(
        "hve_sender_addresses",
        "Which addresses may a High Volume Email account send from?",
        (
            ("associated", "its primary address and its proxy addresses"),
            ("primary", "its primary address alone, as tests of 2026 found"),
        ),
        "associated",
        sources.HVE_SENDER_ADDRESSES,
    ),
    Reading(
        "hve_null_sender",
        "What becomes of MAIL FROM:<> at High Volume Email?",
        (
            ("refused", f"{replies.HVE_FOREIGN_SENDER.codes}: it is no address of the account"),
            ("taken", "it names nobody that the account is not"),
        ),
        "refused",
        sources.HVE_NULL_SENDER,
    ),
    Reading(
        "hve_no_from",
        "What becomes of a message without a From field at High Volume Email?",
        (
            ("taken", "nothing in it differs from the account; client submission takes such a message too"),
            ("refused", f"{replies.HVE_FOREIGN_FROM.codes}: no From is not the account's"),
        ),
        "taken",
        sources.HVE_NO_FROM,
    ),
    Reading(
        "hve_billing_refusal",
        "How is an account without a valid billing policy told so? No line is published.",
        (("mail", "with 550 at MAIL"), ("ndr", "250, then a report")),
        "mail",
        sources.HVE_BILLING_TEXT,
    ),
    Reading(
        "hve_size_count",
        "Does the growth of attachments by base64 count towards the 10 MB of High Volume Email?",
        (("as_sent", "yes: the octets of the message as it is sent"), ("decoded", "no: 13.7 MB as they are sent")),
        "as_sent",
        sources.HVE_SIZE_COUNT,
    ),
    Reading(
        "hve_size_refusal",
        "When is a message of more than 10 MB refused that has announced its size?",
        (("data", "at the end of DATA, as one that has not"), ("mail", "at MAIL")),
        "data",
        sources.HVE_SIZE_STAGE,
    ),
    Reading(
        "hve_too_many_recipients",
        "What does the 51st recipient of a message get at High Volume Email?",
        (
            ("rcpt", f"with {replies.TOO_MANY_RECIPIENTS.codes} at RCPT; the fifty before it stand"),
            ("ndr", f"250, then a report {replies.NDR_TOO_MANY_RECIPIENTS.enhanced} for all"),
        ),
        "rcpt",
        sources.HVE_RECIPIENTS_STAGE,
    ),
    Reading(
        "hve_external_stage",
        f"Where does a recipient outside get {replies.HVE_EXTERNAL.codes} at High Volume Email?",
        (("rcpt", "at RCPT"), ("data", "at the end of DATA, for the whole message"), ("ndr", "250, then a report")),
        "rcpt",
        sources.HVE_EXTERNAL_STAGE,
    ),
    Reading(
        "hve_contacts_and_guests",
        "Are mail contacts and guests outside for High Volume Email?",
        (
            ("external", "yes, whatever domain their address is in"),
            ("internal", "no, where their address is in an accepted domain of the tenant"),
        ),
        "external",
        sources.HVE_CONTACTS,
    ),
    Reading(
        "hve_outside_members",
        "What becomes of High Volume Email for somebody outside who is behind a group or a mail user?",
        (
            ("ndr", f"it comes back with {replies.HVE_EXTERNAL.codes}"),
            ("delivered", "it leaves: the address written to is inside"),
        ),
        "ndr",
        sources.HVE_BEHIND,
    ),
    Reading(
        "hve_reports",
        "Who gets the reports on what a High Volume Email account sent?",
        (("nobody", "the account, which has no mailbox"), ("reply_to", "its ReplyTo address, where it has one")),
        "nobody",
        sources.HVE_REPORTS,
    ),
    Reading(
        "hve_reply_to",
        "What does the ReplyTo of a High Volume Email account do to a message?",
        (
            ("message_wins", "a Reply-To is written above one that has none of its own"),
            ("account_wins", "a Reply-To is written above every one, and counts"),
            ("not_written", "nothing: replies find their way without"),
        ),
        "message_wins",
        sources.HVE_REPLY_TO,
    ),
)
