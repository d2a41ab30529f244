"""What the error lines mean that High Volume Email alone says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from relaylab_conformance.errors.meaning import Meaning

HVE: Final[Mapping[str, Meaning]] = {
    "hve_not_allowed": Meaning(
        "The password may be right: the organisation forbids passwords for this High Volume Email account. "
        "Security defaults are on, or an authentication policy without AllowBasicAuthSmtp holds for it. The switch of "
        "client submission (SmtpClientAuthenticationDisabled) has nothing to do with it: it does not reach High Volume "
        "Email."
    ),
    "hve_not_allowed_contracted": Meaning(
        "The same as the line with *does not*: the page of Microsoft prints it contracted, and which of the two the "
        "service says is not known."
    ),
    "hve_no_address": Meaning(
        "What the client put behind *user=* is no address: it is empty, a bare name, or another mechanism's response. "
        "It was seen once, in a log that cut the line off behind this sentence."
    ),
    "hve_token_ends_soon": Meaning(
        "The token is good, and ends so soon that the service does not begin a session with it. How much must be left "
        "is not published. A client that fetches a token an hour and uses it to the end meets this line."
    ),
    "hve_token_expired": Meaning("The token is past its time, or the session has outlived the one it was opened with."),
    "hve_invalid_permissions": Meaning(
        "The token is good, and holds no Mail.Send of Office 365 Exchange Online. SMTP.SendAsApp, which client "
        "submission asks for, does not count here; nor does the Mail.Send of Microsoft Graph."
    ),
    "hve_app_not_allowed": Meaning(
        "The application is known and may send, only not with this account: its enterprise application is not on the "
        "Allowed Apps. Most often the application (client) id was entered where the object id belongs."
    ),
    "hve_no_account": Meaning(
        "Who signed in is no High Volume Email account but an ordinary mailbox. The code was seen; the words are ours."
    ),
    "hve_foreign_sender": Meaning(
        "MAIL FROM is not the account that signed in. A program that moves from client submission and keeps its From "
        "address meets this line. The code was seen; the words are ours."
    ),
    "hve_foreign_from": Meaning(
        "The envelope is right, and the From header names somebody else than the account. The code was seen; the words "
        "are ours."
    ),
    "hve_not_active": Meaning(
        "The account has no valid billing policy, without which it sends nothing since 2026-06-01. That it cannot send "
        "is documented; code and words are ours."
    ),
    "hve_external": Meaning(
        "High Volume Email reaches recipients inside the tenant only, since June 2025, and this one is outside: in "
        "another tenant, at a partner, or behind a group or a contact. At which stage the line comes is not known."
    ),
}
