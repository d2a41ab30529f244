"""What each error line means to the person who finds it in a log, by the name of its reply.

The rules behind a line say when it comes and what to change, each with its source; this says in a sentence or two what
has happened. Where no rule says a line, because the grammar of the protocol does, ``way_out`` says what to change.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from relaylab_conformance.errors.acs_meanings import ACS
from relaylab_conformance.errors.edge_meanings import EDGE
from relaylab_conformance.errors.hve_meanings import HVE
from relaylab_conformance.errors.meaning import AFTER, Meaning

MEANINGS: Final[Mapping[str, Meaning]] = {
    # grammar and order
    "unrecognised": Meaning(
        "The server does not know the command. It hides the word and tells its length: 'Length: 3' is what a browser's "
        "GET looks like from there. Something that does not speak SMTP has connected, or client and server have lost "
        "step with each other.",
        "Find out what connects to the port (a browser, a monitoring probe, an IMAP client), or what the sender wrote "
        "before this line: text that should have been inside DATA, or a reply that it took for another's.",
    ),
    "unrecognised_garbage": Meaning(
        "The line begins with octets that are no command at all: control characters, TLS where clear text was "
        "expected, or a bare line feed within a line.",
        "Use STARTTLS, not TLS from the first byte: port 465 is no port of client submission. End lines with CRLF.",
    ),
    "line_too_long": Meaning(
        "A command line is longer than the server reads.",
        "End each command with CRLF; a message belongs between DATA and the dot, not into a command.",
    ),
    "invalid_name": Meaning("The name that the sender gives in EHLO or HELO cannot be a host's name."),
    "invalid_arguments": Meaning(
        "The command is known and what stands behind it is not: a parameter that nobody offered, or none where one is "
        "needed.",
        "Send only the MAIL and RCPT parameters that the answer to EHLO offers, spelled as there.",
    ),
    "invalid_sender": Meaning(
        "What stands behind MAIL FROM is no address.",
        "Write MAIL FROM:<user@example.com>, with angle brackets and one @; a display name does not belong here.",
    ),
    "invalid_recipient": Meaning(
        "What stands behind RCPT TO is no address.",
        "Write RCPT TO:<user@example.com>, one command for each recipient; look for blanks, commas and display names "
        "in the address book of the device.",
    ),
    "hello_first": Meaning(
        "The sender gave a command before it said EHLO or HELO; after STARTTLS it must say EHLO again.",
        "Say EHLO after the greeting, and again inside TLS.",
    ),
    "need_mail": Meaning(
        "RCPT came before MAIL: there is no transaction to add a recipient to.",
        "Send MAIL FROM first. If it was sent and refused, the refusal is the cause: read that line.",
    ),
    "need_rcpt": Meaning(
        "DATA or BDAT came before any recipient was accepted.",
        "If every RCPT was refused, those refusals are the cause: read those lines.",
    ),
    "sender_specified": Meaning(
        "A second MAIL came within one transaction.",
        "End a transaction with DATA, or give it up with RSET, before the next MAIL.",
    ),
    "bad_sequence": Meaning(
        "BDAT and DATA were mixed, or DATA was asked for a message that was announced as BINARYMIME.",
        "Send one message by one method, and BINARYMIME by BDAT only.",
    ),
    "already_authenticated": Meaning(
        "AUTH came after a sign-in had succeeded.",
        "Sign in once a session; open another session for another mailbox.",
    ),
    "starttls_once": Meaning(
        "STARTTLS came inside TLS.",
        "Ask for TLS once; EHLO no longer offers STARTTLS inside it.",
    ),
    "not_implemented": Meaning("The server offers internationalised addresses (SMTPUTF8) and refuses to take one."),
    "timed_out": Meaning(
        "The connection was silent for too long, or open for too long, and is closed.",
        "Do not keep a connection open between messages; treat this line as temporary, connect again and send.",
    ),
    "too_many_errors": Meaning(
        "The sender made too many errors, or failed to sign in too often, in one session; the connection is closed.",
        "Read the errors before this line: they are the cause.",
    ),
    # signing in
    "unrecognised_mechanism": Meaning(
        "AUTH named a mechanism that is not offered: PLAIN, CRAM-MD5 or NTLM, or any at all before STARTTLS. Passwords "
        "go by LOGIN, tokens by XOAUTH2, both inside TLS only."
    ),
    "unsuccessful": Meaning(
        "The sign-in failed, and the server does not say why. Today this is what a token gets that is expired, made "
        "for another audience, or not the mailbox's; until 2021 it was the answer to a wrong password as well. High "
        "Volume Email says it of a wrong password today, Azure Communication Services of every sign-in that fails: the "
        "name's form, the secret, the role."
    ),
    "malformed_xoauth2": Meaning(
        "What was sent for XOAUTH2 is not base64 of user=...^Aauth=Bearer ...^A^A. High Volume Email says it; client "
        "submission does under another reading."
    ),
    "wrong_credentials": Meaning(
        "The password is wrong, nobody has that name, or the account needs a second factor that SMTP cannot give."
    ),
    "disabled_for_tenant": Meaning(
        "SMTP AUTH is switched off for the whole organisation, as it is from the start in those made since 2020. The "
        "switch is asked for passwords and for OAuth alike."
    ),
    "disabled_for_mailbox": Meaning(
        "SMTP AUTH is switched off for this mailbox. The mailbox's switch wins over the organisation's, and is asked "
        "for passwords and for OAuth alike."
    ),
    "basic_is_disabled": Meaning(
        "The password may be right: it is not looked at for mail any more, because a policy, or the cutover under "
        "another reading, refuses Basic authentication."
    ),
    "locked_by_security_defaults": Meaning(
        "Security defaults are on in Entra: they refuse every sign-in by password over SMTP, and know no exceptions."
    ),
    "criteria_not_met": Meaning(
        "A Conditional Access policy refuses the sign-in: most often one that blocks legacy authentication, also one "
        "that asks for a second factor or for another place."
    ),
    "account_locked": Meaning("The name is locked for a while after too many wrong passwords, whoever sent them."),
    "account_has_an_issue": Meaning("The account exists and may not sign in; the line does not say why."),
    "mailbox_cannot_be_accessed": Meaning("The account signs in and has no mailbox in the cloud that could send."),
    "basic_is_not_supported": Meaning(
        "Passwords are no longer accepted for client submission. The mailbox, its password and the network are in "
        "order: the method is gone. Microsoft announced this line for the day on which Basic authentication is removed "
        "for good; for the months before, in which it is off by default, no line is published, and this one is what "
        "guides expect. It has not been seen on the wire yet."
    ),
    "old_tls": Meaning("The sender speaks TLS 1.0 or 1.1. The handshake succeeds, and the sign-in does not."),
    "old_tls_in_organisation": Meaning(
        "The sender uses the host for old TLS, and its organisation has not asked for that."
    ),
    # MAIL and RCPT at client submission
    "starttls_required": Meaning("The sender tries to send in clear. It has STARTTLS turned off, or gave up on it."),
    "not_authenticated": Meaning(
        "MAIL came without a sign-in. A device with an empty user name does this, and so does one that did not find "
        "the mechanism it wanted and went on without."
    ),
    "not_authenticated_after": Meaning(
        "The sign-in failed, the sender went on regardless, and the server repeats why it failed behind the word "
        "Error. That second line is the cause. Programs made with .NET show this one."
    ),
    "not_authenticated_old": Meaning("MAIL came without a sign-in, in the words of 2020 and before."),
    "may_not_send_as": Meaning(
        "The mailbox that signed in may not send as the address in MAIL FROM. Guides print this line; transcripts "
        "since 2018 show the one of SendAsDenied at the end of DATA."
    ),
    "too_large": Meaning(
        "The message is larger than the service takes: 150 MB; at High Volume Email and at Azure Communication "
        "Services 10 MB."
    ),
    "too_many_recipients": Meaning("The transaction has as many recipients as the server takes; those stand."),
    # the end of DATA at client submission
    "send_as_denied": Meaning(
        "The mailbox that signed in is not the address in From, and has no right to send as it. The line comes after "
        "the message was transferred, is more than two thousand characters long, and breaks clients that read 512."
    ),
    "send_as_denied_old": Meaning(
        "The mailbox that signed in may not send as the address in From, in the words of 2022 and before."
    ),
    "concurrent": Meaning("More than three messages of this mailbox were on their way at the same time."),
    "concurrent_old": Meaning(
        "More than three messages of this mailbox were on their way at the same time; until the autumn of 2020 it was "
        "said in these words."
    ),
    "quota_exceeded": Meaning("The mailbox has sent to its ten thousand recipients of the last 24 hours."),
    "mailbox_logon_failure": Meaning(
        "The token was good enough for 235, and then the mailbox did not let its holder in: the application is not "
        "registered in Exchange by its object id, or has no FullAccess on the mailbox."
    ),
    "mailbox_full": Meaning("The mailbox is full: what it sends is kept in Sent Items, until nothing more fits."),
    "too_large_for_mailbox": Meaning("The message is larger than this mailbox may send."),
    # non-delivery reports
    "ndr_not_found": Meaning(f"Nobody in the organisation has that address. {AFTER}"),
    "ndr_too_many_recipients": Meaning(f"The message has more recipients than the mailbox may write to. {AFTER}"),
    "ndr_too_large": Meaning(f"The message is larger than this mailbox may send. {AFTER}"),
    "ndr_restricted": Meaning(f"The mailbox was caught sending spam and may send no more. {AFTER}"),
    "ndr_daily_recipients": Meaning(
        f"The mailbox has sent to its ten thousand recipients of the last 24 hours. {AFTER}"
    ),
    "ndr_terrl": Meaning(
        f"The organisation has written to as many outside recipients in 24 hours as its licences allow. {AFTER}"
    ),
    "ndr_terrl_trial": Meaning(
        f"A trial organisation has written to as many outside recipients in 24 hours as it may. {AFTER}"
    ),
    "ndr_moera": Meaning(
        "The organisation has written to its hundred outside recipients of the last 24 hours from addresses at "
        f"onmicrosoft.com. {AFTER}"
    ),
    # the tenant MX
    "relay_denied": Meaning(
        "The recipient is outside, and nothing told the server that the message is its own tenant's: no connector "
        "knows the address it came from, or the sender's domain is not the tenant's."
    ),
    "relay_denied_attr36": Meaning(
        "A connector knows the address that the message came from, and the sender's domain is no accepted domain of "
        "that tenant."
    ),
    "dmarc_rejected": Meaning(
        "The owner of the sender's domain asks that mail which neither SPF nor DKIM vouches for be refused (p=reject), "
        "and nothing vouches for this message."
    ),
    "direct_send_rejected": Meaning(
        "The organisation has turned on RejectDirectSend, and this message claims to be from one of its own addresses "
        "without coming through a connector."
    ),
    "unknown_recipient": Meaning("The organisation's directory does not know the recipient."),
    "unknown_recipient_2024": Meaning("The organisation's directory does not know the recipient, as said in 2024."),
    "unknown_recipient_2020": Meaning("The organisation's directory does not know the recipient, as said until 2023."),
    "all_recipients_rejected": Meaning(
        "Every recipient was refused, and the sender asked for DATA all the same.",
        "Those refusals are the cause: read the answers to RCPT.",
    ),
    "server_busy": Meaning(
        "The tenant MX holds back an address that it does not know: too much came from it lately, or it is new. The "
        "message can be sent again later; an address on an inbound connector is not held back."
    ),
    "other_tenant": Meaning(
        "This recipient belongs to another organisation than those already accepted; a message is one tenant's."
    ),
    **EDGE,
    **HVE,
    **ACS,
}
