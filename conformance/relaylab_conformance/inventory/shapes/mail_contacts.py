"""``Get-MailContact``: directory objects that receive at an outside address, and never relay (fact ADM-MC-01)."""

from __future__ import annotations

from typing import Final

from relaylab_conformance.inventory import cells
from relaylab_conformance.inventory.by_grammar import take
from relaylab_conformance.inventory.found import Findings
from relaylab_conformance.inventory.rows import Row
from relaylab_conformance.inventory.shapes.addresses import address, addresses_apart, others
from relaylab_conformance.inventory.shapes.members import addresses_of
from relaylab_conformance.inventory.shapes.shape import Shape, columns


def read_contact(row: Row, found: Findings) -> None:
    """Take in a contact with the addresses that the tenant gave it."""
    outside = row.needs(address, "externalemailaddress")
    name = row.read(cells.text, "name", "displayname", "identity") or str(outside)
    taken = take(
        addresses_apart(row), "mail_contact", {}, skip=("name", "external_email_address", "accept_messages_only_from")
    )
    taken.values.pop("proxy_addresses", None)
    written = addresses_apart(row).read(cells.texts, "emailaddresses") or []
    try:
        own = others(written, outside)
    except cells.CellError as error:
        raise row.wrong("emailaddresses", error.expectation, error.suggestion) from None
    if own:
        taken.values["proxy_addresses"] = own
    taken.values["external_email_address"] = str(outside)
    addresses_of(row, found, taken, "accept_messages_only_from", ("acceptmessagesonlyfrom",))
    found.add("mail_contact", name, row.origin, taken, row.command)


SHAPE: Final = Shape(
    name="mail_contacts",
    title="Get-MailContact",
    command=(
        "Get-MailContact -ResultSize Unlimited | Select-Object Name, ExternalEmailAddress, RecipientTypeDetails, "
        "RequireSenderAuthenticationEnabled, @{n='EmailAddresses';e={$_.EmailAddresses -join ';'}} | "
        "Export-Csv mailcontact.csv -NoTypeInformation -Encoding utf8"
    ),
    asks="which contacts somebody may have taken for a relay",
    marks=(columns("externalemailaddress"),),
    needs=(("externalemailaddress",),),
    read=read_contact,
)
