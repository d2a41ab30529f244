"""Addresses as Exchange writes them in its properties: ``SMTP:`` before the primary one, ``smtp:`` before others."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from relaylab.domain.address import Address
from relaylab_conformance.inventory import cells
from relaylab_conformance.inventory.cells import CellError
from relaylab_conformance.inventory.rows import Row

_REMEMBERED: Final = 4096  # addresses: a trace repeats those of its senders
_PREFIX: Final = re.compile(r"(?P<kind>[A-Za-z0-9]+):(?P<rest>.*)")
_BEFORE_A_KIND: Final = re.compile(r"(?:\s*[;,\r\n]\s*|\s+)(?=[A-Za-z][A-Za-z0-9]*:)")
_BETWEEN: Final = re.compile(r"[;,\s]+")
_MANY: Final = "emailaddresses"
# Mailboxes of the service itself: nobody sends as one of them, and their names are not addresses everywhere.
_OF_THE_SERVICE: Final = re.compile(
    r"(DiscoverySearchMailbox|SystemMailbox|FederatedEmail|Migration|HealthMailbox|SPO_Arbitration_)[{._0-9a-f-]",
    re.IGNORECASE,
)


def address(value: object) -> Address:
    """Read one address, with or without its prefix."""
    return _parsed(cells.text(value))


@lru_cache(_REMEMBERED)
def _parsed(found: str) -> Address:
    prefix = _PREFIX.fullmatch(found)
    bare = prefix["rest"] if prefix and prefix["kind"].lower() == "smtp" else found
    try:
        return Address.parse(bare.strip("<>"))
    except ValueError:
        raise CellError("is not an address") from None


def addresses_apart(row: Row) -> Row:
    """Give the row with EmailAddresses as a list, where one cell has them joined.

    Addresses of other kinds hold spaces, commas and semicolons of their own (``X500:/o=A/ou=Exchange Administrative
    Group (B)``), so a cell is parted before each kind, and inside mail addresses only at every mark.
    """
    written = row.cells.get(_MANY)
    if not isinstance(written, str) or not _PREFIX.match(written.strip().removeprefix("{")):
        return row
    parts: list[str] = []
    for part in _BEFORE_A_KIND.split(written.strip().removeprefix("{").removesuffix("}")):
        prefix = _PREFIX.match(part)
        is_other = prefix is not None and prefix["kind"].lower() != "smtp"
        parts += [part] if is_other else [one for one in _BETWEEN.split(part) if one]
    return Row(row.origin, {**row.cells, _MANY: parts}, row.columns, row.command)


def is_of_the_service(value: object) -> bool:
    """Tell whether the row is about a mailbox of the service itself."""
    return isinstance(value, str) and _OF_THE_SERVICE.match(value.strip()) is not None


def primary_of(values: Iterable[str]) -> Address | None:
    """Give the one that is marked as primary."""
    return next((address(one) for one in values if one.startswith("SMTP:")), None)


def others(values: Iterable[str], primary: Address) -> list[str]:
    """Give the mail addresses besides the primary one, without those of other kinds (SIP, X500, SPO)."""
    found: dict[str, str] = {}
    for one in values:
        prefix = _PREFIX.fullmatch(one)
        if prefix and prefix["kind"].lower() != "smtp":
            continue
        read = address(one)
        if read != primary:
            found.setdefault(read.key, str(read))
    return list(found.values())
