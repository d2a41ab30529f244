"""``Get-CASMailbox``: which mailboxes there are, and whether SMTP AUTH is switched off for one.

An empty SmtpClientAuthenticationDisabled means that the organisation's value holds (facts ADM-CAS-01, ADM-CAS-06); the
property sets of ``Get-EXOCasMailbox`` do not hold it (fact ADM-CAS-04).
"""

from __future__ import annotations

from typing import Final

from relaylab.app.config import Problem
from relaylab_conformance.inventory import cells
from relaylab_conformance.inventory.by_grammar import check, take
from relaylab_conformance.inventory.found import Findings
from relaylab_conformance.inventory.origin import ExportError
from relaylab_conformance.inventory.rows import Row
from relaylab_conformance.inventory.shapes.addresses import (
    address,
    addresses_apart,
    is_of_the_service,
    others,
    primary_of,
)
from relaylab_conformance.inventory.shapes.shape import Shape, columns

_SWITCH: Final = "smtpclientauthenticationdisabled"
_PRIMARY: Final = ("primarysmtpaddress", "windowsemailaddress")
_RENAMED: Final = {"address": _PRIMARY, "proxy_addresses": ("emailaddresses",)}
COMMAND: Final = (
    "Get-CASMailbox -ResultSize Unlimited | Select-Object PrimarySmtpAddress, SmtpClientAuthenticationDisabled, "
    "@{n='EmailAddresses';e={$_.EmailAddresses -join ';'}} | "
    "Export-Csv casmailbox.csv -NoTypeInformation -Encoding utf8"
)


def read_mailbox(row: Row, found: Findings) -> None:
    """Take in a mailbox with its addresses; those of the service itself are passed over."""
    if any(is_of_the_service(row.value(name)) for name in ("name", "identity", "alias", *_PRIMARY)):
        return
    taken = take(addresses_apart(row), "mailbox", _RENAMED, skip=("address",))
    written = [str(one) for one in taken.values.pop("proxy_addresses", ())]
    try:
        primary = row.read(address, *_PRIMARY) or primary_of(written)
        primary = primary or row.read(address, "userprincipalname", "microsoftonlineservicesid")
        also = others(written, primary) if primary else []
    except cells.CellError as error:
        raise row.wrong("emailaddresses", error.expectation, error.suggestion) from None
    if primary is None:
        raise row.wrong("primarysmtpaddress", "is missing: which mailbox is it?", f"export it again: {row.command}")
    if also:
        taken.values["proxy_addresses"] = also
    if (is_disabled := row.read(cells.switch, "accountdisabled")) is not None:
        taken.values["account_enabled"] = not is_disabled
    check(row, "mailbox", {"address": str(primary), **taken.values}, _RENAMED)
    found.add("mailbox", str(primary), row.origin, taken, row.command)


def _read(row: Row, found: Findings) -> None:
    if _SWITCH not in row.cells:
        raise ExportError(
            Problem(
                row.origin.file,
                "",
                None,
                "has no column SmtpClientAuthenticationDisabled",
                f"Get-EXOCasMailbox does not give it; use {COMMAND}",
            )
        )
    read_mailbox(row, found)


SHAPE: Final = Shape(
    name="cas_mailboxes",
    title="Get-CASMailbox",
    command=COMMAND,
    asks="for which mailboxes SMTP AUTH is switched off",
    marks=(
        columns(_SWITCH, "primarysmtpaddress"),
        columns(_SWITCH, "emailaddresses"),
        columns(_SWITCH, "displayname"),
        columns(_SWITCH, "identity", "imapenabled"),
        columns("activesyncenabled", "owaenabled", "popenabled"),
    ),
    needs=((_SWITCH,), (*_PRIMARY, "emailaddresses", "userprincipalname")),
    read=_read,
    also=columns("imapenabled", "mapienabled", "ewsenabled", "ecpenabled", "owamailboxpolicy"),
)
