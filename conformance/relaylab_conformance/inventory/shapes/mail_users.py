"""``Get-MailUser``: with ``-HVEAccount`` the High Volume Email accounts, without it accounts whose mail leaves.

Nothing in the output is documented to tell the two apart (fact ADM-HVE-01 knows the switch alone). A column HVEAccount,
which our script adds, decides; without it a mail user that has no outside address is taken for an HVE account:
inferred, since mail to it could go nowhere.
"""

from __future__ import annotations

from typing import Final

from relaylab.domain.powershell import argument
from relaylab_conformance.inventory import cells
from relaylab_conformance.inventory.by_grammar import kinds, take
from relaylab_conformance.inventory.found import Findings, NoteKind
from relaylab_conformance.inventory.rows import Row
from relaylab_conformance.inventory.shapes.addresses import address, addresses_apart, others
from relaylab_conformance.inventory.shapes.mail_contacts import read_contact
from relaylab_conformance.inventory.shapes.members import addresses_of
from relaylab_conformance.inventory.shapes.shape import Shape, columns

_PRIMARY: Final = ("primarysmtpaddress", "windowsemailaddress", "userprincipalname", "microsoftonlineservicesid")
_CONTACT: Final = "mailcontact"


def _read(row: Row, found: Findings) -> None:
    if str(row.value("recipienttypedetails", "recipienttype") or "").lower() == _CONTACT:
        read_contact(row, found)
        return
    is_hve = row.read(cells.switch, "hveaccount")
    outside = None if is_hve else row.read(address, "externalemailaddress")
    primary = row.needs(address, *_PRIMARY)
    if is_hve or (is_hve is None and outside is None):
        _add_hve(row, found, str(primary), is_said=bool(is_hve))
    elif outside is not None:
        _add_mail_user(row, found, str(primary), str(outside))


def _add_hve(row: Row, found: Findings, primary: str, *, is_said: bool) -> None:
    skip = ("address", "password", "reply_to")
    taken = take(row, "hve_account", {"address": _PRIMARY}, skip=skip, lenient=("billing_policy_status",))
    entry = found.add("hve_account", primary, row.origin, taken, row.command)
    if not is_said:
        what = "a mail user without an outside address is taken for a High Volume Email account"
        way_out = "export with Get-MailUser -HVEAccount by the script that relaylab import --script prints"
        found.note(NoteKind.INFERRED, row.origin, "ExternalEmailAddress", what, way_out)
    if "billing_policy_status" in kinds("hve_account") and "billing_policy_status" not in entry.values:
        ask = f"whether its billing policy is valid: Get-HVEAccountBillingPolicy -Identity {argument(primary)}"
        entry.unknown.setdefault("billing_policy_status", ask)


def _add_mail_user(row: Row, found: Findings, primary: str, outside: str) -> None:
    own = ("address", "external_email_address", "proxy_addresses", "accept_messages_only_from")
    taken = take(row, "mail_user", {"address": _PRIMARY}, skip=own)
    taken.values["external_email_address"] = outside
    written = addresses_apart(row).read(cells.texts, "emailaddresses") or []
    try:
        first = address(primary)
        if also := [one for one in others(written, first) if one.casefold() != outside.casefold()]:
            taken.values["proxy_addresses"] = also
    except cells.CellError as error:
        raise row.wrong("emailaddresses", error.expectation, error.suggestion) from None
    addresses_of(row, found, taken, "accept_messages_only_from", ("acceptmessagesonlyfrom",))
    found.add("mail_user", primary, row.origin, taken, row.command)


SHAPE: Final = Shape(
    name="mail_users",
    title="Get-MailUser -HVEAccount",
    command=(
        "Get-MailUser -HVEAccount -ResultSize Unlimited | Select-Object PrimarySmtpAddress, UserPrincipalName, "
        "ExternalEmailAddress, RecipientTypeDetails, @{n='HVEAccount';e={$true}} | "
        "Export-Csv hve.csv -NoTypeInformation -Encoding utf8"
    ),
    asks="which High Volume Email accounts there are",
    marks=(
        columns("hveaccount"),
        columns("externalemailaddress", "userprincipalname"),
        columns("externalemailaddress", "microsoftonlineservicesid"),
    ),
    needs=(_PRIMARY, ("externalemailaddress", "hveaccount")),
    read=_read,
)
