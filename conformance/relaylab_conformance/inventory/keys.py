"""By which key a table of the world file is told from others of its kind, and which export lists all of them."""

from __future__ import annotations

from typing import Final

_KEYS: Final = {
    "mailbox": "address",
    "distribution_group": "address",
    "mail_user": "address",
    "hve_account": "address",
}
DEFINED_BY: Final = {  # the exports that list all there are of a kind
    "mailbox": ("cas_mailboxes", "mailboxes"),
    "inbound_connector": ("inbound_connectors", "scubagear"),
    "accepted_domain": ("accepted_domains", "scubagear"),
    "mail_contact": ("mail_contacts",),
    "distribution_group": ("distribution_groups",),
    "authentication_policy": ("authentication_policies",),
    "hve_account": ("mail_users",),
    "mail_user": ("mail_users",),
}


def key_of(table: str) -> str:
    """Give the key: an address, or the name."""
    return _KEYS.get(table, "name")
