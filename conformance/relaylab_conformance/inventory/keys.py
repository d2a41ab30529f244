"""By which key a table of the world file is told from others of its kind."""

from __future__ import annotations

from typing import Final

_KEYS: Final = {
    "mailbox": "address",
    "distribution_group": "address",
    "mail_user": "address",
    "hve_account": "address",
}


def key_of(table: str) -> str:
    """Give the key: an address, or the name."""
    return _KEYS.get(table, "name")
